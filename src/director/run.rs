//! `lvs-director run`: the loop that feeds the core and performs what it decides.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use daemon::clock::Clock;
use daemon::exit::Exit;
use daemon::run_dir::RunDir;
use daemon::signals::{Signal, Signals};
use health::{CheckId, Outcome};
use kernel::ipvs::Ipvs;
use probe::Prober;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::LocalSet;
use tracing::{error, info, warn};

use crate::addresses::{self, Holder};
use crate::core::{Core, DrainAnswer, QuorumTurn, Turn};
use crate::http::{Ask, Desk};
use crate::load::{Loaded, load};
use crate::owned::{OwnedServices, StateFile};
use crate::settings::{Policy, Settings};
use crate::status::{ConfigStatus, Sources, Status, check_word, collect};
use crate::worker::Worker;

/// File descriptors wanted: one for each check under way and each connection of the HTTP side.
const WANTED_FILES: u64 = 65_536;
/// File descriptors that are not for checks.
const OTHER_FILES: u64 = 1_024;
/// Results and questions that may wait for the loop; senders wait beyond.
const QUEUE: usize = 1_024;
/// Watchers hear of a change after this long, with all that came meanwhile.
const PUBLISH_AFTER: Duration = Duration::from_millis(20);
/// Without a check due, the loop wakes this often anyway.
const IDLE: Duration = Duration::from_secs(3_600);

/// Runs until SIGTERM, which leaves the table as it is.
pub(crate) fn run(path: &Path, run_dir: &Path) -> Exit {
    let dir = match RunDir::open(run_dir, true) {
        Ok(dir) => dir,
        Err(error) => return fail(&error, error.hint()),
    };
    let lock = match dir.lock() {
        Ok(lock) => lock,
        Err(error) => return fail(&error, error.hint()),
    };
    let Loaded { config, warnings } = match load(path) {
        Ok(loaded) => loaded,
        Err(text) => {
            eprint!("{text}");
            return Exit::ConfigRefused;
        }
    };
    eprint!("{warnings}");
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, None),
    };
    let ended = LocalSet::new().block_on(&runtime, async {
        let mut shell = Shell::start(path, &dir, config).await?;
        shell.run().await;
        shell.worker.stop();
        Ok(())
    });
    drop(lock);
    match ended {
        Ok(()) => Exit::Done,
        Err(Stop { error, hint }) => fail(&*error, hint.as_deref()),
    }
}

fn fail(error: &dyn std::error::Error, hint: Option<&str>) -> Exit {
    daemon::errors::print_chain(error, hint);
    Exit::Failed
}

/// Why the director could not start.
struct Stop {
    error: Box<dyn std::error::Error>,
    hint: Option<String>,
}

impl From<kernel::ipvs::IpvsError> for Stop {
    fn from(error: kernel::ipvs::IpvsError) -> Self {
        Self { hint: error.hint(), error: Box::new(error) }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self { hint: None, error: Box::new(error) }
    }
}

impl From<addresses::HoldError> for Stop {
    fn from(error: addresses::HoldError) -> Self {
        Self { hint: None, error: Box::new(error) }
    }
}

impl From<daemon::http::BindError> for Stop {
    fn from(error: daemon::http::BindError) -> Self {
        Self { hint: error.hint().map(str::to_owned), error: Box::new(error) }
    }
}

struct Shell {
    core: Core,
    worker: Worker,
    prober: Prober,
    clock: Clock,
    router_id: String,
    config_status: ConfigStatus,
    holder: Holder,
    drained_file: StateFile,
    watchers: watch::Sender<Arc<str>>,
    publish_at: Option<Duration>,
    results: mpsc::Receiver<(CheckId, Outcome)>,
    asks: mpsc::Receiver<Ask>,
    reload: Option<oneshot::Receiver<Result<Loaded, String>>>,
    path: PathBuf,
    signals: Signals,
}

impl Shell {
    async fn start(
        path: &Path,
        dir: &RunDir,
        config: config::director::DirectorConfig,
    ) -> Result<Self, Stop> {
        let signals = Signals::new()?;
        let clock = Clock::start();
        let observed = Ipvs::open()?.table()?;
        let drained_file = StateFile::new(dir, "drained.json");
        let drained: BTreeSet<IpAddr> = drained_file.read()?.unwrap_or_default();
        let (owned, settings) = (OwnedServices::open(dir)?, Settings::open(Some(dir))?);
        let (asks_in, asks) = mpsc::channel(QUEUE);
        listen(dir, &config.http_listen, asks_in).await?;
        let holder = addresses::hold(dir, &config.addresses)?;
        let policy = Policy::of(&config);
        let router_id = config.router_id.clone().unwrap_or_else(host_name);
        let core = Core::start(seed(), drained, config, &observed, clock.now());
        let worker = Worker::spawn(observed, owned, settings, policy)?;
        let (results_in, results) = mpsc::channel(QUEUE);
        let config_status =
            ConfigStatus { path: path.display().to_string(), loaded: clock.wall(clock.now()), refused: None };
        Ok(Self {
            core,
            worker,
            prober: Prober::new(attempts_at_once(), results_in),
            clock,
            router_id,
            config_status,
            holder,
            drained_file,
            watchers: watch::Sender::new(Arc::from("{}")),
            publish_at: None,
            results,
            asks,
            reload: None,
            path: path.to_path_buf(),
            signals,
        })
    }

