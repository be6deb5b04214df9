//! How agents are followed, and agents.

use std::net::IpAddr;
use std::time::Duration;

use host::{Listener, ListenerProtocol, Need, Scope, Vip};
use lvs_config::agent::{AgentConfig, HealthTls, WeightConfig, WeightScript, WeightSource};
use lvs_config::director::{AgentGuard, AgentTls, AgentsConfig};
use proptest::option;
use proptest::prelude::*;

use super::{command, duration};

fn path() -> impl Strategy<Value = String> {
    "/[a-z é\"]{0,5}x"
}

pub(super) fn agents() -> impl Strategy<Value = AgentsConfig> {
    let usual = AgentsConfig::default();
    let guard =
        (1..=100_u8, duration(1_000..=3_600_000)).prop_map(|(share, window)| AgentGuard { share, window });
    let certificate = option::of((path(), path()));
    let name = option::of("[a-z]{1,5}(\\.[a-z]{1,3})?");
    let tls =
        (path(), certificate, name).prop_map(|(ca, certificate, name)| AgentTls { ca, certificate, name });
    (
        option::of(duration(100..=1_000)),
        prop_oneof![Just(usual.grace), duration(0..=3_600_000)],
        prop_oneof![Just(usual.guard), guard],
        option::of(tls),
    )
        .prop_map(|(heartbeat, grace, guard, tls)| AgentsConfig { heartbeat, grace, guard, tls })
}

pub(crate) fn agent() -> impl Strategy<Value = AgentConfig> {
    let tls = (path(), path(), option::of(path())).prop_map(|(certificate, key, clients)| HealthTls {
        certificate,
        key,
        clients,
    });
    let times = (duration(50..=1_000), duration(0..=86_400_000));
    let vips = prop::collection::vec(vip(), 1..4);
    (option::of(tls), times, option::of(weight()), vips).prop_map(
        |(tls, (watch, deadline), weight, mut vips)| {
            vips.sort_by_key(|vip| vip.address);
            vips.dedup_by_key(|vip| vip.address);
            AgentConfig {
                vips,
                health_listen: vec!["192.0.2.8:9781".parse().unwrap()],
                health_tls: tls,
                watch_interval: watch,
                drain_deadline: deadline,
                weight,
            }
        },
    )
}

fn vip() -> impl Strategy<Value = Vip> {
    let address = prop_oneof![
        (1..255_u8).prop_map(|last| IpAddr::from([192, 0, 2, last])),
        (1..9_u16).prop_map(|last| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last])),
    ];
    let scope = prop_oneof![Just(Scope::Host), Just(Scope::Link), Just(Scope::Global)];
    let protocol = prop_oneof![Just(ListenerProtocol::Tcp), Just(ListenerProtocol::Udp)];
    let services = prop::collection::btree_set(
        (protocol, 1..=u16::MAX).prop_map(|(protocol, port)| Listener { protocol, port }),
        0..3,
    );
    let units =
        prop::collection::btree_set("[a-zA-Z0-9:_.\\\\-]{1,8}\\.(service|scope)".prop_map(Need::Unit), 0..3);
    let processes = prop::collection::btree_set("[a-zé\" ]{1,7}".prop_map(Need::Process), 0..3);
    (address, "[a-z]{1,8}", scope, services, (units, processes)).prop_map(
        |(address, device, scope, services, (units, processes))| Vip {
            address,
            device,
            label: None,
            scope: if address.is_ipv4() { scope } else { Scope::Host },
            services: services.into_iter().collect(),
            needs: units.into_iter().chain(processes).collect(),
        },
    )
}

fn weight() -> impl Strategy<Value = WeightConfig> {
    let script = (command(), duration(100..=60_000), option::of("[a-z]{1,8}"))
        .prop_map(|(command, timeout, user)| WeightSource::Script(WeightScript { command, timeout, user }));
    let source = prop_oneof![
        (0..=100_u8).prop_map(WeightSource::Fixed),
        path().prop_map(WeightSource::File),
        script,
        (1..=10_000_u32).prop_map(|full| WeightSource::Load { full }),
    ];
    (source, (0..=100_u8, 1..=100_u8), duration(0..=3_600_000), duration(1_000..=3_600_000)).prop_map(
        |(source, (least, most), smooth, interval)| match source {
            WeightSource::Fixed(_) => WeightConfig {
                source,
                least: 0,
                most: 100,
                smooth: Duration::ZERO,
                interval: Duration::from_secs(5),
            },
            WeightSource::File(_) | WeightSource::Script(_) | WeightSource::Load { .. } => {
                WeightConfig { source, least: least.min(most), most, smooth, interval }
            }
        },
    )
}
