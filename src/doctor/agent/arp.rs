//! Who answers ARP for a VIP: not this host.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use host::{ArpSysctl, Scope, Sysctl};

use super::Sight;
use crate::{Finding, Link, Unseen};

pub(super) const SYSCTLS: &str = "arp-sysctls";
pub(super) const NEW: &str = "arp-sysctls-new-interface";
const NO_IPV4: &str =
    "no VIP is IPv4: neighbours are solicited per device, and a VIP on lo is silent by itself";

/// What is in effect on each interface by which ARP comes in.
pub(super) fn sysctls(sight: Sight<'_>) -> Vec<Finding> {
    let Some(scope) = strictest(sight) else { return vec![Finding::not_applicable(SYSCTLS, "", NO_IPV4)] };
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(SYSCTLS, "", unseen)],
    };
    let speaking: Vec<&Link> = links.iter().filter(|link| !link.loopback && !link.noarp).collect();
    let bad: Vec<Finding> = speaking.iter().filter_map(|link| wrong(sight, &link.name, scope)).collect();
    if !bad.is_empty() {
        return bad;
    }
    if speaking.is_empty() {
        return vec![Finding::not_applicable(SYSCTLS, "", "no interface speaks ARP")];
    }
    let names: Vec<&str> = speaking.iter().take(4).map(|link| link.name.as_str()).collect();
    let more = speaking.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    vec![Finding::fine(SYSCTLS, "", format!("the VIPs are silent on {}{more}", names.join(", ")))]
}

/// What an interface gets that is made later.
pub(super) fn new_interfaces(sight: Sight<'_>) -> Vec<Finding> {
    let Some(scope) = strictest(sight) else { return vec![Finding::not_applicable(NEW, "", NO_IPV4)] };
    let finding = wrong(sight, "default", scope).map_or_else(
        || Finding::fine(NEW, "", "the VIPs will be silent there"),
        |finding| Finding { id: NEW, ..finding },
    );
    vec![finding]
}

fn strictest(sight: Sight<'_>) -> Option<Scope> {
    let vips = sight.ipv4();
    let host_only = vips.iter().all(|vip| vip.scope == Scope::Host);
    (!vips.is_empty()).then_some(if host_only { Scope::Host } else { Scope::Global })
}

fn wrong(sight: Sight<'_>, interface: &str, scope: Scope) -> Option<Finding> {
    let mut what = Vec::new();
    let mut cure = Vec::new();
    let mut unknown = None;
    for name in ArpSysctl::ALL {
        let (all, own) = match values(sight, interface, name) {
            Ok(Some(values)) => values,
            Ok(None) => continue,
            Err(unseen) => {
                unknown = Some(Finding::unknown(SYSCTLS, interface, &unseen));
                continue;
            }
        };
        let found = all.max(own);
        if name.is_good(found, scope) {
            continue;
        }
        what.push(format!("{} {found}", name.name()));
        if !name.is_good(all, scope) {
            cure.push(set("all", name));
        }
        if !name.is_good(own.max(name.wanted()), scope) {
            cure.push(set(interface, name));
        }
    }
    if what.is_empty() {
        return unknown;
    }
    let what = format!(
        "in effect {}: this host answers ARP for its VIPs, or tells them as its own",
        what.join(", ")
    );
    Some(Finding::wrong(SYSCTLS, interface, what, cure))
}

/// That of `all` and its own; none: the interface speaks no IPv4, and so has no such sysctl.
fn values(sight: Sight<'_>, interface: &str, name: ArpSysctl) -> Result<Option<(i32, i32)>, Unseen> {
    let all = value(sight, "all", name).map_err(|path| sight.host.sysctls.unseen(&path))?;
    match value(sight, interface, name) {
        Ok(own) => Ok(Some((all, own))),
        Err(path) if sight.host.sysctls.is_absent(&path) => Ok(None),
        Err(path) => Err(sight.host.sysctls.unseen(&path)),
    }
}

/// Or the path of what is not known.
fn value(sight: Sight<'_>, interface: &str, name: ArpSysctl) -> Result<i32, String> {
    let path = format!("net/ipv4/conf/{interface}/{}", name.name());
    let value = sight.host.sysctls.number(&path).and_then(|value| i32::try_from(value).ok());
    value.ok_or(path)
}

fn set(interface: &str, name: ArpSysctl) -> String {
    format!("sysctl -w {}={}", Sysctl::new(interface, name), name.wanted())
}
