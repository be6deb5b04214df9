//! Retries after a failure, and first attempts that are spread by a warm-up.
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
use lvs_health::{CheckSpec, Checks, Outcome, Standing, Start};
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

fn with(nth: u32, edit: impl FnOnce(&mut CheckSpec)) -> Arc<CheckSpec> {
    let mut spec = CheckSpec::clone(&spec_with(nth, S * 10, S * 20));
    spec.interval_retry = Some(S * 2);
    edit(&mut spec);
    Arc::new(spec)
}

fn one(spec: &Arc<CheckSpec>, start: Start) -> Checks {
    let mut checks = Checks::new(7);
    checks.set(std::iter::once((Arc::clone(spec), start)), Duration::ZERO);
    checks
}

/// Runs the next attempt, which takes `took`; when it started.
fn attempt(checks: &mut Checks, outcome: Outcome, took: Duration) -> Duration {
    let start = checks.poll_timeout().expect("due");
    let (id, _) = checks.poll_due(start).expect("due");
    checks.handle_result(id, outcome, start + took);
    start
}

#[test]
fn a_retry_is_counted_from_the_end_of_the_failure() {
    let spec = with(1, |_| ());
    let mut checks = one(&spec, Start::Up);
    let first = attempt(&mut checks, fail(), S * 3);
    let second = attempt(&mut checks, fail(), S);
    assert_eq!(second, first + S * 3 + S * 2);
    assert_eq!(checks.poll_timeout(), Some(second + S + S * 2));
}

#[test]
fn the_failure_that_turns_it_down_is_followed_by_the_interval_of_down() {
    let spec = with(1, |_| ());
    let mut checks = one(&spec, Start::Up);
    attempt(&mut checks, Outcome::Pass, MS);
    attempt(&mut checks, fail(), MS);
    attempt(&mut checks, fail(), MS);
    let third = attempt(&mut checks, fail(), MS);
    assert_eq!(checks.standing(&spec), Some(Standing::Down));
    let fourth = attempt(&mut checks, fail(), MS);
    assert!(fourth <= third + S * 20);
    let fifth = attempt(&mut checks, Outcome::Pass, MS);
    assert_eq!(fifth, fourth + S * 20, "from start to start, and no retries while it is down");
}

#[test]
fn after_a_retry_that_passes_the_interval_holds_again() {
    let spec = with(1, |_| ());
    let mut checks = one(&spec, Start::Up);
    attempt(&mut checks, Outcome::Pass, MS);
    attempt(&mut checks, Outcome::Pass, MS);
    attempt(&mut checks, fail(), MS);
    let retry = attempt(&mut checks, Outcome::Pass, S);
    assert_eq!(checks.poll_timeout(), Some(retry + S * 10));
}

#[test]
fn a_first_failure_of_an_unknown_target_is_not_retried() {
    let spec = with(1, |_| ());
    let mut checks = one(&spec, Start::Unknown);
    let first = attempt(&mut checks, fail(), MS);
    assert_eq!(checks.standing(&spec), Some(Standing::Down));
    let next = checks.poll_timeout().unwrap();
    assert!(next > first && next <= first + S * 20);
}

#[test]
fn without_a_retry_interval_a_failure_keeps_the_grid() {
    let spec = with(1, |spec| spec.interval_retry = None);
    let mut checks = one(&spec, Start::Up);
    attempt(&mut checks, Outcome::Pass, MS);
    let second = attempt(&mut checks, fail(), S * 3);
    assert_eq!(checks.poll_timeout(), Some(second + S * 10));
}

#[test]
fn targets_that_failed_together_are_spread_by_their_next_regular_attempts() {
    let mut checks = Checks::new(3);
    checks.set((0..1_000).map(|nth| (with(nth, |_| ()), Start::Up)), Duration::ZERO);
    let run = |checks: &mut Checks, until: Duration, outcome: &Outcome| {
        let mut starts = Vec::new();
        while let Some(now) = checks.poll_timeout().filter(|now| *now < until) {
            while let Some((id, _)) = checks.poll_due(now) {
                starts.push(now);
                checks.handle_result(id, outcome.clone(), now);
            }
        }
        starts
    };
    // all fail at once, and all pass when they are asked again
    assert_eq!(run(&mut checks, S, &fail()).len(), 1_000);
    assert!(run(&mut checks, 2_251 * MS, &Outcome::Pass).len() >= 1_000);
    let starts = run(&mut checks, 12_250 * MS, &Outcome::Pass);
    let mut seconds = [0_u32; 13];
    for start in &starts {
        seconds[usize::try_from(start.as_secs()).unwrap()] += 1;
    }
    assert!(seconds[3..12].iter().all(|count| *count > 50), "{seconds:?}");
}

