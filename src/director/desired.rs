//! What the kernel should have for one service, from its configuration and its servers' health. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use config::director::{RealServer, VirtualService};
use ipvs::{Destination, Service, Weight};

/// What is known of one real server in one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// every check passes, or it has none
    Up,
    /// a check fails
    Down,
    /// not checked yet
    Unknown,
}

/// The verdict on one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// what the kernel should have
    pub(crate) service: Service,
    /// whether enough servers are up
    pub(crate) quorum: bool,
    /// total weight of the servers that are up and not drained
    pub(crate) weight_up: u64,
}

/// Decides what the kernel should have for a service.
///
/// `had_quorum` is the verdict before: losing and regaining quorum have different thresholds, and while servers
/// are unknown nothing is lost yet.
pub(crate) fn judge(
    service: &VirtualService,
    had_quorum: bool,
    drained: &BTreeSet<IpAddr>,
    state_of: impl Fn(&RealServer) -> ServerState,
) -> Verdict {
    let mut destinations = BTreeMap::new();
    let mut tally = Tally::default();
    for real in &service.reals {
        let state = state_of(real);
        let is_drained = drained.contains(&real.key.address);
        tally.count(state, is_drained, real.destination.weight);
        if let Some(weight) = weight_in_table(service, real, state, is_drained) {
            destinations.insert(real.key, Destination { weight, ..real.destination });
        }
    }
    let quorum = tally.has_quorum(service, had_quorum);
    if !quorum && let Some((key, destination)) = service.sorry_server {
        // New connections go to the sorry server alone; those of the servers still up may end in peace.
        for left in destinations.values_mut() {
            left.weight = Weight::QUIESCED;
        }
        destinations.insert(key, destination);
    }
    Verdict {
        service: Service { settings: service.settings.clone(), destinations },
        quorum,
        weight_up: tally.up,
    }
}

/// The weight a server has in the table, none if it is not there.
fn weight_in_table(
    service: &VirtualService,
    real: &RealServer,
    state: ServerState,
    drained: bool,
) -> Option<Weight> {
    let weight = if drained { Weight::QUIESCED } else { real.destination.weight };
    match state {
        ServerState::Up => Some(weight),
        // A drained server may still have connections that a restarted director has not checked yet.
        ServerState::Unknown if !real.alpha || drained => Some(weight),
        ServerState::Unknown | ServerState::Down => real.inhibit.then_some(Weight::QUIESCED),
    }
}

#[derive(Default)]
struct Tally {
    up: u64,
    unknown: u64,
    total: u64,
}

impl Tally {
    fn count(&mut self, state: ServerState, drained: bool, weight: Weight) {
        let weight = u64::from(weight.get());
        self.total += weight;
        match state {
            ServerState::Up if !drained => self.up += weight,
            ServerState::Unknown if !drained => self.unknown += weight,
            ServerState::Up | ServerState::Unknown | ServerState::Down => {}
        }
    }

    fn has_quorum(&self, service: &VirtualService, had_quorum: bool) -> bool {
        let need = u64::from(service.quorum);
        if had_quorum {
            self.up + self.unknown >= need
        } else {
            // Hysteresis beyond what all servers weigh would never be reached.
            self.up >= (need + u64::from(service.hysteresis)).min(self.total.max(need))
        }
    }
}

#[cfg(test)]
mod tests;
