//! The director's loop: feeds the core, and performs what it decides.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use daemon::clock::Clock;
use daemon::http::Listeners;
use daemon::signals::{Signal, Signals};
use daemon::state_file::StateFile;
use follow::Follower;
use health::{CheckId, Outcome};
use probe::Prober;
use router::Router;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};
use vrrp::State;
use watch::News;

use crate::core::{Core, DrainAnswer};
use crate::drain::Left;
use crate::http::Ask;
use crate::lead::Lead;
use crate::load::Source;
use crate::news::{Hush, Orders};
use crate::notices::Herald;
use crate::oneshot::counted;
use crate::pulse::Pulse;
use crate::reload::Reloads;
use crate::status::{ConfigStatus, Sources, Status, collect};
use crate::worker::Worker;

/// Watchers hear of a change after this long, with all that came meanwhile.
const PUBLISH_AFTER: Duration = Duration::from_millis(20);
/// A thread of the routers that has ended is noticed this soon: until the daemon is started again, their addresses are on two
/// machines, and nobody keeps those of `[[address]]`. So are addresses that came or went, for `ha_suspend`.
const LIFE_SIGN: Duration = Duration::from_secs(1);
/// The watchdog is due at half of its time, and the threads are looked at so many times as often.
const LOOKS: u32 = 3;
/// Without a check due, the loop wakes this often anyway.
const IDLE: Duration = Duration::from_secs(3_600);

/// What is waited for before the end.
pub(crate) enum Leaving {
    /// every router gives its addresses to a successor
    HandingOver(Pin<Box<dyn Future<Output = ()>>>),
    /// addresses are dropped
    LettingGo(Pin<Box<dyn Future<Output = ()>>>),
}

/// Everything the loop has at hand.
pub(crate) struct Shell {
    pub(crate) core: Core,
    pub(crate) worker: Worker,
    pub(crate) prober: Prober,
    /// keeps checks by a VIP until they can be made
    pub(crate) paths: crate::path::Gate,
    pub(crate) clock: Clock,
    pub(crate) router_id: String,
    pub(crate) config_status: ConfigStatus,
    pub(crate) router: Rc<Router>,
    pub(crate) lead: Lead,
    /// who tells others
    pub(crate) herald: Herald,
    /// one stream for each agent
    pub(crate) follower: Follower,
    pub(crate) news: mpsc::Receiver<(SocketAddr, News)>,
    pub(crate) orders: Orders,
    pub(crate) hush: Hush,
    /// told to stop: ends when every router has handed over
    pub(crate) leaving: Option<Leaving>,
    pub(crate) listeners: Listeners,
    pub(crate) drained_file: StateFile,
    pub(crate) watchers: tokio::sync::watch::Sender<Arc<str>>,
    pub(crate) publish_at: Option<Duration>,
    pub(crate) results: mpsc::Receiver<(CheckId, Outcome)>,
    pub(crate) asks: mpsc::Receiver<Ask>,
    pub(crate) reloads: Reloads,
    /// of the threads
    pub(crate) pulse: Pulse,
    pub(crate) source: Source,
    pub(crate) signals: Signals,
}

