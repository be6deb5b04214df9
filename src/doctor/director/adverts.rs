//! Other virtual routers of the same number on the wire.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use config::director::RouterConfig;
use vrrp::{Advert, Family, Refused, Version};

use super::{Heard, Said, Sight};
use crate::{Finding, Seen, Unseen};

pub(super) const ID: &str = "virtual-router";

/// Whoever speaks for a virtual router of ours speaks as its peer does.
pub(super) fn senders(sight: Sight<'_>) -> Vec<Finding> {
    let routers = &sight.config.vrrp.routers;
    if routers.is_empty() {
        return vec![Finding::not_applicable(ID, "", "the file has no [[vrrp]]")];
    }
    routers.iter().flat_map(|router| of_router(sight, router)).collect()
}

fn of_router(sight: Sight<'_>, router: &RouterConfig) -> Vec<Finding> {
    let heard = match sight.own.heard.get(&router.name) {
        Some(Seen::Known(heard)) => heard,
        Some(Seen::Unseen(unseen)) => return vec![Finding::unknown(ID, &router.name, unseen)],
        None => return vec![Finding::not_applicable(ID, &router.name, "nobody listened for it")],
    };
    let others = || heard.senders.iter().filter(|(sender, _)| sight.host.holders(**sender).next().is_none());
    let mut wrong: Vec<Finding> =
        others().flat_map(|(sender, said)| of_sender(sight, router, *sender, said)).collect();
    wrong.extend(many(
        router,
        others().filter(|(_, said)| said.last.is_ok()).map(|(sender, _)| *sender).collect(),
    ));
    if !wrong.is_empty() {
        return wrong;
    }
    vec![match others().next() {
        Some((sender, said)) => Finding::fine(ID, &router.name, peer(*sender, said)),
        None => silence(sight, router, heard),
    }]
}

fn peer(sender: IpAddr, said: &Said) -> String {
    let priority = said.last.as_ref().map(|advert| advert.priority).unwrap_or_default();
    format!("{sender} speaks for it with priority {priority}, as a peer of ours does")
}

fn silence(sight: Sight<'_>, router: &RouterConfig, heard: &Heard) -> Finding {
    let is_master = sight.daemon().is_some_and(|daemon| daemon.masters.contains(&router.name));
    let needed = master_down(router);
    let listened = format!("{:.1} s", heard.during.as_secs_f32());
    if is_master {
        return Finding::fine(
            ID,
            &router.name,
            format!("this director is master; nobody else spoke for it within {listened}"),
        );
    }
    if heard.during < needed {
        let why =
            format!("nobody spoke for it within {listened}, which is shorter than a master may be silent");
        let how = format!("lvs-director doctor --listen {}s", needed.as_secs().saturating_add(1));
        return Finding::unknown(ID, &router.name, &Unseen { why, how });
    }
    Finding::fine(ID, &router.name, format!("nobody else spoke for it within {listened}"))
}

/// As long as a backup waits (RFC 9568 section 6.1, with the longest skew).
fn master_down(router: &RouterConfig) -> Duration {
    router.interval.duration().saturating_mul(4)
}

fn many(router: &RouterConfig, senders: BTreeSet<IpAddr>) -> Option<Finding> {
    if senders.len() < 2 {
        return None;
    }
    let names: Vec<String> = senders.iter().take(4).map(ToString::to_string).collect();
    let what = format!(
        "{} speak for it at one time: they do not hear each other, or are strangers",
        names.join(" and ")
    );
    let cure = "# let each hear the other: protocol 112 through their packet filters, the same VLAN, or another \
                virtual_router_id for one pair";
    Some(Finding::wrong(ID, &router.name, what, [cure]))
}

/// What is wrong with one sender; nothing where it may be the peer.
fn of_sender(sight: Sight<'_>, router: &RouterConfig, sender: IpAddr, said: &Said) -> Vec<Finding> {
    let wrong = |what: String, cure: String| Finding::wrong(ID, &router.name, what, [cure]);
    if !router.peers.is_empty() && !router.peers.contains(&sender) {
        let what = format!(
            "{sender} speaks for virtual_router_id {} on {} too, and is none of `unicast_peers`",
            router.vrid, router.interface
        );
        return vec![wrong(what, another_number(sight, router))];
    }
    match &said.last {
        Err(refused) => vec![unreadable(sight, router, sender, *refused)],
        Ok(advert) => differences(sight, router, sender, advert)
            .into_iter()
            .chain(rivals(sight, router, sender, said, advert))
            .map(|(what, cure)| wrong(what, cure))
            .collect(),
    }
}