#[test]
fn a_retry_that_was_missed_is_made_once() {
    let spec = with(1, |spec| spec.fall = 9);
    let mut checks = one(&spec, Start::Up);
    attempt(&mut checks, Outcome::Pass, MS);
    attempt(&mut checks, fail(), MS);
    let due = checks.poll_timeout().unwrap();
    let late = due + S * 300;
    let (id, _) = checks.poll_due(late).unwrap();
    checks.handle_result(id, Outcome::Pass, late);
    assert_eq!(checks.poll_due(late), None);
    assert!(checks.poll_timeout().unwrap() > late);
}

#[test]
fn warm_up_spreads_first_attempts_over_all_of_its_time() {
    let mut checks = Checks::new(11);
    let spec = |nth| with(nth, |spec| spec.warmup = Some(S * 30));
    checks.set((0..3_000).map(|nth| (spec(nth), Start::Unknown)), S);
    let mut seconds = [0_u32; 33];
    while let Some(due) = checks.poll_timeout() {
        while checks.poll_due(due).is_some() {
            seconds[usize::try_from(due.as_secs()).unwrap()] += 1;
        }
    }
    assert_eq!((seconds[0], seconds[32]), (0, 0));
    assert!(seconds[1..=30].iter().all(|count| (50..=160).contains(count)), "{seconds:?}");
}

#[test]
fn a_warm_up_of_nothing_is_at_once() {
    let spec = with(1, |spec| spec.warmup = Some(Duration::ZERO));
    assert_eq!(one(&spec, Start::Unknown).poll_timeout(), Some(Duration::ZERO));
}

#[test]
fn haste_does_not_wait_for_a_warm_up() {
    let spec = with(1, |spec| spec.warmup = Some(S * 3_600));
    let mut checks = one(&spec, Start::Unknown);
    checks.hasten(Duration::ZERO);
    assert!(checks.poll_timeout().unwrap() <= S);
}

#[test]
fn checks_that_differ_in_retry_or_warm_up_are_two() {
    let mut checks = Checks::new(1);
    let specs = [spec(1), with(1, |_| ()), with(1, |spec| spec.warmup = Some(S))];
    checks.set(specs.into_iter().map(|spec| (spec, Start::Unknown)), Duration::ZERO);
    assert_eq!(checks.len(), 3);
}

proptest! {
    /// Whatever fails when, the next attempt is within the retry interval of the end, or within the interval of the start, or
    /// at once where the attempt took longer than that.
    #[test]
    fn an_attempt_is_never_further_away_than_configured(
        seed: u64,
        retry_ms in proptest::option::of(0_u64..20_000),
        results in proptest::collection::vec((any::<bool>(), 0_u64..40_000), 1..60),
    ) {
        let spec = with(1, |spec| spec.interval_retry = retry_ms.map(Duration::from_millis));
        let mut checks = Checks::new(seed);
        checks.set(std::iter::once((Arc::clone(&spec), Start::Up)), Duration::ZERO);
        for (pass, took) in results {
            let outcome = if pass { Outcome::Pass } else { fail() };
            let took = Duration::from_millis(took);
            let start = attempt(&mut checks, outcome, took);
            let (end, due) = (start + took, checks.poll_timeout().unwrap());
            let up = checks.standing(&spec) == Some(Standing::Up);
            match spec.interval_retry {
                Some(retry) if up && !pass => prop_assert_eq!(due, end + retry.max(MS)),
                Some(_) | None => {
                    let interval = if up { spec.interval } else { spec.interval_down };
                    prop_assert!(due <= (start + interval).max(end));
                }
            }
        }
    }
}
