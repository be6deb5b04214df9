//! What is written is read back, and any changed bit is noticed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lvs_vrrp::{Advert, Family, Interval, Packet, Password, Refused, Version, Vrid};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Sent {
    advert: Advert,
    source: IpAddr,
    destination: IpAddr,
    pseudo_header: bool,
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        self.advert.emit(self.source, self.destination, self.pseudo_header)
    }

    fn read(&self, payload: &[u8]) -> Result<Advert, Refused> {
        let packet = Packet { source: self.source, destination: self.destination, ttl: 255, payload };
        Advert::parse(&packet, self.pseudo_header)
    }
}

fn address(family: Family) -> BoxedStrategy<IpAddr> {
    match family {
        Family::V4 => any::<Ipv4Addr>().prop_map(IpAddr::V4).boxed(),
        Family::V6 => any::<Ipv6Addr>().prop_map(IpAddr::V6).boxed(),
    }
}

fn interval(version: Version) -> BoxedStrategy<Interval> {
    match version {
        Version::V2 => (1..=255u8).prop_map(|seconds| Interval::seconds(seconds).unwrap()).boxed(),
        Version::V3 => (1..=4095u16).prop_map(|centis| Interval::centiseconds(centis).unwrap()).boxed(),
    }
}

fn password(version: Version) -> BoxedStrategy<Option<Password>> {
    match version {
        Version::V2 => prop::option::of(prop::collection::vec(any::<u8>(), 1..=8))
            .prop_map(|text| text.and_then(|text| Password::new(&text)))
            .boxed(),
        Version::V3 => Just(None).boxed(),
    }
}

fn sent() -> impl Strategy<Value = Sent> {
    let kinds = prop_oneof![
        Just((Version::V2, Family::V4)),
        Just((Version::V3, Family::V4)),
        Just((Version::V3, Family::V6)),
    ];
    kinds.prop_flat_map(|(version, family)| {
        let addresses = prop::collection::vec(address(family), 1..=255);
        let numbers = (1..=255u8, any::<u8>(), interval(version), password(version));
        let ip = (address(family), address(family), any::<bool>());
        (addresses, numbers, ip).prop_map(move |(addresses, (vrid, priority, interval, password), ip)| {
            let (source, destination, pseudo_header) = ip;
            let vrid = Vrid::new(vrid).unwrap();
            let advert = Advert { version, vrid, priority, interval, addresses, password };
            Sent { advert, source, destination, pseudo_header }
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(sent in sent()) {
        prop_assert_eq!(sent.read(&sent.bytes()), Ok(sent.advert.clone()));
    }

    /// Ones' complement sums notice every single changed bit (RFC 1071).
    #[test]
    fn one_changed_bit_is_refused(sent in sent(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut bytes = sent.bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(sent.read(&bytes).is_err(), "byte {} bit {}", at, bit);
    }

    #[test]
    fn a_shortened_one_is_refused(sent in sent(), at in any::<prop::sample::Index>()) {
        let bytes = sent.bytes();
        let at = at.index(bytes.len());
        prop_assert_eq!(sent.read(&bytes[..at]), Err(Refused::Length));
    }
}

#[test]
fn most_addresses_fit_and_one_more_does_not() {
    for (version, family, mtu, expected) in [
        (Version::V3, Family::V4, 1500, 255),
        (Version::V2, Family::V4, 1500, 255),
        (Version::V3, Family::V6, 1500, 90),
        (Version::V3, Family::V4, 576, 137),
        (Version::V2, Family::V4, 576, 135),
        (Version::V2, Family::V6, 1500, 0),
        (Version::V3, Family::V4, 0, 0),
    ] {
        assert_eq!(Advert::most_addresses(version, family, mtu), expected, "{version:?} {family:?} {mtu}");
    }
}

#[test]
fn a_full_advert_is_as_long_as_the_mtu_allows() {
    let most = Advert::most_addresses(Version::V3, Family::V6, 1500);
    let advert = Advert {
        version: Version::V3,
        vrid: Vrid::new(1).unwrap(),
        priority: 100,
        interval: Interval::centiseconds(100).unwrap(),
        addresses: vec![Ipv6Addr::LOCALHOST.into(); most],
        password: None,
    };
    let len = advert.emit(Ipv6Addr::LOCALHOST.into(), Family::V6.group(), true).len();
    assert!(len + 40 <= 1500 && len + 40 + 16 > 1500, "{len}");
}

#[test]
fn addresses_of_the_other_family_are_left_out_and_intervals_rounded_up() {
    let advert = Advert {
        version: Version::V2,
        vrid: Vrid::new(7).unwrap(),
        priority: 1,
        interval: Interval::centiseconds(150).unwrap(),
        addresses: vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::new(192, 0, 2, 9).into()],
        password: None,
    };
    let bytes = advert.emit(Ipv4Addr::LOCALHOST.into(), Family::V4.group(), true);
    assert_eq!(bytes[..6], [0x21, 7, 1, 1, 0, 2]);
    assert_eq!(bytes[8..], [192, 0, 2, 9, 0, 0, 0, 0, 0, 0, 0, 0]);
}
