//! What the kernel should have for one service, from its configuration and its servers' health. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use config::director::{RealServer, VirtualService};
use health::Reported;
use ipvs::{Destination, DestinationKey, Service, Weight};
use serde::{Deserialize, Serialize};

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

/// What decides about one real server in one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) state: ServerState,
    /// as configured, or as its checks report, and of that what its agent says it may carry
    pub(crate) weight: Weight,
    /// the same whatever its agent says it may carry: what counts for quorum. Busy servers are no lost ones
    pub(crate) full: Weight,
    /// what its agent's word makes of it beyond that
    pub(crate) said: Said,
}

/// What the word of a server's agent makes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Said {
    /// nothing: its own checks decide
    #[default]
    Nothing,
    /// its agent is not heard yet: it stays with this weight; none: it was not in the table and does not enter
    AsItWas(Option<u32>),
    /// no new connections
    Quiesced,
    /// no new connections, and those that there are go on, whatever its checks say of new ones
    Draining,
    /// not in the table
    Gone,
}

impl Condition {
    /// As others are told of it: one that its agent takes out is down.
    pub(crate) const fn standing(self) -> ServerState {
        match (self.said, self.state) {
            (Said::Quiesced | Said::Draining | Said::Gone, _) | (_, ServerState::Down) => ServerState::Down,
            (Said::AsItWas(_), _) | (_, ServerState::Unknown) => ServerState::Unknown,
            (Said::Nothing, ServerState::Up) => ServerState::Up,
        }
    }
}

/// The verdict on one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// what the kernel should have
    pub(crate) service: Service,
    /// whether enough servers are up
    pub(crate) quorum: bool,
    /// servers that are not checked yet cannot change that
    pub(crate) certain: bool,
    /// total weight of the servers that are up and not drained, whatever their agents say they may carry
    pub(crate) weight_up: u64,
}

/// Decides what the kernel should have for a service.
///
/// `condition_of` is asked for each server with its place in the service. `had_quorum` is the verdict before: losing and regaining quorum have different thresholds, and while servers
/// are unknown nothing is lost yet.
pub(crate) fn judge(
    service: &VirtualService,
    had_quorum: bool,
    drained: &BTreeSet<IpAddr>,
    condition_of: impl Fn(usize, &RealServer) -> Condition,
) -> Verdict {
    let mut destinations = BTreeMap::new();
    let mut tally = Tally::default();
    for (place, real) in service.reals.iter().enumerate() {
        let condition = condition_of(place, real);
        let is_drained = drained.contains(&real.key.address);
        tally.count(condition, is_drained, real.destination.weight);
        if let Some(weight) = weight_in_table(real, condition, is_drained) {
            destinations.insert(real.key, Destination { weight, ..real.destination });
        }
    }
    let quorum = tally.has_quorum(service, had_quorum);
    add_sorry_server(service, quorum, &mut destinations);
    Verdict {
        service: Service { settings: service.settings.clone(), destinations },
        quorum,
        certain: tally.is_certain(service, quorum),
        weight_up: tally.up,
    }
}

/// The weight a server has in the table, none if it is not there.
pub(crate) fn weight_in_table(real: &RealServer, condition: Condition, drained: bool) -> Option<Weight> {
    let weight = if drained { Weight::QUIESCED } else { condition.weight };
    match (condition.said, condition.state) {
        (Said::Gone, _) => return None,
        (Said::Draining, _) | (Said::Quiesced, ServerState::Up | ServerState::Unknown) => {
            return Some(Weight::QUIESCED);
        }
        (Said::AsItWas(was), ServerState::Up | ServerState::Unknown) => {
            let was = was.map(|was| Weight::new(was).unwrap_or(weight));
            return was.map(|was| if drained { Weight::QUIESCED } else { was });
        }
        (Said::Nothing, _) | (Said::Quiesced | Said::AsItWas(_), ServerState::Down) => {}
    }
    match condition.state {
        ServerState::Up => Some(weight),
        // A drained server may still have connections that a restarted director has not checked yet.
        ServerState::Unknown if !real.alpha || drained => Some(weight),
        ServerState::Unknown | ServerState::Down => real.inhibit.then_some(Weight::QUIESCED),
    }
}

fn add_sorry_server(
    service: &VirtualService,
    quorum: bool,
    destinations: &mut BTreeMap<DestinationKey, Destination>,
) {
    let Some((key, destination)) = service.sorry_server else { return };
    if !quorum {
        // New connections go to the sorry server alone; those of the servers still up may end in peace.
        for left in destinations.values_mut() {
            left.weight = Weight::QUIESCED;
        }
        destinations.insert(key, destination);
    } else if service.sorry_inhibit {
        destinations.entry(key).or_insert(Destination { weight: Weight::QUIESCED, ..destination });
    }
}

/// The weight of a server of which its checks report this: what each says differs from what is configured, and the differences
/// add up.
pub(crate) fn weight_of(configured: Weight, reports: impl IntoIterator<Item = Reported>) -> Weight {
    let base = i64::from(configured.get());
    let differences = reports.into_iter().map(|report| match report {
        Reported::Weight(weight) => i64::from(weight) - base,
        Reported::Change(change) => i64::from(change),
    });
    let weight = differences.fold(base, i64::saturating_add).clamp(0, i64::from(Weight::MAX));
    u32::try_from(weight).ok().and_then(Weight::new).unwrap_or(configured)
}

/// So many percent of a weight; 0 only for 0 percent.
pub(crate) fn scaled(weight: Weight, percent: u8) -> Weight {
    let part = (u64::from(weight.get()) * u64::from(percent.min(100))).div_ceil(100);
    u32::try_from(part).ok().and_then(Weight::new).unwrap_or(weight)
}

#[derive(Default)]
struct Tally {
    up: u64,
    unknown: u64,
    total: u64,
}

impl Tally {
    fn count(&mut self, condition: Condition, drained: bool, configured: Weight) {
        let weight = u64::from(condition.full.get());
        self.total += u64::from(configured.get());
        match condition.standing() {
            ServerState::Up if !drained => self.up += weight,
            ServerState::Unknown if !drained => self.unknown += weight,
            ServerState::Up | ServerState::Unknown | ServerState::Down => {}
        }
    }

    fn has_quorum(&self, service: &VirtualService, had_quorum: bool) -> bool {
        if had_quorum {
            self.up + self.unknown >= u64::from(service.quorum)
        } else {
            self.up >= self.back(service)
        }
    }

    fn is_certain(&self, service: &VirtualService, quorum: bool) -> bool {
        if quorum {
            self.up >= u64::from(service.quorum)
        } else {
            self.up + self.unknown < self.back(service)
        }
    }

    /// The weight with which a quorum that was lost is back. Hysteresis beyond what all servers weigh would never be reached.
    fn back(&self, service: &VirtualService) -> u64 {
        let need = u64::from(service.quorum);
        (need + u64::from(service.hysteresis)).min(self.total.max(need))
    }
}

#[cfg(test)]
mod tests;
