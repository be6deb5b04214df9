//! Which addresses a host has besides those that it should not have. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use kernel::address::Neighbour;

use super::Mac;

/// Of one host.
const MOST: usize = 4;

#[derive(Default)]
pub(super) struct Names(BTreeMap<Mac, Vec<IpAddr>>);

impl Names {
    /// Looks these hosts up. What is not in the table any more stays as it was: a host is not forgotten because nobody spoke
    /// to it for a while.
    pub(super) fn take(
        &mut self,
        neighbours: &[Neighbour],
        hosts: &BTreeSet<Mac>,
        guarded: &BTreeSet<IpAddr>,
    ) {
        let mut found: BTreeMap<Mac, BTreeSet<IpAddr>> = BTreeMap::new();
        for neighbour in neighbours {
            if hosts.contains(&neighbour.mac) && !guarded.contains(&neighbour.address) {
                found.entry(neighbour.mac).or_default().insert(neighbour.address);
            }
        }
        self.0.retain(|mac, _| hosts.contains(mac));
        // IPv4 first, and a link-local address only where there is no other
        let best = |found: BTreeSet<IpAddr>| {
            let (local, wide): (Vec<_>, Vec<_>) = found.into_iter().partition(is_link_local);
            let mut best = if wide.is_empty() { local } else { wide };
            best.truncate(MOST);
            best
        };
        self.0.extend(found.into_iter().map(|(mac, found)| (mac, best(found))));
    }

    pub(super) fn of(&self, mac: Mac) -> &[IpAddr] {
        self.0.get(&mac).map_or(&[], Vec::as_slice)
    }
}

fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
