//! What hand-written preparations leave behind: `lvs_realserver.sh` and its kin.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use super::places::none_or;
use crate::shared::{names, shown};
use crate::{Finding, Seen, firewall};

pub(super) const ALIASES: &str = "leftover-addresses";
pub(super) const ROUTES: &str = "leftover-routes";
pub(super) const ARPTABLES: &str = "arptables";

/// `lo:0` with an address that is no VIP of the file: a service that has left.
pub(super) fn aliases(sight: Sight<'_>) -> Vec<Finding> {
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(ALIASES, "", unseen)],
    };
    let ours = |address| sight.own.owned.known().is_some_and(|owned| owned.contains(&address));
    let held = links.iter().filter(|link| link.loopback).flat_map(|link| &link.addresses);
    let strange = held.filter(|held| {
        let is_alias = held.label.as_ref().is_some_and(|label| label.contains(':'));
        is_alias && !sight.is_vip(held.address) && !ours(held.address)
    });
    let bad: Vec<Finding> = strange
        .map(|held| {
            let what = format!(
                "is on lo as {}, and {} does not name it: this host serves it to itself",
                held.label.as_deref().unwrap_or_default(),
                sight.own.path
            );
            let cure = [format!("ip address del {}/{} dev lo", held.address, held.prefix)];
            Finding::wrong(ALIASES, held.address.to_string(), what, cure)
        })
        .collect();
    none_or(ALIASES, bad, "none on lo")
}

/// `route add -host VIP dev lo`
pub(super) fn routes(sight: Sight<'_>) -> Vec<Finding> {
    let routes = match sight.host.routes.as_result() {
        Ok(routes) => routes,
        Err(unseen) => return vec![Finding::unknown(ROUTES, "", unseen)],
    };
    let host_routes =
        routes.iter().filter(|route| route.to.0.is_ipv4() && route.to.1 == 32 && sight.is_vip(route.to.0));
    let bad: Vec<Finding> = host_routes
        .map(|route| {
            let vip = route.to.0;
            let interface = route.interface.as_deref().unwrap_or("lo");
            let what = format!(
                "has a host route by {interface} that somebody has made by hand: it is local without it, and lost when it has left"
            );
            Finding::wrong(ROUTES, vip.to_string(), what, [format!("ip route del {vip}/32 dev {interface}")])
        })
        .collect();
    none_or(ROUTES, bad, "no host route to a VIP")
}

/// The older way to keep a host from answering for a VIP.
pub(super) fn arptables(sight: Sight<'_>) -> Vec<Finding> {
    let rules = match firewall::arp_rules(&sight.host.firewall) {
        Seen::Known(rules) => rules,
        Seen::Unseen(unseen) => return vec![Finding::unknown(ARPTABLES, "", &unseen)],
    };
    let about: Vec<&String> =
        rules.iter().filter(|rule| sight.vips().any(|vip| names(rule, vip.address))).collect();
    let Some(first) = about.first() else {
        return vec![Finding::fine(ARPTABLES, "", "no rule about ARP names a VIP")];
    };
    let what = format!("a rule about ARP names a VIP, and stays when the VIP has left: {}", shown(first));
    let cure: Vec<String> = about
        .iter()
        .map(|rule| match rule.strip_prefix("-A ") {
            Some(rule) => format!("arptables -D {rule}"),
            None => "# nft -a list ruleset arp; nft delete rule arp TABLE CHAIN handle NUMBER".to_owned(),
        })
        .collect();
    vec![Finding::wrong(ARPTABLES, "", what, cure)]
}
