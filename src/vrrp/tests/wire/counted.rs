//! A router counts every packet once: as an advert, or by the rule that it breaks.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use lvs_vrrp::{
    Advert, Announcing, Family, Interval, Packet, Priority, Readiness, Refused, RouterId, Set, Settings,
    Version, Vrid,
};

use crate::chance::Chance;

const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 0, 18));

fn settings() -> Settings {
    let burst = Announcing {
        repeat: 1,
        delay: Duration::ZERO,
        refresh: None,
        refresh_repeat: 1,
        rival_delay: Duration::ZERO,
        rival_repeat: 1,
    };
    Settings {
        name: "VI_1".to_owned(),
        interface: "eth0".to_owned(),
        vrid: Vrid::new(51).unwrap(),
        version: Version::V2,
        family: Family::V4,
        priority: Priority::new(100).unwrap(),
        interval: Interval::seconds(1).unwrap(),
        preempt: true,
        preempt_delay: Duration::ZERO,
        addresses: vec![Ipv4Addr::new(192, 0, 2, 240).into()],
        password: None,
        peers: Vec::new(),
        group: GROUP,
        check_addresses: true,
        pseudo_header: true,
        announcing: burst,
        tracks: Vec::new(),
    }
}

fn router() -> (Set, RouterId) {
    let mut set = Set::new();
    set.set_readiness(Readiness::Serving, Duration::ZERO);
    let id = set.set(vec![settings()], Vec::new(), Duration::ZERO)[0];
    set.set_source(id, Some(Ipv4Addr::new(192, 0, 2, 2).into()), Duration::ZERO);
    set.set_interface(id, None, Duration::ZERO);
    (set, id)
}

fn advert() -> Vec<u8> {
    let Settings { version, vrid, interval, addresses, password, .. } = settings();
    Advert { version, vrid, priority: 200, interval, addresses, password }.emit(OTHER, GROUP, true)
}

/// A byte of the advert is changed, and half of the time its checksum is made right for it.
fn changed(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = advert();
    let (at, to) = (chance.below(bytes.len()), chance.bytes(1)[0]);
    if chance.below(2) == 0 && at != 6 && at != 7 {
        // what the sum loses, the checksum gains, in ones' complement
        let weight = if at % 2 == 0 { 256 } else { 1 };
        let field = u32::from(u16::from_be_bytes([bytes[6], bytes[7]]));
        let field = (field + 0xffff + u32::from(bytes[at]) * weight - u32::from(to) * weight) % 0xffff;
        bytes[6..8].copy_from_slice(&u16::try_from(field).unwrap().to_be_bytes());
    }
    bytes[at] = to;
    bytes
}

#[test]
fn bytes_of_every_length_and_changed_adverts_are_counted_once() {
    let (mut set, id) = router();
    let mut chance = Chance::new(5);
    let random = (0..=1500).map(|len| chance.bytes(len)).collect::<Vec<_>>();
    let changed = (0..20_000).map(|_| changed(&mut chance)).collect::<Vec<_>>();
    for (sent, payload) in (1..).zip(random.iter().chain(&changed)) {
        set.handle_packet(
            id,
            &Packet { source: OTHER, destination: GROUP, ttl: 255, payload },
            Duration::ZERO,
        );
        while set.poll_action().is_some() {}
        let counters = set.view(id).unwrap().counters;
        let refused: u64 = Refused::ALL.into_iter().map(|reason| counters.refused(reason)).sum();
        assert_eq!(counters.adverts_received + refused, sent);
    }
    let counters = set.view(id).unwrap().counters;
    let met = Refused::ALL.into_iter().filter(|reason| counters.refused(*reason) > 0).collect::<Vec<_>>();
    let expected = [
        Refused::Checksum,
        Refused::Version,
        Refused::Type,
        Refused::Length,
        Refused::UnknownVrid,
        Refused::Interval,
        Refused::Addresses,
        Refused::AuthType,
    ];
    assert_eq!(met, expected);
    assert!(counters.adverts_received > 0);
}
