//! A process that was stopped and goes on, or a machine that was: time has jumped. Packets that waited are heard before the
//! timers.

use lvs_vrrp::{Packet, Readiness, State};

use crate::lab::{BELOW, Lab, ip, ms, settings, us};

#[test]
fn a_master_that_lost_meanwhile_drops_before_its_timers() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.now += ms(10_000);
    for _ in 0..60 {
        lab.hear(0, BELOW, 110);
    }
    lab.set.handle_timeout(lab.now);
    lab.drain();
    assert_eq!(lab.done(), ["send 100", "hold silent", "master -> backup"], "the winner learns of it, once");
    assert_eq!(lab.wait(), Some(us(360_937)));
}

#[test]
fn a_master_that_is_still_the_best_announces_again() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.now += ms(10_000);
    for _ in 0..60 {
        lab.hear(0, BELOW, 90);
    }
    lab.set.handle_timeout(lab.now);
    lab.drain();
    assert_eq!(lab.done(), ["send 100", "announce 3", "send 100"]);
    lab.pass(ms(50));
    assert_eq!(lab.done(), ["announce 3"], "after the other has fallen silent, too");
}

#[test]
fn a_master_that_came_and_went_meanwhile_is_not_followed_for_long() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.now += ms(10_000);
    lab.hear(0, BELOW, 110);
    lab.hear(0, BELOW, 0);
    lab.set.handle_timeout(lab.now);
    assert_eq!(lab.state(0), State::Backup);
    assert_eq!(lab.wait(), Some(us(60_937)));
}

#[test]
fn a_master_that_hears_nothing_announces_all_the_same() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let late = lab.now + ms(401);
    lab.timeout(late);
    assert_eq!(lab.done(), ["send 100", "announce 3"], "another may have been master and fallen silent");
    lab.pass(ms(10_000));
    let announced = lab.done().iter().filter(|line| line.starts_with("announce")).count();
    assert_eq!(announced, 1, "and once more");
}

#[test]
fn a_master_that_is_a_little_late_makes_no_noise() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let late = lab.now + ms(400);
    lab.timeout(late);
    assert_eq!(lab.done(), ["send 100"]);
}

#[test]
fn a_backup_that_could_not_hear_listens_again_once() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.timeout(ms(10_000));
    assert_eq!((lab.state(0), lab.wait()), (State::Backup, Some(us(360_937))));
    lab.timeout(ms(20_000));
    assert_eq!(lab.state(0), State::Master, "it does not doubt forever");
    assert_eq!(lab.reason(0), "no advert from 10.0.0.1 for 20000 ms");
}

#[test]
fn a_packet_that_means_nothing_does_not_hide_how_late_it_is() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.now = ms(10_000);
    let (source, destination) = (ip(BELOW), ip("224.0.0.18"));
    lab.hear_packet(0, &Packet { source, destination, ttl: 255, payload: b"noise" });
    lab.set.handle_timeout(lab.now);
    assert_eq!((lab.state(0), lab.wait()), (State::Backup, Some(us(360_937))));
}

#[test]
fn a_backup_that_hears_its_master_in_what_waited_stays() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 200);
    lab.now = ms(10_000);
    lab.hear(0, BELOW, 200);
    lab.set.handle_timeout(lab.now);
    assert_eq!((lab.state(0), lab.wait()), (State::Backup, Some(us(360_937))));
}

#[test]
fn a_backup_that_waited_for_its_services_was_not_asleep() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::NotReady);
    lab.now = ms(10_000);
    lab.ready(Readiness::Serving);
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn who_was_stopped_while_leaving_ends() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.stop();
    let late = lab.now + ms(60_000);
    lab.timeout(late);
    assert_eq!(lab.reason(0), "told to stop, and nobody took over in time");
    assert!(lab.set.is_stopped());
}