    async fn run(&mut self) {
        let (services, reals) = self.sizes();
        info!(services, reals, checks = self.core.checks().len(), "director ready");
        daemon::notify::ready(&self.one_line());
        let watchdog = daemon::notify::watchdog_interval().map_or(IDLE, |interval| interval / 2);
        let mut feed = tokio::time::interval(watchdog);
        loop {
            self.perform();
            let wake = self.clock.instant(self.next_wake());
            tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
                    Signal::Terminate => break,
                    Signal::Reload => self.begin_reload(),
                },
                Some((id, outcome)) = self.results.recv() => self.take_results(id, outcome),
                loaded = wait_for(&mut self.reload) => self.finish_reload(loaded),
                Some(ask) = self.asks.recv() => self.answer(ask),
                _ = feed.tick() => self.feed_watchdog(),
                () = tokio::time::sleep_until(wake) => {}
            }
        }
        daemon::notify::stopping();
        info!("director stops; the table, its addresses and settings stay as they are");
    }

    /// Performs everything the core wants, before the next input.
    fn perform(&mut self) {
        let now = self.clock.now();
        let patches = self.core.take_patches();
        if !patches.is_empty() {
            self.worker.patch(patches);
            self.publish_at.get_or_insert(now + PUBLISH_AFTER);
        }
        while let Some((id, spec)) = self.core.poll_due(now) {
            self.prober.start(id, spec);
        }
        if self.publish_at.is_some_and(|at| at <= now) {
            self.publish_at = None;
            if self.watchers.receiver_count() > 0 {
                self.publish();
            }
        }
    }

    fn next_wake(&self) -> Duration {
        let check = self.core.poll_timeout().unwrap_or_else(|| self.clock.now() + IDLE);
        self.publish_at.map_or(check, |publish| publish.min(check))
    }

    /// All results that are there, so that one patch carries them together.
    fn take_results(&mut self, id: CheckId, outcome: Outcome) {
        let now = self.clock.now();
        let mut next = Some((id, outcome));
        while let Some((id, outcome)) = next {
            if let Some(turn) = self.core.handle_result(id, outcome, now) {
                log_turn(&turn);
                self.publish_at.get_or_insert(now + PUBLISH_AFTER);
            }
            next = self.results.try_recv().ok();
        }
    }

    fn begin_reload(&mut self) {
        daemon::notify::reloading();
        let (sender, receiver) = oneshot::channel();
        let path = self.path.clone();
        // A big file takes a while; checks go on meanwhile.
        tokio::task::spawn_blocking(move || sender.send(load(&path)).is_ok());
        self.reload = Some(receiver);
    }

    fn finish_reload(&mut self, loaded: Result<Loaded, String>) {
        self.reload = None;
        match loaded {
            Ok(Loaded { config, warnings }) => {
                eprint!("{warnings}");
                self.take_config(config);
            }
            Err(text) => self.refuse(&text),
        }
        daemon::notify::ready(&self.one_line());
    }

    fn take_config(&mut self, config: config::director::DirectorConfig) {
        if config.http_listen != self.core.config().http_listen {
            warn!("[http] listen changed: that takes a restart");
        }
        self.worker.set_policy(Policy::of(&config));
        self.holder.set(&config.addresses);
        self.router_id = config.router_id.clone().unwrap_or_else(host_name);
        let now = self.clock.now();
        self.core.reload(config, now);
        self.config_status.loaded = self.clock.wall(now);
        self.config_status.refused = None;
        let (services, reals) = self.sizes();
        info!(services, reals, checks = self.core.checks().len(), "configuration reloaded");
    }

    fn refuse(&mut self, text: &str) {
        let first = text.lines().next().unwrap_or_default();
        warn!(file = %self.path.display(), reason = first, "reload refused, going on with the configuration in force");
        eprint!("{text}");
        self.config_status.refused = Some(first.to_owned());
    }

    fn answer(&mut self, ask: Ask) {
        // A questioner who has left needs no answer: `send` failing is fine everywhere here.
        match ask {
            Ask::Status { counters, answer } => {
                let _ = answer.send(as_json(&self.status(counters.as_deref())));
            }
            Ask::Metrics { counters, answer } => {
                let registry = crate::metrics::registry(&self.status(counters.as_deref()));
                let _ = answer.send(daemon::metrics::render(&registry).unwrap_or_default().into_bytes());
            }
            Ask::Health { answer } => {
                let seen = self.worker.seen();
                let healthy = seen.settled && !self.worker.is_dead();
                let body = serde_json::json!({ "settled": seen.settled, "error": seen.error });
                let _ = answer.send((healthy, as_json(&body)));
            }
            Ask::Watch { answer } => {
                self.publish();
                let _ = answer.send(self.watchers.subscribe());
            }
            Ask::Servers { answer } => {
                let _ = answer.send(as_json(&crate::plan::Servers::of(&self.core)));
            }
            Ask::Drain { server, drain, answer } => {
                let _ = answer.send(self.drain(server, drain));
            }
        }
    }

    fn drain(&mut self, server: IpAddr, drain: bool) -> DrainAnswer {
        let answer = self.core.drain(server, drain);
        if let DrainAnswer::Done { services, quorums } = &answer {
            info!(%server, services, "{}", if drain { "real server drained" } else { "real server no longer drained" });
            log_quorums(quorums);
            if let Err(error) = self.drained_file.write(self.core.drained()) {
                warn!(%error, "cannot write down which servers are drained; a restart would forget");
            }
        }
        answer
    }

    fn publish(&self) {
        let text = serde_json::to_string(&self.status(None)).unwrap_or_default();
        self.watchers.send_replace(Arc::from(text));
    }

    fn status(&self, counters: Option<&ipvs::Counters>) -> Status {
        collect(Sources {
            core: &self.core,
            seen: self.worker.seen(),
            config: self.config_status.clone(),
            addresses: self.holder.status(),
            clock: &self.clock,
            router_id: &self.router_id,
            counters,
        })
    }

    /// The loop is alive when it comes here; the worker must be too.
    fn feed_watchdog(&self) {
        if self.worker.is_dead() {
            error!("the IPVS worker is gone; systemd's watchdog will restart the director");
        } else {
            daemon::notify::watchdog();
            daemon::notify::status(&self.one_line());
        }
    }

    fn sizes(&self) -> (usize, usize) {
        let services = &self.core.config().services;
        (services.len(), services.iter().map(|service| service.reals.len()).sum())
    }

    fn one_line(&self) -> String {
        let (services, reals) = self.sizes();
        let lost = self.core.services().filter(|(_, verdict)| !verdict.quorum).count();
        format!("{services} services, {reals} real servers, {lost} services without quorum")
    }
}

