//! Which addresses can be one host's.

use core::net::IpAddr;

use crate::read::Report;
use crate::text::Entry;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// clients connect to it
    Vip,
    /// packets are sent to it; may be this machine (`127.0.0.1`)
    Server,
    /// a neighbour, or this machine as neighbours know it; over IPv6 by its link-local address as a rule
    Router,
}

/// Passes an address that a single host can have, reports any other.
pub(crate) fn host(entry: Entry<'_>, address: IpAddr, role: Role, report: &mut Report<'_>) -> Option<IpAddr> {
    let why = why_not(address, role);
    let Some(why) = why else { return Some(address) };
    let help = match (role, address) {
        (_, IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => "write the IPv4 address itself",
        (Role::Vip, _) => "write the one address that clients connect to",
        (Role::Server, _) => "write the server's own address",
        (Role::Router, _) => "write the address that the router has on that network",
    };
    report.error(entry.place(), format_args!("{address} is no host address")).label(why).help(help);
    None
}

fn why_not(address: IpAddr, role: Role) -> Option<&'static str> {
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
        IpAddr::V6(v6) if v6.is_unicast_link_local() && role != Role::Router => {
            Some("this is valid on one link only")
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}
