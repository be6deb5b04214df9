//! Which addresses can be one host's.

use core::net::IpAddr;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// clients connect to it
    Vip,
    /// packets are sent to it; may be this machine (`127.0.0.1`)
    Server,
    /// a neighbour, or this machine as neighbours know it; over IPv6 by its link-local address as a rule
    Router,
}

/// Why an address is no host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoHost {
    /// what it is in truth: "this is a multicast group"
    pub why: &'static str,
    /// what to write in its place
    pub help: &'static str,
}

/// Why no single host can have `address` in this role; none where one can.
pub fn why_not(address: IpAddr, role: Role) -> Option<NoHost> {
    let why = what_it_is(address, role)?;
    let help = match (role, address) {
        (_, IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => "write the IPv4 address itself",
        (Role::Vip, _) => "write the one address that clients connect to",
        (Role::Server, _) => "write the server's own address",
        (Role::Router, _) => "write the address that the router has on that network",
    };
    Some(NoHost { why, help })
}

fn what_it_is(address: IpAddr, role: Role) -> Option<&'static str> {
    if address.is_unspecified() {
        return Some("this stands for every address of a machine");
    }
    if address.is_multicast() {
        return Some("this is a multicast group");
    }
    if role != Role::Server && address.is_loopback() {
        return Some("this is reached only from the same machine");
    }
    match address {
        IpAddr::V4(v4) if v4.is_broadcast() => Some("this is the broadcast address"),
        IpAddr::V4(v4) if v4.octets().first() == Some(&0) => Some("0.0.0.0/8 is reserved"),
        IpAddr::V4(v4) if v4.octets().first().is_some_and(|byte| *byte >= 240) => {
            Some("240.0.0.0/4 is reserved")
        }
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Some("this is an IPv4 address in IPv6 clothes"),
        IpAddr::V6(_) if is_link_local(address) && role != Role::Router => {
            Some("this is valid on one link only")
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// Whether it is a link-local IPv6 address, which routers are reached by (RFC 9568 section 5.2.9).
#[must_use]
pub const fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// `network address` or `broadcast address`, where an IPv4 address is one of its subnet, which no host can have. A /31 has neither
/// (RFC 3021), nor has a /32, nor IPv6.
#[must_use]
pub fn edge_of_subnet(address: IpAddr, prefix: u8) -> Option<&'static str> {
    let IpAddr::V4(address) = address else { return None };
    let hosts = u32::MAX.checked_shr(u32::from(prefix)).filter(|_| prefix < 31)?;
    match address.to_bits() & hosts {
        0 => Some("network address"),
        bits if bits == hosts => Some("broadcast address"),
        _ => None,
    }
}
