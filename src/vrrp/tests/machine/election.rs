//! Who is master: preemption, readiness, rivals.

use lvs_vrrp::{Readiness, Settings, State};

use crate::lab::{ABOVE, BELOW, Lab, ms, settings, us};

fn nopreempt() -> Settings {
    Settings { preempt: false, ..settings("VI_1") }
}

fn delayed() -> Settings {
    Settings { preempt_delay: ms(2_000), ..settings("VI_1") }
}

/// A master of lower priority advertises for that long.
fn lower_lives(lab: &mut Lab, time_ms: u64) {
    for _ in 0..time_ms / 50 {
        lab.hear(0, ABOVE, 50);
        lab.pass(ms(50));
    }
}

#[test]
fn a_lower_master_is_taken_over_from_within_a_master_down_interval() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lower_lives(&mut lab, 400);
    assert_eq!(lab.state(0), State::Master);
    assert_eq!(lab.reason(0), "took over from 10.0.0.9, whose priority is 50");
}

#[test]
fn without_preemption_a_lower_master_stays() {
    let mut lab = Lab::backup(nopreempt(), Readiness::Serving);
    lower_lives(&mut lab, 5_000);
    assert_eq!(lab.state(0), State::Backup);
    lab.pass(ms(311));
    assert_eq!(lab.state(0), State::Master, "it is silent");
    assert_eq!(lab.reason(0), "no advert from 10.0.0.9 for 360 ms");
}

#[test]
fn preemption_waits_for_its_delay() {
    let mut lab = Lab::backup(delayed(), Readiness::Serving);
    lower_lives(&mut lab, 2_250);
    assert_eq!(lab.state(0), State::Backup);
    lower_lives(&mut lab, 150);
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn the_delay_does_not_matter_when_nobody_is_master() {
    let mut lab = Lab::backup(delayed(), Readiness::Serving);
    lab.pass(ms(361));
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn the_delay_begins_again_when_a_fault_ends() {
    let mut lab = Lab::backup(delayed(), Readiness::Serving);
    lower_lives(&mut lab, 1_900);
    lab.link_down(0);
    lab.link_up(0);
    lower_lives(&mut lab, 2_200);
    assert_eq!(lab.state(0), State::Backup);
    lower_lives(&mut lab, 200);
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn nothing_is_taken_before_the_table_is_installed() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::NotReady);
    lab.pass(ms(10_000));
    assert_eq!((lab.state(0), lab.wait()), (State::Backup, None), "and it does not spin");
    lab.ready(Readiness::Installed);
    assert_eq!(lab.done(), ["send 100", "hold yes", "announce 5", "backup -> master"]);
    assert_eq!(lab.reason(0), "no advert from anybody for 10000 ms");
}

#[test]
fn a_stop_that_is_heard_too_early_is_remembered() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::NotReady);
    lab.hear(0, BELOW, 200);
    lab.hear(0, BELOW, 0);
    lab.pass(ms(100));
    lab.ready(Readiness::Installed);
    assert_eq!(lab.reason(0), "10.0.0.1 stops");
}

#[test]
fn a_lower_master_is_left_alone_until_services_are_served() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Installed);
    lower_lives(&mut lab, 5_000);
    assert_eq!(lab.state(0), State::Backup);
    lab.ready(Readiness::Serving);
    lower_lives(&mut lab, 400);
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn services_lost_while_preempting_spare_the_lower_master() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lower_lives(&mut lab, 350);
    lab.hear(0, ABOVE, 50);
    lab.ready(Readiness::Installed);
    lab.pass(ms(300));
    assert_eq!(lab.state(0), State::Backup, "the lower one was heard 300 ms ago");
    lab.pass(ms(61));
    assert_eq!(lab.state(0), State::Master, "it has died");
}

#[test]
fn a_packet_never_makes_a_master() {
    let mut lab = Lab::backup(settings("VI_1"), Readiness::Serving);
    lab.now = ms(400);
    lab.hear_packet(
        0,
        &lvs_vrrp::Packet {
            source: crate::lab::ip(BELOW),
            destination: crate::lab::ip("224.0.0.18"),
            ttl: 255,
            payload: b"noise",
        },
    );
    assert_eq!(lab.state(0), State::Backup);
    lab.hear(0, BELOW, 200);
    lab.set.handle_timeout(lab.now);
    assert_eq!(lab.state(0), State::Backup, "the master's advert waited behind");
}

