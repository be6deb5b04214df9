//! Checks of the true path: which VIP they go to, and the mark of each server's way.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use health::{CheckSpec, DrPath};
use ipvs::ServiceKey;

use super::check::Interned;
use super::{PATH_MARKS, VirtualService};
use crate::read::Report;

/// Marks that servers can have: all that are kept but the first.
const MOST_SERVERS: u32 = PATH_MARKS - 1;

/// Whether a mark is among those that are kept from `first` on.
pub(super) const fn is_kept(mark: u32, first: u32) -> bool {
    mark >= first && mark - first < PATH_MARKS
}

/// Gives each check of the true path its service's VIP and its server's mark.
pub(super) fn settle(services: &mut [VirtualService], first: u32, report: &mut Report<'_>) {
    let specs = services.iter().flat_map(|service| &service.reals).flat_map(|real| &real.checks);
    let servers: BTreeSet<IpAddr> =
        specs.filter(|spec| spec.path.is_some()).map(|spec| spec.target.ip()).collect();
    if servers.is_empty() {
        return;
    }
    if u32::try_from(servers.len()).map_or(true, |count| count > MOST_SERVERS) {
        report
            .error_nowhere(format_args!("more than {MOST_SERVERS} servers with a check of the true path"))
            .help("each has a firewall mark of its own: write `path = \"dr\"` for fewer of them");
        return;
    }
    let marks = marks(servers, first);
    let mut interned = Interned::default();
    for service in services {
        let ServiceKey::Address { address: vip, .. } = service.key else { continue };
        for real in &mut service.reals {
            aim(&mut real.checks, vip, &marks, &mut interned);
        }
    }
}

fn aim(checks: &mut [Arc<CheckSpec>], vip: IpAddr, marks: &BTreeMap<IpAddr, u32>, interned: &mut Interned) {
    for check in checks.iter_mut().filter(|check| check.path.is_some()) {
        let Some(mark) = marks.get(&check.target.ip()) else { continue };
        let path = Some(DrPath { vip, mark: *mark });
        *check = interned.take(CheckSpec { path, ..(**check).clone() });
    }
}

/// A server's mark comes from its address, so that another server seldom moves it: a mark that changes is a service in the
/// kernel that is made anew.
fn marks(servers: BTreeSet<IpAddr>, first: u32) -> BTreeMap<IpAddr, u32> {
    let mut free: BTreeSet<u32> = (1..=MOST_SERVERS).collect();
    let mut marks = BTreeMap::new();
    for server in servers {
        // there are no more servers than offsets, so one is free
        let next = free.range(offset(server)..).next().or(free.first());
        let Some(offset) = next.copied() else { continue };
        free.remove(&offset);
        marks.insert(server, first.saturating_add(offset));
    }
    marks
}

/// 1 to [`MOST_SERVERS`]: FNV-1a (32 bits) of the address.
fn offset(server: IpAddr) -> u32 {
    let bytes = match server {
        IpAddr::V4(address) => Vec::from(address.octets()),
        IpAddr::V6(address) => Vec::from(address.octets()),
    };
    let hash = bytes
        .into_iter()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    1 + hash % MOST_SERVERS
}
