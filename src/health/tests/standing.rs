//! Results and what they turn.
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
use lvs_health::{CheckId, CheckSpec, Checks, Outcome, Standing, Start};

fn one(spec: &Arc<CheckSpec>, start: Start) -> Checks {
    let mut checks = Checks::new(7);
    checks.set([(Arc::clone(spec), start)].into_iter(), Duration::ZERO);
    checks
}

/// Runs the next attempt at the time it is due.
fn attempt(checks: &mut Checks, outcome: Outcome) -> Option<(Standing, Standing)> {
    let now = checks.poll_timeout().expect("an attempt waits");
    let (id, _) = checks.poll_due(now).expect("it is due");
    checks.handle_result(id, outcome, now).map(|turn| (turn.from, turn.to))
}

#[test]
fn first_result_of_an_unknown_target_counts_at_once() {
    let spec = spec(1);
    assert_eq!(spec.rise, 2);
    let up = attempt(&mut one(&spec, Start::Unknown), Outcome::Pass);
    assert_eq!(up, Some((Standing::Unknown, Standing::Up)));
    let down = attempt(&mut one(&spec, Start::Unknown), fail());
    assert_eq!(down, Some((Standing::Unknown, Standing::Down)));
}

#[test]
fn falls_and_rises_after_exactly_as_many_results() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Up);
    let results =
        [fail(), fail(), Outcome::Pass, fail(), fail(), fail(), fail(), Outcome::Pass, Outcome::Pass];
    let turns: Vec<_> = results.into_iter().map(|result| attempt(&mut checks, result)).collect();
    let down = Some((Standing::Up, Standing::Down));
    let up = Some((Standing::Down, Standing::Up));
    assert_eq!(turns, [None, None, None, None, None, down, None, None, up]);
}

#[test]
fn view_tells_why_and_since_when() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    let fresh = checks.view(&spec).unwrap();
    assert_eq!((fresh.standing, fresh.since, fresh.reason), (Standing::Unknown, Duration::ZERO, None));

    let (id, handed) = checks.poll_due(Duration::ZERO).unwrap();
    assert!(Arc::ptr_eq(&handed, &spec));
    let turn = checks.handle_result(id, fail(), S).unwrap();
    assert_eq!(turn.reason.as_deref(), Some("connect: connection refused"));
    let down = checks.view(&spec).unwrap();
    assert_eq!((down.standing, down.since, down.fails), (Standing::Down, S, 1));

    attempt(&mut checks, Outcome::Pass);
    let rising = checks.view(&spec).unwrap();
    assert_eq!((rising.standing, rising.passes), (Standing::Down, 1));
    assert_eq!(rising.reason.as_deref(), Some("connect: connection refused"));
    attempt(&mut checks, Outcome::Pass);
    assert_eq!(checks.view(&spec).unwrap().reason, None);
    assert_eq!(checks.view(&common::spec(2)), None);
}

#[test]
fn late_results_of_removed_checks_are_ignored() {
    let (a, b) = (spec(1), spec(2));
    let mut checks = one(&a, Start::Up);
    let (late, _) = checks.poll_due(Duration::ZERO).unwrap();
    checks.set([(Arc::clone(&b), Start::Up)].into_iter(), S);
    let (fresh, _) = checks.poll_due(S).expect("b begins in the place of a");
    assert_ne!(late, fresh);
    for _ in 0..9 {
        assert_eq!(checks.handle_result(late, fail(), S), None);
    }
    assert_eq!(checks.view(&b).unwrap().fails, 0);
    assert_eq!(checks.view(&a), None);
    assert_eq!(checks.poll_timeout(), None, "b runs, so nothing waits");
}

#[test]
fn a_result_counts_once() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Up);
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    checks.handle_result(id, fail(), Duration::ZERO);
    checks.handle_result(id, fail(), Duration::ZERO);
    assert_eq!(checks.view(&spec).unwrap().fails, 1);
}

#[test]
fn unchanged_checks_keep_standing_and_schedule() {
    let (a, b) = (spec(1), spec(2));
    let mut checks = one(&a, Start::Unknown);
    attempt(&mut checks, fail());
    let due = checks.poll_timeout();
    // an equal specification in another place of memory is the same check
    let wanted = [(Arc::new(CheckSpec::clone(&a)), Start::Up), (Arc::clone(&b), Start::Up)];
    checks.set(wanted.into_iter(), S * 3);
    assert_eq!(checks.len(), 2);
    assert_eq!(checks.view(&a).unwrap().standing, Standing::Down);
    assert_eq!(checks.poll_timeout(), due);
}

#[test]
fn a_new_check_of_several_is_up_if_one_says_so() {
    let spec = spec(1);
    let mut checks = Checks::new(1);
    let wanted = [Start::Unknown, Start::Up, Start::Unknown].map(|start| (Arc::clone(&spec), start));
    checks.set(wanted.into_iter(), Duration::ZERO);
    assert_eq!(checks.standing(&spec), Some(Standing::Up));
    assert_eq!(checks.len(), 1);
}

#[test]
fn an_unknown_check_is_not_made_up_by_a_later_set() {
    let spec = spec(1);
    let mut checks = one(&spec, Start::Unknown);
    checks.set([(Arc::clone(&spec), Start::Up)].into_iter(), S);
    assert_eq!(checks.standing(&spec), Some(Standing::Unknown));
}

#[test]
fn no_check_no_work() {
    let mut checks = one(&spec(1), Start::Up);
    checks.set(std::iter::empty(), S);
    assert!(checks.is_empty());
    assert_eq!(checks.poll_timeout(), None);
    assert_eq!(checks.poll_due(S * 100), None::<(CheckId, Arc<CheckSpec>)>);
}
