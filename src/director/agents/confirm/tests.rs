use super::*;

fn agent() -> SocketAddr {
    "192.0.2.1:9781".parse().unwrap()
}

fn answer(seq: u64, held: Held, phase: Option<DrainPhase>) -> Answer {
    let vip: IpAddr = "198.51.100.1".parse().unwrap();
    Answer {
        confirm: Confirm { director: "LVS01".into(), seq, vips: [(vip, held)].into() },
        phases: [(vip, phase)].into(),
        services: BTreeSet::new(),
    }
}

/// Everything that can be said with orders up to `written`.
fn poll(confirmations: &mut Confirmations, written: u64) -> Vec<(u64, Held)> {
    let said = std::iter::from_fn(|| confirmations.poll(|order, _| order <= written));
    said.map(|(_, confirm)| (confirm.seq, *confirm.vips.values().next().unwrap())).collect()
}

#[test]
fn nothing_is_said_before_it_is_written_and_then_only_the_newest() {
    let mut confirmations = Confirmations::default();
    confirmations.ask(agent(), answer(1, Held::Quiesced, Some(DrainPhase::Quiescing)), 5);
    confirmations.ask(agent(), answer(2, Held::Gone, Some(DrainPhase::Leaving)), 6);
    assert_eq!(poll(&mut confirmations, 5), []);
    assert_eq!(poll(&mut confirmations, 6), [(2, Held::Gone)]);
    assert!(confirmations.is_idle());
}

#[test]
fn the_same_is_not_said_again_unless_the_agent_waits_for_it() {
    for (phase, again) in [
        (Some(DrainPhase::Quiescing), true),
        (Some(DrainPhase::Draining), false),
        (Some(DrainPhase::Leaving), true),
        (Some(DrainPhase::Left), false),
        (None, true),
    ] {
        let mut confirmations = Confirmations::default();
        confirmations.ask(agent(), answer(1, Held::Gone, phase), 1);
        assert_eq!(poll(&mut confirmations, 1), [(1, Held::Gone)]);
        confirmations.ask(agent(), answer(1, Held::Gone, phase), 1);
        assert_eq!(poll(&mut confirmations, 1), [], "{phase:?}");
        confirmations.ask(agent(), answer(2, Held::Gone, phase), 1);
        assert_eq!(poll(&mut confirmations, 1).len(), usize::from(again), "{phase:?}");
        confirmations.ask(agent(), answer(2, Held::Serving, phase), 1);
        assert_eq!(poll(&mut confirmations, 1), [(2, Held::Serving)], "{phase:?}");
    }
}

#[test]
fn another_phase_is_answered() {
    let mut confirmations = Confirmations::default();
    for (seq, phase) in (1..).zip([DrainPhase::Draining, DrainPhase::Left, DrainPhase::Draining]) {
        confirmations.ask(agent(), answer(seq, Held::Gone, Some(phase)), 1);
        assert_eq!(poll(&mut confirmations, 1), [(seq, Held::Gone)]);
    }
}

#[test]
fn what_is_true_again_is_not_said_late() {
    let mut confirmations = Confirmations::default();
    let quiesced = |seq| answer(seq, Held::Quiesced, Some(DrainPhase::Draining));
    confirmations.ask(agent(), quiesced(1), 1);
    poll(&mut confirmations, 1);
    confirmations.ask(agent(), answer(2, Held::Serving, Some(DrainPhase::Draining)), 2);
    confirmations.ask(agent(), quiesced(3), 3);
    assert_eq!(poll(&mut confirmations, 9), []);
}

#[test]
fn a_new_stream_hears_everything_again() {
    let mut confirmations = Confirmations::default();
    let left = || answer(1, Held::Gone, Some(DrainPhase::Left));
    confirmations.ask(agent(), left(), 1);
    poll(&mut confirmations, 1);
    confirmations.forget(agent());
    confirmations.ask(agent(), left(), 1);
    assert_eq!(poll(&mut confirmations, 1), [(1, Held::Gone)]);
}

#[test]
fn one_that_cannot_be_written_holds_up_nobody_else() {
    let mut confirmations = Confirmations::default();
    let refused = ServiceKey::Fwmark { mark: 1.try_into().unwrap(), family: ipvs::Family::V4 };
    let stuck = Answer { services: [refused].into(), ..answer(1, Held::Quiesced, None) };
    confirmations.ask(agent(), stuck, 1);
    confirmations.ask("192.0.2.2:9781".parse().unwrap(), answer(7, Held::Gone, None), 1);
    let said = confirmations.poll(|_, services| services.is_empty()).unwrap();
    assert_eq!(said.1.seq, 7);
    assert_eq!(confirmations.poll(|_, services| services.is_empty()), None);
    assert!(!confirmations.is_idle());
}

#[test]
fn the_least_of_all_services_counts() {
    assert_eq!(held([Some(0), Some(2), None].into_iter()), Held::Serving);
    assert_eq!(held([Some(0), None].into_iter()), Held::Quiesced);
    assert_eq!(held([None, None].into_iter()), Held::Gone);
    assert_eq!(held(std::iter::empty()), Held::Gone);
}
