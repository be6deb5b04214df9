//! One check that there is reason to doubt, and what was found since.
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

use common::{S, fail, spec_with};
use lvs_health::{CheckId, CheckSpec, Checks, Outcome, Start};

const MINUTE: Duration = Duration::from_secs(60);

/// Some checks that have passed once and wait for a minute.
fn checks(count: u32) -> (Checks, Vec<Arc<CheckSpec>>) {
    let specs: Vec<_> = (0..count).map(|nth| spec_with(nth, MINUTE, MINUTE)).collect();
    let mut checks = Checks::new(7);
    checks.set(specs.iter().map(|spec| (Arc::clone(spec), Start::Up)), Duration::ZERO);
    while let Some((id, _)) = checks.poll_due(S) {
        checks.handle_result(id, Outcome::Pass, S);
    }
    (checks, specs)
}

fn begin(checks: &mut Checks, now: Duration) -> CheckId {
    checks.poll_due(now).expect("due").0
}

#[test]
fn one_that_is_urged_is_due_now_and_the_others_stay() {
    let (mut checks, specs) = checks(3);
    // attempts after the first are spread over a minute, those of two seconds may be due
    let now = S + Duration::from_micros(1);
    checks.urge(&specs[1], now);
    let (id, due) = checks.poll_due(now).expect("due");
    assert_eq!(due, specs[1]);
    checks.handle_result(id, Outcome::Pass, now);
    let mut due = Vec::new();
    while let Some(at) = checks.poll_timeout().filter(|at| *at < now + MINUTE * 2) {
        let (id, spec) = checks.poll_due(at).expect("due");
        checks.handle_result(id, Outcome::Pass, at);
        due.push(spec);
    }
    assert!(specs.iter().all(|spec| due.contains(spec)), "each goes on");
}

#[test]
fn one_that_is_unknown_or_gone_is_not_urged() {
    let (mut checks, specs) = checks(1);
    let before = checks.poll_timeout();
    checks.urge(&spec_with(9, MINUTE, MINUTE), S);
    assert_eq!(checks.poll_timeout(), before);
    checks.set(std::iter::empty(), S);
    checks.urge(&specs[0], S);
    assert_eq!(checks.poll_timeout(), None);
}

#[test]
fn an_attempt_that_runs_is_followed_by_another_at_once() {
    let (mut checks, specs) = checks(1);
    checks.urge(&specs[0], S * 2);
    let id = begin(&mut checks, S * 2);
    checks.urge(&specs[0], S * 3);
    assert_eq!(checks.poll_due(S * 3), None, "never two at once");
    checks.handle_result(id, Outcome::Pass, S * 4);
    assert_eq!(checks.poll_timeout(), Some(S * 4));
}

#[test]
fn one_that_is_paused_stays_so() {
    let (mut checks, specs) = checks(1);
    checks.pause(|_| true, S);
    checks.urge(&specs[0], S);
    assert_eq!(checks.poll_timeout(), None);
    checks.pause(|_| false, S * 2);
    assert_eq!(checks.poll_timeout(), Some(S * 2));
    checks.urge(&specs[0], S * 3);
    assert_eq!(checks.poll_timeout(), Some(S * 2), "nothing is put off");
}

#[test]
fn the_beginning_of_an_attempt_says_since_when_it_passes_or_fails() {
    let (mut checks, specs) = checks(1);
    let spec = &*specs[0];
    assert!(checks.passed_since(spec, Duration::ZERO) && !checks.failed_since(spec, Duration::ZERO));
    checks.urge(spec, S * 2);
    let id = begin(&mut checks, S * 2);
    checks.handle_result(id, fail(), S * 5);
    assert!(checks.failed_since(spec, S * 2) && !checks.failed_since(spec, S * 3));
    assert!(!checks.passed_since(spec, S * 2), "that was before");
    checks.urge(spec, S * 6);
    let id = begin(&mut checks, S * 6);
    checks.handle_result(id, Outcome::Pass, S * 6);
    assert!(checks.passed_since(spec, S * 6) && checks.failed_since(spec, S * 2));
    assert!(!checks.passed_since(&spec_with(9, MINUTE, MINUTE), Duration::ZERO));
}

#[test]
fn an_attempt_during_which_it_was_paused_says_nothing() {
    let (mut checks, specs) = checks(1);
    checks.urge(&specs[0], S * 2);
    let id = begin(&mut checks, S * 2);
    checks.pause(|_| true, S * 3);
    checks.handle_result(id, fail(), S * 4);
    assert!(!checks.failed_since(&specs[0], Duration::ZERO));
}

#[test]
fn an_id_names_its_check_while_that_is_there() {
    let (mut checks, specs) = checks(1);
    checks.urge(&specs[0], S * 2);
    let id = begin(&mut checks, S * 2);
    assert_eq!(checks.spec(id), Some(&specs[0]));
    checks.set(std::iter::empty(), S * 2);
    assert_eq!(checks.spec(id), None);
}
