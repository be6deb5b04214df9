//! What `lvs-director status` and `/v1/status` tell of VRRP and of held addresses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VrrpStatus {
    /// every virtual router, in the file's order; one that is leaving after a reload comes last
    pub routers: Vec<RouterStatus>,
    /// the `[[address]]` sections
    pub addresses: Vec<AddressStatus>,
    /// packets that belong to no virtual router of ours, by the reason's word
    pub unknown: BTreeMap<String, u64>,
    /// longest time that a timer of the adverts was late since the start, microseconds
    pub latest_us: u64,
    /// lines for the named pipe of notification that were dropped because nobody read it
    pub fifo_lines_dropped: u64,
    /// what keeps the whole from working
    pub error: Option<String>,
}

/// An address that the director holds itself (`[[address]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressStatus {
    /// with its prefix length
    pub address: String,
    /// where it belongs
    pub interface: String,
    /// whether it is there
    pub held: bool,
    /// why it is not
    pub error: Option<String>,
    /// other hosts that say they have it
    #[serde(default)]
    pub duplicates: Vec<DuplicateStatus>,
}

/// A virtual router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouterStatus {
    /// as configured
    pub name: String,
    /// of its adverts
    pub interface: String,
    /// 2 or 3
    pub version: u8,
    /// 1 to 255
    pub virtual_router_id: u8,
    /// init, fault, backup, master or leaving
    pub state: String,
    /// since when, RFC 3339
    pub since: String,
    /// of the last transition
    pub reason: String,
    /// as configured
    pub priority: u8,
    /// as tracking makes it
    pub effective_priority: u8,
    /// who is master, as far as it is known here; ourselves included
    pub master: Option<MasterStatus>,
    /// source address of its adverts
    pub source: Option<String>,
    /// as configured
    pub advert_interval_ms: u64,
    /// as the master says (version 3)
    pub master_interval_ms: u64,
    /// in the adverts and excluded ones
    pub addresses: Vec<VipStatus>,
    /// virtual routes that cannot be put, and why
    pub route_errors: Vec<String>,
    /// why it is in fault
    pub faults: Vec<String>,
    /// what it follows
    pub tracks: Vec<TrackStatus>,
    /// adverts sent
    pub adverts_sent: u64,
    /// adverts received and not refused
    pub adverts_received: u64,
    /// times it became master
    pub became_master: u64,
    /// adverts sent that say that it stops
    pub priority_zero_sent: u64,
    /// adverts received that say that the master stops
    pub priority_zero_received: u64,
    /// adverts of others heard while master
    pub rivals_heard: u64,
    /// refused packets by the reason's word; reasons that never occurred are left out
    pub refused: BTreeMap<String, u64>,
    /// the newest of them
    pub last_refused: Option<RefusedStatus>,
    /// other hosts that say they have one of its addresses: all of them while it is master, those that are not the master while it
    /// is a backup
    pub duplicates: Vec<DuplicateStatus>,
    /// its sync group
    pub group: Option<String>,
    /// why its adverts do not leave
    pub error: Option<String>,
}

/// The master of a virtual router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterStatus {
    /// source of its adverts
    pub address: String,
    /// in its adverts
    pub priority: u8,
}

/// An address that moves with a virtual router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VipStatus {
    /// with its prefix length
    pub address: String,
    /// where it belongs
    pub interface: String,
    /// whether it is there
    pub held: bool,
    /// why it is not, though it should be
    pub error: Option<String>,
}

/// Something tracked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackStatus {
    /// `interface eth1`, `script chk_http`
    pub what: String,
    /// `up`, `down`, or a number
    pub report: String,
    /// 0: the router is in fault while it is down
    pub weight: i16,
    /// what was found last, in words; may be empty
    pub detail: String,
}

/// A refused packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedStatus {
    /// the reason's word
    pub reason: String,
    /// source address
    pub from: String,
    /// RFC 3339
    pub at: String,
}

/// Another host that says it has an address which is ours, or the master's: mostly a real server that answers ARP for a VIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateStatus {
    /// the address
    pub address: String,
    /// of the other host
    pub mac: String,
    /// of the other host, by this one's neighbour table, at most four; empty where it is not known there
    #[serde(default)]
    pub ips: Vec<String>,
    /// RFC 3339
    pub since: String,
    /// when it was heard last, RFC 3339
    pub last: String,
}
