//! Faults of the link and of tracked things.

use lvs_vrrp::{Holding, Readiness, Report, Settings, State, Track};

use crate::lab::{ABOVE, BELOW, Lab, ip, ms, settings, us};

fn faults(lab: &Lab) -> Vec<String> {
    lab.set.view(lab.ids[0]).unwrap().faults
}

#[test]
fn nothing_starts_before_the_interface_is_known() {
    let mut lab = Lab::configured(vec![settings("VI_1")], Vec::new());
    lab.ready(Readiness::Serving);
    assert_eq!(faults(&lab), ["interface eth0 is not known yet"]);
    lab.set.set_interface(lab.ids[0], None, ms(1));
    assert_eq!((lab.state(0), lab.wait()), (State::Initialize, None), "its address is not known");
    lab.now = ms(5);
    lab.link_up(0);
    assert_eq!(lab.done(), ["init -> backup"]);
    assert_eq!(faults(&lab), [""; 0]);
    assert_eq!(lab.wait(), Some(us(360_937)), "the timer counts from then");
}

#[test]
fn an_interface_without_address_is_a_fault() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.set.set_source(lab.ids[0], None, lab.now);
    assert_eq!(lab.state(0), State::Fault);
    assert_eq!(lab.reason(0), "interface eth0 has no address to send from");
    lab.link_down(0);
    assert_eq!(faults(&lab), ["interface eth0 is down"]);
}

#[test]
fn every_fault_is_named_and_the_last_one_to_end_ends_it() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.link_down(0);
    assert_eq!(faults(&lab), ["interface eth0 is down", "script chk is down"]);
    assert_eq!(lab.reason(0), "script chk is down", "the one that began it");
    lab.track(0, Report::Up);
    assert_eq!(lab.state(0), State::Fault);
    lab.link_up(0);
    assert_eq!(lab.state(0), State::Backup);
    assert_eq!(lab.reason(0), "the fault is over");
}

#[test]
fn a_number_that_is_not_zero_is_a_fault_without_weight() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Value(0));
    assert_eq!(lab.state(0), State::Backup);
    lab.track(0, Report::Value(-3));
    assert_eq!(faults(&lab), ["script chk is -3"]);
    assert_eq!(lab.state(0), State::Fault);
}

#[test]
fn reports_that_come_together_make_one_transition() {
    let track = |what: &str| Track { what: what.to_owned(), weight: 0, initially: Report::Up };
    let tracks = vec![track("script a"), track("script b")];
    let mut lab = Lab::backup(Settings { tracks, ..settings("VI_1") }, Readiness::Serving);
    let mut report = |reports: &[(usize, Report)]| {
        lab.set.set_tracks(lab.ids[0], reports, lab.now);
        lab.drain();
        lab.done()
    };
    assert_eq!(report(&[(0, Report::Up), (1, Report::Up)]), [""; 0], "no news");
    assert_eq!(report(&[(0, Report::Down), (1, Report::Up)]), ["backup -> fault"]);
    assert_eq!(report(&[(0, Report::Up), (1, Report::Down)]), [""; 0], "another fault, but never none");
    assert_eq!(faults(&lab), ["script b is down"]);
}

#[test]
fn a_report_for_nothing_tracked_is_ignored() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.set.set_track(lab.ids[0], 7, Report::Down, lab.now);
    lab.drain();
    assert_eq!(lab.done(), [""; 0]);
}

#[test]
fn a_master_whose_link_is_gone_drops_everything_at_once() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.link_down(0);
    assert_eq!(lab.done(), ["hold no", "master -> fault"]);
    assert_eq!(lab.wait(), None);
}

#[test]
fn a_master_with_another_fault_hands_over() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Down);
    assert_eq!(lab.done(), ["send 0", "master -> fault"]);
    assert_eq!((lab.holding(0), lab.wait()), (Holding::Yes, Some(ms(100))));
    lab.hear(0, BELOW, 90);
    assert_eq!(lab.done(), ["hold silent"]);
    lab.pass(ms(1_499));
    assert_eq!(lab.done(), [""; 0]);
    lab.pass(ms(1));
    assert_eq!(lab.done(), ["hold no"]);
    assert_eq!(lab.state(0), State::Fault);
}

#[test]
fn a_hand_over_in_fault_has_the_same_bound_as_a_stop() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.pass(ms(1_299));
    assert_eq!(lab.holding(0), Holding::Yes);
    lab.pass(ms(1));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Fault, Holding::No));
}

#[test]
fn a_fault_that_ends_before_a_successor_came_keeps_the_addresses() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.track(0, Report::Up);
    assert_eq!(lab.done(), ["send 0", "master -> fault", "fault -> backup"]);
    assert_eq!(lab.holding(0), Holding::Yes);
    lab.hear(0, BELOW, 200);
    assert_eq!(lab.done(), ["send 100", "hold no"], "the successor learns of them, and they go");
}

#[test]
fn a_fault_that_ends_while_silent_takes_them_back_only_as_master() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.track(0, Report::Down);
    lab.hear(0, BELOW, 200);
    lab.track(0, Report::Up);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::Silent));
    lab.pass(ms(361));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Master, Holding::Yes));
    lab.pass(ms(2_000));
    assert_eq!(lab.holding(0), Holding::Yes, "the silent time is over, and means nothing");
}

#[test]
fn what_is_silent_goes_when_it_loses_with_nothing_to_serve() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Installed);
    lab.track(0, Report::Down);
    lab.hear(0, BELOW, 200);
    lab.track(0, Report::Up);
    assert_eq!(lab.holding(0), Holding::Silent);
    lab.pass(ms(361));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Master, Holding::Yes));
    lab.hear(0, BELOW, 200);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::No));
}

#[test]
fn in_fault_the_master_is_still_known() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, ABOVE, 200);
    lab.pass(ms(361));
    assert_eq!(lab.state(0), State::Master);
    lab.track(0, Report::Down);
    let master = |lab: &Lab| lab.set.view(lab.ids[0]).unwrap().master;
    assert_eq!(master(&lab), None, "the one before died");
    lab.hear(0, BELOW, 90);
    assert_eq!(master(&lab), Some((ip(BELOW), 90)));
    lab.hear(0, BELOW, 0);
    assert_eq!(master(&lab), None);
}

#[test]
fn in_fault_nobody_is_followed_and_the_timer_begins_anew() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, ABOVE, 200);
    lab.link_down(0);
    lab.pass(ms(10_000));
    lab.link_up(0);
    assert_eq!(lab.wait(), Some(us(360_937)));
    assert_eq!(lab.set.view(lab.ids[0]).unwrap().master, None);
}

#[test]
fn another_address_of_its_own_is_sent_from_at_once() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.set.set_source(lab.ids[0], Some(ip("10.0.0.200")), lab.now);
    lab.hear(0, ABOVE, 100);
    assert_eq!(lab.state(0), State::Master, "the higher address wins a tie");
    assert_eq!(lab.set.view(lab.ids[0]).unwrap().master, Some((ip("10.0.0.200"), 100)));
}
