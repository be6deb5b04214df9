//! IPVS as values: virtual services, destinations, the table they form, the ordered changes between two
//! tables, and the generic-netlink messages (family `IPVS`, version 1) as bytes both ways.
//!
//! Names and limits come from `include/uapi/linux/ip_vs.h`. This room never opens a socket, reads a file or
//! asks the time: it is `no_std`.
#![no_std]

extern crate alloc;

mod change;
mod control;
mod counters;
mod destination;
mod diff;
mod parse;
pub mod proc;
mod service;
pub mod sync;
mod table;
pub mod wire;

pub use change::Change;
pub use control::{Daemon, DaemonRole, Info, Timeouts};
pub use counters::{Connections, Counters, DestinationCounters, ServiceCounters, Stats};
pub use destination::{Checksum, Destination, DestinationKey, Forward, Tunnel, TunnelKind, Weight};
pub use diff::{Scope, diff};
pub use parse::InvalidKey;
pub use service::{
    Family, InvalidScheduler, Persistence, Protocol, Scheduler, SchedulerFlags, ServiceKey, ServiceSettings,
};
pub use table::{Service, Table};
