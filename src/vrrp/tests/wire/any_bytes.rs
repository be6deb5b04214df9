//! Bytes of every length that Ethernet carries, from nothing like an advert to almost one.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lvs_vrrp::{Advert, Interval, Packet, Password, Refused, Version, Vrid};

use crate::chance::Chance;

const LENGTHS: std::ops::RangeInclusive<usize> = 0..=1500;

fn ends(v6: bool) -> (IpAddr, IpAddr) {
    if v6 {
        (Ipv6Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into())
    } else {
        (Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::new(224, 0, 0, 18).into())
    }
}

#[derive(Default)]
struct Seen {
    adverts: usize,
    refused: BTreeMap<Refused, usize>,
}

impl Seen {
    fn read(&mut self, chance: &mut Chance, payload: &[u8]) {
        let (source, destination) = ends(chance.below(4) == 0);
        let ttl = if chance.below(20) == 0 { 1 } else { 255 };
        match Advert::parse(&Packet { source, destination, ttl, payload }, chance.below(2) == 0) {
            Ok(_) => self.adverts += 1,
            Err(reason) => *self.refused.entry(reason).or_default() += 1,
        }
    }
}

fn like_an_advert(chance: &mut Chance, len: usize) -> Vec<u8> {
    let v6 = chance.below(2) == 0;
    let version = if v6 || chance.below(2) == 0 { Version::V3 } else { Version::V2 };
    let count = (len.saturating_sub(8) / if v6 { 16 } else { 4 }).clamp(1, 255);
    let address = if v6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::new(192, 0, 2, 240).into() };
    let advert = Advert {
        version,
        vrid: Vrid::new(51).unwrap(),
        priority: 100,
        interval: Interval::centiseconds(100).unwrap(),
        addresses: vec![address; count],
        password: Password::new(b"1111").filter(|_| chance.below(2) == 0),
    };
    let (source, destination) = ends(v6);
    let mut bytes = advert.emit(source, destination, true);
    bytes.resize(len, 0);
    bytes
}

/// One to four changes in the header, and half of the time a checksum that is right for them (version 2).
fn mutated(chance: &mut Chance, mut bytes: Vec<u8>) -> Vec<u8> {
    let header = bytes.len().min(8);
    for _ in 0..=chance.below(4) {
        let at = chance.below(header);
        let to = chance.bytes(1)[0];
        if let Some(byte) = bytes.get_mut(at) {
            *byte = if chance.below(2) == 0 { to } else { *byte & 0xf0 };
        }
    }
    if header == 8 && chance.below(2) == 0 {
        sum_again(&mut bytes);
    }
    bytes
}

fn sum_again(bytes: &mut [u8]) {
    bytes[6..8].fill(0);
    let sum: u32 =
        bytes.chunks(2).map(|pair| u32::from(pair[0]) * 256 + u32::from(*pair.get(1).unwrap_or(&0))).sum();
    bytes[6..8].copy_from_slice(&(0xffff - u16::try_from(sum % 0xffff).unwrap()).to_be_bytes());
}

#[test]
fn random_bytes_of_every_length_are_refused_by_a_reason() {
    let mut chance = Chance::new(1);
    let mut seen = Seen::default();
    for len in LENGTHS {
        for _ in 0..20 {
            let bytes = chance.bytes(len);
            seen.read(&mut chance, &bytes);
        }
    }
    let refused: usize = seen.refused.values().sum();
    assert_eq!(seen.adverts + refused, 1501 * 20);
    assert!(seen.adverts < 3, "16 bits of checksum and 8 of version and type: {}", seen.adverts);
}

#[test]
fn mutated_adverts_of_every_length_meet_every_rule() {
    let mut chance = Chance::new(2);
    let mut seen = Seen::default();
    for len in LENGTHS {
        for _ in 0..12 {
            let bytes = like_an_advert(&mut chance, len);
            let bytes = mutated(&mut chance, bytes);
            seen.read(&mut chance, &bytes);
        }
    }
    let met: Vec<Refused> = seen.refused.keys().copied().collect();
    let without_configuration = [
        Refused::Ttl,
        Refused::Checksum,
        Refused::Version,
        Refused::Type,
        Refused::Length,
        Refused::UnknownVrid,
        Refused::Interval,
        Refused::Addresses,
        Refused::AuthType,
    ];
    assert_eq!(met, without_configuration);
    assert!(seen.adverts > 0);
}
