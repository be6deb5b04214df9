//! Who has the VIPs, as the wire says it: exactly one host may.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Claims, Sight, Vip};
use crate::{Finding, Seen, Verdict};

pub(super) const ID: &str = "vip-on-the-wire";

/// Every VIP is answered for by one host at most, and by no real server.
pub(super) fn holders(sight: Sight<'_>) -> Vec<Finding> {
    let findings: Vec<Finding> = sight.vips().flat_map(|vip| answered(sight, vip)).collect();
    if findings.is_empty() {
        return vec![Finding::not_applicable(ID, "", "the file gives this director no address")];
    }
    findings
}

fn answered(sight: Sight<'_>, vip: Vip<'_>) -> Vec<Finding> {
    let subject = vip.address.to_string();
    let claims = match sight.own.claims.get(vip.interface) {
        Some(Seen::Known(claims)) => claims,
        Some(Seen::Unseen(unseen)) => return vec![Finding::unknown(ID, subject, unseen)],
        None => {
            let why = format!("{} was not asked", vip.interface);
            return vec![Finding::not_applicable(ID, subject, why)];
        }
    };
    let mut others = claims.get(&vip.address).cloned().unwrap_or_default();
    let leaking = others.iter().filter_map(|mac| Some((*mac, real_server(sight, claims, *mac)?)));
    let leaking: Vec<([u8; 6], IpAddr)> = leaking.collect();
    others.retain(|mac| leaking.iter().all(|(leaking, _)| leaking != mac));
    let mut findings: Vec<Finding> =
        leaking.into_iter().map(|(mac, server)| leak(vip, mac, server)).collect();
    let rest = holder(sight, vip, claims, &others);
    if findings.is_empty() || matches!(rest.verdict, Verdict::Wrong { .. }) {
        findings.push(rest);
    }
    findings
}

/// Without real servers.
fn holder(sight: Sight<'_>, vip: Vip<'_>, claims: &Claims, others: &BTreeSet<[u8; 6]>) -> Finding {
    let subject = vip.address.to_string();
    let held_here = sight.host.holders(vip.address).any(|(link, _)| link.name == vip.interface);
    match (held_here, others.len()) {
        (true, 1..) => second(vip, claims, others),
        (false, 2..) => many(vip, claims, others),
        (true, 0) => Finding::fine(ID, subject, "this host alone answers"),
        (false, 1) => Finding::fine(ID, subject, format!("{} alone answers", named(claims, others))),
        (false, 0) => Finding::fine(ID, subject, "nobody has it"),
    }
}

fn leak(vip: Vip<'_>, mac: [u8; 6], server: IpAddr) -> Finding {
    let what =
        format!("the real server {server} ({}) answers for it: its clients pass the director by", text(mac));
    let cure = [
        format!("# on {server}: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"),
        format!("# better: lvs-rs-agent on {server}, which keeps that so"),
    ];
    Finding::wrong(ID, vip.address.to_string(), what, cure)
}

fn second(vip: Vip<'_>, claims: &Claims, others: &BTreeSet<[u8; 6]>) -> Finding {
    let what = format!("this host has it, and {} answers for it too", named(claims, others));
    Finding::wrong(ID, vip.address.to_string(), what, [removal(vip)])
}

fn many(vip: Vip<'_>, claims: &Claims, others: &BTreeSet<[u8; 6]>) -> Finding {
    let what = format!("several hosts answer for it: {}", named(claims, others));
    Finding::wrong(ID, vip.address.to_string(), what, [removal(vip)])
}

fn removal(vip: Vip<'_>) -> String {
    format!(
        "# on the host that must not have it: ip addr del {}/{} dev {}",
        vip.address, vip.prefix, vip.interface
    )
}

/// The real server behind a hardware address, where it answers for its own address with it. The other director may be one.
fn real_server(sight: Sight<'_>, claims: &Claims, mac: [u8; 6]) -> Option<IpAddr> {
    let servers = sight.direct_servers();
    let is_router = |address: IpAddr| {
        let heard = sight.own.heard.values().filter_map(Seen::known);
        heard.into_iter().any(|heard| heard.senders.contains_key(&address))
    };
    let owners = claims.iter().filter(|(_, macs)| macs.contains(&mac)).map(|(address, _)| *address);
    let owners: Vec<IpAddr> = owners.collect();
    if owners.iter().any(|owner| is_router(*owner)) {
        return None;
    }
    owners.into_iter().find(|owner| servers.contains(owner))
}

fn named(claims: &Claims, macs: &BTreeSet<[u8; 6]>) -> String {
    let names: Vec<String> = macs.iter().take(4).map(|mac| text(*mac)).collect();
    let more = macs.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let known = claims.iter().filter(|(_, theirs)| macs.len() == 1 && !theirs.is_disjoint(macs));
    let known: Vec<String> = known.take(4).map(|(address, _)| address.to_string()).collect();
    let known = if known.len() < 2 { String::new() } else { format!(" (has {})", known.join(", ")) };
    format!("{}{more}{known}", names.join(", "))
}

fn text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
