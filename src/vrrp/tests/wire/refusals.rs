//! Each rule that needs no configuration, broken by one packet that is otherwise right.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lvs_vrrp::{Advert, Interval, Packet, Password, Refused, Version, Vrid, vrid_of};

const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 0, 18));

fn advert(version: Version) -> Advert {
    Advert {
        version,
        vrid: Vrid::new(51).unwrap(),
        priority: 100,
        interval: Interval::centiseconds(100).unwrap(),
        addresses: vec![Ipv4Addr::new(192, 0, 2, 240).into()],
        password: None,
    }
}

fn read(payload: &[u8]) -> Result<Advert, Refused> {
    Advert::parse(&Packet { source: SOURCE, destination: GROUP, ttl: 255, payload }, true)
}

/// Version 2, whose checksum needs no pseudo-header, changed at one byte and summed again.
fn changed(at: usize, to: u8) -> Vec<u8> {
    let mut bytes = advert(Version::V2).emit(SOURCE, GROUP, true);
    bytes[at] = to;
    summed(bytes)
}

/// The checksum, computed here in the plainest way.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[6..8].fill(0);
    let sum: u32 =
        bytes.chunks(2).map(|pair| u32::from(pair[0]) * 256 + u32::from(*pair.get(1).unwrap_or(&0))).sum();
    let sum = sum % 0xffff;
    bytes[6..8].copy_from_slice(&(0xffff - u16::try_from(sum).unwrap()).to_be_bytes());
    bytes
}

#[test]
fn unchanged_is_right() {
    assert_eq!(read(&summed(advert(Version::V2).emit(SOURCE, GROUP, true))), Ok(advert(Version::V2)));
}

#[test]
fn ttl_254() {
    let payload = &advert(Version::V3).emit(SOURCE, GROUP, true);
    let packet = Packet { source: SOURCE, destination: GROUP, ttl: 254, payload };
    assert_eq!(Advert::parse(&packet, true), Err(Refused::Ttl));
}

#[test]
fn versions_0_1_and_4_to_15() {
    for version in (0..=1).chain(4..=15) {
        assert_eq!(read(&changed(0, version << 4 | 1)), Err(Refused::Version), "{version}");
    }
}

#[test]
fn version_2_over_ipv6() {
    let (source, destination) = (Ipv6Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    let payload = &changed(2, 99);
    let packet = Packet { source, destination, ttl: 255, payload };
    assert_eq!(Advert::parse(&packet, true), Err(Refused::Version));
}

#[test]
fn types_other_than_1() {
    for kind in (0..16).filter(|kind| *kind != 1) {
        assert_eq!(read(&changed(0, 0x20 | kind)), Err(Refused::Type), "{kind}");
    }
}

#[test]
fn shorter_than_it_says() {
    for version in [Version::V2, Version::V3] {
        let bytes = advert(version).emit(SOURCE, GROUP, true);
        for len in 0..bytes.len() {
            assert_eq!(read(&bytes[..len]), Err(Refused::Length), "{version:?} {len}");
        }
    }
    assert_eq!(read(&changed(3, 2)), Err(Refused::Length), "count of one more");
}

/// RFC 3768 section 5.3.10: the authentication data field is there whatever the type.
#[test]
fn version_2_without_room_for_authentication_data() {
    let mut bytes = advert(Version::V2).emit(SOURCE, GROUP, true);
    bytes.truncate(12);
    assert_eq!(read(&summed(bytes)), Err(Refused::Length));
}

#[test]
fn a_wrong_checksum() {
    for version in [Version::V2, Version::V3] {
        let mut bytes = advert(version).emit(SOURCE, GROUP, true);
        bytes[7] ^= 1;
        assert_eq!(read(&bytes), Err(Refused::Checksum), "{version:?}");
    }
}

#[test]
fn the_pseudo_header_must_be_agreed_upon() {
    let advert = advert(Version::V3);
    for ours in [true, false] {
        let payload = &advert.emit(SOURCE, GROUP, !ours);
        let packet = Packet { source: SOURCE, destination: GROUP, ttl: 255, payload };
        assert_eq!(Advert::parse(&packet, ours), Err(Refused::Checksum));
        assert_eq!(Advert::parse(&packet, !ours).as_ref(), Ok(&advert));
    }
}

#[test]
fn the_pseudo_header_holds_both_addresses() {
    let payload = &advert(Version::V3).emit(SOURCE, GROUP, true);
    let other = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 77));
    for (source, destination) in [(other, GROUP), (SOURCE, other)] {
        let packet = Packet { source, destination, ttl: 255, payload };
        assert_eq!(Advert::parse(&packet, true), Err(Refused::Checksum));
    }
}

#[test]
fn vrid_0() {
    assert_eq!(read(&changed(1, 0)), Err(Refused::UnknownVrid));
}

#[test]
fn interval_0() {
    assert_eq!(read(&changed(5, 0)), Err(Refused::Interval));
    let mut bytes = advert(Version::V3).emit(SOURCE, GROUP, false);
    bytes[4..6].copy_from_slice(&[0xf0, 0]);
    let payload = &summed(bytes);
    let packet = Packet { source: SOURCE, destination: GROUP, ttl: 255, payload };
    assert_eq!(Advert::parse(&packet, false), Err(Refused::Interval), "reserved bits are no interval");
}

#[test]
fn reserved_bits_of_version_3_are_ignored() {
    let mut bytes = advert(Version::V3).emit(SOURCE, GROUP, false);
    bytes[4] |= 0xf0;
    let payload = &summed(bytes);
    let packet = Packet { source: SOURCE, destination: GROUP, ttl: 255, payload };
    assert_eq!(Advert::parse(&packet, false), Ok(advert(Version::V3)));
}

#[test]
fn no_address() {
    assert_eq!(read(&changed(3, 0)), Err(Refused::Addresses));
}

#[test]
fn authentication_types_other_than_0_and_1() {
    for kind in 2..=255 {
        assert_eq!(read(&changed(4, kind)), Err(Refused::AuthType), "{kind}");
    }
}

#[test]
fn authentication_type_1_brings_a_password() {
    let mut bytes = changed(4, 1);
    bytes[12..20].copy_from_slice(b"12345678");
    let expected = Advert { password: Password::new(b"12345678"), ..advert(Version::V2) };
    assert_eq!(read(&summed(bytes)), Ok(expected));
}

#[test]
fn bytes_behind_the_message_are_covered_by_its_checksum_and_ignored() {
    let mut bytes = advert(Version::V2).emit(SOURCE, GROUP, true);
    bytes.extend([1, 2, 3]);
    assert_eq!(read(&bytes), Err(Refused::Checksum));
    assert_eq!(read(&summed(bytes)), Ok(advert(Version::V2)));
}

#[test]
fn the_vrid_is_found_without_any_check() {
    assert_eq!(vrid_of(&[]), None);
    assert_eq!(vrid_of(&[0xff]), None);
    assert_eq!(vrid_of(&[0xff, 51]), Some(51));
}

#[test]
fn every_reason_has_a_word_and_a_text_of_its_own() {
    let words: std::collections::BTreeSet<_> = Refused::ALL.iter().map(|reason| reason.word()).collect();
    let texts: std::collections::BTreeSet<_> = Refused::ALL.iter().map(ToString::to_string).collect();
    assert_eq!((words.len(), texts.len()), (Refused::ALL.len(), Refused::ALL.len()));
}
