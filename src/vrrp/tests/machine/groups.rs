//! Sync groups.

use lvs_vrrp::{Group, Holding, Readiness, Report, Settings, State, Track, Vrid};

use crate::lab::{BELOW, Lab, ms, settings};

fn inside() -> Settings {
    Settings { interface: "eth1".to_owned(), ..settings("inside") }
}

fn group(members: &[&str]) -> Vec<Group> {
    let members = members.iter().map(ToString::to_string).collect();
    vec![Group { name: "G1".to_owned(), members }]
}

fn pair(readiness: Readiness) -> Lab {
    let mut lab = Lab::configured(vec![settings("outside"), inside()], group(&["outside", "inside"]));
    lab.ready(readiness);
    lab.link_up(0);
    lab.link_up(1);
    lab.forget();
    lab
}

fn masters() -> Lab {
    let mut lab = pair(Readiness::Serving);
    lab.pass(ms(361));
    assert_eq!(states(&lab), (State::Master, State::Master));
    lab.forget();
    lab
}

fn states(lab: &Lab) -> (State, State) {
    (lab.state(0), lab.state(1))
}

#[test]
fn they_become_master_together() {
    let mut lab = pair(Readiness::Serving);
    lab.pass(ms(200));
    lab.hear(1, BELOW, 200);
    lab.pass(ms(200));
    assert_eq!(states(&lab), (State::Backup, State::Backup), "the second has a master");
    lab.pass(ms(160));
    assert_eq!(states(&lab), (State::Backup, State::Backup));
    lab.pass(ms(1));
    assert_eq!(states(&lab), (State::Master, State::Master));
}

#[test]
fn one_that_waits_for_the_other_does_not_spin() {
    let mut lab = pair(Readiness::Serving);
    for _ in 0..100 {
        lab.hear(1, BELOW, 200);
        lab.pass(ms(100));
        assert!(lab.set.poll_timeout().is_some_and(|due| due > lab.now));
    }
    assert_eq!(states(&lab), (State::Backup, State::Backup));
}

#[test]
fn a_master_heard_on_one_link_only_takes_both_back() {
    let mut lab = masters();
    lab.hear(1, BELOW, 200);
    let expected = [
        "inside: send 100",
        "inside: hold silent",
        "inside: master -> backup",
        "outside: send 0",
        "outside: hold silent",
        "outside: master -> backup",
    ];
    assert_eq!(lab.done(), expected);
    assert_eq!(lab.reason(0), "follows inside of its sync group");
    for _ in 0..50 {
        lab.hear(1, BELOW, 200);
        lab.pass(ms(100));
    }
    assert_eq!(lab.done(), ["outside: hold no", "inside: hold no"], "and does not flap");
}

#[test]
fn a_fault_of_one_is_a_fault_of_all() {
    let mut lab = masters();
    lab.link_down(1);
    let expected =
        ["inside: hold no", "inside: master -> fault", "outside: send 0", "outside: master -> fault"];
    assert_eq!(lab.done(), expected);
    assert_eq!(lab.holding(0), Holding::Yes, "its link is fine: it hands over");
    assert_eq!(lab.set.view(lab.ids[0]).unwrap().faults, ["follows inside of its sync group"]);
    lab.link_up(1);
    assert_eq!(states(&lab), (State::Backup, State::Backup));
    assert_eq!(lab.reason(0), "the fault is over");
}

#[test]
fn two_faults_end_when_both_do() {
    let mut lab = masters();
    lab.link_down(1);
    lab.track(0, Report::Down);
    lab.link_up(1);
    assert_eq!(states(&lab), (State::Fault, State::Fault));
    lab.track(0, Report::Up);
    assert_eq!(states(&lab), (State::Backup, State::Backup));
}

#[test]
fn a_router_added_to_a_group_does_not_disturb_it() {
    let mut lab = Lab::master(settings("outside"), Readiness::Serving);
    lab.reload(vec![settings("outside"), inside()], group(&["outside", "inside"]));
    assert_eq!(states(&lab), (State::Master, State::Initialize));
    lab.link_up(1);
    assert_eq!(states(&lab), (State::Master, State::Backup));
    lab.pass(ms(361));
    assert_eq!(states(&lab), (State::Master, State::Master));
}

#[test]
fn a_router_that_leaves_its_group_follows_it_no_longer() {
    let mut lab = masters();
    lab.link_down(1);
    lab.reload(vec![settings("outside"), inside()], Vec::new());
    assert_eq!(states(&lab), (State::Backup, State::Fault));
    lab.pass(ms(361));
    assert_eq!(states(&lab), (State::Master, State::Fault));
}

