//! What an operator took out of service, as it is written down, so that a restart changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use host::Vip;

use super::Director;

/// Since when the host or its VIPs drain, in seconds since 1970, how far they are, and who is asked before a VIP goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drains {
    /// the whole host
    pub(crate) host: Option<u64>,
    /// the host drains because its unit is stopped: the next start ends that
    pub(crate) host_stops: bool,
    /// single VIPs
    pub(crate) vips: BTreeMap<IpAddr, u64>,
    /// of each configured VIP that drains
    pub(crate) progress: BTreeMap<IpAddr, Progress>,
    /// those that follow, or did not long ago
    pub(crate) directors: BTreeSet<Director>,
}

/// How far a VIP's drain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) phase: Phase,
    /// how long connections may take to end, from the beginning of the drain
    pub(crate) deadline: Duration,
    /// when that is over, by the core's clock, which runs from one boot to the next
    pub(crate) ends: Duration,
}

/// In the order of a drain. A phase begins only when every director has said what the one before waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// directors set weight 0
    Quiescing,
    /// connections end
    Draining,
    /// directors delete the entry
    Leaving,
    /// the VIP is not wanted on this host
    Off,
}

impl Drains {
    /// Since when a VIP drains, be it by itself or with the host.
    pub(crate) fn since(&self, vip: IpAddr) -> Option<u64> {
        let own = self.vips.get(&vip).copied();
        match (own, self.host) {
            (Some(own), Some(host)) => Some(own.min(host)),
            (own, host) => own.or(host),
        }
    }

    /// The VIPs that are to be on this host: those that have not left by a drain.
    pub(crate) fn wanted(&self, vips: &[Vip]) -> Vec<Vip> {
        vips.iter().filter(|vip| !self.is_off(vip.address)).cloned().collect()
    }

    /// Whether a VIP has left by its drain.
    pub(crate) fn is_off(&self, vip: IpAddr) -> bool {
        self.progress.get(&vip).is_some_and(|progress| progress.phase == Phase::Off)
    }

    /// As a start finds them: stopping the unit is no order that outlives its next start.
    pub(crate) fn at_start(mut self) -> Self {
        if std::mem::take(&mut self.host_stops) {
            self.host = None;
            let vips = &self.vips;
            self.progress.retain(|vip, _| vips.contains_key(vip));
        }
        self
    }

    /// Answers whether anything changed: what drains already keeps its beginning, and what a person ordered is no stop.
    pub(super) fn add(&mut self, vip: Option<IpAddr>, since_s: u64, stops: bool) -> bool {
        match vip {
            Some(vip) if self.vips.contains_key(&vip) => false,
            Some(vip) => self.vips.insert(vip, since_s).is_none(),
            None if self.host.is_some() => !stops && std::mem::take(&mut self.host_stops),
            None => {
                self.host_stops = stops;
                self.host.replace(since_s).is_none()
            }
        }
    }

    /// Answers whether anything changed. Without a VIP everything ends, single drains too.
    pub(super) fn remove(&mut self, vip: Option<IpAddr>) -> bool {
        if let Some(vip) = vip {
            return self.vips.remove(&vip).is_some();
        }
        let drained = self.host.take().is_some() || !self.vips.is_empty();
        self.host_stops = false;
        self.vips.clear();
        drained
    }

    /// Gives each configured VIP that drains a phase, and forgets all others.
    pub(super) fn fit(&mut self, vips: &[Vip], deadline: Duration, now: Duration) {
        self.vips.retain(|address, _| vips.iter().any(|vip| vip.address == *address));
        let drained: BTreeSet<IpAddr> =
            vips.iter().map(|vip| vip.address).filter(|vip| self.since(*vip).is_some()).collect();
        self.progress.retain(|vip, _| drained.contains(vip));
        for vip in drained {
            self.progress.entry(vip).or_insert(Progress {
                phase: Phase::Quiescing,
                deadline,
                ends: now.saturating_add(deadline),
            });
        }
    }
}
