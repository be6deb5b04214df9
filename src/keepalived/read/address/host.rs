//! Which addresses can be one host's.

use core::net::{IpAddr, Ipv4Addr};

use crate::report::Report;
use crate::source::Place;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum Role {
    /// clients connect to it
    Vip,
    /// packets are sent to it; may be this machine (`127.0.0.1`)
    Server,
    /// a neighbour, or this machine as neighbours know it
    Router,
}

/// Reports an address that no single host can have; answers whether it did.
pub(in crate::read) fn tell_no_host(place: Place, address: IpAddr, role: Role, report: &mut Report) -> bool {
    let Some(why) = why_not(address, role) else { return false };
    let help = match (role, address) {
        (_, IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => "write the IPv4 address itself",
        (Role::Vip, _) => "write the one address that clients connect to",
        (Role::Server, _) => "write the server's own address",
        (Role::Router, _) => "write the address that the router has on that network",
    };
    report.error(place, format_args!("{address} is no host address")).label(why).help(help);
    true
}

fn why_not(address: IpAddr, role: Role) -> Option<&'static str> {
    if address.is_unspecified() {
        return Some("this stands for every address of a machine");
    }
    if address.is_multicast() {
        return Some("this is a multicast group");
    }
    if address.is_loopback() && role != Role::Server {
        return Some("this is reached only from the same machine");
    }
    match address {
        IpAddr::V4(v4) if v4.is_broadcast() => Some("this is the broadcast address"),
        IpAddr::V4(v4) if v4.octets().first() == Some(&0) => Some("0.0.0.0/8 is reserved"),
        IpAddr::V4(v4) if v4.octets().first().is_some_and(|byte| *byte >= 240) => {
            Some("240.0.0.0/4 is reserved")
        }
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Some("this is an IPv4 address in IPv6 clothes"),
        IpAddr::V6(v6) if v6.is_unicast_link_local() && role != Role::Router => {
            Some("this is valid on one link only")
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// Network and broadcast address; a /31 has neither (RFC 3021).
pub(super) fn edge_of_subnet(address: IpAddr, prefix: u8) -> Option<&'static str> {
    let IpAddr::V4(address) = address else { return None };
    let hosts = u32::MAX.checked_shr(u32::from(prefix)).filter(|_| prefix < 31)?;
    match Ipv4Addr::from_bits(address.to_bits() & hosts).to_bits() {
        0 => Some("network address"),
        bits if bits == hosts => Some("broadcast address"),
        _ => None,
    }
}
