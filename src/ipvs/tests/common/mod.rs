//! Tables to test with: some made by hand, some by chance, and a kernel of ten lines that applies changes.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]
#![allow(dead_code, reason = "each test file uses some")]

use std::net::IpAddr;
use std::num::NonZeroU32;

use lvs_ipvs::{
    Change, Checksum, Destination, DestinationKey, Family, Forward, Persistence, Protocol, Scheduler,
    SchedulerFlags, Service, ServiceKey, ServiceSettings, Table, Tunnel, TunnelKind, Weight,
};
use proptest::collection::btree_map;
use proptest::prelude::*;

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn tcp(address: &str, port: u16) -> ServiceKey {
    address_key(Protocol::Tcp, address, port)
}

pub(crate) fn address_key(protocol: Protocol, address: &str, port: u16) -> ServiceKey {
    ServiceKey::Address { protocol, address: ip(address), port }
}

pub(crate) fn fwmark(family: Family, mark: u32) -> ServiceKey {
    ServiceKey::Fwmark { family, mark: NonZeroU32::new(mark).unwrap() }
}

pub(crate) fn real(address: &str, port: u16) -> DestinationKey {
    DestinationKey { address: ip(address), port }
}

pub(crate) fn direct(weight: u32) -> Destination {
    let weight = Weight::new(weight).unwrap();
    Destination { forward: Forward::Direct, weight, upper_threshold: 0, lower_threshold: 0 }
}

pub(crate) fn tunnel(kind: TunnelKind, port: u16, checksum: Checksum) -> Destination {
    Destination { forward: Forward::Tunnel(Tunnel { kind, port, checksum }), ..direct(1) }
}

pub(crate) fn plain(scheduler: &str) -> ServiceSettings {
    ServiceSettings {
        scheduler: Scheduler::new(scheduler).unwrap(),
        flags: SchedulerFlags::default(),
        one_packet: false,
        persistence: None,
    }
}

pub(crate) fn persistent(
    scheduler: &str,
    timeout_s: u32,
    granularity: u8,
    engine: Option<&str>,
) -> ServiceSettings {
    let timeout_s = NonZeroU32::new(timeout_s).unwrap();
    let engine = engine.map(str::to_owned);
    ServiceSettings { persistence: Some(Persistence { timeout_s, granularity, engine }), ..plain(scheduler) }
}

pub(crate) fn service<const N: usize>(
    settings: ServiceSettings,
    reals: [(DestinationKey, Destination); N],
) -> Service {
    Service { settings, destinations: reals.into_iter().collect() }
}

/// What the kernel does with a change (`ip_vs_genl_set_cmd`); false: refused.
pub(crate) fn apply(table: &mut Table, change: &Change) -> bool {
    let key = change.service();
    match change {
        Change::AddService { settings, .. } => {
            let new = Service { settings: settings.clone(), destinations: [].into() };
            !table.contains_key(key) && table.insert(*key, new).is_none()
        }
        Change::DeleteService { .. } => table.remove(key).is_some(),
        Change::EditService { settings, .. } => {
            table.get_mut(key).map(|service| service.settings = settings.clone()).is_some()
        }
        Change::AddDestination { key: real, destination, .. } => table.get_mut(key).is_some_and(|service| {
            !service.destinations.contains_key(real)
                && service.destinations.insert(*real, *destination).is_none()
        }),
        Change::EditDestination { key: real, destination, .. } => table
            .get_mut(key)
            .is_some_and(|service| service.destinations.insert(*real, *destination).is_some()),
        Change::DeleteDestination { key: real, .. } => {
            table.get_mut(key).is_some_and(|service| service.destinations.remove(real).is_some())
        }
    }
}

/// Small worlds, so that tables made by chance have much in common.
pub(crate) fn any_table() -> impl Strategy<Value = Table> {
    btree_map(any_key(), any_service(), 0..6)
}

pub(crate) fn any_key() -> impl Strategy<Value = ServiceKey> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Sctp)];
    let address = prop_oneof![Just(ip("192.0.2.1")), Just(ip("192.0.2.2")), Just(ip("2001:db8::1"))];
    let by_address = (protocol, address, 0..3_u16)
        .prop_map(|(protocol, address, port)| ServiceKey::Address { protocol, address, port });
    let by_mark = (any::<bool>(), prop_oneof![1..3_u32, Just(u32::MAX)])
        .prop_map(|(v6, mark)| fwmark(if v6 { Family::V6 } else { Family::V4 }, mark));
    prop_oneof![by_address, by_mark]
}

pub(crate) fn any_service() -> impl Strategy<Value = Service> {
    (any_settings(), btree_map(any_real(), any_destination(), 0..5))
        .prop_map(|(settings, destinations)| Service { settings, destinations })
}

pub(crate) fn any_settings() -> impl Strategy<Value = ServiceSettings> {
    let scheduler = prop_oneof![Just("rr"), Just("mh"), Just("sh"), Just("out-of_tree")];
    let engine = prop_oneof![Just(None), Just(Some("sip".to_owned()))];
    let persistence = (1..=2_678_400_u32, 0..=32_u8, engine).prop_map(|(timeout, granularity, engine)| {
        let timeout_s = NonZeroU32::new(timeout).unwrap();
        Persistence { timeout_s, granularity, engine }
    });
    let flags = (any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(flag1, flag2, flag3)| SchedulerFlags { flag1, flag2, flag3 });
    (scheduler, flags, any::<bool>(), proptest::option::of(persistence)).prop_map(
        |(scheduler, flags, one_packet, persistence)| {
            let scheduler = Scheduler::new(scheduler).unwrap();
            ServiceSettings { scheduler, flags, one_packet, persistence }
        },
    )
}

pub(crate) fn any_real() -> impl Strategy<Value = DestinationKey> {
    let address = prop_oneof![Just("10.0.0.1"), Just("10.0.0.2"), Just("10.0.0.3"), Just("2001:db8::8")];
    (address, 0..2_u16).prop_map(|(address, port)| real(address, port))
}

pub(crate) fn any_destination() -> impl Strategy<Value = Destination> {
    let kind = prop_oneof![Just(TunnelKind::Ipip), Just(TunnelKind::Gue), Just(TunnelKind::Gre)];
    let checksum = prop_oneof![Just(Checksum::None), Just(Checksum::Full), Just(Checksum::Remote)];
    let tunnel = (kind, 0..3_u16, checksum)
        .prop_map(|(kind, port, checksum)| Forward::Tunnel(Tunnel { kind, port, checksum }));
    let forward = prop_oneof![Just(Forward::Direct), Just(Forward::Nat), tunnel];
    let weight = prop_oneof![0..3_u32, Just(Weight::MAX)];
    (forward, weight, 0..3_u32, any::<u32>()).prop_map(|(forward, weight, upper, lower)| Destination {
        forward,
        weight: Weight::new(weight).unwrap(),
        upper_threshold: upper,
        lower_threshold: lower,
    })
}
