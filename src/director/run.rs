//! `lvs-director run`: from a file and a run directory to a running loop.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use config::director::DirectorConfig;
use daemon::clock::Clock;
use daemon::exit::Exit;
use daemon::http::Listeners;
use daemon::run_dir::RunDir;
use daemon::signals::Signals;
use daemon::state_file::StateFile;
use follow::Follower;
use kernel::ipvs::Ipvs;
use probe::Prober;
use router::Router;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use crate::core::Core;
use crate::http::{Ask, Desk};
use crate::lead::Lead;
use crate::load::{Loaded, Source, load_to_run};
use crate::news::{Hush, Orders};
use crate::notices::Herald;
use crate::owned::{AGENT_ORDERS, DRAINED, OwnedServices};
use crate::pulse::Pulse;
use crate::reload::Reloads;
use crate::roles::Roles;
use crate::settings::{Policy, Settings};
use crate::shell::{Broken, Shell};
use crate::status::ConfigStatus;
use crate::worker::Worker;

/// File descriptors wanted: one for each check under way and each connection of the HTTP side.
const WANTED_FILES: u64 = 65_536;
/// File descriptors that are not for checks.
const OTHER_FILES: u64 = 1_024;
/// Results and questions that may wait for the loop; senders wait beyond.
const QUEUE: usize = 1_024;

/// Runs until SIGTERM, which leaves the table as it is.
pub(crate) fn run(source: &Source, run_dir: &Path) -> Exit {
    let dir = match RunDir::open(run_dir, true) {
        Ok(dir) => dir,
        Err(error) => return fail(&error, error.hint()),
    };
    let lock = match dir.lock() {
        Ok(lock) => lock,
        Err(error) => return fail(&error, error.hint()),
    };
    let Loaded { config, warnings, tls, .. } = match load_to_run(source) {
        Ok(loaded) => loaded,
        Err(refused) => {
            eprint!("{}", refused.text);
            return Exit::ConfigRefused;
        }
    };
    eprint!("{warnings}");
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, None),
    };
    let ended = LocalSet::new().block_on(&runtime, async {
        let mut shell = Shell::start(source, &dir, config).await?;
        shell.follow_agents(tls);
        let ended = shell.run().await;
        shell.worker.stop();
        Ok(ended?)
    });
    // A thread that reads from a disk that hangs is not waited for.
    runtime.shutdown_background();
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

impl From<router::StartError> for Stop {
    fn from(error: router::StartError) -> Self {
        Self { hint: None, error: Box::new(error) }
    }
}

impl From<Broken> for Stop {
    fn from(error: Broken) -> Self {
        Self { hint: None, error: Box::new(error) }
    }
}

impl From<daemon::http::BindError> for Stop {
    fn from(error: daemon::http::BindError) -> Self {
        Self { hint: error.hint(), error: Box::new(error) }
    }
}

impl Shell {
    async fn start(source: &Source, dir: &RunDir, config: DirectorConfig) -> Result<Self, Stop> {
        let signals = Signals::new()?;
        let clock = Clock::start();
        let observed = Ipvs::open()?.table()?;
        let drained_file = StateFile::new(dir, DRAINED);
        let drained: BTreeSet<IpAddr> = drained_file.read()?.unwrap_or_default();
        let (owned, settings) = (OwnedServices::open(dir)?, Settings::open(Some(dir))?);
        let (asks_in, asks) = mpsc::channel(QUEUE);
        let mut listeners = control(dir, asks_in)?;
        listeners.set(&config.http_listen).await;
        let mut herald = Herald::new();
        let router = Router::start(dir, clock, &config.vrrp, &config.addresses, herald.notices())?;
        let policy = Policy::of(&config, &Roles::undecided(&config));
        let router_id = config.router_id.clone().unwrap_or_else(host_name);
        herald.set(&config, &router_id);
        let mut core = Core::start(seed(), drained, config, &observed, clock.now());
        let orders_file = StateFile::new(dir, AGENT_ORDERS);
        core.recall(orders_file.read()?.unwrap_or_default(), clock.now());
        let worker = Worker::spawn(observed, owned, settings, policy.clone())?;
        let (results_in, results) = mpsc::channel(QUEUE);
        let (news_in, news) = mpsc::channel(QUEUE);
        let config_status = ConfigStatus {
            path: source.path.display().to_string(),
            loaded: clock.wall(clock.now()),
            refused: None,
        };
        let mut shell = Self {
            core,
            worker,
            prober: Prober::new(attempts_at_once(), results_in),
            paths: crate::path::Gate::default(),
            clock,
            router_id,
            config_status,
            router: Rc::new(router),
            lead: Lead::new(policy),
            herald,
            follower: Follower::new(news_in),
            news,
            orders: Orders::new(orders_file),
            hush: Hush::default(),
            leaving: None,
            listeners,
            drained_file,
            watchers: watch::Sender::new(Arc::from("{}")),
            publish_at: None,
            results,
            asks,
            reloads: Reloads::default(),
            pulse: Pulse::default(),
            source: source.clone(),
            signals,
        };
        if shell.core.config().services.is_empty() {
            shell.worker.look();
        }
        shell.begin_to_lead();
        Ok(shell)
    }
}

/// The control socket, and what will listen on the network.
fn control(dir: &RunDir, asks: mpsc::Sender<Ask>) -> Result<Listeners, Stop> {
    let handler = Desk::new(asks).handler();
    let control = daemon::http::bind_control(dir.control_socket())?;
    tokio::task::spawn_local(daemon::http::serve_unix(control, Rc::clone(&handler)));
    Ok(Listeners::new(handler))
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

pub(crate) fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}
