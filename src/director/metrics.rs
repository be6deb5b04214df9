//! `/metrics`: the director as Prometheus sees it, made anew from the status at each scrape.

mod agents;
mod vrrp;

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::status::{Status, TableStatus};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServiceLabels {
    service: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServerLabels {
    service: String,
    server: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: String,
    router_id: String,
}

/// The registry for one scrape.
pub(crate) fn registry(status: &Status) -> Registry {
    let mut registry = Registry::with_prefix("lvs_director");
    let labels = BuildLabels { version: status.version.clone(), router_id: status.router_id.clone() };
    let build: Family<BuildLabels, Gauge> = Family::default();
    build.get_or_create(&labels).set(1);
    registry.register("build_info", "version and name of this director", build);
    table(&mut registry, &status.table);
    services(&mut registry, status);
    servers(&mut registry, status);
    agents::agents(&mut registry, status);
    if let Some(mail) = &status.mail {
        counter(&mut registry, "mails_sent", "mails that the server took", mail.sent);
        counter(&mut registry, "mail_changes_lost", "changes of which nobody was told by mail", mail.lost);
        gauge(
            &mut registry,
            "mail_changes_waiting",
            "changes that wait to be told by mail",
            count(mail.waiting),
        );
    }
    vrrp::duplicates(&mut registry, &status.addresses, status.vrrp.as_ref().map(|view| &view.status));
    if let Some(view) = &status.vrrp {
        vrrp::routers(&mut registry, &view.status);
    }
    registry
}

fn table(registry: &mut Registry, table: &TableStatus) {
    gauge(registry, "table_settled", "1 while the kernel has what is wanted", i64::from(table.settled));
    gauge(registry, "table_refused_changes", "changes that the kernel refuses", count(table.refused.len()));
    counter(registry, "table_writes", "messages written to the kernel's table", table.written);
    counter(registry, "table_repairs", "changes that undid somebody else's", table.repaired);
    counter(registry, "table_looks", "looks at the kernel's table", table.looks);
}

fn services(registry: &mut Registry, status: &Status) {
    let quorum: Family<ServiceLabels, Gauge> = Family::default();
    let weight: Family<ServiceLabels, Gauge> = Family::default();
    let connections: Family<ServiceLabels, Counter<u64, AtomicU64>> = Family::default();
    for service in &status.services {
        let labels = ServiceLabels { service: service.name.clone() };
        quorum.get_or_create(&labels).set(i64::from(service.quorum));
        weight.get_or_create(&labels).set(i64::try_from(service.weight_up).unwrap_or(i64::MAX));
        if let Some(count) = service.connections {
            connections.get_or_create(&labels).inc_by(count);
        }
    }
    registry.register("service_quorum", "1 while enough servers are up", quorum);
    registry.register("service_weight_up", "total weight of the servers that are up", weight);
    registry.register("service_connections", "connections since the service was made", connections);
}

fn servers(registry: &mut Registry, status: &Status) {
    let up: Family<ServerLabels, Gauge> = Family::default();
    let weight: Family<ServerLabels, Gauge> = Family::default();
    let active: Family<ServerLabels, Gauge> = Family::default();
    let inactive: Family<ServerLabels, Gauge> = Family::default();
    for service in &status.services {
        for server in &service.servers {
            let labels = ServerLabels { service: service.name.clone(), server: server.address.clone() };
            up.get_or_create(&labels).set(i64::from(server.state == "up"));
            let Some(entry) = &server.entry else { continue };
            weight.get_or_create(&labels).set(entry.weight.into());
            active.get_or_create(&labels).set(entry.active.into());
            inactive.get_or_create(&labels).set(entry.inactive.into());
        }
    }
    registry.register(
        "server_up",
        "1 while every check of the server passes, and its agent does not say otherwise",
        up,
    );
    registry.register("server_weight", "weight in the kernel's table, absent while not in it", weight);
    registry.register("server_active_connections", "connections in state ESTABLISHED", active);
    registry.register("server_inactive_connections", "connections in any other state", inactive);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let metric: Gauge = Gauge::default();
    metric.set(value);
    registry.register(name, help, metric);
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let metric: Counter<u64, AtomicU64> = Counter::default();
    metric.inc_by(value);
    registry.register(name, help, metric);
}

fn count(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}
