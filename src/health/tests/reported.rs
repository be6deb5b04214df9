//! Weights that checks report, and checks that are paused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{S, fail, spec};
use lvs_health::{CheckSpec, Checks, Outcome, Reported, Standing, Start, Transition};

const TEN: Reported = Reported::Weight(10);

fn one(spec: &Arc<CheckSpec>, start: Start) -> Checks {
    let mut checks = Checks::new(7);
    checks.set(std::iter::once((Arc::clone(spec), start)), Duration::ZERO);
    checks
}

/// Runs the next attempt, which takes no time.
fn attempt(checks: &mut Checks, outcome: Outcome) -> Option<Transition> {
    let now = checks.poll_timeout().expect("due");
    let (id, _) = checks.poll_due(now).expect("due");
    checks.handle_result(id, outcome, now)
}

#[test]
fn a_report_is_told_with_the_first_pass_and_when_it_changes() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    assert_eq!(checks.reported(&spec), None);
    let first = attempt(&mut checks, Outcome::PassWith(TEN)).unwrap();
    assert_eq!((first.from, first.to, first.reported), (Standing::Unknown, Standing::Up, Some(TEN)));
    assert_eq!(attempt(&mut checks, Outcome::PassWith(TEN)), None);
    let since = checks.view(&spec).unwrap().since;
    let changed = attempt(&mut checks, Outcome::PassWith(Reported::Change(-3))).unwrap();
    assert_eq!((changed.from, changed.to), (Standing::Up, Standing::Up));
    assert_eq!((changed.reported, changed.reason), (Some(Reported::Change(-3)), None));
    assert_eq!(checks.reported(&spec), Some(Reported::Change(-3)));
    let view = checks.view(&spec).unwrap();
    assert_eq!((view.since, view.reported), (since, Some(Reported::Change(-3))), "the standing did not turn");
}

#[test]
fn the_first_report_of_a_check_that_began_up_is_told() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Up);
    let first = attempt(&mut checks, Outcome::PassWith(TEN)).unwrap();
    assert_eq!((first.from, first.to, first.reported), (Standing::Up, Standing::Up, Some(TEN)));
}

#[test]
fn who_passes_without_a_word_leaves_the_weight_as_it_is() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    attempt(&mut checks, Outcome::PassWith(TEN));
    assert_eq!(attempt(&mut checks, Outcome::Pass), None);
    assert_eq!(checks.reported(&spec), Some(TEN));
}

#[test]
fn a_report_outlives_failures_until_they_turn_the_standing() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    attempt(&mut checks, Outcome::PassWith(TEN));
    assert_eq!(attempt(&mut checks, fail()), None);
    assert_eq!(attempt(&mut checks, fail()), None);
    assert_eq!(checks.reported(&spec), Some(TEN));
    let down = attempt(&mut checks, fail()).unwrap();
    assert_eq!((down.to, down.reported), (Standing::Down, None));
    assert_eq!(checks.reported(&spec), None);
    // rise is 2
    assert_eq!(attempt(&mut checks, Outcome::PassWith(Reported::Weight(20))), None);
    assert_eq!(checks.reported(&spec), None, "not up yet");
    let up = attempt(&mut checks, Outcome::PassWith(Reported::Weight(30))).unwrap();
    assert_eq!((up.from, up.to, up.reported), (Standing::Down, Standing::Up, Some(Reported::Weight(30))));
}

#[test]
fn a_new_check_in_the_place_of_one_that_reported_has_no_report() {
    let (old, new) = (spec(1), spec(2));
    let mut checks = one(&old, Start::Unknown);
    attempt(&mut checks, Outcome::PassWith(TEN));
    checks.set(std::iter::once((Arc::clone(&new), Start::Up)), S);
    assert_eq!((checks.reported(&old), checks.reported(&new)), (None, None));
}

#[test]
fn a_paused_check_is_not_due_and_keeps_its_standing() {
    let (stays, stops) = (spec(1), spec(2));
    let mut checks = Checks::new(7);
    checks.set([&stays, &stops].map(|spec| (Arc::clone(spec), Start::Up)).into_iter(), Duration::ZERO);
    let paused = Arc::clone(&stops);
    checks.pause(|spec| *spec == *paused, Duration::ZERO);
    for _ in 0..20 {
        let now = checks.poll_timeout().unwrap();
        let (id, spec) = checks.poll_due(now).unwrap();
        assert_eq!(spec, stays);
        checks.handle_result(id, fail(), now);
    }
    checks.hasten(S * 100);
    assert_eq!(std::iter::from_fn(|| checks.poll_due(S * 200)).count(), 1);
    assert_eq!(
        (checks.standing(&stays), checks.standing(&stops)),
        (Some(Standing::Down), Some(Standing::Up))
    );
    assert!(checks.is_decided_since(&stops, S * 200), "nothing of it is to come");
}

#[test]
fn who_goes_on_is_due_at_once_and_without_a_storm() {
    let specs: Vec<_> = (0..2_000).map(spec).collect();
    let mut checks = Checks::new(7);
    checks.set(specs.iter().map(|spec| (Arc::clone(spec), Start::Up)), Duration::ZERO);
    checks.pause(|_| true, Duration::ZERO);
    assert_eq!(checks.poll_timeout(), None);
    let now = S * 3_600;
    checks.pause(|_| false, now);
    assert!(std::iter::from_fn(|| checks.poll_due(now)).count() < 20);
    let rest = std::iter::from_fn(|| checks.poll_timeout().and_then(|due| checks.poll_due(due).map(|_| due)));
    assert!(rest.inspect(|due| assert!(*due < now + S)).count() > 1_900);
}

#[test]
fn pausing_again_and_again_changes_nothing() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Up);
    attempt(&mut checks, Outcome::Pass);
    let due = checks.poll_timeout();
    checks.pause(|_| false, S * 50);
    assert_eq!(checks.poll_timeout(), due, "what is not paused keeps its schedule");
    checks.pause(|_| true, S * 60);
    checks.pause(|_| true, S * 70);
    checks.pause(|_| false, S * 80);
    assert_eq!(checks.poll_timeout(), Some(S * 80));
}

#[test]
fn an_attempt_that_was_running_does_not_count() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    checks.pause(|_| true, S);
    assert_eq!(checks.handle_result(id, fail(), S * 2), None);
    assert_eq!((checks.standing(&spec), checks.poll_timeout()), (Some(Standing::Unknown), None));
    checks.pause(|_| false, S * 3);
    assert_eq!(checks.poll_timeout(), Some(S * 3));
}

#[test]
fn one_that_goes_on_before_its_attempt_ended_is_followed_at_once_and_never_twice() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    checks.pause(|_| true, S);
    checks.pause(|_| false, S);
    assert_eq!(checks.poll_due(S * 9), None, "never two at once");
    assert_eq!(checks.handle_result(id, fail(), S * 9), None);
    assert_eq!(checks.standing(&spec), Some(Standing::Unknown));
    let (id, _) = checks.poll_due(S * 9).unwrap();
    assert_eq!(checks.handle_result(id, fail(), S * 9).unwrap().to, Standing::Down);
}

#[test]
fn a_paused_check_that_is_removed_comes_back_unpaused() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Up);
    checks.pause(|_| true, Duration::ZERO);
    checks.set(std::iter::empty(), S);
    checks.set(std::iter::once((Arc::clone(&spec), Start::Up)), S * 2);
    assert_eq!(checks.poll_timeout(), Some(S * 2));
}
