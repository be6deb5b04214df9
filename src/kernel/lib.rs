//! What the kernel holds, read and written: the only room with netlink, `/proc/sys` and module loading.
//!
//! It decides nothing: the pure rooms compare and plan, this one observes and applies.

pub mod address;
mod genl;
pub mod ipvs;
pub mod sockets;
pub mod sysctl;
