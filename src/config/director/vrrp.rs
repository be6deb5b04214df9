//! `[[vrrp]]` and what belongs to it: sync groups, tracking, notification.

mod address;
mod announce;
mod fifo;
mod group;
mod notify;
mod print;
mod read;
mod route;
mod router;
mod thing;
mod timing;
mod track;
mod transport;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use ::vrrp::{Announcing, Group, Interval, Password, Priority, Version, Vrid};

pub(super) use print::print;
pub(super) use read::read;
use read::tell_same_names;

/// `[scripts] timeout` where nothing is said.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything about VRRP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VrrpConfig {
    /// `[[vrrp]]`, in the file's order
    pub routers: Vec<RouterConfig>,
    /// `[[sync_group]]`: routers that move together
    pub groups: Vec<SyncGroup>,
    /// `[[track_script]]`
    pub scripts: Vec<TrackScript>,
    /// `[[track_file]]`
    pub files: Vec<TrackFile>,
    /// `[[track_process]]`
    pub processes: Vec<TrackProcess>,
    /// `[scripts] user`: who runs scripts that name nobody; none: root, and then only files that root alone may write
    pub script_user: Option<String>,
    /// `[scripts] timeout`: a notify script that takes longer is killed with all its children, 30 s unless said
    pub notify_timeout: Duration,
    /// `[scripts] fifo`: a named pipe that gets one line for each transition, of routers and of services, in order
    pub notify_fifo: Option<Fifo>,
    /// `[scripts] vrrp_fifo`: one that gets those of routers and groups alone
    pub vrrp_fifo: Option<Fifo>,
    /// `[scripts] lvs_fifo`: one that gets those of services and servers alone
    pub lvs_fifo: Option<Fifo>,
    /// `[realtime] priority`: SCHED_FIFO priority of the advert thread, 1 to 99; none: the usual scheduling
    pub realtime_priority: Option<u8>,
    /// `[realtime] lock_memory`: the daemon's memory is never swapped out; false unless said
    pub lock_memory: bool,
}

impl Default for VrrpConfig {
    /// What holds where the file says nothing.
    fn default() -> Self {
        Self {
            routers: Vec::new(),
            groups: Vec::new(),
            scripts: Vec::new(),
            files: Vec::new(),
            processes: Vec::new(),
            script_user: None,
            notify_timeout: NOTIFY_TIMEOUT,
            notify_fifo: None,
            vrrp_fifo: None,
            lvs_fifo: None,
            realtime_priority: None,
            lock_memory: false,
        }
    }
}

/// One `[[vrrp]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterConfig {
    /// unique name
    pub name: String,
    /// interface of the adverts; may be missing: the router is in fault until it is there
    pub interface: String,
    /// `virtual_router_id`
    pub vrid: Vrid,
    /// `version`: 3 unless said
    pub version: Version,
    /// `priority`: 100 unless said
    pub priority: Priority,
    /// `advert_interval`: version 3 100 ms, version 2 1 s unless said
    pub interval: Interval,
    /// `preempt`: true unless said
    pub preempt: bool,
    /// `preempt_delay`: none unless said, up to 1000 s
    pub preempt_delay: Duration,
    /// `auth = { type = "pass", password = "1111" }`, version 2 only
    pub password: Option<Password>,
    /// `addresses`: in the adverts, all of one family, that of the adverts; at least one
    pub addresses: Vec<VirtualAddress>,
    /// `excluded_addresses`: held like the others and of any family, but not in the adverts
    pub excluded: Vec<VirtualAddress>,
    /// `routes`: there while this director is master
    pub routes: Vec<VirtualRoute>,
    /// `unicast_peers`: adverts go to these instead of the multicast group
    pub peers: Vec<IpAddr>,
    /// `source`: source address of the adverts; none: the interface's first
    pub source: Option<IpAddr>,
    /// `multicast_group`: 224.0.0.18 or ff02::12 unless said
    pub group: Option<IpAddr>,
    /// `check_addresses`: adverts with another address list are refused; true unless said
    pub check_addresses: bool,
    /// `pseudo_header`: version 3 over IPv4, checksum with pseudo-header; true unless said
    pub pseudo_header: bool,
    /// `announce = { repeat = 5, delay = "5s", refresh = "60s", refresh_repeat = 1, rival_delay = "5s", rival_repeat = 5 }`
    pub announcing: Announcing,
    /// `track_interfaces`
    pub track_interfaces: Vec<Tracked>,
    /// `track_scripts`, by name of a `[[track_script]]`
    pub track_scripts: Vec<Tracked>,
    /// `track_files`, by name of a `[[track_file]]`
    pub track_files: Vec<Tracked>,
    /// `track_processes`, by name of a `[[track_process]]`
    pub track_processes: Vec<Tracked>,
    /// `track_services`, by name of a `[[service]]`: up while it has its quorum
    pub track_services: Vec<Tracked>,
    /// `notify`
    pub notify: Notify,
    /// `alert`: mail at transitions; as `[mail] about` unless said
    pub alert: bool,
}

