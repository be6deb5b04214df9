//! What was counted, since the router was configured.

use core::net::IpAddr;
use core::time::Duration;

use crate::Refused;

/// Counters of one router (RFC 9568 section 7.1 asks for most of them). Each only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// adverts sent, those with priority 0 included; one for all unicast peers together
    pub adverts_sent: u64,
    /// adverts accepted, those with priority 0 included
    pub adverts_received: u64,
    /// how often it became master
    pub became_master: u64,
    /// "I stop" sent
    pub priority_zero_sent: u64,
    /// "I stop" accepted
    pub priority_zero_received: u64,
    /// adverts of another master, heard while master
    pub rivals_heard: u64,
    /// the last packet that was refused: why, from whom, when
    pub last_refused: Option<(Refused, IpAddr, Duration)>,
    refusals: Refusals,
}

impl Counters {
    /// Packets refused for that reason.
    pub fn refused(&self, reason: Refused) -> u64 {
        self.refusals.get(reason)
    }

    /// Packets refused, by reason; those that were never seen included.
    pub const fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    pub(crate) fn refuse(&mut self, reason: Refused, source: IpAddr, now: Duration) {
        self.refusals.add(reason);
        self.last_refused = Some((reason, source, now));
    }
}

/// Refused packets, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals([u64; Refused::ALL.len()]);

impl Refusals {
    /// How many for that reason.
    pub fn get(&self, reason: Refused) -> u64 {
        self.iter().find(|(which, _)| *which == reason).map_or(0, |(_, count)| count)
    }

    /// Every reason with its count, in the order of [`Refused::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Refused, u64)> {
        Refused::ALL.into_iter().zip(self.0)
    }

    pub(crate) fn add(&mut self, reason: Refused) {
        let count = Refused::ALL.into_iter().zip(&mut self.0).find(|(which, _)| *which == reason);
        if let Some((_, count)) = count {
            *count = count.saturating_add(1);
        }
    }
}