fn unreadable(sight: Sight<'_>, router: &RouterConfig, sender: IpAddr, refused: Refused) -> Finding {
    let what = format!("adverts of {sender} are refused: {refused}");
    let cure = if refused == Refused::Checksum && router.version == Version::V3 && sender.is_ipv4() {
        let other = !router.pseudo_header;
        in_file(sight, router, &format!("`pseudo_header = {other}`, if {sender} is the peer"))
    } else {
        another_number(sight, router)
    };
    Finding::wrong(ID, &router.name, what, [cure])
}

/// What a peer would say as we do.
fn differences(
    sight: Sight<'_>,
    router: &RouterConfig,
    sender: IpAddr,
    advert: &Advert,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (here, there) = (router.version.number(), advert.version.number());
    if here != there {
        let what = format!(
            "{sender} speaks version {there}, and this file has version {here}: neither hears the other"
        );
        found.push((what, in_file(sight, router, &version(advert))));
        return found;
    }
    if router.version == Version::V2 && router.password != advert.password {
        let what =
            format!("{sender} has {}: its adverts are refused, and ours by it", password(router, advert));
        found.push((what, in_file(sight, router, "the same `auth` as there")));
    }
    if router.version == Version::V2 && router.interval != advert.interval {
        let (here, there) = (seconds(router.interval.duration()), seconds(advert.interval.duration()));
        let what = format!("{sender} speaks each {there}, and this file has {here}: its adverts are refused");
        found.push((what, in_file(sight, router, &format!("`advert_interval = \"{there}\"`"))));
    }
    found.extend(other_addresses(sight, router, sender, advert));
    found
}

fn version(advert: &Advert) -> String {
    match advert.version {
        Version::V2 => {
            format!("`version = 2` and `advert_interval = \"{}\"`", seconds(advert.interval.duration()))
        }
        Version::V3 => "`version = 3`, and no `auth`".into(),
    }
}

fn password(router: &RouterConfig, advert: &Advert) -> &'static str {
    match (router.password, advert.password) {
        (Some(_), None) => "no password",
        (None, Some(_)) => "a password, and this file has none",
        _ => "another password",
    }
}

fn other_addresses(
    sight: Sight<'_>,
    router: &RouterConfig,
    sender: IpAddr,
    advert: &Advert,
) -> Option<(String, String)> {
    let family = Family::of(sender);
    let here: BTreeSet<IpAddr> = router.addresses.iter().map(|held| held.address).collect();
    let there: BTreeSet<IpAddr> = advert.addresses.iter().copied().collect();
    if !router.check_addresses
        || family != router.addresses.first().map_or(family, |held| Family::of(held.address))
        || here == there
    {
        return None;
    }
    let list = |addresses: &BTreeSet<IpAddr>, but: &BTreeSet<IpAddr>| {
        let names: Vec<String> = addresses.difference(but).take(4).map(ToString::to_string).collect();
        if names.is_empty() { "nothing more".into() } else { names.join(", ") }
    };
    let what = format!(
        "{sender} has other addresses: only there {}, only here {}; its adverts are refused",
        list(&there, &here),
        list(&here, &there)
    );
    Some((what, in_file(sight, router, "the same `addresses` as there, or another `virtual_router_id`")))
}

/// A peer that is right by itself, and yet not beside us.
fn rivals(
    sight: Sight<'_>,
    router: &RouterConfig,
    sender: IpAddr,
    said: &Said,
    advert: &Advert,
) -> Option<(String, String)> {
    let is_master = sight.daemon().is_some_and(|daemon| daemon.masters.contains(&router.name));
    if is_master && said.packets > 1 {
        let what = format!("{sender} is master of it, and so is this director: it does not hear our adverts");
        let cure = format!("# on {sender}: lvs-director doctor  # or `tcpdump -ni any proto 112` there");
        return Some((what, cure));
    }
    if advert.priority == router.priority.get() && advert.priority != 0 {
        let what = format!(
            "{sender} has the same priority {}: which of both is master after a start is chance",
            advert.priority
        );
        return Some((what, in_file(sight, router, "another `priority` than there")));
    }
    None
}

fn another_number(sight: Sight<'_>, router: &RouterConfig) -> String {
    in_file(
        sight,
        router,
        "another `virtual_router_id`, here and on the peer, unless that one can be stopped",
    )
}

fn in_file(sight: Sight<'_>, router: &RouterConfig, what: &str) -> String {
    format!("# in {}, [[vrrp]] {}: write {what}", sight.own.path, router.name)
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}
