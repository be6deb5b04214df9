//! The daemon: hands to the core what happens, and does what the core wants.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::rc::Rc;

use config::agent::{AgentConfig, WeightConfig};
use daemon::exit::Exit;
use daemon::http::{Listeners, ServerTls};
use daemon::log::warn_lines;
use daemon::notify;
use daemon::signals::{Signal, Signals};
use host::{Owned, Step};
use kernel::address::Events;
use tokio::sync::watch;

use crate::act::Hands;
use crate::control::{Asked, Command, Heard, Published, Reloaded, Wish, Word};
use crate::core::{Core, Input, Outcome, Output, StepResult, Wanted};
use crate::deaths::Deaths;
use crate::load::{Loaded, Refused, load_to_run};
use crate::logging;
use crate::look::{Looker, Needs};
use crate::start::{look, start};
use crate::store::Store;
use crate::time::{Time, unix_time_s};
use crate::weight::{self, Weighing};
use crate::writes::Writes;

/// A running agent.
pub(crate) struct Daemon {
    pub(crate) path: PathBuf,
    pub(crate) core: Core,
    pub(crate) time: Time,
    pub(crate) looker: Looker,
    pub(crate) hands: Hands,
    pub(crate) store: Store,
    pub(crate) published: Rc<Published>,
    pub(crate) listeners: Listeners,
    /// what finds out the weight, as configured
    pub(crate) weighing: (Option<WeightConfig>, Weighing),
    pub(crate) started: bool,
}

/// What it hears.
pub(crate) struct Ears {
    pub(crate) heard: Heard,
    pub(crate) events: Events,
    pub(crate) signals: Signals,
    pub(crate) deaths: Deaths,
    pub(crate) writes: Writes,
    pub(crate) weight: watch::Receiver<Option<u8>>,
}

/// Ends with SIGTERM, or when the kernel can be heard no more. The caller holds the run directory's lock.
pub(crate) async fn run(path: PathBuf, store: Store) -> Exit {
    match start(path, store).await {
        Ok((daemon, ears)) => daemon.serve(ears).await,
        Err(exit) => exit,
    }
}

impl Daemon {
    async fn serve(mut self, ears: Ears) -> Exit {
        let Ears { heard, mut events, mut signals, mut deaths, mut writes, mut weight } = ears;
        let Heard { mut commands, mut reloads, mut words } = heard;
        // a weight that is known at the start comes with the first word
        self.core.weigh(*weight.borrow_and_update());
        self.feed(Input::Tick).await;
        let mut alive = Watchdog::new();
        loop {
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Terminate => return stop(),
                    Signal::Reload => self.reload(None, &mut weight, &mut deaths).await,
                },
                changed = events.changed() => match changed {
                    Ok(()) => self.feed(Input::Changed).await,
                    Err(error) => {
                        tracing::error!(%error, "the kernel's announcements broke off");
                        return Exit::Failed;
                    }
                },
                () = deaths.next() => self.feed(Input::Died).await,
                // before what others say: however much that is, it keeps nothing from its time
                () = alive.due() => notify::watchdog(),
                () = self.time.until(self.core.poll_timeout()) => self.feed(Input::Tick).await,
                () = writes.next() => self.feed(Input::Written).await,
                Some(command) = commands.recv() => self.command(command).await,
                Some(asked) = reloads.recv() => self.reload(Some(asked), &mut weight, &mut deaths).await,
                Some(word) = words.recv() => self.feed(input(word)).await,
                Ok(()) = weight.changed() => {
                    let percent = *weight.borrow_and_update();
                    self.feed(Input::Weight(percent)).await;
                }
            }
        }
    }

    /// Gives one input to the core, and its own answers back to it until it wants nothing more.
    async fn feed(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            self.core.handle(input, self.time.now());
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
            Output::Count(vips) => return Some(self.count(&vips)),
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

    fn count(&mut self, vips: &BTreeSet<IpAddr>) -> Input {
        let began = self.time.now();
        let found = self.looker.connections(vips);
        Input::Counted { found, took: self.time.now().saturating_sub(began) }
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
            Wish::Drain { vip, deadline, stops } => {
                Input::Drain(Wanted { vip, since_s: unix_time_s(), deadline, stops })
            }
            Wish::Undrain(vip) => Input::Undrain { vip },
        };
        self.feed(input).await;
        // whoever asked may have gone
        let _ = done.send(());
    }

    /// A file that is not good, or that the host contradicts, changes nothing: what runs is at least as good. Whoever asked
    /// prints what there is to say of the file; else the log has it.
    async fn reload(
        &mut self,
        asked: Option<Asked>,
        weight: &mut watch::Receiver<Option<u8>>,
        deaths: &mut Deaths,
    ) {
        notify::reloading();
        let (reloaded, findings) = match self.try_load().await {
            Ok((loaded, tls)) => {
                let warnings = loaded.warnings().unwrap_or_default();
                if let Some(anew) = self.take(loaded, tls).await {
                    *weight = anew;
                    weight.mark_changed();
                }
                deaths.watch(self.core.vips());
                let said = format!("{warnings}in force: {}\n", self.core.status().summary());
                (Reloaded::Taken(said), warnings)
            }
            Err(refused) => {
                let (text, reason) = (refused.text(), refused.reason());
                tracing::warn!(%reason, "reload refused, the earlier configuration stays");
                (Reloaded::Refused(text.clone()), text)
            }
        };
        notify::ready(&self.core.status().summary());
        match asked {
            // they may have gone
            Some(asked) => drop(asked.send(reloaded)),
            None => warn_lines(&findings),
        }
    }

    async fn try_load(&mut self) -> Result<(Loaded, Option<ServerTls>), Refused> {
        let loaded = load_to_run(&self.path)?;
        let tls = loaded.tls()?;
        let state = look(&mut self.looker, &loaded.config).await.map_err(Refused::Blind)?;
        loaded.fits(&state)?;
        Ok((loaded, tls))
    }

    async fn take(&mut self, loaded: Loaded, tls: Option<ServerTls>) -> Option<watch::Receiver<Option<u8>>> {
        let AgentConfig { vips, health_listen, weight, watch_interval, drain_deadline, .. } = loaded.config;
        let (interval, deadline) = (watch_interval, drain_deadline);
        tracing::info!(file = %self.path.display(), vips = vips.len(), "configuration read again");
        self.listeners.set_tls(tls);
        self.listeners.set(&health_listen).await;
        self.published.set_deadline(deadline);
        self.feed(Input::Configured { vips, interval, deadline }).await;
        self.weigh(weight)
    }

    fn weigh(&mut self, config: Option<WeightConfig>) -> Option<watch::Receiver<Option<u8>>> {
        if self.weighing.0 == config {
            return None;
        }
        let (weight, weighing) = weight::start(config.clone());
        self.weighing = (config, weighing);
        Some(weight)
    }
}

fn input(word: Word) -> Input {
    match word {
        Word::Came { watch, director } => Input::Came { watch, director },
        Word::Went { watch } => Input::Went { watch },
        Word::Confirmed { watch, said } => Input::Confirmed { watch, said },
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
