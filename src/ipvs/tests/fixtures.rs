//! What a real kernel sent (see `fixtures/README.md`) is read as what it was told.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail it")]

mod common;

use common::{address_key, direct, fwmark, persistent, plain, real, tcp, tunnel};
use lvs_ipvs::wire::{
    Content, DestinationEntry, Messages, ServiceEntry, decode_daemon, decode_destination, decode_family_id,
    decode_info, decode_service, decode_timeouts,
};
use lvs_ipvs::{
    Checksum, Connections, Daemon, DaemonRole, Destination, DestinationKey, Family, Forward, Info, Protocol,
    SchedulerFlags, ServiceKey, ServiceSettings, Timeouts, TunnelKind,
};

/// `include_bytes!` by name.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name, ".bin")).as_slice()
    };
}

/// The attributes of every data message; the last message ends the dump.
fn bodies(dump: &[u8]) -> Vec<&[u8]> {
    let mut contents: Vec<Content<'_>> =
        Messages::new(dump).map(|message| message.unwrap().content).collect();
    assert_eq!(contents.pop(), Some(Content::Done(None)));
    contents.into_iter().map(body).collect()
}

fn only_body(answer: &[u8]) -> &[u8] {
    let mut messages = Messages::new(answer);
    let body = body(messages.next().unwrap().unwrap().content);
    assert_eq!(messages.next(), None);
    body
}

fn body(content: Content<'_>) -> &[u8] {
    let Content::Data { body, .. } = content else { panic!("no data: {content:?}") };
    body
}

fn services() -> Vec<(ServiceKey, ServiceSettings)> {
    let decode = |body| {
        let ServiceEntry { key, settings, .. } = decode_service(body).unwrap();
        (key, settings)
    };
    let mut services: Vec<_> = bodies(fixture!("services")).into_iter().map(decode).collect();
    services.sort();
    services
}

fn destinations(dump: &[u8], family: Family) -> Vec<(DestinationKey, Destination)> {
    let mut entries: Vec<_> =
        entries(dump, family).iter().map(|entry| (entry.key, entry.destination)).collect();
    entries.sort();
    entries
}

fn entries(dump: &[u8], family: Family) -> Vec<DestinationEntry> {
    bodies(dump).into_iter().map(|body| decode_destination(body, family).unwrap()).collect()
}

#[test]
fn every_service() {
    let flags = |flag1, flag2| SchedulerFlags { flag1, flag2, flag3: false };
    let vip = |protocol, port| address_key(protocol, "192.168.100.240", port);
    let mut expected = vec![
        (tcp("192.168.100.240", 80), persistent("rr", 20, 32, None)),
        (vip(Protocol::Udp, 53), ServiceSettings { one_packet: true, ..plain("wlc") }),
        (
            vip(Protocol::Udp, 5060),
            ServiceSettings { one_packet: true, ..persistent("rr", 60, 32, Some("sip")) },
        ),
        (vip(Protocol::Sctp, 132), ServiceSettings { flags: flags(true, true), ..plain("sh") }),
        (
            tcp("2001:db8::240", 443),
            ServiceSettings { flags: flags(false, true), ..persistent("mh", 300, 64, None) },
        ),
        (fwmark(Family::V4, 7), persistent("wrr", 3600, 24, None)),
        (fwmark(Family::V6, 7), plain("lc")),
    ];
    expected.sort();
    assert_eq!(services(), expected);
}

