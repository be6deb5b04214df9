//! Adverts that keepalived and FRR's vrrpd really sent (`captures/capture.sh`) are read as what they are, and written byte for byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use lvs_vrrp::{Advert, Interval, Packet, Password, Version, Vrid};

const SOURCE: &str = "192.0.2.1";

struct Captured {
    source: IpAddr,
    destination: IpAddr,
    ttl: u8,
    payload: Vec<u8>,
}

impl Captured {
    fn packet(&self) -> Packet<'_> {
        let Self { source, destination, ttl, .. } = *self;
        Packet { source, destination, ttl, payload: &self.payload }
    }
}

fn read(name: &str) -> Vec<Captured> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/captures").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(|line| ip(&bytes(line))).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn ip(bytes: &[u8]) -> Captured {
    let v4 = |at: usize| Ipv4Addr::from(<[u8; 4]>::try_from(&bytes[at..at + 4]).unwrap()).into();
    let v6 = |at: usize| Ipv6Addr::from(<[u8; 16]>::try_from(&bytes[at..at + 16]).unwrap()).into();
    match bytes[0] >> 4 {
        4 => Captured {
            source: v4(12),
            destination: v4(16),
            ttl: bytes[8],
            payload: bytes[usize::from(bytes[0] & 0xf) * 4..].to_vec(),
        },
        _ => Captured { source: v6(8), destination: v6(24), ttl: bytes[7], payload: bytes[40..].to_vec() },
    }
}

fn advert(version: Version, vrid: u8, priority: u8, centis: u16, addresses: &[&str]) -> Advert {
    Advert {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority,
        interval: Interval::centiseconds(centis).unwrap(),
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        password: None,
    }
}

#[track_caller]
fn is_both_ways(name: &str, source: &str, group: &str, expected: &Advert) {
    let packets = read(name);
    assert!(!packets.is_empty());
    for captured in packets {
        assert_eq!(
            (captured.source, captured.destination),
            (source.parse().unwrap(), group.parse().unwrap())
        );
        assert_eq!(Advert::parse(&captured.packet(), true).as_ref(), Ok(expected));
        assert_eq!(expected.emit(captured.source, captured.destination, true), captured.payload);
    }
}

#[test]
fn keepalived_version_2_without_authentication() {
    let lives = advert(Version::V2, 11, 200, 100, &["192.0.2.240"]);
    is_both_ways("keepalived-v2-none.txt", SOURCE, "224.0.0.18", &lives);
    is_both_ways("keepalived-v2-none-stops.txt", SOURCE, "224.0.0.18", &Advert { priority: 0, ..lives });
}

#[test]
fn keepalived_version_2_with_a_password() {
    let password = Password::new(b"s3cret");
    let lives = advert(Version::V2, 12, 200, 100, &["192.0.2.241", "192.0.2.242"]);
    let lives = Advert { password, ..lives };
    is_both_ways("keepalived-v2-pass.txt", SOURCE, "224.0.0.18", &lives);
    is_both_ways("keepalived-v2-pass-stops.txt", SOURCE, "224.0.0.18", &Advert { priority: 0, ..lives });
}

#[test]
fn keepalived_version_3_over_ipv4() {
    let lives = advert(Version::V3, 13, 200, 10, &["192.0.2.243"]);
    is_both_ways("keepalived-v3-v4.txt", SOURCE, "224.0.0.18", &lives);
    is_both_ways("keepalived-v3-v4-stops.txt", SOURCE, "224.0.0.18", &Advert { priority: 0, ..lives });
}

#[test]
fn keepalived_version_3_over_ipv6() {
    let lives = advert(Version::V3, 14, 200, 50, &["fe80::14", "2001:db8::14"]);
    is_both_ways("keepalived-v3-v6.txt", "fe80::1", "ff02::12", &lives);
    is_both_ways("keepalived-v3-v6-stops.txt", "fe80::1", "ff02::12", &Advert { priority: 0, ..lives });
}

#[test]
fn frr_version_2() {
    let expected = advert(Version::V2, 21, 150, 100, &["192.0.2.245"]);
    is_both_ways("frr-v2.txt", SOURCE, "224.0.0.18", &expected);
}

#[test]
fn frr_version_3_over_ipv4() {
    let expected = advert(Version::V3, 22, 151, 20, &["192.0.2.246", "192.0.2.247"]);
    is_both_ways("frr-v3-v4.txt", SOURCE, "224.0.0.18", &expected);
}

#[test]
fn frr_version_3_over_ipv6() {
    let expected = advert(Version::V3, 22, 151, 20, &["2001:db8::22"]);
    is_both_ways("frr-v3-v6.txt", "fe80::200:5eff:fe00:216", "ff02::12", &expected);
}
