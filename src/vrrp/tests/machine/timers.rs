//! Time to the microsecond (RFC 9568 and RFC 3768 section 6.1).

use std::time::Duration;

use lvs_vrrp::{Interval, Priority, Readiness, Settings, State, Version};

use crate::lab::{ABOVE, BELOW, Lab, ms, settings, us, version_2, with_priority};

/// version, centiseconds, priority, skew, master-down interval; in microseconds, worked out by hand:
/// skew = (256 - priority) / 256 of the interval (version 3) or of a second (version 2).
const TIMES: &[(Version, u16, u8, u64, u64)] = &[
    (Version::V3, 1, 1, 9_960, 39_960),
    (Version::V3, 1, 100, 6_093, 36_093),
    (Version::V3, 1, 254, 78, 30_078),
    (Version::V3, 1, 255, 39, 30_039),
    (Version::V3, 10, 100, 60_937, 360_937),
    (Version::V3, 100, 100, 609_375, 3_609_375),
    (Version::V3, 4095, 1, 40_790_039, 163_640_039),
    (Version::V3, 4095, 100, 24_953_906, 147_803_906),
    (Version::V3, 4095, 254, 319_921, 123_169_921),
    (Version::V3, 4095, 255, 159_960, 123_009_960),
    (Version::V2, 100, 1, 996_093, 3_996_093),
    (Version::V2, 100, 100, 609_375, 3_609_375),
    (Version::V2, 100, 254, 7_812, 3_007_812),
    (Version::V2, 25500, 1, 996_093, 765_996_093),
    (Version::V2, 25500, 255, 3_906, 765_003_906),
];

fn timed(version: Version, centis: u16, priority: u8) -> Settings {
    let interval = match version {
        Version::V2 => Interval::seconds(u8::try_from(centis / 100).unwrap()),
        Version::V3 => Interval::centiseconds(centis),
    };
    let interval = interval.unwrap();
    Settings { version, interval, priority: Priority::new(priority).unwrap(), ..settings("VI_1") }
}

#[test]
fn skew_and_master_down_interval_are_not_rounded_to_centiseconds() {
    for (version, centis, priority, skew, down) in TIMES {
        let row = format!("{version:?} {centis} cs, priority {priority}");
        let mut lab = Lab::backup(timed(*version, *centis, *priority), Readiness::Installed);
        assert_eq!(lab.wait(), Some(us(*down)), "{row}");
        lab.hear(0, BELOW, 0);
        assert_eq!(lab.wait(), Some(us(*skew)), "{row}, after priority 0");
    }
}

#[test]
fn it_becomes_master_then_and_not_a_microsecond_earlier() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.timeout(us(360_936));
    assert_eq!(lab.state(0), State::Backup);
    lab.timeout(us(360_937));
    assert_eq!(lab.state(0), State::Master);
    assert_eq!(lab.reason(0), "no advert from anybody for 360 ms");
}

#[test]
fn a_master_advertises_once_each_interval_without_drifting() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let start = lab.now;
    for number in 1..=5 {
        lab.timeout(start + ms(100) * number + ms(3));
        assert_eq!(lab.done(), ["send 100"]);
    }
    assert_eq!(lab.set.poll_timeout(), Some(start + ms(600)));
}

#[test]
fn adverts_that_were_missed_are_left_out() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let late = lab.now + ms(290);
    lab.timeout(late);
    assert_eq!(lab.done(), ["send 100"]);
    assert_eq!(lab.wait(), Some(ms(100)));
}

#[test]
fn version_3_learns_the_interval_of_its_master() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear_interval(0, BELOW, 200, Interval::centiseconds(100).unwrap());
    assert_eq!(lab.wait(), Some(us(3_609_375)));
    let view = lab.set.view(lab.ids[0]).unwrap();
    assert_eq!(view.master_interval.centis(), 100);
    lab.hear(0, BELOW, 0);
    assert_eq!(lab.wait(), Some(us(609_375)), "the skew is of the master's interval");
    lab.fire();
    assert_eq!(lab.wait(), Some(ms(100)), "its own interval counts as master");
}

#[test]
fn a_master_that_is_to_be_preempted_teaches_nothing() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear_interval(0, BELOW, 50, Interval::centiseconds(4095).unwrap());
    assert_eq!(lab.wait(), Some(us(360_937)));
}

#[test]
fn a_master_that_loses_learns_from_the_winner() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.hear_interval(0, BELOW, 200, Interval::centiseconds(100).unwrap());
    lab.pass(ms(3_609));
    assert_eq!(lab.state(0), State::Backup);
    assert_eq!(lab.wait(), Some(us(375)));
}

#[test]
fn version_2_refuses_another_interval() {
    let mut lab = Lab::backup(version_2(), Readiness::Serving);
    lab.pass(ms(500));
    lab.hear_interval(0, BELOW, 200, Interval::seconds(2).unwrap());
    let view = lab.set.view(lab.ids[0]).unwrap();
    assert_eq!(view.counters.refused(lvs_vrrp::Refused::Interval), 1);
    assert_eq!(lab.wait(), Some(us(3_109_375)), "and goes on waiting");
}

#[test]
fn every_advert_of_a_master_sets_the_timer_anew() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    for _ in 0..20 {
        lab.pass(ms(300));
        lab.hear(0, BELOW, 200);
        assert_eq!(lab.wait(), Some(us(360_937)));
    }
    assert_eq!(lab.state(0), State::Backup);
}

#[test]
fn an_equal_priority_is_followed_from_either_side() {
    for from in [ABOVE, BELOW] {
        let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
        lab.pass(ms(300));
        lab.hear(0, from, 100);
        assert_eq!(lab.wait(), Some(us(360_937)));
    }
}

#[test]
fn a_repeated_stop_does_not_put_the_timer_off() {
    let mut lab = Lab::backup(with_priority(10), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    for _ in 0..9 {
        lab.hear(0, BELOW, 0);
        lab.pass(ms(10));
    }
    lab.pass(ms(10));
    assert_eq!(lab.state(0), State::Master);
    assert_eq!(lab.reason(0), "10.0.0.1 stops");
}

#[test]
fn a_stop_from_another_than_the_master_is_no_reason_to_hurry() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.hear(0, "10.0.0.2", 0);
    assert_eq!(lab.wait(), Some(us(360_937)));
    lab.pass(ms(360));
    lab.hear(0, BELOW, 0);
    assert_eq!(lab.wait(), Some(us(60_937)));
}

#[test]
fn a_lower_priority_waits_longer_from_the_same_advert() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    let mut slower = with_priority(50);
    slower.tracks = settings("VI_1").tracks;
    lab.pass(ms(100));
    lab.reload(vec![slower], Vec::new());
    assert_eq!(lab.wait(), Some(us(380_468) - ms(100)));
}

#[test]
fn time_near_its_end_does_not_overflow() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    for at in [Duration::MAX - ms(1), Duration::MAX] {
        lab.set.handle_timeout(at);
        lab.now = at;
        lab.hear(0, BELOW, 50);
        lab.hear(0, BELOW, 0);
        lab.set.set_readiness(Readiness::Installed, at);
        lab.set.handle_timeout(at);
    }
    lab.set.stop(Duration::MAX);
    lab.set.handle_timeout(Duration::MAX);
}
