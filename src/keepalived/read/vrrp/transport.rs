//! How adverts travel: `unicast_*`, `mcast_*`.

use alloc::vec::Vec;
use core::net::IpAddr;

use ::vrrp::Family;

use super::globals::{self, Globals};
use super::said::Said;
use super::value::{number, number_of, shown, value};
use crate::Mode;
use crate::read::address::{Role, is_link_local, tell_no_host};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// As many routers as there are priorities.
const MOST_PEERS: usize = 255;

pub(super) struct Transport {
    pub(super) peers: Vec<IpAddr>,
    pub(super) source: Option<IpAddr>,
    pub(super) group: Option<IpAddr>,
}

/// Reads it; `holds` tells the router's own addresses.
pub(super) fn read(
    said: &Said<'_>,
    family: Family,
    globals: &Globals,
    holds: &dyn Fn(IpAddr) -> bool,
    report: &mut Report,
) -> Transport {
    let source = source(said, family, holds, report);
    let peers = peers(said, family, source, holds, report);
    ttl(said, report);
    let written = said.last("mcast_dst_ip", report);
    if let Some(line) = written.filter(|_| !peers.is_empty()) {
        report
            .warning(line.words_place(), "`mcast_dst_ip` beside `unicast_peer` has no effect")
            .label("adverts go to the peers alone")
            .help("leave one of the two away");
    }
    let group = match written {
        Some(line) => globals::group(line, family, report),
        None => globals.group(family),
    };
    let group = group.filter(|_| peers.is_empty());
    let multicast_v6 = peers.is_empty() && family == Family::V6;
    if let Some(line) =
        source.filter(|source| multicast_v6 && !is_link_local(*source)).and_then(|_| last_source(said))
    {
        report
            .warning(line.words_place(), "multicast adverts over IPv6 come from a link-local address")
            .label("other routers may refuse them (RFC 9568 section 5.1.2.1)")
            .help("write the interface's own, or leave the line away");
    }
    Transport { peers, source, group }
}

/// `unicast_src_ip` and `mcast_src_ip` are one: the last counts.
fn last_source<'a>(said: &Said<'a>) -> Option<&'a Line> {
    let all = ["unicast_src_ip", "mcast_src_ip"].into_iter().flat_map(|keyword| said.all(keyword)).copied();
    all.max_by_key(|line| line.place())
}

fn source(
    said: &Said<'_>,
    family: Family,
    holds: &dyn Fn(IpAddr) -> bool,
    report: &mut Report,
) -> Option<IpAddr> {
    let line = last_source(said)?;
    router(value(line, report)?, family, holds, report)
}

/// The address of a router: of the adverts' family, a host's, and none that moves.
fn router(
    word: &Word,
    family: Family,
    holds: &dyn Fn(IpAddr) -> bool,
    report: &mut Report,
) -> Option<IpAddr> {
    let Ok(address) = word.text().parse::<IpAddr>() else {
        report
            .error(word.place, format_args!("`{}` is no IP address", shown(word.text())))
            .help("write the address that the router has on that network: names are not looked up")
            .swallowed("keepalived leaves it away");
        return None;
    };
    if tell_no_host(word.place, address, Role::Router, report) {
        return None;
    }
    if Family::of(address) != family {
        report
            .error(word.place, format_args!("{address} is not of the family of the adverts"))
            .help("write an address of the family of the first one in `virtual_ipaddress`")
            .swallowed("keepalived leaves it away");
        return None;
    }
    if holds(address) {
        report
            .error(word.place, format_args!("{address} moves with this router"))
            .label("one of its addresses")
            .help("write an address that stays where it is");
        return None;
    }
    Some(address)
}

fn peers(
    said: &Said<'_>,
    family: Family,
    source: Option<IpAddr>,
    holds: &dyn Fn(IpAddr) -> bool,
    report: &mut Report,
) -> Vec<IpAddr> {
    let mut peers = Vec::new();
    for line in said.entries("unicast_peer") {
        let Some(word) = line.words.first() else { continue };
        let Some(peer) = router(word, family, holds, report) else { continue };
        peer_options(line.values(), report);
        if source == Some(peer) {
            let draft = report.warning(word.place, format_args!("{peer} is this router's own address"));
            draft.label("left away").help("write the addresses of the other routers");
        } else if peers.contains(&peer) {
            report
                .warning(word.place, format_args!("{peer} is listed twice"))
                .help("leave one of the two away");
        } else if peers.len() == MOST_PEERS {
            report
                .error(word.place, format_args!("more than {MOST_PEERS} peers"))
                .help("leave some away: each gets every advert");
            break;
        } else {
            peers.push(peer);
        }
    }
    if let Some(block) = said.all("unicast_peer").last().filter(|_| peers.is_empty()) {
        report
            .error(block.words_place(), "`unicast_peer` has no address of another router")
            .label("nobody would hear the adverts")
            .help("write the other routers' addresses, or leave the block away for multicast")
            .swallowed("keepalived sends multicast");
    }
    peers
}

/// `min_ttl`, `max_ttl`: adverts are accepted with a TTL of 255 and no other.
fn peer_options(words: &[Word], report: &mut Report) {
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        let keyword = word.text();
        let number = behind.first();
        let read = number
            .and_then(|number| number_of(number, keyword, 0..=255, "keepalived leaves it away", report));
        match keyword {
            "max_ttl" if read.is_some_and(|most| most < 255) => tell_ttl(word, report),
            "min_ttl" if read.is_some_and(|least| least < 255) => {
                report
                    .warning(word.place, "adverts with a TTL below 255 are refused")
                    .label("means 255 here")
                    .help("keep the peers on one network: a TTL of 255 shows that no router forwarded the advert");
            }
            "min_ttl" | "max_ttl" => {}
            _ => {
                report
                    .error(word.place, format_args!("a peer has no option `{}`", shown(keyword)))
                    .help("write each address on a line of its own")
                    .swallowed("keepalived leaves it away");
                return;
            }
        }
        rest = behind.get(1..).unwrap_or_default();
    }
}

fn ttl(said: &Said<'_>, report: &mut Report) {
    let Some(line) = said.last("unicast_ttl", report) else { return };
    let read = number(line, 0..=255, "keepalived takes 255", report);
    if let Some(word) = line.value(0).filter(|_| read.is_some_and(|ttl| ttl != 255)) {
        tell_ttl(word, report);
    }
}

fn tell_ttl(word: &Word, report: &mut Report) {
    if report.mode() == Mode::Fix {
        report
            .warning(word.place, "mended: TTL 255")
            .label("adverts have a TTL of 255, and are accepted with no other");
        return;
    }
    report
        .error(word.place, "adverts have a TTL of 255, and are accepted with no other")
        .label("not supported")
        .help("write 255 on all its routers, or leave it away: no router may lie between them");
}
