//! How adverts travel: peers, source, multicast group, and what of received ones is checked.

use alloc::vec::Vec;
use core::net::IpAddr;

use ::vrrp::{Family, Version};

use super::address::{Addresses, word};
use crate::read::{Report, Role, Table, address, host};
use crate::text::Entry;

pub(super) struct Transport {
    pub(super) peers: Vec<IpAddr>,
    pub(super) source: Option<IpAddr>,
    pub(super) group: Option<IpAddr>,
    pub(super) check_addresses: bool,
    pub(super) pseudo_header: bool,
}

pub(super) fn read(
    table: Table<'_>,
    protocol: Option<(Version, Family)>,
    vips: &Addresses,
    report: &mut Report<'_>,
) -> Transport {
    let family = protocol.map(|(_, family)| family);
    let source = table.get("source").and_then(|entry| router(entry, family, vips, report));
    let peers = match table.get("unicast_peers") {
        Some(entry) => peers(entry, family, source, vips, report),
        None => Vec::new(),
    };
    let group = table.get("multicast_group").and_then(|entry| group(entry, family, report));
    if let Some(entry) = table.get("multicast_group").filter(|_| !peers.is_empty()) {
        report
            .error(entry.key_place(), "`multicast_group` beside `unicast_peers`")
            .label("adverts go to the peers alone")
            .help("leave one of the two away");
    }
    if peers.is_empty() {
        warn_of_source(table, source, report);
    }
    let check_addresses =
        table.get("check_addresses").and_then(|entry| entry.boolean(report)).unwrap_or(true);
    let pseudo_header = pseudo_header(table, protocol, report);
    Transport { peers, source, group, check_addresses, pseudo_header }
}

fn peers(
    entry: Entry<'_>,
    family: Option<Family>,
    source: Option<IpAddr>,
    vips: &Addresses,
    report: &mut Report<'_>,
) -> Vec<IpAddr> {
    let mut peers = Vec::new();
    if entry.is_empty_list() {
        report
            .error(entry.place(), "`unicast_peers` is empty")
            .label("nobody would hear the adverts")
            .help("write the other routers' addresses, or leave it away for multicast");
    }
    for one in entry.list("unicast_peers = [\"192.0.2.3\"]", report).into_iter().flatten() {
        let Some(peer) = router(one, family, vips, report) else { continue };
        if source == Some(peer) {
            report
                .error(one.place(), format_args!("{peer} is `source`, this router's own address"))
                .help("write the addresses of the other routers");
        } else if peers.contains(&peer) {
            report.error(one.place(), format_args!("{peer} is listed twice")).help("leave one of the two");
        } else if peers.len() == MOST_PEERS {
            report
                .error(one.place(), format_args!("more than {MOST_PEERS} peers"))
                .help("leave some away: each gets every advert");
            break;
        } else {
            peers.push(peer);
        }
    }
    peers
}

/// As many routers as there are priorities.
const MOST_PEERS: usize = 255;

/// The address of a router on its interface: of the adverts' family, a host's, and none that moves.
fn router(
    entry: Entry<'_>,
    family: Option<Family>,
    vips: &Addresses,
    report: &mut Report<'_>,
) -> Option<IpAddr> {
    let address = address(entry, report)?;
    host(entry, address, Role::Router, report)?;
    check_family(entry, address, family, report)?;
    if vips.holds(address) {
        report
            .error(entry.place(), format_args!("{address} moves with this router"))
            .label("one of its addresses")
            .help("write an address that stays where it is");
        return None;
    }
    Some(address)
}

fn check_family(
    entry: Entry<'_>,
    address: IpAddr,
    family: Option<Family>,
    report: &mut Report<'_>,
) -> Option<()> {
    let Some(family) = family.filter(|family| *family != Family::of(address)) else { return Some(()) };
    report
        .error(entry.place(), format_args!("`{}` takes an {} address", entry.key(), word(family)))
        .label(format_args!("{address} is {}", word(Family::of(address))))
        .help(format_args!("the first of `addresses` is {}, and so are the adverts", word(family)));
    None
}

fn group(entry: Entry<'_>, family: Option<Family>, report: &mut Report<'_>) -> Option<IpAddr> {
    let group = address(entry, report)?;
    if !group.is_multicast() {
        report
            .error(entry.place(), format_args!("{group} is no multicast group"))
            .help("write one of 224.0.0.0/4 or ff00::/8, or leave it away for 224.0.0.18 or ff02::12");
        return None;
    }
    check_family(entry, group, family, report).map(|()| group)
}

/// Multicast adverts over IPv6 come from a link-local address (RFC 9568 section 5.1.2.1).
fn warn_of_source(table: Table<'_>, source: Option<IpAddr>, report: &mut Report<'_>) {
    let (Some(entry), Some(IpAddr::V6(source))) = (table.get("source"), source) else { return };
    if !source.is_unicast_link_local() {
        report
            .warning(entry.place(), "multicast adverts over IPv6 come from a link-local address")
            .label("other routers may refuse them (RFC 9568 section 5.1.2.1)")
            .help("write the interface's own, or leave `source` away");
    }
}

fn pseudo_header(table: Table<'_>, protocol: Option<(Version, Family)>, report: &mut Report<'_>) -> bool {
    let Some(entry) = table.get("pseudo_header") else { return true };
    let read = entry.boolean(report).unwrap_or(true);
    match protocol {
        Some((Version::V3, Family::V4)) | None => read,
        Some((Version::V2, _) | (Version::V3, Family::V6)) => {
            report
                .error(entry.key_place(), "`pseudo_header` is for version 3 over IPv4")
                .help("leave it away: otherwise there is nothing to choose");
            true
        }
    }
}
