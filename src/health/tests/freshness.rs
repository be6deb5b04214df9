//! Results that are new enough, and attempts that are hastened.
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

use common::{S, fail, spec, spec_with};
use lvs_health::{CheckId, CheckSpec, Checks, Outcome, Start};

fn checks(specs: impl Iterator<Item = Arc<CheckSpec>>) -> Checks {
    let mut checks = Checks::new(5);
    checks.set(specs.map(|spec| (spec, Start::Up)), Duration::ZERO);
    checks
}

/// Every attempt that is due by `until` passes at once.
fn pass(checks: &mut Checks, until: Duration) {
    while let Some(now) = checks.poll_timeout().filter(|due| *due <= until) {
        while let Some((id, _)) = checks.poll_due(now) {
            checks.handle_result(id, Outcome::Pass, now);
        }
    }
}

fn begin(checks: &mut Checks, now: Duration) -> CheckId {
    checks.poll_due(now).expect("due").0
}

#[test]
fn a_check_that_is_taken_for_up_has_no_result_yet() {
    let spec = spec(1);
    let mut checks = checks(std::iter::once(Arc::clone(&spec)));
    assert!(!checks.is_decided_since(&spec, Duration::ZERO));
    assert!(!checks.are_decided_since(Duration::ZERO));
    pass(&mut checks, Duration::ZERO);
    assert!(checks.is_decided_since(&spec, Duration::ZERO) && checks.are_decided_since(Duration::ZERO));
    assert!(!checks.is_decided_since(&spec, S), "its result is older");
}

#[test]
fn one_without_a_result_is_enough() {
    let mut checks = checks((0..2).map(spec));
    let first = begin(&mut checks, Duration::ZERO);
    let second = begin(&mut checks, Duration::ZERO);
    checks.handle_result(first, Outcome::Pass, Duration::ZERO);
    assert!(!checks.are_decided_since(Duration::ZERO));
    checks.handle_result(second, fail(), Duration::ZERO);
    assert!(checks.are_decided_since(Duration::ZERO));
}

#[test]
fn the_beginning_of_an_attempt_counts_not_its_end() {
    let spec = spec(1);
    let mut checks = checks(std::iter::once(Arc::clone(&spec)));
    let id = begin(&mut checks, Duration::ZERO);
    checks.handle_result(id, fail(), S * 3);
    assert!(!checks.is_decided_since(&spec, S * 2), "it may have failed at what ended before");
}

#[test]
fn good_results_of_a_target_that_is_down_wait_for_more() {
    let spec = spec(1);
    let mut checks = Checks::new(5);
    checks.set(std::iter::once((Arc::clone(&spec), Start::Unknown)), Duration::ZERO);
    let mut now = Duration::ZERO;
    let mut results = Vec::new();
    for outcome in [fail(), Outcome::Pass, Outcome::Pass] {
        now = checks.poll_timeout().unwrap().max(now);
        let id = begin(&mut checks, now);
        checks.handle_result(id, outcome, now);
        results.push(checks.is_decided_since(&spec, Duration::ZERO));
    }
    assert_eq!(results, [true, false, true], "rise is 2");
}

#[test]
fn no_checks_wait_for_nothing() {
    let mut checks = checks(std::iter::once(spec(1)));
    checks.set(std::iter::empty(), S);
    assert!(checks.are_decided_since(S * 9));
    assert!(!checks.is_decided_since(&spec(1), Duration::ZERO));
}

#[test]
fn hastened_checks_are_all_attempted_within_a_second() {
    let mut checks = checks((0..2_000).map(|nth| spec_with(nth, S * 60, S * 60)));
    pass(&mut checks, S * 100);
    let now = S * 100;
    checks.hasten(now);
    pass(&mut checks, now + S);
    assert!(checks.are_decided_since(now));
}

#[test]
fn hastened_checks_are_spread_again_afterwards() {
    let mut checks = checks((0..1_000).map(|nth| spec_with(nth, S * 10, S * 10)));
    pass(&mut checks, S * 30);
    checks.hasten(S * 30);
    pass(&mut checks, S * 50);
    let mut seconds = [0_u32; 10];
    while let Some(due) = checks.poll_timeout().filter(|due| *due < S * 60) {
        let id = begin(&mut checks, due);
        checks.handle_result(id, Outcome::Pass, due);
        if due >= S * 50 {
            seconds[usize::try_from(due.as_secs() - 50).unwrap()] += 1;
        }
    }
    assert!(seconds.iter().all(|count| *count > 50), "{seconds:?}");
}

#[test]
fn nothing_is_put_off_by_haste() {
    let mut checks = checks((0..100).map(|nth| spec_with(nth, S * 10, S * 10)));
    let first = checks.poll_timeout();
    checks.hasten(Duration::ZERO);
    assert_eq!(checks.poll_timeout(), first);
    pass(&mut checks, Duration::from_millis(25));
    assert!(checks.are_decided_since(Duration::ZERO));
}

#[test]
fn an_attempt_that_runs_is_followed_by_another_at_once() {
    let spec = spec_with(1, S * 60, S * 60);
    let mut checks = checks(std::iter::once(Arc::clone(&spec)));
    let id = begin(&mut checks, Duration::ZERO);
    checks.hasten(S);
    assert_eq!(checks.poll_due(S), None, "never two at once");
    checks.handle_result(id, fail(), S * 2);
    assert!(!checks.is_decided_since(&spec, S));
    let id = begin(&mut checks, S * 2);
    checks.handle_result(id, Outcome::Pass, S * 2);
    assert!(checks.is_decided_since(&spec, S));
    assert!(checks.poll_timeout().unwrap() > S * 2);
}
