//! A daemon that was away.

use lvs_vrrp::{Holding, Readiness, Report, State};

use crate::lab::{ABOVE, BELOW, Lab, ms, settings};

fn fresh() -> Lab {
    Lab::configured(vec![settings("VI_1")], Vec::new())
}

#[test]
fn it_goes_on_as_master_as_soon_as_its_interface_is_known() {
    let mut lab = fresh();
    lab.set.resume(lab.ids[0], lab.now);
    lab.drain();
    assert_eq!(lab.done(), ["hold yes"], "the addresses stay meanwhile");
    lab.now = ms(20);
    lab.link_up(0);
    let expected = ["init -> backup", "send 100", "hold yes", "announce 5", "backup -> master"];
    assert_eq!(lab.done(), expected);
    assert_eq!(lab.reason(0), "back before anybody noticed");
}

#[test]
fn it_does_not_when_that_took_longer_than_a_master_down_interval() {
    let mut lab = fresh();
    lab.set.resume(lab.ids[0], lab.now);
    lab.now = ms(361);
    lab.link_up(0);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Backup, Holding::Yes));
}

#[test]
fn it_does_not_when_something_is_wrong() {
    let mut lab = fresh();
    lab.set.resume(lab.ids[0], lab.now);
    lab.track(0, Report::Down);
    lab.link_up(0);
    assert_eq!((lab.state(0), lab.holding(0)), (State::Fault, Holding::No));
    lab.track(0, Report::Up);
    assert_eq!(lab.state(0), State::Backup, "it was forgotten");
}

#[test]
fn a_resumed_master_whose_services_are_not_known_gives_way() {
    let mut lab = fresh();
    lab.set.resume(lab.ids[0], lab.now);
    lab.link_up(0);
    lab.forget();
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.done(), ["send 0", "hold no", "master -> backup"]);
}

#[test]
fn leftovers_stay_until_another_master_is_heard() {
    let mut lab = fresh();
    lab.ready(Readiness::NotReady);
    lab.set.hold_leftover(lab.ids[0], lab.now);
    lab.link_up(0);
    assert_eq!(lab.done(), ["hold yes", "init -> backup"]);
    lab.pass(ms(60_000));
    assert_eq!(lab.holding(0), Holding::Yes);
    lab.hear(0, BELOW, 0);
    assert_eq!(lab.holding(0), Holding::Yes, "one that stops is none");
    lab.hear(0, BELOW, 50);
    assert_eq!(lab.done(), ["send 0", "hold no"], "a lower master hears that we stop");
}

#[test]
fn a_higher_master_hears_of_its_rival() {
    let mut lab = fresh();
    lab.set.hold_leftover(lab.ids[0], lab.now);
    lab.link_up(0);
    lab.forget();
    lab.hear(0, ABOVE, 100);
    assert_eq!(lab.done(), ["send 100", "hold no"]);
    lab.hear(0, ABOVE, 100);
    assert_eq!(lab.done(), [""; 0], "once");
}

#[test]
fn leftovers_become_the_masters() {
    let mut lab = fresh();
    lab.set.hold_leftover(lab.ids[0], lab.now);
    lab.ready(Readiness::Installed);
    lab.link_up(0);
    lab.pass(ms(361));
    assert_eq!((lab.state(0), lab.holding(0)), (State::Master, Holding::Yes));
    lab.hear(0, ABOVE, 200);
    assert_eq!(lab.holding(0), Holding::No, "and go as they do");
}

#[test]
fn leftovers_go_with_a_fault_and_with_a_stop() {
    let start = || {
        let mut lab = fresh();
        lab.set.hold_leftover(lab.ids[0], lab.now);
        lab.link_up(0);
        lab.forget();
        lab
    };
    let mut lab = start();
    lab.link_down(0);
    assert_eq!(lab.done(), ["hold no", "backup -> fault"]);
    let mut lab = start();
    lab.stop();
    assert_eq!(lab.done(), ["hold no", "backup -> init"]);

    let mut lab = fresh();
    lab.set.hold_leftover(lab.ids[0], lab.now);
    lab.stop();
    assert_eq!(lab.done(), ["hold yes", "hold no"], "its interface never became known");
    assert!(lab.set.is_stopped());
}
