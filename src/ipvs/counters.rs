//! What the kernel counted.

use alloc::collections::BTreeMap;

use crate::{DestinationKey, ServiceKey, Weight};

/// Counters of the whole table, by service.
pub type Counters = BTreeMap<ServiceKey, ServiceCounters>;

/// Counters of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceCounters {
    /// the service's own, which outlive its destinations
    pub stats: Stats,
    /// by destination
    pub destinations: BTreeMap<DestinationKey, DestinationCounters>,
}

/// Counters of one destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DestinationCounters {
    /// its weight at that moment
    pub weight: Weight,
    /// entries in the connection table
    pub connections: Connections,
    /// traffic
    pub stats: Stats,
}

/// Entries of a destination in the connection table. With direct routing and tunnels the director sees one
/// direction only, so an entry stays active until its idle time or the client's FIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// established
    pub active: u32,
    /// in any other state
    pub inactive: u32,
    /// persistence templates
    pub persistent: u32,
}

/// Traffic since the service or destination was made or zeroed, and its rates as the kernel's estimator has them
/// (0 with `run_estimation=0`). The estimator brings all of these up to date every two seconds. 64 bits wide since Linux 4.1; 32 bits that wrap round before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// connections scheduled
    pub connections: u64,
    /// packets from clients
    pub packets_in: u64,
    /// packets to clients; 0 with direct routing and tunnels
    pub packets_out: u64,
    /// bytes from clients
    pub bytes_in: u64,
    /// bytes to clients; 0 with direct routing and tunnels
    pub bytes_out: u64,
    /// connections a second
    pub connections_per_s: u64,
    /// packets from clients a second
    pub packets_in_per_s: u64,
    /// packets to clients a second
    pub packets_out_per_s: u64,
    /// bytes from clients a second
    pub bytes_in_per_s: u64,
    /// bytes to clients a second
    pub bytes_out_per_s: u64,
}
