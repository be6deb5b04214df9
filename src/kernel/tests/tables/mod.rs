//! Tables with everything that the family has.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

use std::net::IpAddr;
use std::num::NonZeroU32;

use ipvs::{
    Checksum, Destination, DestinationKey, Family, Forward, Persistence, Protocol, Scheduler, SchedulerFlags,
    Service, ServiceKey, ServiceSettings, Table, Tunnel, TunnelKind, Weight,
};

/// Every kind of service and destination that the family has.
pub(crate) fn rich_table() -> Table {
    let v4 = |protocol, port| ServiceKey::Address { protocol, address: ip("192.168.100.240"), port };
    let v6 = ServiceKey::Address { protocol: Protocol::Tcp, address: ip("2001:db8::240"), port: 443 };
    let tunnel = |kind, port, checksum| Destination {
        forward: Forward::Tunnel(Tunnel { kind, port, checksum }),
        ..direct(2)
    };
    let nat = Destination { forward: Forward::Nat, ..direct(7) };
    let limited = Destination { upper_threshold: 100, lower_threshold: 80, ..direct(1) };
    let ipip = tunnel(TunnelKind::Ipip, 0, Checksum::None);
    let flags = |flag1, flag2| SchedulerFlags { flag1, flag2, flag3: false };
    Table::from([
        (
            v4(Protocol::Tcp, 80),
            service(
                ServiceSettings { persistence: persistence(20, 32, None), ..plain("rr") },
                [("192.168.100.8", 80, limited), ("192.168.100.9", 80, direct(0))],
            ),
        ),
        (
            v4(Protocol::Tcp, 0),
            service(ServiceSettings { persistence: persistence(300, 1, None), ..plain("wlc") }, []),
        ),
        (
            v4(Protocol::Udp, 53),
            service(ServiceSettings { one_packet: true, ..plain("wlc") }, [("10.0.0.5", 5353, nat)]),
        ),
        (
            v4(Protocol::Udp, 5060),
            service(
                ServiceSettings {
                    one_packet: true,
                    persistence: persistence(60, 24, Some("sip")),
                    ..plain("rr")
                },
                [("10.0.0.6", 5060, direct(i32::MAX.cast_unsigned()))],
            ),
        ),
        (
            v4(Protocol::Sctp, 132),
            service(
                ServiceSettings { flags: flags(true, true), ..plain("sh") },
                [
                    ("192.168.100.8", 132, tunnel(TunnelKind::Gue, 6080, Checksum::Remote)),
                    ("192.168.100.9", 132, tunnel(TunnelKind::Gre, 0, Checksum::Full)),
                    ("192.168.100.10", 132, ipip),
                ],
            ),
        ),
        (
            v6,
            service(
                ServiceSettings {
                    flags: flags(false, true),
                    persistence: persistence(300, 64, None),
                    ..plain("mh")
                },
                [("2001:db8::8", 443, direct(1)), ("192.168.100.8", 443, ipip)],
            ),
        ),
        (
            fwmark(Family::V4, u32::MAX),
            service(
                ServiceSettings { persistence: persistence(2_678_400, 24, None), ..plain("wrr") },
                [("192.168.100.8", 0, direct(1))],
            ),
        ),
        (fwmark(Family::V4, 7), service(plain("lc"), [("192.168.100.8", 0, direct(1))])),
        (fwmark(Family::V6, 7), service(plain("lc"), [("2001:db8::8", 0, direct(1))])),
    ])
}

pub(crate) fn persistence(timeout_s: u32, granularity: u8, engine: Option<&str>) -> Option<Persistence> {
    let timeout_s = NonZeroU32::new(timeout_s)?;
    Some(Persistence { timeout_s, granularity, engine: engine.map(str::to_owned) })
}

pub(crate) fn service<const N: usize>(
    settings: ServiceSettings,
    destinations: [(&str, u16, Destination); N],
) -> Service {
    let destinations = destinations
        .map(|(address, port, destination)| (DestinationKey { address: ip(address), port }, destination));
    Service { settings, destinations: destinations.into_iter().collect() }
}

pub(crate) fn plain(scheduler: &str) -> ServiceSettings {
    ServiceSettings {
        scheduler: Scheduler::new(scheduler).unwrap(),
        flags: SchedulerFlags::default(),
        one_packet: false,
        persistence: None,
    }
}

pub(crate) fn direct(share: u32) -> Destination {
    Destination { forward: Forward::Direct, weight: weight(share), upper_threshold: 0, lower_threshold: 0 }
}

pub(crate) fn weight(share: u32) -> Weight {
    Weight::new(share).unwrap()
}

pub(crate) fn fwmark(family: Family, mark: u32) -> ServiceKey {
    ServiceKey::Fwmark { family, mark: NonZeroU32::new(mark).unwrap() }
}

/// In none of the tables.
pub(crate) fn absent() -> ServiceKey {
    ServiceKey::Address { protocol: Protocol::Tcp, address: ip("192.0.2.99"), port: 99 }
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
