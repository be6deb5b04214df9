//! The ground that routers stand on: interfaces, and source addresses for adverts. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use config::director::RouterConfig;
use kernel::address::{Address, Link};
use vrrp::{Family, RouterId};

use super::hands::Look;
use super::sources::{Seen, Sources};
use super::wanted::{Members, vips};
use crate::exchange::{LinkId, Links, Stand};
use crate::held::{Held, LOOPBACK};
use crate::settings;

/// What the advert thread has to know of a look. `earlier` is what an earlier run put there, `sources` what the last looks
/// found.
pub(super) fn links(
    members: &Members,
    tracked: &BTreeSet<String>,
    owned: &[Held],
    earlier: &[Held],
    look: &Look,
    sources: &mut Sources,
    now: Duration,
) -> Links {
    sources.retain(members);
    let quiet = look.quiet();
    // an owner's addresses are the interface's own
    let others = members.values().filter(|member| !member.slot.config.priority.is_owner());
    let vips: BTreeSet<IpAddr> =
        others.flat_map(|member| vips(&member.slot.config)).map(|vip| vip.address).collect();
    let stands = members.iter().map(|(id, member)| {
        let mut stand = stand(id, &member.slot.config, &vips, look, sources, now);
        stand.fault = stand.fault.or_else(|| member.conflict(owned, look, &quiet));
        (id, stand)
    });
    let is_up = |name: &String| look.link(name).is_some_and(|link| link.up && link.running);
    let is_left = |held: &&Held| held.interface != LOOPBACK && look.has(held);
    Links {
        stands: stands.collect(),
        tracked: tracked.iter().map(|name| (name.clone(), is_up(name))).collect::<BTreeMap<_, _>>(),
        leftover: earlier.iter().filter(is_left).filter_map(|held| held.router.clone()).collect(),
    }
}

fn stand(
    id: RouterId,
    config: &RouterConfig,
    vips: &BTreeSet<IpAddr>,
    look: &Look,
    sources: &mut Sources,
    now: Duration,
) -> Stand {
    let Some(link) = look.link(&config.interface) else {
        sources.forget(id);
        let fault = Some(format!("interface {} is missing", config.interface));
        return Stand { link: None, source: None, fault };
    };
    let family = settings::family(config);
    let here = LinkId { index: link.index, mac: link.mac };
    let found = source(config, family, vips, &look.addresses);
    if let Some(fault) = link_fault(link) {
        sources.forget(id);
        return Stand { link: Some(here), source: found, fault: Some(fault) };
    }
    let seen = Seen { usable: found, look };
    let source = sources.of(id, config, here, seen, now);
    Stand { link: Some(here), source, fault: source.is_none().then(|| no_source(config, family)) }
}

fn link_fault(link: &Link) -> Option<String> {
    match (link.up, link.running) {
        (false, _) => Some(format!("interface {} is down", link.name)),
        (true, false) => Some(format!("interface {} has no carrier", link.name)),
        (true, true) => None,
    }
}

fn no_source(config: &RouterConfig, family: Family) -> String {
    match (config.source, family) {
        (Some(source), _) => format!("source {source} is no address of this host"),
        (None, Family::V4) => format!("interface {} has no IPv4 address", config.interface),
        (None, Family::V6) => format!("interface {} has no link-local IPv6 address", config.interface),
    }
}

/// As configured if it is there; else the first of the interface that is no VIP: for IPv6 a link-local one (RFC 9568 section
/// 5.1.2.1).
fn source(
    config: &RouterConfig,
    family: Family,
    vips: &BTreeSet<IpAddr>,
    addresses: &[Address],
) -> Option<IpAddr> {
    let usable = |found: &&Address| !found.tentative && Family::of(found.address) == family;
    if let Some(source) = config.source {
        return addresses.iter().filter(usable).map(|found| found.address).find(|found| *found == source);
    }
    let is_link_local =
        |address: &IpAddr| matches!(address, IpAddr::V6(address) if address.is_unicast_link_local());
    let of_interface = addresses.iter().filter(usable).filter(|found| found.device == config.interface);
    let own = of_interface.filter(|found| !vips.contains(&found.address));
    let fit = own.filter(|found| family == Family::V4 || is_link_local(&found.address));
    // a secondary one is somebody's VIP more often than not
    fit.min_by_key(|found| found.secondary).map(|found| found.address)
}

#[cfg(test)]
mod tests;
