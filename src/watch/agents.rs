//! Everything known of all agents.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use crate::{News, Turned, View, Word};

/// All agents, by the address of their HTTP side.
#[derive(Debug, Default)]
pub struct Agents {
    all: BTreeMap<SocketAddr, ()>,
    /// by when words may change without any news
    due: BTreeSet<(Duration, SocketAddr)>,
}

/// What a director is to confirm to one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draining {
    /// [`crate::Status::seq`] of the state with the drain
    pub seq: u64,
    /// VIPs that drain, in the agent's order
    pub vips: Vec<IpAddr>,
}

impl Agents {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The agents that there are. Known ones stay as they are, new ones are awaited, others are forgotten.
    pub fn set(&mut self, wanted: impl Iterator<Item = SocketAddr>, now: Duration) {
        let _ = now;
        self.all = wanted.map(|agent| (agent, ())).collect();
    }

    /// Takes what came of one agent; nothing follows for an agent that is not there.
    pub fn handle(&mut self, agent: SocketAddr, news: News, now: Duration) -> Turned {
        let _ = (agent, news, now);
        Turned::default()
    }

    /// An own check of that server passed: its host is not dead. Returns whether its words changed.
    pub fn revive(&mut self, agent: SocketAddr) -> bool {
        let _ = agent;
        false
    }

    /// When [`Agents::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Returns the agents whose words or weights changed by time alone.
    pub fn handle_timeout(&mut self, now: Duration) -> Vec<SocketAddr> {
        let _ = now;
        Vec::new()
    }

    /// What its agent says of one service of a server.
    ///
    /// `vip`: none for a service by firewall mark: all VIPs of the agent count. `listener`: whether UDP, and the port; none: all
    /// listeners count.
    pub fn word(&self, agent: SocketAddr, vip: Option<IpAddr>, listener: Option<(bool, u16)>) -> Word {
        let _ = (agent, vip, listener);
        Word::Awaited
    }

    /// What the host may carry, in percent; none: all, or not said.
    pub fn weight(&self, agent: SocketAddr) -> Option<u8> {
        let _ = agent;
        None
    }

    /// What the agent drains as far as it is heard; none: nothing.
    pub fn draining(&self, agent: SocketAddr) -> Option<Draining> {
        let _ = agent;
        None
    }

    /// One agent, for a status.
    pub fn view(&self, agent: SocketAddr) -> Option<View> {
        let _ = agent;
        None
    }
}
