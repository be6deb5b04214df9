//! The virtual routers' part.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use router::{AddressStatus, DuplicateStatus, RouterStatus, VrrpStatus};

/// Each is a series of its own, 1 for the one that is, so that an alert can name what it waits for.
const STATES: [&str; 5] = ["init", "fault", "backup", "master", "leaving"];

/// Series of hosts that have an address too: one that has ever new hardware addresses must not fill whoever reads.
const DUPLICATES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    router: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    router: String,
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InfoLabels {
    router: String,
    interface: String,
    version: String,
    virtual_router_id: String,
    /// empty: none is known
    master: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AddressLabels {
    router: String,
    address: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedLabels {
    router: String,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DuplicateLabels {
    address: String,
    mac: String,
    /// empty: not known
    ip: String,
}

type Counters<L> = Family<L, Counter<u64, AtomicU64>>;
type Gauges<L> = Family<L, Gauge>;

pub(super) fn routers(registry: &mut Registry, vrrp: &VrrpStatus) {
    let routers = &vrrp.routers;
    states(registry, routers);
    infos(registry, routers);
    gauges(registry, routers);
    addresses(registry, routers);
    counts(registry, routers);
    refused(registry, vrrp);
    let dropped = vrrp.fifo_lines_dropped;
    super::counter(
        registry,
        "vrrp_fifo_lines_dropped",
        "lines that no reader of the named pipe took",
        dropped,
    );
    let late: Gauge = Gauge::default();
    late.set(i64::try_from(vrrp.latest_us).unwrap_or(i64::MAX));
    let help = "longest time that a timer of the adverts was late since the start, microseconds";
    registry.register("vrrp_timer_late_max_microseconds", help, late);
}

/// Of routers and of `[[address]]`.
pub(super) fn duplicates(registry: &mut Registry, addresses: &[AddressStatus], vrrp: Option<&VrrpStatus>) {
    let of_routers = vrrp.into_iter().flat_map(|vrrp| &vrrp.routers).flat_map(|router| &router.duplicates);
    let all = addresses.iter().flat_map(|address| &address.duplicates).chain(of_routers);
    let family: Gauges<DuplicateLabels> = Family::default();
    for duplicate in all.take(DUPLICATES) {
        let DuplicateStatus { address, mac, ips, .. } = duplicate.clone();
        let ip = ips.into_iter().next().unwrap_or_default();
        family.get_or_create(&DuplicateLabels { address, mac, ip }).set(1);
    }
    registry.register("address_duplicate", "1 while another host says that it has this address too", family);
}

fn states(registry: &mut Registry, routers: &[RouterStatus]) {
    let states: Gauges<StateLabels> = Family::default();
    for router in routers {
        for state in STATES {
            let labels = StateLabels { router: router.name.clone(), state: state.into() };
            states.get_or_create(&labels).set(i64::from(router.state == state));
        }
    }
    registry.register("vrrp_state", "1 for the state that the virtual router is in", states);
}

fn infos(registry: &mut Registry, routers: &[RouterStatus]) {
    let infos: Gauges<InfoLabels> = Family::default();
    for router in routers {
        let labels = InfoLabels {
            router: router.name.clone(),
            interface: router.interface.clone(),
            version: router.version.to_string(),
            virtual_router_id: router.virtual_router_id.to_string(),
            master: router.master.as_ref().map(|master| master.address.clone()).unwrap_or_default(),
        };
        infos.get_or_create(&labels).set(1);
    }
    registry.register("vrrp_info", "the virtual router and its master's address", infos);
}

fn gauges(registry: &mut Registry, routers: &[RouterStatus]) {
    let one = |registry: &mut Registry, name: &str, help: &str, value: &dyn Fn(&RouterStatus) -> i64| {
        let family: Gauges<Labels> = Family::default();
        for router in routers {
            family.get_or_create(&Labels { router: router.name.clone() }).set(value(router));
        }
        registry.register(name, help, family);
    };
    let master = |router: &RouterStatus| router.master.as_ref().map_or(0, |master| master.priority.into());
    let duplicates = |router: &RouterStatus| i64::try_from(router.duplicates.len()).unwrap_or(i64::MAX);
    one(registry, "vrrp_priority", "as tracking makes it", &|router| router.effective_priority.into());
    one(registry, "vrrp_priority_configured", "as configured", &|router| router.priority.into());
    one(registry, "vrrp_master_priority", "the master's; 0 where none is known", &master);
    one(registry, "vrrp_duplicates", "other hosts that have one of its addresses", &duplicates);
}

fn addresses(registry: &mut Registry, routers: &[RouterStatus]) {
    let held: Gauges<AddressLabels> = Family::default();
    for router in routers {
        for vip in &router.addresses {
            let labels = AddressLabels { router: router.name.clone(), address: vip.address.clone() };
            held.get_or_create(&labels).set(i64::from(vip.held));
        }
    }
    registry.register("vrrp_address_held", "1 while the address is here", held);
}

fn counts(registry: &mut Registry, routers: &[RouterStatus]) {
    let one = |registry: &mut Registry, name: &str, help: &str, value: fn(&RouterStatus) -> u64| {
        let family: Counters<Labels> = Family::default();
        for router in routers {
            family.get_or_create(&Labels { router: router.name.clone() }).inc_by(value(router));
        }
        registry.register(name, help, family);
    };
    one(registry, "vrrp_became_master", "times it became master", |router| router.became_master);
    one(registry, "vrrp_adverts_sent", "adverts sent", |router| router.adverts_sent);
    one(registry, "vrrp_adverts_received", "adverts received", |router| router.adverts_received);
    let sent = "adverts sent that say that it stops";
    one(registry, "vrrp_priority_zero_sent", sent, |router| router.priority_zero_sent);
    let received = "adverts received that say that the master stops";
    one(registry, "vrrp_priority_zero_received", received, |router| router.priority_zero_received);
    let rivals = "adverts of others heard while master";
    one(registry, "vrrp_rivals_heard", rivals, |router| router.rivals_heard);
}

fn refused(registry: &mut Registry, vrrp: &VrrpStatus) {
    let refused: Counters<RefusedLabels> = Family::default();
    for router in &vrrp.routers {
        for (reason, count) in &router.refused {
            let labels = RefusedLabels { router: router.name.clone(), reason: reason.clone() };
            refused.get_or_create(&labels).inc_by(*count);
        }
    }
    let unknown: Counters<ReasonLabels> = Family::default();
    for (reason, count) in &vrrp.unknown {
        unknown.get_or_create(&ReasonLabels { reason: reason.clone() }).inc_by(*count);
    }
    registry.register("vrrp_refused", "packets refused, by reason", refused);
    registry.register("vrrp_unknown", "packets for no virtual router of ours, by reason", unknown);
}

#[cfg(test)]
mod tests;