#[test]
fn a_router_that_waited_goes_on_when_the_group_is_dissolved() {
    let mut lab = pair(Readiness::Serving);
    for _ in 0..10 {
        lab.hear(1, BELOW, 200);
        lab.pass(ms(100));
    }
    lab.reload(vec![settings("outside"), inside()], Vec::new());
    lab.pass(ms(1));
    assert_eq!(states(&lab), (State::Master, State::Backup));
}

#[test]
fn a_member_that_is_removed_is_waited_for_no_longer() {
    let third = Settings { interface: "eth2".to_owned(), ..settings("third") };
    let all = || vec![settings("outside"), inside(), Settings { ..third.clone() }];
    let mut lab = Lab::configured(all(), group(&["outside", "inside", "third"]));
    lab.ready(Readiness::Serving);
    lab.link_up(0);
    lab.link_up(1);
    lab.pass(ms(1_000));
    assert_eq!(states(&lab), (State::Backup, State::Backup), "the third's interface is not known");
    lab.reload(vec![settings("outside"), inside()], group(&["outside", "inside"]));
    lab.pass(ms(0));
    assert_eq!(states(&lab), (State::Master, State::Master));
}

#[test]
fn a_master_that_died_takes_nobody_along() {
    let mut lab = Lab::configured(vec![settings("outside"), inside()], Vec::new());
    lab.ready(Readiness::Installed);
    lab.link_up(0);
    lab.pass(ms(361));
    lab.ready(Readiness::NotReady);
    lab.link_up(1);
    lab.hear(1, BELOW, 200);
    lab.pass(ms(400));
    assert_eq!(states(&lab), (State::Master, State::Backup));
    lab.reload(vec![settings("outside"), inside()], group(&["outside", "inside"]));
    assert_eq!(states(&lab), (State::Master, State::Backup));
    lab.ready(Readiness::Installed);
    assert_eq!(states(&lab), (State::Master, State::Master));
}

#[test]
fn a_member_that_restarts_under_another_number_is_the_member() {
    let mut lab = masters();
    let restarted = Settings { vrid: Vrid::new(52).unwrap(), ..settings("outside") };
    lab.reload(vec![restarted, inside()], group(&["outside", "inside"]));
    assert_eq!(states(&lab), (State::Initialize, State::Master));
    lab.link_down(0);
    assert_eq!(states(&lab), (State::Fault, State::Fault));
}

#[test]
fn they_wait_together_for_readiness_and_preempt_together() {
    let mut lab = pair(Readiness::NotReady);
    lab.pass(ms(1_000));
    lab.ready(Readiness::Installed);
    assert_eq!(states(&lab), (State::Master, State::Master));

    let mut lab = pair(Readiness::Serving);
    for _ in 0..8 {
        lab.hear(0, BELOW, 50);
        lab.hear(1, BELOW, 50);
        lab.pass(ms(50));
    }
    assert_eq!(states(&lab), (State::Master, State::Master));
}

#[test]
fn they_resume_together() {
    let mut lab = Lab::configured(vec![settings("outside"), inside()], group(&["outside", "inside"]));
    lab.set.resume(lab.ids[0], lab.now);
    lab.set.resume(lab.ids[1], lab.now);
    lab.link_up(0);
    assert_eq!(states(&lab), (State::Backup, State::Initialize));
    assert_eq!(lab.holding(0), Holding::Yes);
    lab.link_up(1);
    assert_eq!(states(&lab), (State::Master, State::Master));
    assert_eq!(lab.reason(0), "back before anybody noticed");
}

#[test]
fn they_stop_each_with_its_own_hand_over() {
    let mut lab = masters();
    lab.stop();
    assert_eq!(states(&lab), (State::Leaving, State::Leaving));
    lab.hear(0, BELOW, 90);
    assert_eq!(states(&lab), (State::Initialize, State::Leaving));
}

#[test]
fn a_shared_weight_is_nobodys_fault() {
    let weighted = |settings: Settings| {
        let tracks = vec![Track { what: "script chk".to_owned(), weight: -20, initially: Report::Up }];
        Settings { tracks, ..settings }
    };
    let all = vec![weighted(settings("outside")), weighted(inside())];
    let mut lab = Lab::configured(all, group(&["outside", "inside"]));
    lab.link_up(0);
    lab.link_up(1);
    lab.track(1, Report::Down);
    assert_eq!(states(&lab), (State::Backup, State::Backup));
}
