//! What needs the configuration to be refused, and what is counted.

use std::net::IpAddr;

use lvs_vrrp::{Advert, Family, Password, Readiness, Refused, Settings, State, Vrid};

use crate::lab::{BELOW, Lab, OURS, ip, ms, settings, version_2, with_priority};

fn advert(settings: &Settings, priority: u8) -> Advert {
    Advert {
        version: settings.version,
        vrid: settings.vrid,
        priority,
        interval: settings.interval,
        addresses: settings.addresses.clone(),
        password: settings.password,
    }
}

fn refused(settings: &Settings, from: &str, advert: &Advert) -> Vec<Refused> {
    let mut lab = Lab::backup(settings.clone(), Readiness::Serving);
    let wait = lab.wait();
    lab.now = ms(10);
    lab.hear_advert(0, from, advert);
    let counters = lab.set.view(lab.ids[0]).unwrap().counters.clone();
    let seen: Vec<Refused> =
        Refused::ALL.into_iter().filter(|reason| counters.refused(*reason) == 1).collect();
    if let [reason] = seen[..] {
        assert_eq!(counters.last_refused, Some((reason, ip(from), ms(10))));
        assert_eq!(counters.adverts_received, 0);
        assert_eq!(lab.set.poll_timeout(), wait, "it means nothing");
    } else {
        assert_eq!(counters.adverts_received, 1);
    }
    seen
}

#[test]
fn what_is_not_for_us_is_refused() {
    let (ours, old) = (settings("VI_1"), version_2());
    let fine = advert(&ours, 200);
    assert_eq!(refused(&ours, BELOW, &fine), []);
    assert_eq!(refused(&ours, OURS, &fine), [Refused::Own]);
    assert_eq!(refused(&old, BELOW, &Advert { interval: old.interval, ..fine.clone() }), [Refused::Version]);
    assert_eq!(refused(&ours, BELOW, &advert(&old, 200)), [Refused::Version]);
    let other = Advert { vrid: Vrid::new(52).unwrap(), ..fine.clone() };
    assert_eq!(refused(&ours, BELOW, &other), [Refused::UnknownVrid]);
}

#[test]
fn the_address_list_is_compared_without_order() {
    let ours = settings("VI_1");
    let with = |addresses: &[&str], priority| Advert {
        addresses: addresses.iter().map(|address| ip(address)).collect(),
        ..advert(&ours, priority)
    };
    let (a, b, c) = ("192.168.100.240", "192.168.100.241", "192.168.100.242");
    assert_eq!(refused(&ours, BELOW, &with(&[b, a], 200)), []);
    for list in [&[a][..], &[a, a], &[a, c], &[a, b, c], &[a, b, a]] {
        assert_eq!(refused(&ours, BELOW, &with(list, 200)), [Refused::Addresses], "{list:?}");
        assert_eq!(refused(&ours, BELOW, &with(list, 255)), [], "the owner knows best");
    }
    let careless = Settings { check_addresses: false, ..ours.clone() };
    assert_eq!(refused(&careless, BELOW, &with(&[c], 200)), []);
}

#[test]
fn the_password_is_compared_in_version_2() {
    let with = |password: Option<&str>| Settings {
        password: password.and_then(|text| Password::new(text.as_bytes())),
        ..version_2()
    };
    for (ours, theirs, expected) in [
        (Some("1111"), Some("1111"), None),
        (Some("1111"), Some("1112"), Some(Refused::Password)),
        (Some("1111"), None, Some(Refused::AuthType)),
        (None, Some("1111"), Some(Refused::AuthType)),
    ] {
        let seen = refused(&with(ours), BELOW, &advert(&with(theirs), 200));
        assert_eq!(seen, expected.into_iter().collect::<Vec<_>>(), "{ours:?} {theirs:?}");
    }
}

#[test]
fn with_peers_only_they_count() {
    let ours = Settings { peers: vec![ip(BELOW)], ..settings("VI_1") };
    assert_eq!(refused(&ours, BELOW, &advert(&ours, 200)), []);
    assert_eq!(refused(&ours, "10.0.0.2", &advert(&ours, 200)), [Refused::UnknownPeer]);
}

