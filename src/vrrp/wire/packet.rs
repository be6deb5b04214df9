//! A received packet, before anything about it is believed.

use core::net::IpAddr;

use crate::Family;

/// The VRRP part of one received IP packet, with what the IP header said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// who sent it
    pub source: IpAddr,
    /// multicast group, or our own address; of the same family as `source`
    pub destination: IpAddr,
    /// TTL or hop limit
    pub ttl: u8,
    /// what follows the IP header
    pub payload: &'a [u8],
}

impl Packet<'_> {
    /// Family of the packet.
    pub const fn family(&self) -> Family {
        Family::of(self.source)
    }
}

/// The VRID at its place (RFC 9568 section 5.1), without any check: it tells whose counter a bad packet belongs to.
/// None when the payload is shorter than two bytes.
pub fn vrid_of(payload: &[u8]) -> Option<u8> {
    payload.get(1).copied()
}
