//! A master that stops.

use lvs_vrrp::{Holding, Readiness, Settings, State};

use crate::lab::{ABOVE, BELOW, Lab, ms, settings, version_2};

#[test]
fn it_forwards_until_its_successor_is_heard_and_a_moment_longer() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.stop();
    assert_eq!(lab.done(), ["send 0", "master -> leaving"]);
    assert_eq!(lab.holding(0), Holding::Yes);
    lab.pass(ms(61));
    lab.hear(0, BELOW, 90);
    assert_eq!(lab.done(), ["hold silent", "leaving -> init"]);
    assert_eq!(lab.reason(0), "10.0.0.1 has taken over");
    assert!(!lab.set.is_stopped(), "packets still come");
    assert_eq!(lab.wait(), Some(ms(1_500)));
    lab.fire();
    assert_eq!(lab.done(), ["hold no"]);
    assert!(lab.set.is_stopped());
    assert_eq!(lab.wait(), None);
}

/// Until everybody has heard of the winner; unless there is nothing to forward with.
#[test]
fn one_that_is_taken_over_from_forwards_a_moment_longer() {
    for (readiness, after) in [(Readiness::Serving, Holding::Silent), (Readiness::Installed, Holding::No)] {
        let mut lab = Lab::master(settings("VI_1"), readiness);
        for _ in 0..14 {
            lab.hear(0, BELOW, 200);
            assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, after));
            lab.pass(ms(100));
        }
        lab.hear(0, BELOW, 200);
        lab.pass(ms(100));
        assert_eq!(lab.holding(0), Holding::No);
    }
}

#[test]
fn one_that_was_taken_over_from_and_stops_forwards_a_moment_longer() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.stop();
    assert_eq!((lab.state(0), lab.holding(0)), (State::Initialize, Holding::Silent));
    assert!(!lab.set.is_stopped());
    lab.pass(ms(1_500));
    assert_eq!(lab.holding(0), Holding::No);
    assert!(lab.set.is_stopped());
}

/// Nobody else is left: the addresses are on the interface again, and stay there.
#[test]
fn one_that_was_taken_over_from_and_returns_is_not_silent() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.hear(0, BELOW, 0);
    lab.pass(ms(100));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Master, Holding::Yes));
    lab.pass(ms(2_000));
    assert_eq!(lab.holding(0), Holding::Yes);
}

#[test]
fn it_says_so_once_each_interval_and_waits_no_longer_than_three_and_a_second() {
    for (settings, interval, stops) in [(settings("VI_1"), 100, 13), (version_2(), 1_000, 4)] {
        let mut lab = Lab::master(settings, Readiness::Serving);
        lab.stop();
        lab.pass(ms(3 * interval + 999));
        assert_eq!((lab.state(0), lab.holding(0)), (State::Leaving, Holding::Yes));
        let sent = lab.done().iter().filter(|line| *line == "send 0").count();
        assert_eq!(sent, stops, "{interval} ms");
        lab.pass(ms(1));
        assert_eq!(lab.done(), ["hold no", "leaving -> init"]);
        assert_eq!(lab.reason(0), "told to stop, and nobody took over in time");
        assert!(lab.set.is_stopped());
    }
}

#[test]
fn another_that_stops_is_no_successor() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.stop();
    lab.hear(0, ABOVE, 0);
    assert_eq!(lab.state(0), State::Leaving);
}

#[test]
fn an_owner_is_succeeded_by_another_owner_too() {
    let mut lab = Lab::master(crate::lab::with_priority(255), Readiness::Serving);
    lab.stop();
    lab.hear(0, BELOW, 255);
    assert_eq!(lab.state(0), State::Initialize);
}

#[test]
fn a_backup_just_ends() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.stop();
    assert_eq!(lab.done(), ["backup -> init"]);
    assert!(lab.set.is_stopped());
}

#[test]
fn what_is_not_told_to_stop_is_not_stopped() {
    let lab = Lab::configured(vec![settings("VI_1")], Vec::new());
    assert_eq!(lab.state(0), State::Initialize);
    assert!(!lab.set.is_stopped());
}

#[test]
fn nothing_starts_after_a_stop() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.stop();
    let other = Settings { name: "VI_2".to_owned(), ..settings("VI_1") };
    lab.reload(vec![settings("VI_1"), other], Vec::new());
    lab.link_up(1);
    lab.link_up(0);
    lab.pass(ms(10_000));
    assert_eq!((lab.state(0), lab.state(1)), (State::Initialize, State::Initialize));
    assert!(lab.set.is_stopped());
}

#[test]
fn a_link_that_breaks_ends_it_at_once() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.stop();
    lab.hear(0, BELOW, 90);
    lab.forget();
    lab.link_down(0);
    assert_eq!(lab.done(), ["hold no"]);
    assert!(lab.set.is_stopped());
}
