//! Every state against every event.

use lvs_vrrp::{Readiness, Report, Settings};

use crate::lab::{ABOVE, BELOW, Lab, ms, settings, with_priority};

/// From RFC 9568 section 6.4 and what `Set` promises beyond it. Our priority is 100, our address between BELOW and ABOVE.
///
/// states: `init` its interface is not known; `fault` a script is down; `backup` listens, nobody heard; `follows` has heard
/// BELOW with 200; `master`; `leaving` told to stop as master; `handing` script went down as master; all with services served.
const TABLE: &[(&str, &str, &str, &str)] = &[
    // 6.4.1: outside the election nothing that is heard matters
    ("init", "hears 200", "init", ""),
    ("init", "hears 50", "init", ""),
    ("init", "hears 0", "init", ""),
    ("init", "link fine", "backup", "init -> backup"),
    ("init", "link down", "fault", "init -> fault"),
    ("init", "script down", "init", ""),
    ("init", "not ready", "init", ""),
    ("init", "leftover", "init", "hold yes"),
    ("init", "resume", "init", "hold yes"),
    ("init", "stop", "init", ""),
    ("fault", "hears 200", "fault", ""),
    ("fault", "hears 50", "fault", ""),
    ("fault", "hears 0", "fault", ""),
    ("fault", "link down", "fault", ""),
    ("fault", "script up", "backup", "fault -> backup"),
    ("fault", "not ready", "fault", ""),
    ("fault", "leftover", "fault", ""),
    ("fault", "resume", "fault", ""),
    ("fault", "stop", "init", "fault -> init"),
    // 6.4.2
    ("backup", "hears 200", "backup", ""),
    ("backup", "hears 100 above", "backup", ""),
    ("backup", "hears 100 below", "backup", ""),
    ("backup", "hears 50", "backup", ""),
    ("backup", "hears 0", "backup", ""),
    ("backup", "timer", "master", "send 100, hold yes, announce 5, backup -> master"),
    ("backup", "link down", "fault", "backup -> fault"),
    ("backup", "no address", "fault", "backup -> fault"),
    ("backup", "script down", "fault", "backup -> fault"),
    ("backup", "not ready", "backup", ""),
    ("backup", "leftover", "backup", "hold yes"),
    ("backup", "resume", "master", "hold yes, send 100, hold yes, announce 5, backup -> master"),
    ("backup", "stop", "init", "backup -> init"),
    ("follows", "hears 200", "backup", ""),
    ("follows", "hears 100 above", "backup", ""),
    ("follows", "hears 50", "backup", ""),
    ("follows", "hears 0", "backup", ""),
    ("follows", "timer", "master", "send 100, hold yes, announce 5, backup -> master"),
    ("follows", "link down", "fault", "backup -> fault"),
    ("follows", "script down", "fault", "backup -> fault"),
    ("follows", "leftover", "backup", ""),
    ("follows", "resume", "backup", ""),
    ("follows", "stop", "init", "backup -> init"),
    // 6.4.3, with a last word before the addresses go
    ("master", "hears 200", "backup", "send 100, hold silent, master -> backup"),
    ("master", "hears 100 above", "backup", "send 100, hold silent, master -> backup"),
    ("master", "hears 100 below", "master", "send 100, announce 3"),
    ("master", "hears 50", "master", "send 100, announce 3"),
    ("master", "hears 0", "master", "send 100, announce 3"),
    ("master", "timer", "master", "send 100"),
    ("master", "link down", "fault", "hold no, master -> fault"),
    ("master", "no address", "fault", "hold no, master -> fault"),
    ("master", "script down", "fault", "send 0, master -> fault"),
    ("master", "not ready", "master", ""),
    ("master", "leftover", "master", ""),
    ("master", "resume", "master", ""),
    ("master", "stop", "leaving", "send 0, master -> leaving"),
    // it forwards until its successor is heard
    ("leaving", "hears 200", "init", "hold silent, leaving -> init"),
    ("leaving", "hears 50", "init", "hold silent, leaving -> init"),
    ("leaving", "hears 0", "leaving", ""),
    ("leaving", "timer", "leaving", "send 0"),
    ("leaving", "link down", "init", "hold no, leaving -> init"),
    ("leaving", "no address", "init", "hold no, leaving -> init"),
    ("leaving", "script down", "leaving", ""),
    ("leaving", "not ready", "leaving", ""),
    ("leaving", "leftover", "leaving", ""),
    ("leaving", "resume", "leaving", ""),
    ("leaving", "stop", "leaving", ""),
    ("handing", "hears 200", "fault", "hold silent"),
    ("handing", "hears 50", "fault", "hold silent"),
    ("handing", "hears 0", "fault", ""),
    ("handing", "timer", "fault", "send 0"),
    ("handing", "link down", "fault", "hold no"),
    ("handing", "no address", "fault", "hold no"),
    ("handing", "script up", "backup", "fault -> backup"),
    ("handing", "not ready", "fault", ""),
    ("handing", "leftover", "fault", ""),
    ("handing", "resume", "fault", ""),
    ("handing", "stop", "leaving", "fault -> leaving"),
];

