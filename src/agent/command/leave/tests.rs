//! When whoever waits for a drain has waited enough.

use watch::{FORMAT, Repairs};

use super::*;

fn drain(phase: DrainPhase, waits_for: &str) -> Drain {
    let waits_for = (!waits_for.is_empty()).then(|| waits_for.to_owned());
    Drain { phase, connections: None, waits_for }
}

fn status<D: Into<Option<Drain>>>(drains: Vec<D>) -> Status {
    let vip = |(number, drain): (u8, Option<Drain>)| {
        let draining_since = drain.as_ref().map(|_| 1);
        let there = VipStatus::of(IpAddr::from([192, 168, 100, number]), "lo", Vec::new());
        VipStatus { drain, draining_since, ..there }.judged()
    };
    Status {
        version: "0".into(),
        format: FORMAT,
        host: "rs01".into(),
        instance: "cafe".into(),
        seq: 1,
        ready: false,
        weight: None,
        draining_since: None,
        contested: false,
        vips: (240..).zip(drains.into_iter().map(Into::into)).map(vip).collect(),
        repairs: Repairs::default(),
        problems: Vec::new(),
    }
}

fn watcher(vip: Option<IpAddr>, deadline_ms: u64) -> Watcher {
    Watcher::new(vip, format!(r#"{{"deadline_ms":{deadline_ms},"directors":2}}"#).as_bytes()).unwrap()
}

#[test]
fn it_ends_well_when_every_vip_that_is_meant_has_left() {
    let mut all = watcher(None, 60_000);
    let half =
        status(vec![drain(DrainPhase::Left, ""), drain(DrainPhase::Leaving, "LVS02 to delete the entry")]);
    assert_eq!(all.take(&half), None);
    let one = Some(IpAddr::from([192, 168, 100, 240]));
    assert_eq!(watcher(one, 60_000).take(&half), Some(Ok(Exit::Done)));
    let left = status(vec![drain(DrainPhase::Left, ""), drain(DrainPhase::Left, "")]);
    assert_eq!(all.take(&left), Some(Ok(Exit::Done)));
}

#[test]
fn it_ends_badly_when_somebody_undrains_or_nobody_could_say_that_the_entry_is_gone() {
    let undrained = status(vec![Some(drain(DrainPhase::Left, "")), None]);
    assert_eq!(watcher(None, 60_000).take(&undrained), Some(Err(Exit::Failed)));
    let alone = drain(DrainPhase::Draining, NO_DIRECTOR);
    let waiting = status(vec![alone.clone(), drain(DrainPhase::Draining, "3 connections to end")]);
    assert_eq!(watcher(None, 60_000).take(&waiting), None);
    let nothing_to_wait_for = status(vec![alone.clone(), alone, drain(DrainPhase::Left, "")]);
    assert_eq!(watcher(None, 60_000).take(&nothing_to_wait_for), Some(Err(Exit::Failed)));
}

#[test]
fn it_does_not_wait_for_ever() {
    let stuck = status(vec![drain(DrainPhase::Leaving, "LVS02 to delete the entry")]);
    let mut late = watcher(None, 0);
    assert_eq!(late.take(&stuck), None, "directors have time after the deadline");
    late.until = Instant::now();
    assert_eq!(late.take(&stuck), Some(Err(Exit::Failed)));
}

#[test]
fn each_phase_is_said_once() {
    let mut watcher = watcher(None, 60_000);
    for (phase, waits_for) in
        [(DrainPhase::Draining, "3 connections to end"), (DrainPhase::Draining, "2 connections to end")]
    {
        watcher.take(&status(vec![drain(phase, waits_for)]));
    }
    assert_eq!(watcher.said.values().copied().collect::<Vec<_>>(), [DrainPhase::Draining]);
    let words = line(&drain(DrainPhase::Draining, "2 connections to end"));
    assert_eq!(words, "draining: waits for 2 connections to end");
}
