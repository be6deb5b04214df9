//! A router as status shows it.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::{Counters, Holding, Interval, Priority, Reason, Report, Settings, State};

/// What there is to know about one router.
#[derive(Debug)]
pub struct View<'a> {
    /// as configured
    pub settings: &'a Settings,
    /// where it stands
    pub state: State,
    /// when it came into that state, since the daemon's start
    pub since: Duration,
    /// why
    pub reason: &'a Reason,
    /// what it advertises, or would: the configured priority moved by tracking
    pub priority: Priority,
    /// source address of its adverts
    pub source: Option<IpAddr>,
    /// who is master, with the priority of its last advert: itself while master, otherwise whoever was heard last and
    /// has not said that it stops
    pub master: Option<(IpAddr, u8)>,
    /// interval of the master's adverts: learned, or its own
    pub master_interval: Interval,
    /// what was last said about its addresses
    pub holding: Holding,
    /// counters
    pub counters: &'a Counters,
    /// what keeps it out of the election, interface first
    pub faults: Vec<String>,
    /// the last report of each of `settings.tracks`
    pub reports: &'a [Report],
    /// it is no longer configured and hands over
    pub removed: bool,
}