#[test]
fn a_master_outranked_says_so_before_it_drops() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.hear(0, BELOW, 101);
    assert_eq!(lab.done(), ["send 100", "hold silent", "master -> backup"]);
    assert_eq!(lab.reason(0), "10.0.0.1 advertises priority 101");
    assert_eq!(lab.wait(), Some(us(360_937)));
}

#[test]
fn a_master_that_does_not_serve_gives_way_to_a_lower_one() {
    for readiness in [Readiness::NotReady, Readiness::Installed] {
        let mut lab = Lab::master(settings("VI_1"), readiness);
        lab.hear(0, BELOW, 50);
        assert_eq!(lab.done(), ["send 0", "hold no", "master -> backup"]);
        assert_eq!(lab.reason(0), "gave way to 10.0.0.1: no service here has its quorum");
        lower_lives(&mut lab, 3_000);
        assert_eq!(lab.state(0), State::Backup, "and leaves it in peace");
    }
}

/// Both of a pair have lost their services, and were both master: each hears the other and gives way.
#[test]
fn two_that_give_way_to_each_other_elect_one() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Installed);
    lab.hear(0, ABOVE, 100);
    assert_eq!(lab.done(), ["send 0", "hold no", "master -> backup"], "outranked, and without a fight");
    lab.hear(0, ABOVE, 0);
    lab.fire();
    assert_eq!(lab.reason(0), "10.0.0.9 stops");
    lab.forget();

    lab.hear(0, BELOW, 100);
    assert_eq!(lab.reason(0), "gave way to 10.0.0.1: no service here has its quorum");
    lab.hear(0, BELOW, 0);
    lab.fire();
    lab.forget();
    lab.hear(0, BELOW, 100);
    assert_eq!(lab.done(), ["send 100", "announce 3"], "it gave way once, now the address decides");
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn who_gave_way_to_a_living_master_gives_way_again() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Installed);
    lab.hear(0, BELOW, 50);
    lab.pass(ms(100));
    lab.hear(0, BELOW, 50);
    lab.pass(ms(400));
    assert_eq!(lab.state(0), State::Master, "the other has died");
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.state(0), State::Backup);
}

#[test]
fn giving_way_is_forgotten_with_a_fault_and_with_services() {
    let gave_way = || {
        let mut lab = Lab::master(settings("VI_1"), Readiness::Installed);
        lab.hear(0, BELOW, 50);
        assert_eq!(lab.state(0), State::Backup);
        lab
    };
    let mut fault = gave_way();
    fault.link_down(0);
    fault.link_up(0);
    let mut served = gave_way();
    served.ready(Readiness::Serving);
    served.ready(Readiness::Installed);
    for mut lab in [fault, served] {
        lab.pass(ms(361));
        assert_eq!(lab.state(0), State::Master);
        lab.hear(0, BELOW, 50);
        assert_eq!(lab.state(0), State::Backup);
    }
}

#[test]
fn rivals_are_answered_ten_times_in_an_interval_at_most() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let mut answers = 0;
    for _ in 0..1_000 {
        lab.hear(0, BELOW, 50);
        answers += lab.done().iter().filter(|line| *line == "send 100").count();
        lab.now += us(100);
    }
    assert_eq!(answers, 10, "in one interval of 100 ms");
    assert_eq!(lab.set.view(lab.ids[0]).unwrap().counters.rivals_heard, 1_000);
    assert_eq!(lab.state(0), State::Master);
}

#[test]
fn a_storm_of_rivals_does_not_put_off_the_own_adverts() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    let due = lab.set.poll_timeout().unwrap();
    for _ in 0..1_000 {
        lab.hear(0, BELOW, 50);
        lab.now += us(90);
    }
    lab.forget();
    lab.timeout(due);
    assert_eq!(lab.done(), ["send 100", "announce 3"], "on time");
}

#[test]
fn a_rival_that_stops_is_answered_and_announced_against() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    lab.pass(ms(50));
    lab.hear(0, BELOW, 0);
    assert_eq!(lab.done(), ["send 100", "announce 3"]);
    assert_eq!(lab.wait(), Some(ms(50)), "announced again");
    lab.fire();
    assert_eq!(lab.wait(), Some(ms(50)), "the advert timer began anew");
}