#[test]
fn two_owners_are_a_conflict() {
    let owner = with_priority(255);
    let mut lab = Lab::master(owner.clone(), Readiness::Serving);
    lab.hear_advert(0, "10.0.0.9", &advert(&owner, 255));
    let view = lab.set.view(lab.ids[0]).unwrap();
    assert_eq!(view.counters.refused(Refused::OwnerConflict), 1);
    assert_eq!(view.state, State::Master);
    lab.hear_advert(0, "10.0.0.9", &advert(&owner, 254));
    assert_eq!(lab.done(), ["send 255", "announce 3"], "another is a rival like any");
}

#[test]
fn adverts_go_to_the_group_or_to_each_peer_with_their_own_checksum() {
    let v6 = Settings {
        family: Family::V6,
        addresses: vec![ip("fe80::240"), ip("2001:db8::240")],
        peers: vec![ip("fe80::1"), ip("fe80::2")],
        ..settings("VI_1")
    };
    for settings in [settings("VI_1"), v6] {
        let source: IpAddr = if settings.family == Family::V6 { ip("fe80::5") } else { ip(OURS) };
        let destinations =
            if settings.peers.is_empty() { vec![settings.group] } else { settings.peers.clone() };
        let mut lab = Lab::configured(vec![settings.clone()], Vec::new());
        lab.set.set_readiness(Readiness::Serving, lab.now);
        lab.set.set_source(lab.ids[0], Some(source), lab.now);
        lab.set.set_interface(lab.ids[0], None, lab.now);
        lab.set.handle_timeout(ms(361));
        let mut sent = Vec::new();
        while let Some((_, action)) = lab.set.poll_action() {
            if let lvs_vrrp::Action::Send { destination, packet } = action {
                let packet = lvs_vrrp::Packet { source, destination, ttl: 255, payload: &packet };
                assert_eq!(Advert::parse(&packet, true), Ok(advert(&settings, 100)));
                sent.push(destination);
            }
        }
        assert_eq!(sent, destinations);
        assert_eq!(lab.set.view(lab.ids[0]).unwrap().counters.adverts_sent, 1);
    }
}

#[test]
fn everything_is_counted() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.pass(ms(250));
    lab.hear(0, BELOW, 50);
    lab.hear(0, BELOW, 0);
    lab.hear(0, BELOW, 200);
    lab.pass(ms(361));
    lab.stop();
    let counters = lab.set.view(lab.ids[0]).unwrap().counters.clone();
    assert_eq!(counters.became_master, 2);
    assert_eq!(counters.adverts_received, 3);
    assert_eq!(counters.priority_zero_received, 1);
    assert_eq!(counters.rivals_heard, 2);
    assert_eq!(counters.priority_zero_sent, 1);
    let (first, two, answer, last, again, stop) = (1, 2, 1, 1, 1, 1);
    assert_eq!(counters.adverts_sent, first + two + answer + last + again + stop);
}

#[test]
fn packets_for_nobody_are_counted_apart() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.set.count_unknown(Refused::UnknownVrid);
    lab.set.count_unknown(Refused::UnknownVrid);
    lab.set.count_unknown(Refused::Ttl);
    assert_eq!(lab.set.unknown().get(Refused::UnknownVrid), 2);
    assert_eq!(lab.set.unknown().iter().map(|(_, count)| count).sum::<u64>(), 3);
    assert!(lab.set.view(lab.ids[0]).unwrap().counters.refusals().iter().all(|(_, count)| count == 0));
}

#[test]
fn the_master_is_known_by_name() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    let master = |lab: &Lab| lab.set.view(lab.ids[0]).unwrap().master;
    assert_eq!(master(&lab), None);
    lab.hear(0, BELOW, 200);
    assert_eq!(master(&lab), Some((ip(BELOW), 200)));
    lab.hear(0, "10.0.0.2", 50);
    assert_eq!(master(&lab), Some((ip("10.0.0.2"), 50)), "to be preempted");
    lab.hear(0, "10.0.0.2", 0);
    assert_eq!(master(&lab), None);
    lab.fire();
    assert_eq!(master(&lab), Some((ip(OURS), 100)));
}

#[test]
fn an_id_of_nobody_is_ignored() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    let nobody = lvs_vrrp::RouterId(99);
    lab.set.set_source(nobody, None, lab.now);
    lab.set.set_interface(nobody, Some("x"), lab.now);
    lab.set.resume(nobody, lab.now);
    lab.drain();
    assert_eq!(lab.done(), [""; 0]);
    assert!(lab.set.view(nobody).is_none());
}