/// A named pipe: `"/path"` or `{ path = "/path", reader = ["/program", …] }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fifo {
    /// full path
    pub path: String,
    /// program that reads it, started with the director, with the pipe's path appended; none where empty
    pub reader: Vec<String>,
}

/// A name of something tracked, with its weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// interface, script, file, process or service
    pub name: String,
    /// -253 to 253; 0 (unless said): fault while it is down
    pub weight: i16,
}

/// An address that moves with a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualAddress {
    /// the VIP
    pub address: IpAddr,
    /// /32 or /128 unless said
    pub prefix: u8,
    /// the interface that holds it; the router's unless said
    pub interface: String,
    /// `IFA_LABEL`, IPv4 only
    pub label: Option<String>,
    /// `scope`: global unless said; IPv4 only
    pub scope: host::Scope,
}

/// A route that is there while the router is master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualRoute {
    /// destination and prefix length; "default" is 0.0.0.0/0
    pub to: (IpAddr, u8),
    /// gateway
    pub via: Option<IpAddr>,
    /// interface; one of `via` and `interface` is given
    pub interface: Option<String>,
    /// preferred source address
    pub source: Option<IpAddr>,
    /// routing table; none: main
    pub table: Option<u32>,
    /// metric; none: 0
    pub metric: Option<u32>,
}

/// `[[sync_group]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncGroup {
    /// name and members
    pub group: Group,
    /// `notify` of the group as a whole
    pub notify: Notify,
    /// `alert`: mail at transitions; as `[mail] about` unless said
    pub alert: bool,
}

/// Commands that are run at transitions: a program with a full path, and its arguments; none where empty.
/// What keepalived's scripts get is appended: `INSTANCE` or `GROUP`, the name, `MASTER`, `BACKUP`, `FAULT` or `STOP`, the priority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    /// at every transition
    pub any: Vec<String>,
    /// became master
    pub master: Vec<String>,
    /// became backup
    pub backup: Vec<String>,
    /// went into fault
    pub fault: Vec<String>,
    /// the director stops
    pub stop: Vec<String>,
}

/// `[[track_script]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackScript {
    /// unique name
    pub name: String,
    /// program with a full path, and its arguments
    pub command: Vec<String>,
    /// `interval`: 1 s unless said
    pub interval: Duration,
    /// `timeout`: the interval unless said
    pub timeout: Duration,
    /// `rise`: successes in a row that bring it up; 1 unless said
    pub rise: u32,
    /// `fall`: failures in a row that take it down; 1 unless said
    pub fall: u32,
    /// `user`: `[scripts] user` unless said
    pub user: Option<String>,
    /// `initially`: "up" unless said, what counts before its first result
    pub initially_up: bool,
}

/// `[[track_file]]`: the number in a file, as an operator or a script writes it. Missing, empty or no number is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackFile {
    /// unique name
    pub name: String,
    /// full path
    pub path: String,
    /// `interval`: how often it is read, 1 s unless said
    pub interval: Duration,
}

/// `[[track_process]]`: up while enough processes of that name run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackProcess {
    /// unique name
    pub name: String,
    /// `process`: as in `/proc/PID/comm`, at most 15 bytes
    pub process: String,
    /// `minimum`: 1 unless said
    pub minimum: u32,
    /// `interval`: how often it is looked for, 1 s unless said
    pub interval: Duration,
}

/// Where the IPVS table is installed (`ipvs_on`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IpvsOn {
    /// on every director, so that a backup can take over at once
    #[default]
    All,
    /// a service only while the router that holds its address is master here, services without such a router (fwmark) while any
    /// is: two machines that are director and real server at once send each other no packets in circles
    Master,
}

/// The tables that the example file explains.
#[cfg(test)]
pub(super) const TABLES: [crate::read::Keys; 14] = [
    router::VRRP,
    timing::AUTH,
    address::ADDRESS,
    route::ROUTE,
    announce::ANNOUNCE,
    track::TRACKED,
    notify::NOTIFY,
    group::GROUP,
    thing::SCRIPT,
    thing::FILE,
    thing::PROCESS,
    read::SCRIPTS,
    fifo::FIFO,
    read::REALTIME,
];
