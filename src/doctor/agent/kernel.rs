//! The kernel and its interfaces.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::Sight;
use super::forwarding::IP_FORWARD;
use crate::{Facts, Finding, Link, Seen};

const AGE: &str = "kernel";
pub(super) const RP_FILTER: &str = "rp-filter";
pub(super) const RECYCLE: &str = "tcp-tw-recycle";
pub(super) const MTU: &str = "mtu";
pub(super) const LRO: &str = "lro";

/// The smallest packet that IPv6 takes for granted, and IPv4 (RFC 8200 section 5, RFC 791).
const LEAST_IPV6: u32 = 1280;
const LEAST_IPV4: u32 = 576;

/// The oldest with which this is tried: that of RHEL 8.
pub(super) fn age(host: &Facts) -> Finding {
    match host.release.as_result() {
        Ok(release) if release.is_at_least(4, 18) => Finding::fine(AGE, "", &*release.text),
        Ok(release) => Finding::wrong(
            AGE,
            "",
            format!("{} is older than 4.18, the oldest with which this is tried", release.text),
            ["# upgrade the operating system"],
        ),
        Err(unseen) => Finding::unknown(AGE, "", unseen),
    }
}

/// With a strict filter, what comes for a VIP is dropped where the answer would leave by another interface.
pub(super) fn rp_filter(sight: Sight<'_>) -> Vec<Finding> {
    let out = sight
        .host
        .route_to(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)))
        .and_then(|route| route.interface.as_deref());
    let vips = sight.ipv4();
    if vips.is_empty() {
        return vec![Finding::not_applicable(RP_FILTER, "", "no VIP is IPv4")];
    }
    if let Err(unseen) = sight.host.routes.as_result() {
        return vec![Finding::unknown(RP_FILTER, "", unseen)];
    }
    let out = out.unwrap_or_default();
    let elsewhere: BTreeSet<&str> = vips
        .iter()
        .filter_map(|vip| sight.host.route_to(vip.address)?.interface.as_deref())
        .filter(|come| !["lo", out].contains(come) && !out.is_empty())
        .collect();
    let bad: Vec<Finding> = elsewhere.into_iter().filter_map(|come| strict(sight.host, come, out)).collect();
    if bad.is_empty() {
        return vec![Finding::fine(
            RP_FILTER,
            "",
            "answers leave by the interface by which requests come, or it is not strict",
        )];
    }
    bad
}

fn strict(host: &Facts, come: &str, out: &str) -> Option<Finding> {
    match host.sysctls.larger(come, "rp_filter") {
        Some(1) => {
            let what = format!(
                "rp_filter is 1 in effect, and answers leave by {out}: what comes here for a VIP is dropped"
            );
            let name = come.replace('.', "/");
            let cure = [format!("sysctl -w net.ipv4.conf.{name}.rp_filter=2")];
            Some(Finding::wrong(RP_FILTER, come, what, cure))
        }
        Some(_) => None,
        None => {
            let unseen = host.sysctls.unseen(&format!("net/ipv4/conf/{come}/rp_filter"));
            Some(Finding::unknown(RP_FILTER, come, &unseen))
        }
    }
}

/// Before Linux 4.12: it loses connections of clients behind one NAT.
pub(super) fn recycle(sight: Sight<'_>) -> Vec<Finding> {
    const PATH: &str = "net/ipv4/tcp_tw_recycle";
    let sysctls = &sight.host.sysctls;
    let finding = match sysctls.number(PATH) {
        None if sysctls.is_absent(PATH) => {
            Finding::not_applicable(RECYCLE, "", "this kernel has it no longer")
        }
        None => Finding::unknown(RECYCLE, "", &sysctls.unseen(PATH)),
        Some(0) => Finding::fine(RECYCLE, "", "is off"),
        Some(_) => Finding::wrong(
            RECYCLE,
            "",
            "is on: connections of clients behind one NAT are lost",
            ["sysctl -w net.ipv4.tcp_tw_recycle=0"],
        ),
    };
    vec![finding]
}

/// Direct routing adds no bytes: only what is too small for the protocol is wrong.
pub(super) fn mtu(sight: Sight<'_>) -> Vec<Finding> {
    let links = match speaking(sight, MTU) {
        Ok(links) => links,
        Err(findings) => return findings,
    };
    let least = if sight.vips().any(|vip| vip.address.is_ipv6()) { LEAST_IPV6 } else { LEAST_IPV4 };
    let small: Vec<Finding> = links
        .iter()
        .filter(|link| (1..least).contains(&link.mtu))
        .map(|link| {
            let what = format!("is {}, below the {least} that every host must take", link.mtu);
            Finding::wrong(MTU, &*link.name, what, [format!("ip link set {} mtu 1500", link.name)])
        })
        .collect();
    if !small.is_empty() {
        return small;
    }
    if links.is_empty() {
        return vec![Finding::not_applicable(MTU, "", "no interface is up and has an address")];
    }
    let sizes: Vec<String> = links.iter().take(4).map(|link| format!("{} {}", link.name, link.mtu)).collect();
    vec![Finding::fine(MTU, "", sizes.join(", "))]
}

/// Packets that a driver has joined cannot be forwarded; a server that only receives may have them.
pub(super) fn lro(sight: Sight<'_>) -> Vec<Finding> {
    match sight.host.sysctls.number(IP_FORWARD) {
        Some(0) => return vec![Finding::not_applicable(LRO, "", "this host forwards nothing")],
        Some(_) => {}
        None => return vec![Finding::unknown(LRO, "", &sight.host.sysctls.unseen(IP_FORWARD))],
    }
    let links = match speaking(sight, LRO) {
        Ok(links) => links,
        Err(findings) => return findings,
    };
    let mut findings = Vec::new();
    for link in links {
        match &link.lro {
            Seen::Known(true) => findings.push(Finding::wrong(
                LRO,
                &*link.name,
                "is on while this host forwards: joined packets are too big for the next hop",
                [format!("ethtool -K {} lro off", link.name)],
            )),
            Seen::Unseen(unseen) => findings.push(Finding::unknown(LRO, &*link.name, unseen)),
            Seen::Known(false) => {}
        }
    }
    if findings.is_empty() { vec![Finding::fine(LRO, "", "is off everywhere")] } else { findings }
}

/// Interfaces that are up and have an address.
fn speaking<'a>(sight: Sight<'a>, id: &'static str) -> Result<Vec<&'a Link>, Vec<Finding>> {
    match sight.host.links.as_result() {
        Ok(links) => Ok(links
            .iter()
            .filter(|link| !link.loopback && !link.noarp && link.up && !link.addresses.is_empty())
            .collect()),
        Err(unseen) => Err(vec![Finding::unknown(id, "", unseen)]),
    }
}