#[test]
fn every_kind_of_destination() {
    let (rs1, rs2) = ("192.168.100.8", "192.168.100.9");
    let limited = Destination { upper_threshold: 100, lower_threshold: 80, ..direct(1) };
    let gue = Destination { weight: direct(3).weight, ..tunnel(TunnelKind::Gue, 6080, Checksum::Remote) };
    let heavy = direct(i32::MAX.unsigned_abs());
    let mixed = vec![
        (real(rs1, 443), tunnel(TunnelKind::Ipip, 0, Checksum::None)),
        (real("2001:db8::8", 443), heavy),
    ];
    assert_eq!(
        destinations(fixture!("destinations_tcp"), Family::V4),
        [(real(rs1, 80), limited), (real(rs2, 80), direct(0))]
    );
    assert_eq!(
        destinations(fixture!("destinations_udp"), Family::V4),
        [(real("10.0.0.5", 5353), Destination { forward: Forward::Nat, ..direct(7) })]
    );
    assert_eq!(
        destinations(fixture!("destinations_sctp"), Family::V4),
        [(real(rs1, 132), gue), (real(rs2, 132), tunnel(TunnelKind::Gre, 0, Checksum::Full))]
    );
    assert_eq!(destinations(fixture!("destinations_v6"), Family::V6), mixed);
    assert_eq!(
        destinations(fixture!("destinations_fwmark6"), Family::V6),
        [(real("2001:db8::8", 0), direct(1))]
    );
    assert_eq!(destinations(fixture!("destinations_none"), Family::V4), []);
}

/// Three SYNs of 60 bytes, answered by this machine itself with RSTs of 40.
#[test]
fn counters_of_three_connections() {
    let web = decode_service(only_body(fixture!("service_one"))).unwrap();
    assert_eq!(web.key, tcp("192.168.100.240", 80));
    assert_eq!((web.stats.connections, web.stats.packets_in), (3, 3));
    assert_eq!((web.stats.packets_out, web.stats.bytes_in, web.stats.bytes_out), (3, 180, 120));

    let reals = entries(fixture!("destinations_tcp"), Family::V4);
    let used = reals.iter().find(|entry| entry.key == real("192.168.100.8", 80)).unwrap();
    assert_eq!(used.counters.connections, Connections { active: 0, inactive: 3, persistent: 1 });
    assert_eq!(used.counters.stats, web.stats);
}

#[test]
fn family_version_timeouts_and_daemons() {
    assert_eq!(decode_family_id(only_body(fixture!("family"))), Ok(28));
    assert_eq!(
        decode_info(only_body(fixture!("info"))),
        Ok(Info { version: (1, 2, 1), connection_table_size: 4096 })
    );
    assert_eq!(
        decode_timeouts(only_body(fixture!("timeouts"))),
        Ok(Timeouts { tcp_s: 901, tcp_fin_s: 121, udp_s: 301 })
    );
    let running: Vec<Daemon> =
        bodies(fixture!("daemons")).into_iter().map(|body| decode_daemon(body).unwrap()).collect();
    let daemon = |role, sync_id, max_len, group, port, ttl| Daemon {
        role,
        interface: "d0".to_owned(),
        sync_id,
        max_len: Some(max_len),
        group: Some(common::ip(group)),
        port: Some(port),
        ttl: Some(ttl),
    };
    assert_eq!(
        running,
        [
            daemon(DaemonRole::Master, 3, 1472, "224.0.0.81", 8848, 1),
            daemon(DaemonRole::Backup, 0, 1400, "239.1.2.3", 9000, 4),
        ]
    );
    let wish = Daemon { max_len: None, group: None, port: None, ttl: None, ..running[0].clone() };
    assert!(wish.is_met_by(&running[0]) && !wish.is_met_by(&running[1]));
    assert!(!Daemon { ttl: Some(2), ..wish }.is_met_by(&running[0]));
}

#[test]
fn acknowledgements_and_errors() {
    let content = |answer| Messages::new(answer).map(|message| message.unwrap().content).collect::<Vec<_>>();
    // EINVAL (22): a service without its settings; ESRCH (3)
    assert_eq!(content(fixture!("acknowledged")), [Content::Acknowledged]);
    assert_eq!(content(fixture!("refused")), [Content::Refused(22)]);
    assert_eq!(content(fixture!("service_absent")), [Content::Refused(3)]);
}
