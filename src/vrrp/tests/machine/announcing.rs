//! Bursts of announcements.

use lvs_vrrp::{Announcing, Readiness, Settings};

use crate::lab::{BELOW, Lab, ms, settings};

fn announcing(announcing: Announcing) -> Settings {
    Settings { announcing, ..settings("VI_1") }
}

fn all() -> Announcing {
    Announcing {
        repeat: 5,
        delay: ms(5_000),
        refresh: Some(ms(60_000)),
        refresh_repeat: 1,
        rival_delay: ms(3_000),
        rival_repeat: 3,
    }
}

/// When, since the start of `time`, something was announced, and how often.
fn bursts(lab: &mut Lab, time_ms: u64) -> Vec<(u64, u8)> {
    let start = lab.now;
    let mut bursts = Vec::new();
    lab.forget();
    while let Some(due) = lab.set.poll_timeout().filter(|due| *due <= start + ms(time_ms)) {
        lab.timeout(due);
        let after = u64::try_from((due - start).as_millis()).unwrap();
        let done = lab.done();
        let repeats = done.iter().filter_map(|line| line.strip_prefix("announce "));
        bursts.extend(repeats.map(|repeat| (after, repeat.parse::<u8>().unwrap())));
    }
    lab.now = start + ms(time_ms);
    bursts
}

#[test]
fn a_new_master_announces_twice_and_then_refreshes() {
    let mut lab = Lab::backup(announcing(all()), Readiness::Serving);
    lab.fire();
    assert!(lab.done().contains(&"announce 5".to_owned()), "at once");
    let expected = [(5_000, 5), (60_000, 1), (120_000, 1), (180_000, 1)];
    assert_eq!(bursts(&mut lab, 200_000), expected);
}

#[test]
fn nothing_more_is_announced_without_delays() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    assert_eq!(bursts(&mut lab, 200_000), []);
}

#[test]
fn after_a_rival_it_is_said_at_once_soon_and_later() {
    let settings = announcing(Announcing { delay: ms(0), refresh: None, ..all() });
    let mut lab = Lab::master(settings, Readiness::Serving);
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.done(), ["send 100", "announce 3"]);
    assert_eq!(bursts(&mut lab, 10_000), [(50, 3), (3_000, 3)]);
}

#[test]
fn a_rival_that_persists_is_announced_against_once_a_second() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let mut bursts = 0;
    for _ in 0..1_000 {
        lab.hear(0, BELOW, 50);
        lab.pass(ms(10));
        bursts += lab.done().iter().filter(|line| line.starts_with("announce")).count();
    }
    assert_eq!(bursts, 1 + 10, "at once, and then in ten seconds");
}

#[test]
fn the_last_word_is_ours_even_if_a_rival_comes_right_after_a_burst() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 50);
    lab.pass(ms(60));
    lab.forget();
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.done(), ["send 100"]);
    assert_eq!(bursts(&mut lab, 10_000), [(990, 3)]);
}

#[test]
fn a_backup_announces_nothing() {
    let mut lab = Lab::master(announcing(all()), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.forget();
    for _ in 0..100 {
        lab.hear(0, BELOW, 200);
        lab.pass(ms(300));
    }
    assert_eq!(lab.done(), ["hold no"]);
}

#[test]
fn a_reload_brings_a_refresh() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let refresh = Announcing { refresh: Some(ms(2_000)), ..settings("VI_1").announcing };
    lab.reload(vec![announcing(refresh)], Vec::new());
    assert_eq!(bursts(&mut lab, 4_500), [(2_000, 1), (4_000, 1)]);
}

#[test]
fn a_refresh_of_no_length_does_not_spin() {
    let none = Announcing { refresh: Some(ms(0)), ..settings("VI_1").announcing };
    let mut lab = Lab::master(announcing(none), Readiness::Serving);
    assert_eq!(bursts(&mut lab, 1_000).len(), 10);
}
