//! The generic-netlink family `IPVS` as bytes, both ways: `include/uapi/linux/ip_vs.h` and
//! `net/netfilter/ipvs/ip_vs_ctl.c`.
//!
//! Ports are big-endian, so is an IPv4 netmask; an IPv6 netmask is a prefix length; marks, times, weights and
//! families are in host order. Attributes nobody knows are skipped, and nothing that is received can panic.

mod address;
mod attribute;
mod control;
mod destination;
mod error;
mod message;
mod number;
mod request;
mod service;
mod stats;

pub use control::{decode_daemon, decode_family_id, decode_info, decode_timeouts};
pub use destination::{DestinationEntry, decode_destination};
pub use error::{DecodeError, Needed};
pub use message::{Content, Message, Messages};
pub use request::{Request, encode_family_request};
pub use service::{ServiceEntry, decode_service};