#[test]
fn every_state_answers_every_event() {
    for (state, event, to, actions) in TABLE {
        let mut lab = prepare(state);
        happen(&mut lab, event);
        assert_eq!(lab.done().join(", "), *actions, "{state}, {event}");
        assert_eq!(lab.state(0).word(), *to, "{state}, {event}");
    }
}

fn prepare(state: &str) -> Lab {
    let mut lab = match state {
        "init" => Lab::configured(vec![settings("VI_1")], Vec::new()),
        "fault" | "backup" | "follows" => Lab::backup(settings("VI_1"), Readiness::Serving),
        "master" | "leaving" | "handing" => Lab::master(settings("VI_1"), Readiness::Serving),
        _ => panic!("state {state}"),
    };
    lab.ready(Readiness::Serving);
    match state {
        "fault" | "handing" => lab.track(0, Report::Down),
        "follows" => lab.hear(0, BELOW, 200),
        "leaving" => lab.stop(),
        _ => {}
    }
    lab.forget();
    lab
}

fn happen(lab: &mut Lab, event: &str) {
    let id = lab.ids[0];
    match event {
        "hears 200" => lab.hear(0, BELOW, 200),
        "hears 100 above" => lab.hear(0, ABOVE, 100),
        "hears 100 below" => lab.hear(0, BELOW, 100),
        "hears 50" => lab.hear(0, ABOVE, 50),
        "hears 0" => lab.hear(0, ABOVE, 0),
        "timer" => lab.fire(),
        "link fine" => lab.link_up(0),
        "link down" => lab.link_down(0),
        "no address" => lab.set.set_source(id, None, lab.now),
        "script down" => lab.track(0, Report::Down),
        "script up" => lab.track(0, Report::Up),
        "not ready" => lab.ready(Readiness::NotReady),
        "leftover" => lab.set.hold_leftover(id, lab.now),
        "resume" => lab.set.resume(id, lab.now),
        "stop" => lab.stop(),
        _ => panic!("event {event}"),
    }
    lab.drain();
}

#[test]
fn an_owner_starts_as_master_when_its_services_are_served() {
    let mut lab = Lab::backup(with_priority(255), Readiness::Installed);
    assert_eq!(lab.state(0).word(), "backup");
    lab.ready(Readiness::Serving);
    assert_eq!(lab.done(), ["send 255", "hold yes", "announce 5", "backup -> master"]);
    assert_eq!(lab.reason(0), "priority 255 owns the addresses");
}

#[test]
fn an_owner_without_served_services_listens_first() {
    let mut lab = Lab::backup(with_priority(255), Readiness::Installed);
    lab.pass(ms(250));
    lab.hear(0, BELOW, 100);
    lab.pass(ms(250));
    assert_eq!(lab.state(0).word(), "backup", "the other lives and serves");
    lab.pass(ms(100));
    assert_eq!(lab.state(0).word(), "master", "the other is silent");
}

#[test]
fn an_owner_takes_over_from_a_living_master_only_to_serve() {
    let settings = Settings { preempt: false, preempt_delay: ms(60_000), ..with_priority(255) };
    let mut lab = Lab::backup(settings, Readiness::Installed);
    lab.hear(0, BELOW, 254);
    assert_eq!(lab.state(0).word(), "backup");
    lab.ready(Readiness::Serving);
    assert_eq!(lab.state(0).word(), "master", "an owner always preempts");
}
