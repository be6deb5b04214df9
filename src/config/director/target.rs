//! Where packets go and how: address, port and forwarding of real servers and sorry servers.

use alloc::collections::BTreeSet;
use core::net::IpAddr;

use ipvs::{Checksum, DestinationKey, Family, Forward, ServiceKey, Tunnel, TunnelKind};

use super::address::Held;
use crate::read::{AddressPort, Keys, Report, Role, Table, choice, host};
use crate::text::Entry;

pub(super) const TUNNEL: Keys = Keys { name: "`tunnel`", known: &["type", "port", "checksum"], foreign: &[] };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Direct,
    Nat,
    Tunnel,
}

/// `forward` and `tunnel` of a table.
pub(super) fn forward(table: Table<'_>, default: Forward, report: &mut Report<'_>) -> Option<Forward> {
    let method = match table.get("forward") {
        Some(entry) => {
            let words = [("dr", Method::Direct), ("nat", Method::Nat), ("tun", Method::Tunnel)];
            choice(entry, &words, report)?
        }
        None => method(default),
    };
    let inherited = match default {
        Forward::Tunnel(tunnel) => tunnel,
        Forward::Nat | Forward::Local | Forward::Direct | Forward::Bypass => Tunnel::default(),
    };
    match (method, table.get("tunnel")) {
        (Method::Tunnel, Some(entry)) => Some(Forward::Tunnel(tunnel(entry, report)?)),
        (Method::Tunnel, None) => Some(Forward::Tunnel(inherited)),
        (Method::Direct | Method::Nat, Some(entry)) => {
            report
                .error(entry.key_place(), "`tunnel` without a tunnel")
                .help("write `forward = \"tun\"` beside it, or leave it away");
            None
        }
        (Method::Direct, None) => Some(Forward::Direct),
        (Method::Nat, None) => Some(Forward::Nat),
    }
}

const fn method(forward: Forward) -> Method {
    match forward {
        Forward::Nat => Method::Nat,
        Forward::Tunnel(_) => Method::Tunnel,
        Forward::Direct | Forward::Local | Forward::Bypass => Method::Direct,
    }
}

fn tunnel(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Tunnel> {
    let table = Table::open(entry, &TUNNEL, report)?;
    let kind = match table.get("type") {
        Some(entry) => {
            let words = [("ipip", TunnelKind::Ipip), ("gue", TunnelKind::Gue), ("gre", TunnelKind::Gre)];
            choice(entry, &words, report)?
        }
        None => TunnelKind::Ipip,
    };
    let port = match table.get("port") {
        Some(entry) => entry.number(1..=65_535, report)?,
        None => 0,
    };
    let checksum = match table.get("checksum") {
        Some(entry) => {
            let words = [("none", Checksum::None), ("full", Checksum::Full), ("remote", Checksum::Remote)];
            choice(entry, &words, report)?
        }
        None => Checksum::None,
    };
    let (wrong, help) = match (kind, port, checksum) {
        (TunnelKind::Gue, 0, _) => ("a GUE tunnel needs a UDP port", "add `port = 6080`"),
        (TunnelKind::Ipip | TunnelKind::Gre, 1.., _) => {
            ("only a GUE tunnel has a port", "leave `port` away, or write `type = \"gue\"`")
        }
        (TunnelKind::Ipip, _, Checksum::Full | Checksum::Remote) => {
            ("an IPIP tunnel has no checksum", "leave `checksum` away, or write `type = \"gue\"`")
        }
        (TunnelKind::Gre, _, Checksum::Remote) => {
            ("a GRE tunnel has no remote checksum", "write `checksum = \"full\"`")
        }
        _ => return Some(Tunnel { kind, port, checksum }),
    };
    report.error(entry.place(), wrong).help(help);
    None
}

/// The service that a server belongs to, as far as it could be read.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) key: Option<ServiceKey>,
    /// the addresses of all services of a list; empty for a single one
    pub(super) vips: &'a BTreeSet<IpAddr>,
    pub(super) held: &'a Held,
}

/// The address and port of a server, checked against its service.
pub(super) fn destination_key(
    entry: Entry<'_>,
    of: Of<'_>,
    forward: Option<Forward>,
    report: &mut Report<'_>,
) -> Option<DestinationKey> {
    let AddressPort { address, port } = AddressPort::read(entry, report)?;
    let address = host(entry, address, Role::Server, report)?;
    if let Some(first) = of.held.get(&address) {
        let line = report.line(first.at);
        report
            .error(entry.place(), format_args!("{address} is held by this director itself"))
            .label("packets to it never leave this machine")
            .help(format_args!("it is in {} in line {line}: write the server's own address", first.section));
        return None;
    }
    let key = of.key?;
    let is_vip = matches!(key, ServiceKey::Address { address: vip, .. } if vip == address);
    if is_vip || of.vips.contains(&address) {
        report
            .error(entry.place(), format_args!("{address} is the service's own address"))
            .label("packets would come back to the director")
            .help("write the server's own address");
        return None;
    }
    check_family(entry, address, key.family(), forward, report)?;
    let port = check_port(entry, port, key, forward?, report)?;
    Some(DestinationKey { address, port })
}

fn check_family(
    entry: Entry<'_>,
    address: IpAddr,
    service: Family,
    forward: Option<Forward>,
    report: &mut Report<'_>,
) -> Option<()> {
    let tunnelled = forward.is_none_or(|forward| matches!(forward, Forward::Tunnel(_)));
    if Family::of(&address) == service || tunnelled {
        return Some(());
    }
    let (server, service) = match service {
        Family::V6 => ("IPv4", "IPv6"),
        Family::V4 => ("IPv6", "IPv4"),
    };
    report
        .error(entry.place(), format_args!("an {server} server for an {service} service"))
        .label(format_args!("an {server} address"))
        .help(format_args!(
            "write the server's {service} address; only `forward = \"tun\"` crosses families"
        ));
    None
}

fn check_port(
    entry: Entry<'_>,
    port: Option<u16>,
    key: ServiceKey,
    forward: Forward,
    report: &mut Report<'_>,
) -> Option<u16> {
    let service = match key {
        ServiceKey::Address { port, .. } => port,
        ServiceKey::Fwmark { .. } => 0,
    };
    let port = port.unwrap_or(service);
    let kept = match forward {
        Forward::Nat => return Some(port),
        Forward::Tunnel(_) => "a tunnel",
        Forward::Direct | Forward::Local | Forward::Bypass => "direct routing",
    };
    if port == service {
        return Some(port);
    }
    let draft = report.error(entry.place(), format_args!("{kept} cannot change the port"));
    if service == 0 {
        draft
            .label("the service has no port of its own")
            .help("leave the port away; a check's port is written in `check`");
    } else {
        draft.label(format_args!("the service has port {service}")).help(format_args!(
            "leave the port away and let the server listen on {service}, or write `forward = \"nat\"`"
        ));
    }
    None
}