impl Shell {
    /// Runs until SIGTERM, or until a part without which it cannot go on has ended.
    pub(crate) async fn run(&mut self) -> Result<(), Broken> {
        let (services, reals) = self.sizes();
        info!(services, reals, checks = self.core.checks().len(), "director ready");
        daemon::notify::ready(&self.one_line());
        let watchdog = daemon::notify::watchdog_interval().unwrap_or(IDLE);
        let mut feed = tokio::time::interval(watchdog / LOOKS);
        feed.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut life = tokio::time::interval(LIFE_SIGN);
        life.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Arming a timer costs a system call: only when the time changes.
        let timer = tokio::time::sleep(IDLE);
        tokio::pin!(timer);
        let mut armed = None;
        loop {
            self.perform();
            let wake = self.next_wake();
            if armed.replace(wake) != Some(wake) {
                timer.as_mut().reset(self.clock.instant(wake));
            }
            tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
                    Signal::Terminate => if self.begin_to_leave() { break },
                    Signal::Reload if self.leaving.is_some() => info!("told to reload while ending: too late"),
                    Signal::Reload => self.begin_reload(),
                },
                // before what others say: however much that is, it keeps nothing from its time
                _ = feed.tick() => self.feed_watchdog(watchdog),
                _ = life.tick() => {
                    if self.router.is_dead() {
                        daemon::notify::stopping();
                        return Err(Broken);
                    }
                    self.follow_addresses();
                }
                moves = self.router.next() => self.take_moves(&moves),
                () = self.worker.turned() => self.lead.read(),
                Some((agent, news)) = self.news.recv() => self.take_news(agent, news),
                Some((id, outcome)) = self.results.recv() => self.take_results(id, outcome),
                () = wait_to_leave(&mut self.leaving) => {
                    self.leave().await;
                    break;
                }
                loaded = self.reloads.next() => self.finish_reload(loaded).await,
                Some(ask) = self.asks.recv() => self.answer(ask),
                () = &mut timer => armed = None,
            }
        }
        daemon::notify::stopping();
        self.end().await;
        Ok(())
    }

    /// Performs everything the core wants, before the next input.
    fn perform(&mut self) {
        let now = self.clock.now();
        self.follow_routers(now);
        if self.core.handle_timeout(now) {
            self.lead.note_result(true, now);
            self.publish_soon(now);
        }
        self.take_turns(now);
        let patches = self.core.take_patches();
        if !patches.is_empty() {
            let has_paths = self.has_paths(&patches);
            self.worker.patch(patches);
            self.close_paths(has_paths);
            self.publish_soon(now);
        }
        self.tell_agents(now);
        self.tell_routers(now);
        self.follow_reload(now);
        self.follow_paths(now);
        while let Some((id, spec)) = self.core.poll_due(now) {
            self.begin(id, spec);
        }
        if self.publish_at.is_some_and(|at| at <= now) {
            self.publish_at = None;
            if self.watchers.receiver_count() > 0 {
                self.publish();
            }
        }
    }

    /// Watchers hear of a change with all that comes meanwhile.
    pub(crate) fn publish_soon(&mut self, now: Duration) {
        self.publish_at.get_or_insert(now + PUBLISH_AFTER);
    }

    fn next_wake(&self) -> Duration {
        let check = self.core.poll_timeout().unwrap_or(Duration::MAX);
        let publish = self.publish_at.unwrap_or(Duration::MAX);
        publish.min(check).min(self.lead.next_wake()).min(self.agents_wake()).min(self.reloads.next_wake())
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
                let _ = answer.send(self.health());
            }
            Ask::Vrrp { answer } => {
                let _ = answer.send(as_json(&self.router.status()));
            }
            Ask::Watch { answer } => {
                self.publish();
                let _ = answer.send(self.watchers.subscribe());
            }
            Ask::Servers { answer } => {
                let _ = answer.send(as_json(&crate::plan::Servers::of(&self.core)));
            }
            Ask::Left { server, counters, answer } => {
                let _ = answer.send(as_json(&Left::of(&self.core, server, counters.as_deref())));
            }
            Ask::Drain { server, drain, answer } => {
                let _ = answer.send(self.drain(server, drain));
            }
            Ask::Reload { answer } => self.reload_for(answer),
        }
    }

    /// Whether the kernel has what is wanted, and every virtual router may be elected.
    fn health(&self) -> (bool, Vec<u8>) {
        let seen = self.worker.seen();
        let roles = self.router.roles();
        let is_dead = self.worker.is_dead() || self.router.is_dead();
        let is_healthy = seen.settled && !is_dead && !roles.values().any(|state| *state == State::Fault);
        let routers: BTreeMap<&String, &str> =
            roles.iter().map(|(name, state)| (name, state.word())).collect();
        let (settled, looks, error) = (seen.settled, seen.looks, seen.error);
        let body = serde_json::json!({ "settled": settled, "looks": looks, "error": error, "vrrp": routers });
        (is_healthy, as_json(&body))
    }

    fn drain(&mut self, server: IpAddr, drain: bool) -> DrainAnswer {
        let answer = self.core.drain(server, drain);
        if let DrainAnswer::Done { services, .. } = &answer {
            info!(real_server = %server, services, "{}", if drain { "real server drained" } else { "real server no longer drained" });
            self.take_turns(self.clock.now());
            self.lead.read();
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
            vrrp: self.router.status(),
            readiness: self.lead.readiness(),
            mail: self.herald.mail_status(),
            clock: &self.clock,
            router_id: &self.router_id,
            paths: self.path_view(),
            counters,
        })
    }

    /// The loop is alive when it comes here; the threads must be too, and not stuck for this long.
    fn feed_watchdog(&mut self, limit: Duration) {
        let taken = self.router.pulse().into_iter().chain([self.worker.pulse()]);
        let stuck = self.pulse.stuck(taken, limit, self.clock.now());
        self.worker.nudge();
        self.router.nudge();
        if self.worker.is_dead() {
            error!("the IPVS worker is gone; systemd's watchdog will restart the director");
        } else if let Some(thread) = stuck {
            error!(thread, "a thread is stuck; systemd's watchdog will restart the director");
        } else {
            daemon::notify::watchdog();
            daemon::notify::status(&self.one_line());
        }
    }

    pub(crate) fn sizes(&self) -> (usize, usize) {
        let services = &self.core.config().services;
        (services.len(), services.iter().map(|service| service.reals.len()).sum())
    }

    pub(crate) fn one_line(&self) -> String {
        let (services, reals) = self.sizes();
        let lost = self.core.services().filter(|(_, verdict)| !verdict.quorum).count();
        let (services, reals) = (counted(services, "service"), counted(reals, "real server"));
        let routers = self.router.roles().into_iter().map(|(name, state)| format!(", {name} {state}"));
        format!("{services}, {reals}, {lost} without quorum{}", routers.collect::<String>())
    }
}

/// A thread of the routers has ended.
#[derive(Debug, thiserror::Error)]
#[error("a thread of the virtual routers has ended")]
pub(crate) struct Broken;

async fn wait_to_leave(leaving: &mut Option<Leaving>) {
    match leaving {
        Some(Leaving::HandingOver(end) | Leaving::LettingGo(end)) => end.await,
        None => std::future::pending().await,
    }
}

fn as_json(value: &impl serde::Serialize) -> Vec<u8> {
    // Only maps with keys that are no strings and failing `Serialize`s can fail; there are none here.
    serde_json::to_vec(value).unwrap_or_default()
}
