//! The daemon: hands to the core what happens, and does what the core wants.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use config::agent::AgentConfig;
use daemon::clock::Clock;
use daemon::errors::one_line;
use daemon::exit::Exit;
use daemon::http::Listeners;
use daemon::signals::{Signal, Signals};
use daemon::{http as server, notify};
use host::{HostState, Owned, Step};
use kernel::address::{Addresses, Events, events};
use kernel::sysctl::Sysctls;
use tokio::sync::mpsc;

use crate::act::Hands;
use crate::control::{Command, Published, Wish};
use crate::core::{Core, Depth, Input, Outcome, Output, StepResult};
use crate::load::{Loaded, Refused, load};
use crate::look::{Looker, Needs};
use crate::store::{Store, Stored};
use crate::{http, logging};

/// A running agent.
pub(crate) struct Daemon {
    path: PathBuf,
    core: Core,
    clock: Clock,
    looker: Looker,
    hands: Hands,
    store: Store,
    published: Rc<Published>,
    listeners: Listeners,
    started: bool,
}

/// Ends with SIGTERM, or when the kernel can be heard no more. The caller holds the run directory's lock.
pub(crate) async fn run(path: PathBuf, store: Store) -> Exit {
    match start(path, store).await {
        Ok((daemon, commands, events, signals)) => daemon.serve(commands, events, signals).await,
        Err(exit) => exit,
    }
}

type Started = (Daemon, mpsc::Receiver<Command>, Events, Signals);

/// Everything that can fail before anything is changed.
async fn start(path: PathBuf, store: Store) -> Result<Started, Exit> {
    let loaded = load(&path).map_err(|refused| refuse(&refused))?;
    let (addresses, sysctls) = (Addresses::open().map_err(|error| failed(&error))?, Sysctls::default());
    // before the first look, so that nothing is missed between the two
    let events = events().map_err(|error| failed(&error))?;
    let signals = Signals::new().map_err(|error| failed(&error))?;
    let mut looker = Looker::new(addresses.clone(), sysctls.clone());
    let state = look(&mut looker, &loaded.config).await.map_err(|reason| {
        tracing::error!(%reason, "cannot look at the kernel");
        Exit::Failed
    })?;
    // such a VIP is not ready, for this very reason; the others are served
    if let Err(refused) = loaded.fits(&state) {
        warn_lines(&refused.text());
    }
    let stored = store.read_or_set_aside().map_err(|error| failed(&error))?;
    let (daemon, commands) =
        assemble(path, loaded, stored, store, looker, Hands { addresses, sysctls }).await?;
    Ok((daemon, commands, events, signals))
}

async fn assemble(
    path: PathBuf,
    loaded: Loaded,
    stored: Stored,
    store: Store,
    looker: Looker,
    hands: Hands,
) -> Result<(Daemon, mpsc::Receiver<Command>), Exit> {
    warn(&loaded);
    let Stored { owned, drains } = stored;
    let AgentConfig { vips, health_listen, watch_interval, .. } = loaded.config;
    let core = Core::new(vips, watch_interval, owned, drains);
    let (published, commands) = Published::new(core.status());
    let published = Rc::new(published);
    let handler = http::handler(Rc::clone(&published));
    let control = server::bind_control(store.directory().control_socket()).map_err(|error| failed(&error))?;
    tokio::task::spawn_local(server::serve_unix(control, handler.clone()));
    let mut listeners = Listeners::new(handler);
    listeners.set(&health_listen).await;
    let clock = Clock::start();
    let daemon = Daemon { path, core, clock, looker, hands, store, published, listeners, started: false };
    Ok((daemon, commands))
}

