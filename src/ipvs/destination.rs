//! Destinations: the real servers of a virtual service.

use core::fmt;
use core::net::{IpAddr, SocketAddr};

/// What identifies a destination within its service. Its family may differ from the service's (tunnels).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DestinationKey {
    /// the RIP
    pub address: IpAddr,
    /// port in host order; with direct routing and tunnels the service's own
    pub port: u16,
}

impl fmt::Display for DestinationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// A destination's weight, 0 to 2,147,483,647 (`INT_MAX`, the kernel keeps an `int`). 0 is "quiesced": no new
/// connections, established ones go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u32);

impl Weight {
    /// No new connections.
    pub const QUIESCED: Self = Self(0);
    /// The largest weight the kernel takes.
    pub const MAX: u32 = i32::MAX as u32;

    /// None above [`Self::MAX`].
    pub const fn new(weight: u32) -> Option<Self> {
        if weight <= Self::MAX { Some(Self(weight)) } else { None }
    }

    /// The weight as a number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// How packets reach the destination (`IP_VS_CONN_F_FWD_MASK`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forward {
    /// NAT (`IP_VS_CONN_F_MASQ` 0)
    Nat,
    /// The destination is this machine (`IP_VS_CONN_F_LOCALNODE` 1); the kernel chooses it by itself.
    Local,
    /// Tunnel (`IP_VS_CONN_F_TUNNEL` 2)
    Tunnel(Tunnel),
    /// Direct routing (`IP_VS_CONN_F_DROUTE` 3)
    Direct,
    /// Cache bypass (`IP_VS_CONN_F_BYPASS` 4), made by the kernel only.
    Bypass,
}

/// How a tunnel wraps packets (`IPVS_DEST_ATTR_TUN_*`, Linux 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tunnel {
    /// encapsulation
    pub kind: TunnelKind,
    /// UDP port of a GUE tunnel, 0 otherwise
    pub port: u16,
    /// checksum of GUE and GRE headers
    pub checksum: Checksum,
}

/// `IP_VS_CONN_F_TUNNEL_TYPE_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TunnelKind {
    /// IP in IP, the only one before Linux 5.2
    #[default]
    Ipip,
    /// generic UDP encapsulation
    Gue,
    /// generic routing encapsulation
    Gre,
}

/// `IP_VS_TUNNEL_ENCAP_FLAG_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checksum {
    /// no checksum (`NOCSUM` 0)
    #[default]
    None,
    /// checksum (`CSUM` 1)
    Full,
    /// remote checksum offload, GUE only (`REMCSUM` 2)
    Remote,
}

/// A destination's settings: everything about it but its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// how packets reach it
    pub forward: Forward,
    /// its share of new connections
    pub weight: Weight,
    /// upper connection threshold, 0 is none: above it no new connections
    pub upper_threshold: u32,
    /// lower connection threshold, 0 is "three quarters of the upper": below it new connections again
    pub lower_threshold: u32,
}
