//! Tracked things that move the priority.

use lvs_vrrp::{Readiness, Report, Settings, Track};

use crate::lab::{BELOW, Lab, ms, us, with_priority};

fn weighted(priority: u8, weights: &[i16]) -> Settings {
    let track =
        |weight: &i16| Track { what: format!("thing {weight}"), weight: *weight, initially: Report::Up };
    Settings { tracks: weights.iter().map(track).collect(), ..with_priority(priority) }
}

/// configured, weight, report, effective
const WEIGHTS: &[(u8, i16, Report, u8)] = &[
    (100, 20, Report::Up, 120),
    (100, 20, Report::Down, 100),
    (100, -20, Report::Up, 100),
    (100, -20, Report::Down, 80),
    (100, 1, Report::Value(7), 107),
    (100, -1, Report::Value(7), 93),
    (100, 10, Report::Value(-3), 70),
    (100, 253, Report::Up, 254),
    (1, -253, Report::Down, 1),
    (100, 253, Report::Value(i32::MAX), 254),
    (100, 253, Report::Value(i32::MIN), 1),
    (255, -253, Report::Down, 255),
    (255, 253, Report::Value(i32::MIN), 255),
];

#[test]
fn weights_move_the_priority_within_its_range() {
    for (configured, weight, report, effective) in WEIGHTS {
        let mut lab = Lab::backup(weighted(*configured, &[*weight]), Readiness::Installed);
        lab.track(0, *report);
        assert_eq!(lab.priority(), *effective, "{configured} {weight} {report:?}");
        assert_eq!(lab.done(), [""; 0], "and nothing else");
    }
}

#[test]
fn weights_are_added_before_the_range_is_kept() {
    let mut lab = Lab::backup(weighted(200, &[100, -50]), Readiness::Installed);
    assert_eq!(lab.priority(), 254);
    lab.set.set_track(lab.ids[0], 1, Report::Down, lab.now);
    assert_eq!(lab.priority(), 250);
}

#[test]
fn the_next_advert_says_the_new_priority() {
    let mut lab = Lab::master(weighted(100, &[-30]), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.fire();
    assert_eq!(lab.done(), ["send 70"]);
    lab.hear(0, BELOW, 90);
    assert_eq!(lab.done(), ["send 70", "hold silent", "master -> backup"]);
}

#[test]
fn the_skew_follows_the_priority() {
    let mut lab = Lab::backup(weighted(100, &[-50]), Readiness::Installed);
    lab.hear(0, BELOW, 200);
    lab.track(0, Report::Down);
    assert_eq!(lab.wait(), Some(us(380_468)));
}

#[test]
fn a_priority_that_rises_above_the_masters_preempts() {
    let mut lab = Lab::backup(weighted(100, &[50]), Readiness::Serving);
    lab.track(0, Report::Down);
    for _ in 0..20 {
        lab.hear(0, BELOW, 120);
        lab.pass(ms(50));
    }
    assert_eq!(lab.state(0).word(), "backup");
    lab.track(0, Report::Up);
    for _ in 0..8 {
        lab.hear(0, BELOW, 120);
        lab.pass(ms(50));
    }
    assert_eq!(lab.state(0).word(), "master");
    assert_eq!(lab.reason(0), "took over from 10.0.0.1, whose priority is 120");
}

#[test]
fn what_is_down_at_first_counts_at_first() {
    let mut settings = weighted(100, &[0]);
    settings.tracks[0].initially = Report::Down;
    let mut lab = Lab::configured(vec![settings], Vec::new());
    lab.link_up(0);
    assert_eq!(lab.done(), ["init -> fault"]);
    lab.track(0, Report::Up);
    assert_eq!(lab.done(), ["fault -> backup"]);
}