impl Daemon {
    async fn serve(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        mut events: Events,
        mut signals: Signals,
    ) -> Exit {
        self.feed(Input::Tick).await;
        let mut alive = Watchdog::new();
        loop {
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Terminate => return stop(),
                    Signal::Reload => self.reload().await,
                },
                changed = events.changed() => match changed {
                    Ok(()) => self.feed(Input::Changed).await,
                    Err(error) => {
                        tracing::error!(%error, "the kernel's announcements broke off");
                        return Exit::Failed;
                    }
                },
                Some(command) = commands.recv() => self.command(command).await,
                () = until(self.core.poll_timeout(), self.clock) => self.feed(Input::Tick).await,
                () = alive.due() => notify::watchdog(),
            }
        }
    }

    /// Gives one input to the core, and its own answers back to it until it wants nothing more.
    async fn feed(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            self.core.handle(input, self.clock.now());
            while let Some(output) = self.core.poll_output() {
                if let Some(answer) = self.perform(output).await {
                    next = Some(answer);
                }
            }
        }
    }

    async fn perform(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Look(depth) => {
                let needs = Needs::of(self.core.vips());
                return Some(Input::Looked(depth, self.looker.look(depth, &needs).await));
            }
            Output::Apply { steps, before } => return Some(self.apply(steps, before).await),
            Output::Save => self.save(),
            Output::Publish(status) => {
                if self.started {
                    notify::status(&status.summary());
                }
                self.published.publish(status);
                // whoever follows hears "not ready" before anything is put right
                tokio::task::yield_now().await;
            }
            Output::Started => {
                self.started = true;
                notify::ready(&self.core.status().summary());
            }
            Output::Log(event) => logging::log(&event),
        }
        None
    }

    /// What cannot be written down is not done.
    async fn apply(&mut self, steps: Vec<Step>, before: Owned) -> Input {
        if let Err(error) = self.store.write(self.core.owned(), self.core.drains()) {
            let reason = format!("cannot write down what is ours: {error}");
            let failed = |step| StepResult { step, outcome: Outcome::Failed(reason.clone()) };
            return Input::Applied((steps.into_iter().map(failed).collect(), before));
        }
        Input::Applied((self.hands.take(steps).await, before))
    }

    fn save(&mut self) {
        if let Err(error) = self.store.write(self.core.owned(), self.core.drains()) {
            tracing::warn!(%error, "cannot write down what is ours and what drains");
        }
    }

    async fn command(&mut self, command: Command) {
        let Command { wish, done } = command;
        let input = match wish {
            Wish::Drain(vip) => Input::Drain { vip, since_s: unix_time_s() },
            Wish::Undrain(vip) => Input::Undrain { vip },
        };
        self.feed(input).await;
        // whoever asked may have gone
        let _ = done.send(());
    }

    /// A file that is not good, or that the host contradicts, changes nothing: what runs is at least as good.
    async fn reload(&mut self) {
        notify::reloading();
        match self.try_load().await {
            Ok(loaded) => self.take(loaded).await,
            Err(refused) => {
                tracing::warn!(file = %self.path.display(), "configuration refused, the old one stays");
                warn_lines(&refused.text());
            }
        }
        notify::ready(&self.core.status().summary());
    }

    async fn try_load(&mut self) -> Result<Loaded, Refused> {
        let loaded = load(&self.path)?;
        let state = look(&mut self.looker, &loaded.config).await.map_err(Refused::Text)?;
        loaded.fits(&state)?;
        Ok(loaded)
    }

    async fn take(&mut self, loaded: Loaded) {
        warn(&loaded);
        let AgentConfig { vips, health_listen, watch_interval, .. } = loaded.config;
        tracing::info!(file = %self.path.display(), vips = vips.len(), "configuration read again");
        self.listeners.set(&health_listen).await;
        self.feed(Input::Configured { vips, interval: watch_interval }).await;
    }
}

/// VIPs and sysctls stay: the service goes on without the agent, and a restart finds everything as it is.
fn stop() -> Exit {
    notify::stopping();
    tracing::info!("stopped; VIPs and sysctls stay as they are");
    Exit::Done
}

/// Words to the service manager's watchdog, if it has one for us.
struct Watchdog(Option<tokio::time::Interval>);

impl Watchdog {
    fn new() -> Self {
        Self(notify::watchdog_interval().map(tokio::time::interval))
    }

    async fn due(&mut self) {
        match &mut self.0 {
            Some(interval) => {
                interval.tick().await;
            }
            None => std::future::pending().await,
        }
    }
}

async fn until(moment: Option<std::time::Duration>, clock: Clock) {
    match moment {
        Some(moment) => tokio::time::sleep_until(clock.instant(moment)).await,
        None => std::future::pending().await,
    }
}

async fn look(looker: &mut Looker, config: &AgentConfig) -> Result<HostState, String> {
    looker.look(Depth::Everything, &Needs::of(&config.vips)).await
}

fn warn(loaded: &Loaded) {
    if let Some(warnings) = loaded.warnings() {
        warn_lines(&warnings);
    }
}

/// A log line holds one line.
fn warn_lines(text: &str) {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        tracing::warn!("{line}");
    }
}

fn refuse(refused: &Refused) -> Exit {
    refused.print();
    Exit::ConfigRefused
}

fn failed(error: &dyn std::error::Error) -> Exit {
    tracing::error!(error = one_line(error), "cannot start");
    Exit::Failed
}

fn unix_time_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
