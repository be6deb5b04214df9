//! Who is followed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use daemon::clock::Clock;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_local};
use watch::{Backoff, Confirm, News};

use crate::desk::Desk;
use crate::knock::Knocks;
use crate::life::{Life, Terms};
use crate::{ClientTls, Limits};

/// Bounds of the heartbeat that agents are asked for.
const HEARTBEAT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// For each agent, of the heartbeat: 400 beats a second are nothing beside what a director does.
const HEARTBEAT_PER_AGENT: Duration = Duration::from_micros(2_500);
/// At a start all connections are made within this time, or within 1 ms for each.
const SPREAD: Duration = Duration::from_secs(1);
const SPREAD_PER_AGENT: Duration = Duration::from_millis(1);

/// Who is to be followed, and how.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// where agents listen
    pub agents: BTreeSet<SocketAddr>,
    /// this director's `router_id`, by which agents wait for it
    pub director: String,
    /// what agents are asked for; none: 2.5 ms for each agent, at least 100 ms and at most 1 s
    pub heartbeat: Option<Duration>,
    /// none: plain
    pub tls: Option<Arc<ClientTls>>,
}

/// Follows agents, each over one connection, and tells what comes of them. Everything ends when it is dropped.
pub struct Follower {
    news: mpsc::Sender<(SocketAddr, News)>,
    limits: Limits,
    clock: Clock,
    agents: BTreeMap<SocketAddr, Followed>,
    knocks: RefCell<Knocks>,
}

struct Followed {
    terms: Rc<Terms>,
    desk: Rc<Desk>,
    life: Task,
}

/// A task that ends with its owner.
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    /// Runs on the `LocalSet` of this thread.
    pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) -> Self {
        Self(spawn_local(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Follower {
    /// Follows nobody yet. What comes goes into `news`; while that is full streams are not read, and nothing is lost but time.
    pub fn new(news: mpsc::Sender<(SocketAddr, News)>) -> Self {
        Self::with_limits(news, Limits::default())
    }

    /// As [`Follower::new`], with other limits.
    pub fn with_limits(news: mpsc::Sender<(SocketAddr, News)>, limits: Limits) -> Self {
        let knocks = RefCell::new(Knocks::new(news.clone(), limits));
        Self { news, limits, clock: Clock::start(), agents: BTreeMap::new(), knocks }
    }

    /// Follows these agents and no others. Streams that are as wanted go on; where the director's name or TLS is another, or the
    /// heartbeat is to be less than half of what was asked for, the agent is asked anew, which tells nothing unless it fails.
    /// Must be called within a `LocalSet`.
    pub fn set(&mut self, wanted: Wanted) {
        self.agents.retain(|agent, _| wanted.agents.contains(agent));
        let terms = Rc::new(Terms {
            heartbeat: heartbeat(&wanted),
            director: wanted.director,
            tls: wanted.tls,
            limits: self.limits,
            clock: self.clock,
        });
        let anew = |agent: &SocketAddr| match self.agents.get(agent) {
            Some(followed) => !followed.terms.serve_for(&terms),
            None => true,
        };
        let starting: Vec<_> = wanted.agents.into_iter().filter(anew).collect();
        let step = step(starting.len());
        let mut delay = Duration::ZERO;
        for agent in starting {
            self.start(agent, &terms, delay);
            delay += step;
        }
    }

    /// Tells an agent how this director stands to its VIPs. The latest word wins and is sent again until it is taken. It goes down
    /// with the stream: after [`News::Lost`] it is to be said again; a stream that [`Follower::set`] makes anew is told it again
    /// by itself. Agents that gave no hello are told nothing. Must be called within a `LocalSet`.
    pub fn confirm(&self, agent: SocketAddr, confirm: Confirm) {
        if let Some(followed) = self.agents.get(&agent) {
            followed.desk.lay(confirm);
        }
    }

    /// Finds out whether a host is alive, by connections to its agent's port and to at most four of `targets`, other ports of the
    /// same host. [`News::Knocked`] follows within 150 ms, later only while very many are knocked at. Whoever is being knocked at
    /// is not knocked at twice. Must be called within a `LocalSet`.
    pub fn knock(&self, agent: SocketAddr, targets: Vec<SocketAddr>) {
        self.knocks.borrow_mut().start(agent, targets);
    }

    fn start(&mut self, agent: SocketAddr, terms: &Rc<Terms>, delay: Duration) {
        let (desk, before) = match self.agents.remove(&agent) {
            Some(followed) => (followed.desk, Some(followed.life)),
            None => (Desk::new(agent), None),
        };
        let life = Life {
            agent,
            terms: Rc::clone(terms),
            desk: Rc::clone(&desk),
            news: self.news.clone(),
            backoff: Backoff::new(chance()),
        };
        let life = Task::spawn(life.live(delay, before));
        self.agents.insert(agent, Followed { terms: Rc::clone(terms), desk, life });
    }
}

fn heartbeat(wanted: &Wanted) -> Duration {
    let (shortest, longest) = HEARTBEAT;
    wanted.heartbeat.unwrap_or_else(|| {
        let agents = u32::try_from(wanted.agents.len()).unwrap_or(u32::MAX);
        HEARTBEAT_PER_AGENT.saturating_mul(agents).clamp(shortest, longest)
    })
}

/// Between the beginnings of so many streams.
fn step(starting: usize) -> Duration {
    let starting = u32::try_from(starting).unwrap_or(u32::MAX);
    (SPREAD / starting.max(1)).min(SPREAD_PER_AGENT)
}

/// A seed; what the standard library guards its maps with is as good as any.
pub(crate) fn chance() -> u64 {
    RandomState::new().hash_one(0_u8)
}
