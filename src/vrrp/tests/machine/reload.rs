//! Other settings while it runs.

use lvs_vrrp::{Action, Holding, Interval, Readiness, Report, Settings, State, Track, Vrid};

use crate::lab::{BELOW, Lab, ip, ms, settings, us, with_priority};

#[test]
fn the_same_settings_change_nothing() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let (ids, wait) = (lab.ids.clone(), lab.wait());
    lab.reload(vec![settings("VI_1")], Vec::new());
    assert_eq!((lab.done(), &lab.ids, lab.wait()), (vec![], &ids, wait));
}

#[test]
fn ids_are_in_the_order_of_the_settings_and_never_given_twice() {
    let mut lab = Lab::configured(vec![settings("a"), settings("b")], Vec::new());
    let [a, b] = lab.ids[..] else { panic!() };
    lab.reload(vec![settings("c"), settings("b")], Vec::new());
    assert_eq!(lab.ids[1], b);
    assert!(lab.ids[0] > b);
    assert!(lab.set.view(a).is_none(), "it never ran, and is gone");
}

#[test]
fn a_changed_priority_counts_at_once_and_the_state_stays() {
    let mut lab = Lab::master(with_priority(100), Readiness::Serving);
    lab.reload(vec![with_priority(50)], Vec::new());
    assert_eq!(lab.state(0), State::Master);
    lab.fire();
    assert_eq!(lab.done(), ["send 50"]);
    lab.hear(0, BELOW, 60);
    assert_eq!(lab.state(0), State::Backup);
}

#[test]
fn changed_addresses_are_sent_and_announced() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let other = Settings { addresses: vec![ip("192.168.100.250")], ..settings("VI_1") };
    lab.reload(vec![other], Vec::new());
    assert_eq!(lab.done(), ["announce 5"]);
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.done(), ["send 100", "announce 3"], "a rival with the new list is accepted");
    lab.set.handle_timeout(lab.now + ms(100));
    let Some((_, Action::Send { packet, .. })) = lab.set.poll_action() else { panic!() };
    assert_eq!(packet[3], 1, "one address");
}

#[test]
fn a_shorter_interval_counts_at_once() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let quick = Settings { interval: Interval::centiseconds(1).unwrap(), ..settings("VI_1") };
    lab.reload(vec![quick.clone()], Vec::new());
    assert_eq!(lab.wait(), Some(ms(10)));

    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.reload(vec![quick.clone()], Vec::new());
    assert_eq!(lab.wait(), Some(us(36_093)));

    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.reload(vec![quick], Vec::new());
    assert_eq!(lab.wait(), Some(us(360_937)), "the master's interval was learned");
}

#[test]
fn what_is_tracked_as_before_keeps_its_report() {
    let tracked = |names: &[&str]| {
        let track = |name: &&str| Track { what: (*name).to_owned(), weight: -10, initially: Report::Up };
        Settings { tracks: names.iter().map(track).collect(), ..settings("VI_1") }
    };
    let mut lab = Lab::backup(tracked(&["a", "b"]), Readiness::Serving);
    lab.set.set_track(lab.ids[0], 1, Report::Down, lab.now);
    lab.reload(vec![tracked(&["c", "b", "a"])], Vec::new());
    let view = lab.set.view(lab.ids[0]).unwrap();
    assert_eq!(view.reports, [Report::Up, Report::Down, Report::Up]);
    assert_eq!(view.priority.get(), 90);
}

#[test]
fn a_fault_can_begin_and_end_with_a_reload() {
    let weight = |weight| {
        let tracks = vec![Track { what: "script chk".to_owned(), weight, initially: Report::Up }];
        Settings { tracks, ..settings("VI_1") }
    };
    let mut lab = Lab::backup(weight(-10), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.reload(vec![weight(0)], Vec::new());
    assert_eq!(lab.state(0), State::Fault);
    lab.reload(vec![weight(-10)], Vec::new());
    assert_eq!(lab.state(0), State::Backup);
}

#[test]
fn a_removed_master_hands_over_and_vanishes() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let id = lab.ids[0];
    lab.reload(Vec::new(), Vec::new());
    assert_eq!(lab.done(), ["send 0", "master -> leaving"]);
    assert!(lab.set.view(id).unwrap().removed);
    lab.pass(ms(1_300));
    assert!(lab.done().ends_with(&["hold no".to_owned(), "leaving -> init".to_owned()]));
    assert!(lab.set.view(id).is_none());
    assert_eq!(lab.wait(), None);
}

#[test]
fn another_vrid_is_another_router() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let old = lab.ids[0];
    lab.reload(vec![Settings { vrid: Vrid::new(52).unwrap(), ..settings("VI_1") }], Vec::new());
    assert_ne!(lab.ids[0], old);
    assert_eq!(lab.set.view(old).unwrap().state, State::Leaving);
    assert_eq!(lab.state(0), State::Initialize);
    lab.link_up(0);
    lab.pass(ms(361));
    assert_eq!(lab.state(0), State::Master);
    assert_eq!(lab.set.view(old).unwrap().holding, Holding::Yes, "until somebody is heard, or the bound");
}

#[test]
fn a_router_that_comes_back_while_it_leaves_keeps_its_addresses() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let id = lab.ids[0];
    lab.reload(Vec::new(), Vec::new());
    lab.reload(vec![settings("VI_1")], Vec::new());
    assert_eq!(lab.ids[0], id);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::Yes));
    lab.pass(ms(361));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Master, Holding::Yes));
}

#[test]
fn a_router_that_comes_back_after_it_left_starts_anew() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.reload(Vec::new(), Vec::new());
    lab.set.set_interface(lvs_vrrp::RouterId(0), None, lab.now);
    lab.ids = lab.set.ids().collect();
    let advert = lvs_vrrp::Advert {
        version: lvs_vrrp::Version::V3,
        vrid: Vrid::new(51).unwrap(),
        priority: 90,
        interval: Interval::centiseconds(10).unwrap(),
        addresses: settings("VI_1").addresses,
        password: None,
    };
    let payload = advert.emit(ip(BELOW), ip("224.0.0.18"), true);
    let packet =
        lvs_vrrp::Packet { source: ip(BELOW), destination: ip("224.0.0.18"), ttl: 255, payload: &payload };
    lab.hear_packet(0, &packet);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Initialize, Holding::Silent));
    lab.reload(vec![settings("VI_1")], Vec::new());
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::Silent));
    lab.set.hold_leftover(lab.ids[0], lab.now);
    assert_eq!(lab.holding(0), Holding::Yes, "who says so knows best");
    lab.hear(0, BELOW, 200);
    assert_eq!(lab.holding(0), Holding::Silent);
    lab.pass(ms(1));
    lab.hear(0, BELOW, 200);
    lab.pass(ms(300));
    assert_eq!(lab.holding(0), Holding::Silent);
    for _ in 0..5 {
        lab.hear(0, BELOW, 200);
        lab.pass(ms(300));
    }
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::No));
}
