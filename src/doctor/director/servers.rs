//! Real servers, as far as this host can tell.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use ipvs::{Forward, ServiceKey};

use super::Sight;
use crate::{Finding, Seen, Unseen};

pub(super) const ON_LINK: &str = "server-on-link";
pub(super) const SILENT: &str = "server-answers";
pub(super) const PORT: &str = "server-port";

/// Findings of one kind at most: a thousand servers behind one wrong route are one mistake.
const MOST: usize = 16;

/// Direct routing writes a hardware address: between this host and its servers there is no router.
pub(super) fn on_link(sight: Sight<'_>) -> Vec<Finding> {
    let servers = sight.direct_servers();
    if servers.is_empty() {
        return vec![Finding::not_applicable(ON_LINK, "", "no service has direct routing")];
    }
    let wrong: Vec<Finding> =
        servers.iter().filter_map(|server| off_link(sight, *server)).take(MOST).collect();
    if wrong.is_empty() {
        return vec![Finding::fine(
            ON_LINK,
            "",
            format!("no router is between this host and its servers ({})", servers.len()),
        )];
    }
    wrong
}

fn off_link(sight: Sight<'_>, server: IpAddr) -> Option<Finding> {
    let subject = server.to_string();
    let see = format!("ip route get {server}");
    match sight.own.ways.get(&server)? {
        Err(why) => {
            let what = format!("there is no way to it: {why}");
            let cure = format!("# give this host an address in the subnet of {server}");
            Some(Finding::wrong(ON_LINK, subject, what, [see, cure]))
        }
        Ok(way) => {
            let via = way.via?;
            let what =
                format!("is behind the gateway {via}: direct routing reaches only hosts on the same link");
            let cure = format!(
                "# give this host an address in the subnet of {server}, or write `forward = \"tun\"` or \"nat\""
            );
            Some(Finding::wrong(ON_LINK, subject, what, [see, cure]))
        }
    }
}

/// Real servers that nobody hears.
pub(super) fn silent(sight: Sight<'_>) -> Vec<Finding> {
    let servers = sight.direct_servers();
    let asked: Vec<(IpAddr, bool)> = servers.iter().filter_map(|server| answers(sight, *server)).collect();
    if asked.is_empty() {
        return vec![not_asked(sight, &servers)];
    }
    let silent: BTreeSet<IpAddr> =
        asked.iter().filter(|(_, answers)| !answers).map(|(server, _)| *server).collect();
    if silent.is_empty() {
        return vec![Finding::fine(
            SILENT,
            "",
            format!("every real server answers on its link ({})", asked.len()),
        )];
    }
    silent.iter().take(MOST).map(|server| unheard(sight, *server)).collect()
}

fn not_asked(sight: Sight<'_>, servers: &BTreeSet<IpAddr>) -> Finding {
    let unseen =
        servers.iter().find_map(|server| match sight.own.claims.get(&sight.towards(*server)?.interface)? {
            Seen::Unseen(unseen) => Some(unseen),
            Seen::Known(_) => None,
        });
    match unseen {
        Some(unseen) => Finding::unknown(SILENT, "", unseen),
        None => Finding::not_applicable(
            SILENT,
            "",
            "no real server with direct routing is on a link of this host",
        ),
    }
}

/// None: it was not asked.
fn answers(sight: Sight<'_>, server: IpAddr) -> Option<(IpAddr, bool)> {
    let claims = sight.own.claims.get(&sight.towards(server)?.interface)?.known()?;
    Some((server, !claims.get(&server)?.is_empty()))
}

fn unheard(sight: Sight<'_>, server: IpAddr) -> Finding {
    let interface = sight.towards(server).map(|way| way.interface.as_str()).unwrap_or_default();
    let protocol = if server.is_ipv4() { "ARP" } else { "neighbour discovery" };
    let why = format!("did not answer {protocol} on {interface}: it is off, or on another link");
    let how = if server.is_ipv4() {
        format!("arping -c 3 -I {interface} {server}")
    } else {
        format!("ping -c 3 -I {interface} {server}")
    };
    Finding::unknown(SILENT, server.to_string(), &Unseen { why, how })
}

/// A packet that nobody rewrites arrives with the service's port.
pub(super) fn ports(sight: Sight<'_>) -> Vec<Finding> {
    let mut wrong: Vec<Finding> = Vec::new();
    for service in &sight.config.services {
        let ServiceKey::Address { port, .. } = service.key else { continue };
        let direct = service.reals.iter().filter(|real| real.destination.forward != Forward::Nat);
        wrong.extend(
            direct
                .filter(|real| real.key.port != port)
                .map(|real| other_port(sight, &service.name, port, &real.key.to_string())),
        );
    }
    wrong.truncate(MOST);
    if wrong.is_empty() {
        return vec![Finding::fine(PORT, "", "each real server has its service's port, or NAT")];
    }
    wrong
}

fn other_port(sight: Sight<'_>, service: &str, port: u16, real: &str) -> Finding {
    let what =
        format!("is another port than {port} of the service {service}: without NAT packets arrive at {port}");
    let cure: String = format!("# in {}: write port {port}, or `forward = \"nat\"`", sight.own.path);
    Finding::wrong(PORT, real, what, [cure])
}
