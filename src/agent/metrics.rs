//! The status as metrics.

use std::fmt;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use watch::Status;

use crate::status_text::phase;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfVip {
    vip: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfStep {
    vip: String,
    step: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPhase {
    vip: String,
    phase: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

/// The status as text for Prometheus. Made anew for each scrape, so nothing stale is left of a VIP that is gone.
pub(crate) fn render(status: &Status) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("lvs_agent");
    vips(status, &mut registry);
    drains(status, &mut registry);
    repairs(status, &mut registry);
    let weight = Gauge::<i64>::default();
    weight.set(i64::from(status.weight.unwrap_or(100)));
    registry.register("weight_percent", "What this host may carry of its configured weight", weight);
    let contested = Gauge::<i64>::default();
    contested.set(i64::from(status.contested));
    registry.register("contested", "1 while someone else keeps undoing what is put right", contested);
    registry.register("build", "What runs", Info::new(vec![("version", status.version.clone())]));
    daemon::metrics::render(&registry)
}

fn vips(status: &Status, registry: &mut Registry) {
    let (ready, draining) = (Family::<OfVip, Gauge>::default(), Family::<OfVip, Gauge>::default());
    let steps = Family::<OfStep, Gauge>::default();
    for vip in &status.vips {
        let name = vip.address.to_string();
        let label = OfVip { vip: name.clone() };
        ready.get_or_create(&label).set(i64::from(vip.ready));
        draining.get_or_create(&label).set(i64::from(vip.draining_since.is_some()));
        for step in &vip.steps {
            let label = OfStep { vip: name.clone(), step: step.step.clone() };
            steps.get_or_create(&label).set(i64::from(step.ok));
        }
    }
    registry.register("vip_ready", "1 while the VIP is prepared, served and not draining", ready);
    registry.register("vip_draining", "1 while the VIP drains", draining);
    registry.register("vip_step_done", "1 while this step of the VIP's preparation is done", steps);
}

fn drains(status: &Status, registry: &mut Registry) {
    let phases = Family::<OfPhase, Gauge>::default();
    let connections = Family::<OfVip, Gauge>::default();
    for vip in &status.vips {
        let Some(drain) = &vip.drain else { continue };
        let name = vip.address.to_string();
        phases.get_or_create(&OfPhase { vip: name.clone(), phase: phase(drain.phase) }).set(1);
        if let Some(count) = drain.connections.and_then(|count| i64::try_from(count).ok()) {
            connections.get_or_create(&OfVip { vip: name }).set(count);
        }
    }
    registry.register("vip_drain_phase", "1 for the phase that the VIP's drain is in", phases);
    registry.register(
        "vip_drain_connections",
        "Connections that a draining VIP still has on this host",
        connections,
    );
}

fn repairs(status: &Status, registry: &mut Registry) {
    let repairs = Family::<OfKind, Counter>::default();
    let counted = status.repairs;
    for (kind, count) in
        [("address", counted.addresses), ("sysctl", counted.sysctls), ("device", counted.devices)]
    {
        repairs.get_or_create(&OfKind { kind }).inc_by(count);
    }
    registry.register("repairs", "How often someone else's change was put right", repairs);
}
