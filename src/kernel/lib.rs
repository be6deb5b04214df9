//! What the kernel holds, read and written: the only room with netlink, raw sockets, `/proc/sys` and module
//! loading.
//!
//! It decides nothing: the pure rooms compare and plan, this one observes and applies.

pub mod address;
pub mod arp;
pub mod connections;
mod genl;
pub mod ipvs;
mod raw;
pub mod realtime;
pub mod sockets;
pub mod survey;
pub mod sysctl;
pub mod vrrp;
pub mod ways;
pub mod written;