async fn listen(
    dir: &RunDir,
    addresses: &[std::net::SocketAddr],
    asks: mpsc::Sender<Ask>,
) -> Result<(), Stop> {
    let handler = Desk::new(asks).handler();
    let control = daemon::http::bind_control(&dir.control_socket())?;
    tokio::task::spawn_local(daemon::http::serve_unix(control, Rc::clone(&handler)));
    for listener in daemon::http::bind_tcp(addresses).await? {
        tokio::task::spawn_local(daemon::http::serve_tcp(listener, Rc::clone(&handler)));
    }
    Ok(())
}

fn attempts_at_once() -> usize {
    let files = daemon::limits::raise_nofile(WANTED_FILES).unwrap_or(OTHER_FILES);
    usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(256)
}

/// Chance for spreading checks: two directors should not check in step.
fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

async fn wait_for(reload: &mut Option<oneshot::Receiver<Result<Loaded, String>>>) -> Result<Loaded, String> {
    match reload {
        Some(receiver) => receiver.await.unwrap_or_else(|_| Err("error: reading the file failed\n".into())),
        None => std::future::pending().await,
    }
}

fn log_turn(turn: &Turn) {
    let Turn { transition, services, quorums } = turn;
    let check = check_word(&transition.spec);
    match &transition.reason {
        Some(reason) => info!(%check, services, %reason, "real server down"),
        None => info!(%check, services, "real server up"),
    }
    log_quorums(quorums);
}

fn log_quorums(quorums: &[QuorumTurn]) {
    for QuorumTurn { service, quorum, weight_up } in quorums {
        if *quorum {
            info!(%service, weight_up, "quorum regained");
        } else {
            warn!(%service, weight_up, "quorum lost");
        }
    }
}

fn as_json(value: &impl serde::Serialize) -> Vec<u8> {
    // Only maps with keys that are no strings and failing `Serialize`s can fail; there are none here.
    serde_json::to_vec(value).unwrap_or_default()
}
