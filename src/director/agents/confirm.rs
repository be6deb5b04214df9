//! What is said back to agents that drain, and when: never before the kernel has acknowledged it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use ipvs::ServiceKey;
use watch::{Confirm, DrainPhase, Held};

/// What is to be said to one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) confirm: Confirm,
    /// how far the agent's drains were when this was decided
    pub(crate) phases: BTreeMap<IpAddr, Option<DrainPhase>>,
    /// the services that it speaks of
    pub(crate) services: BTreeSet<ServiceKey>,
}

/// Answers on their way.
#[derive(Debug, Default)]
pub(crate) struct Confirmations {
    /// for each agent the newest answer, and the order to the worker that makes it true
    waiting: BTreeMap<SocketAddr, (u64, Answer)>,
    said: BTreeMap<SocketAddr, Answer>,
}

impl Confirmations {
    /// To be said once the worker has carried out `order`; an older answer to that agent that waits is dropped. What was said
    /// already is not said again.
    pub(crate) fn ask(&mut self, agent: SocketAddr, answer: Answer, order: u64) {
        if self.said.get(&agent).is_some_and(|said| said.covers(&answer)) {
            self.waiting.remove(&agent);
        } else {
            self.waiting.insert(agent, (order, answer));
        }
    }

    /// The stream that it was said to has ended, or the drain.
    pub(crate) fn forget(&mut self, agent: SocketAddr) {
        self.waiting.remove(&agent);
        self.said.remove(&agent);
    }

    /// What can be said. `is_written`: whether that order, as far as it is about these services, is acknowledged. Call until it
    /// gives none.
    pub(crate) fn poll(
        &mut self,
        is_written: impl Fn(u64, &BTreeSet<ServiceKey>) -> bool,
    ) -> Option<(SocketAddr, Confirm)> {
        let mut waiting = self.waiting.iter();
        let agent = *waiting.find(|(_, (order, answer))| is_written(*order, &answer.services))?.0;
        let (_, answer) = self.waiting.remove(&agent)?;
        let confirm = answer.confirm.clone();
        self.said.insert(agent, answer);
        Some((agent, confirm))
    }

    /// Whether nothing waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl Answer {
    /// Whether `next` says nothing beyond this. While a drain waits for directors each state is answered: it may be of
    /// another drain than the one that was answered last.
    fn covers(&self, next: &Self) -> bool {
        let waits = |phase: &Option<DrainPhase>| match phase {
            Some(DrainPhase::Quiescing | DrainPhase::Leaving) | None => true,
            Some(DrainPhase::Draining | DrainPhase::Left) => false,
        };
        let is_newer = next.confirm.seq != self.confirm.seq && next.phases.values().any(waits);
        !is_newer && self.confirm.vips == next.confirm.vips && self.phases == next.phases
    }
}

/// How far out a server is by the weights of its entries; none: not in that service's table.
pub(crate) fn held(entries: impl Iterator<Item = Option<u32>>) -> Held {
    let each = entries.map(|weight| match weight {
        None => Held::Gone,
        Some(0) => Held::Quiesced,
        Some(_) => Held::Serving,
    });
    each.min().unwrap_or(Held::Gone)
}

#[cfg(test)]
mod tests;
