//! What the loop does with agents: follows them, takes what comes of them, and says back what they wait for.

mod hush;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use daemon::state_file::StateFile;
use follow::{ClientTls, Wanted};
use tracing::{debug, info, warn};
use watch::News;

use crate::core::{AgentOrder, AgentTurn, What};
use crate::shell::Shell;
pub(crate) use hush::Hush;
use hush::Line;

/// News that are taken before the loop goes on; agents that say too much must not keep it from checks.
const AT_ONCE: usize = 1_024;
/// What agents were told is written down at most this often.
const WRITE_AFTER: Duration = Duration::from_millis(100);

/// What agents that drain were told, over a restart of the director.
pub(crate) struct Orders {
    file: StateFile,
    /// what is to be written
    waiting: Option<Vec<AgentOrder>>,
    /// not before then
    next: Duration,
}

impl Orders {
    pub(crate) fn new(file: StateFile) -> Self {
        Self { file, waiting: None, next: Duration::ZERO }
    }

    fn next_wake(&self) -> Duration {
        self.waiting.as_ref().map_or(Duration::MAX, |_| self.next)
    }

    /// At the end, when there is no later.
    pub(crate) fn flush(&mut self) {
        self.write(self.next);
    }

    fn write(&mut self, now: Duration) {
        if now < self.next {
            return;
        }
        let Some(orders) = self.waiting.take() else { return };
        self.next = now + WRITE_AFTER;
        if let Err(error) = self.file.write(&orders) {
            warn!(%error, "cannot write down which agents drain; a restart would forget those that are not heard");
        }
    }
}

impl Shell {
    /// Follows the agents of the configuration in force.
    pub(crate) fn follow_agents(&mut self, tls: Option<Arc<ClientTls>>) {
        self.follower.set(Wanted {
            agents: self.core.agents().collect(),
            director: self.router_id.clone(),
            heartbeat: self.core.config().agents.heartbeat,
            tls,
        });
    }

    /// All news that are there, so that one patch carries what follows from them.
    pub(crate) fn take_news(&mut self, agent: SocketAddr, news: News) {
        let now = self.clock.now();
        let mut next = Some((agent, news));
        for _ in 0..AT_ONCE {
            let Some((agent, news)) = next else { break };
            debug!(%agent, news = word(&news), "agent");
            self.core.handle_news(agent, news, now);
            next = self.news.try_recv().ok();
        }
        if let Some((agent, news)) = next {
            self.core.handle_news(agent, news, now);
        }
        self.lead.note_result(true, now);
        self.publish_soon(now);
        self.take_turns(now);
    }

    /// Performs what the core wants of agents; after the core's patches were handed to the worker.
    pub(crate) fn tell_agents(&mut self, now: Duration) {
        for turn in self.core.take_agent_turns() {
            let service = self.core.config().services.get(turn.service);
            let service = service.map(|service| service.name.clone()).unwrap_or_default();
            match self.hush.take(turn, service, now) {
                Line::Told(turn, service) => log(&turn, &service),
                Line::Passing(turn) => {
                    debug!(agent = %turn.agent, from = ?turn.from, to = ?turn.to, reason = %turn.reason, "agent");
                }
            }
        }
        for (turn, service) in self.hush.poll(now) {
            log(&turn, &service);
        }
        while let Some(knock) = self.core.poll_knock() {
            self.follower.knock(knock.agent, knock.targets);
        }
        self.core.ask_confirms(self.worker.asked(), &self.router_id);
        let worker = &self.worker;
        while self.core.has_confirms() {
            let is_written = |order, services: &BTreeSet<_>| worker.has_written(order, services);
            let Some((agent, confirm)) = self.core.poll_confirm(is_written) else { break };
            debug!(%agent, seq = confirm.seq, "confirmed to the agent");
            self.follower.confirm(agent, confirm);
        }
        if let Some(orders) = self.core.take_orders() {
            self.orders.waiting = Some(orders);
        }
        self.orders.write(now);
    }

    /// When [`Self::tell_agents`] has something to do by time alone.
    pub(crate) fn agents_wake(&self) -> Duration {
        self.orders.next_wake().min(self.hush.next_wake())
    }
}

fn word(news: &News) -> &'static str {
    match news {
        News::State(_) => "state",
        News::Silent => "silent",
        News::Heard => "heard",
        News::Lost(_) => "lost",
        News::Knocked { host_is_dead: false } => "host alive",
        News::Knocked { host_is_dead: true } => "host dead",
    }
}

fn log(turn: &AgentTurn, service: &str) {
    let AgentTurn { agent, from, to, reason, services, .. } = turn;
    let real_server = agent.ip();
    match turn.words() {
        Some(words) if *to == What::Held => {
            warn!(%agent, service, %real_server, services, %reason, "{words}");
        }
        Some(words) => info!(%agent, service, %real_server, services, %reason, "{words}"),
        None => debug!(%agent, service, %real_server, services, ?from, ?to, %reason, "agent"),
    }
}
