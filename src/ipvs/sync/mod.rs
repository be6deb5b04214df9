//! The kernel's protocol between sync daemons, version 1 (`net/netfilter/ipvs/ip_vs_sync.c`), as bytes: what a director
//! sends so that another one's backup daemon learns of connections.
//!
//! The kernel's own master daemon tells of a connection only when packets of it arrive; a director that was away learns
//! nothing of the idle ones.

mod message;
mod route;

use core::net::IpAddr;

pub use message::{Messages, messages};
pub use route::Routes;

/// The group and port that the kernel's daemons use unless told otherwise (`IP_VS_SYNC_GROUP`, `IP_VS_SYNC_PORT`).
pub const DEFAULT_GROUP: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(224, 0, 0, 81));
/// See [`DEFAULT_GROUP`].
pub const DEFAULT_PORT: u16 = 8848;

/// A connection as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// IP protocol number; 0 in the template of a firewall mark
    pub protocol: u8,
    /// the addresses, all of one family
    pub addresses: Addresses,
    /// client's, service's and destination's port
    pub ports: [u16; 3],
    /// `IP_VS_CONN_F_*`
    pub flags: u32,
    /// `IP_VS_TCP_S_*`, `IP_VS_SCTP_S_*`, `IP_VS_CTPL_S_*`
    pub state: u16,
    /// by which the other side finds the service; 0: by address and port
    pub mark: u32,
    /// seconds until the other side forgets it unless packets or messages come
    pub timeout_s: u32,
}

/// Client, service and destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// IPv4
    V4([core::net::Ipv4Addr; 3]),
    /// IPv6
    V6([core::net::Ipv6Addr; 3]),
}
