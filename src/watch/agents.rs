//! Everything known of all agents.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use crate::{Drain, News, Turned, View, Word};
use agent::Agent;

mod agent;
mod changes;
mod told;
mod turns;
mod weight;

/// All agents, by the address of their HTTP side. Of each it keeps what words need: about 1 kB for a host of ten VIPs.
#[derive(Debug, Default)]
pub struct Agents {
    all: BTreeMap<SocketAddr, Known>,
    /// by when something may change without any news; at most one for each agent
    due: BTreeSet<(Duration, SocketAddr)>,
}

#[derive(Debug)]
struct Known {
    agent: Agent,
    /// as in [`Agents::due`]
    due: Option<Duration>,
}

/// What a director is to confirm to one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draining {
    /// [`crate::Status::seq`] of the state with the drain
    pub seq: u64,
    /// VIPs that drain, sorted
    pub vips: Vec<IpAddr>,
}

impl Agents {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The agents that there are. Known ones stay as they are, new ones are awaited, others are forgotten.
    pub fn set(&mut self, wanted: impl Iterator<Item = SocketAddr>, now: Duration) {
        let mut before = core::mem::take(&mut self.all);
        self.due.clear();
        for agent in wanted {
            let known = before.remove(&agent);
            let known = known.unwrap_or_else(|| Known { agent: Agent::new(now), due: None });
            self.all.entry(agent).or_insert(known);
        }
        for (address, known) in &mut self.all {
            known.due = known.agent.due();
            self.due.extend(known.due.map(|due| (due, *address)));
        }
    }

    /// Takes what came of one agent; nothing follows for an agent that is not there.
    pub fn handle(&mut self, agent: SocketAddr, news: News, now: Duration) -> Turned {
        let Some(known) = self.all.get_mut(&agent) else { return Turned::default() };
        let turned = known.agent.handle(news, now);
        self.rearm(agent);
        turned
    }

    /// An own check of that server passed: its host is not dead. Returns whether its words changed.
    pub fn revive(&mut self, agent: SocketAddr) -> bool {
        self.all.get_mut(&agent).is_some_and(|known| known.agent.revive())
    }

    /// When [`Agents::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Returns the agents whose words or weights changed by time alone.
    pub fn handle_timeout(&mut self, now: Duration) -> Vec<SocketAddr> {
        let mut changed = Vec::new();
        while let Some((_, agent)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            let has_changed = self.all.get_mut(&agent).is_some_and(|known| known.agent.handle_timeout(now));
            if has_changed {
                changed.push(agent);
            }
            self.rearm(agent);
        }
        changed
    }

    /// What its agent says of one service of a server.
    ///
    /// `vip`: none for a service by firewall mark: all VIPs of the agent count. `listener`: whether UDP, and the port; none: all
    /// listeners count.
    pub fn word(&self, agent: SocketAddr, vip: Option<IpAddr>, listener: Option<(bool, u16)>) -> Word {
        match self.all.get(&agent) {
            Some(known) => known.agent.word(vip, listener),
            None => Word::Awaited,
        }
    }

    /// What the host may carry, in percent; none: all, or not said. It changes once in a second at most, and stays when the
    /// agent is not heard any more.
    pub fn weight(&self, agent: SocketAddr) -> Option<u8> {
        self.all.get(&agent)?.agent.weight()
    }

    /// What the agent drains, as far as it is heard; none: nothing.
    pub fn draining(&self, agent: SocketAddr) -> Option<Draining> {
        let (seq, vips) = self.all.get(&agent)?.agent.draining()?;
        Some(Draining { seq, vips: vips.map(|vip| vip.address).collect() })
    }

    /// How far the drain of one VIP is, as last told; none: it does not drain, or the agent is from before phases.
    pub fn drain(&self, agent: SocketAddr, vip: IpAddr) -> Option<&Drain> {
        self.all.get(&agent)?.agent.told()?.vip(vip)?.drain.as_deref()
    }

    /// One agent, for a status.
    pub fn view(&self, agent: SocketAddr) -> Option<View> {
        self.all.get(&agent).map(|known| known.agent.view())
    }

    fn rearm(&mut self, agent: SocketAddr) {
        let Some(known) = self.all.get_mut(&agent) else { return };
        let due = known.agent.due();
        if due == known.due {
            return;
        }
        if let Some(before) = known.due {
            self.due.remove(&(before, agent));
        }
        self.due.extend(due.map(|due| (due, agent)));
        known.due = due;
    }
}
