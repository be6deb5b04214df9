//! The addresses that the file gives to this director.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use config::rules::Network;

use super::{Sight, Vip};
use crate::{Facts, Finding, Link};

pub(super) const INTERFACE: &str = "interface";
pub(super) const BY_HAND: &str = "vip-by-hand";
pub(super) const SUBNET: &str = "vip-subnet";

/// Each interface is there and up.
pub(super) fn interfaces(sight: Sight<'_>) -> Vec<Finding> {
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(INTERFACE, "", unseen)],
    };
    let mut names: Vec<&str> = sight.vips().map(|vip| vip.interface).collect();
    names.extend(sight.config.vrrp.routers.iter().map(|router| router.interface.as_str()));
    names.extend(sight.config.ipvs.sync.iter().map(|daemon| daemon.interface.as_str()));
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| interface(name, links)).collect()
}

fn interface(name: &str, links: &[Link]) -> Finding {
    match links.iter().find(|link| link.name == name) {
        Some(link) if link.up => Finding::fine(INTERFACE, name, "is up"),
        Some(_) => Finding::wrong(
            INTERFACE,
            name,
            "is down: its addresses are held nowhere",
            [format!("ip link set {name} up")],
        ),
        None => Finding::wrong(
            INTERFACE,
            name,
            "is named in the file, and there is none of this name",
            [String::from("ip -br link  # shows those that there are")],
        ),
    }
}

/// Nobody but lvs-director has put a VIP on this host.
pub(super) fn by_hand(sight: Sight<'_>) -> Vec<Finding> {
    if let Err(unseen) = sight.host.links.as_result() {
        return vec![Finding::unknown(BY_HAND, "", unseen)];
    }
    let findings: Vec<Finding> = sight.vips().map(|vip| placed(sight, vip)).collect();
    if findings.is_empty() {
        let why = "the file gives this director no address: somebody else holds the VIPs";
        return vec![Finding::not_applicable(BY_HAND, "", why)];
    }
    findings
}

fn placed(sight: Sight<'_>, vip: Vip<'_>) -> Finding {
    let subject = vip.address.to_string();
    let mut strange = Vec::new();
    let mut unwritten = None;
    for (link, held) in sight.host.holders(vip.address) {
        match (
            link.name == vip.interface && held.prefix == vip.prefix,
            is_ours(sight, vip.address, &link.name),
        ) {
            (_, Some(true)) => {}
            (true, _) if sight.is_held_by_daemon(vip) => {}
            (_, None) => unwritten = Some(link.name.as_str()),
            (_, Some(false)) => strange.push((link.name.as_str(), held.prefix)),
        }
    }
    if !strange.is_empty() {
        let places: Vec<String> =
            strange.iter().map(|(name, prefix)| format!("{name} with /{prefix}")).collect();
        let cure =
            strange.iter().map(|(name, prefix)| format!("ip addr del {}/{prefix} dev {name}", vip.address));
        let what = format!(
            "is on {}, and lvs-director has not put it there: it stays when another director takes over",
            places.join(", ")
        );
        return Finding::wrong(BY_HAND, subject, what, cure);
    }
    match (unwritten, sight.own.owned.as_result()) {
        (Some(_), Err(unseen)) => Finding::unknown(BY_HAND, subject, unseen),
        _ => Finding::fine(BY_HAND, subject, "nobody but lvs-director has put it on this host"),
    }
}

/// Whether lvs-director has written it down as its own; none: that cannot be read.
fn is_ours(sight: Sight<'_>, address: IpAddr, interface: &str) -> Option<bool> {
    let owned = sight.own.owned.known()?;
    Some(owned.iter().any(|(own, name)| *own == address && name == interface))
}

/// Neighbours ask by ARP only for what is in their subnet.
pub(super) fn subnets(sight: Sight<'_>) -> Vec<Finding> {
    let findings: Vec<Finding> =
        sight.vips().filter(|vip| vip.address.is_ipv4()).map(|vip| subnet(sight.host, vip)).collect();
    if findings.is_empty() {
        return vec![Finding::not_applicable(SUBNET, "", "the file gives this director no IPv4 address")];
    }
    findings
}

fn subnet(host: &Facts, vip: Vip<'_>) -> Finding {
    let subject = vip.address.to_string();
    let links = match host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return Finding::unknown(SUBNET, subject, unseen),
    };
    let Some(link) = links.iter().find(|link| link.name == vip.interface) else {
        return Finding::not_applicable(SUBNET, subject, format!("there is no {}", vip.interface));
    };
    let subnets = || {
        let own = link.addresses.iter().filter(|held| held.address.is_ipv4() && held.prefix < 32);
        own.filter(|held| held.address != vip.address).map(|held| Network::of(held.address, held.prefix))
    };
    let inside = subnets().find(|subnet| Network::of(vip.address, subnet.prefix) == *subnet);
    match (inside, subnets().next()) {
        (Some(subnet), _) => Finding::fine(SUBNET, subject, format!("lies in {subnet} of {}", vip.interface)),
        (None, None) => Finding::wrong(
            SUBNET,
            subject,
            format!("{} has no IPv4 address of its own: adverts and checks have no source", vip.interface),
            [format!(
                "# give {} an address of its own, where addresses of this host are configured",
                vip.interface
            )],
        ),
        (None, Some(subnet)) => {
            let why = format!(
                "lies in no subnet of {} ({subnet}): neighbours ask for it only where a route says so",
                vip.interface
            );
            let how =
                format!("on the router before it, `ip route get {}` must name no other gateway", vip.address);
            Finding::unknown(SUBNET, subject, &crate::Unseen { why, how })
        }
    }
}
