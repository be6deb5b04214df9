//! When attempts start.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use common::{S, fail, spec, spec_with};
use lvs_health::{CheckId, Checks, Outcome, Start};

const MS: Duration = Duration::from_millis(1);

fn set(checks: &mut Checks, specs: impl Iterator<Item = Arc<lvs_health::CheckSpec>>) {
    checks.set(specs.map(|spec| (spec, Start::Unknown)), Duration::ZERO);
}

/// Steps from one due time to the next; every attempt passes `took` after its start. Gives the starts by check.
fn run(checks: &mut Checks, until: Duration, took: Duration) -> BTreeMap<CheckId, Vec<Duration>> {
    let mut starts: BTreeMap<CheckId, Vec<Duration>> = BTreeMap::new();
    let mut running: Vec<(Duration, CheckId)> = Vec::new();
    loop {
        running.sort();
        let ends = running.first().map(|(end, _)| *end);
        let Some(now) = ends.into_iter().chain(checks.poll_timeout()).min().filter(|now| *now <= until)
        else {
            return starts;
        };
        while running.first().is_some_and(|(end, _)| *end <= now) {
            let (_, id) = running.remove(0);
            checks.handle_result(id, Outcome::Pass, now);
        }
        while let Some((id, _)) = checks.poll_due(now) {
            starts.entry(id).or_default().push(now);
            running.push((now + took, id));
        }
    }
}

#[test]
fn four_begin_at_once_and_four_thousand_within_a_second() {
    let mut few = Checks::new(1);
    set(&mut few, (0..4).map(spec));
    assert_eq!(std::iter::from_fn(|| few.poll_due(Duration::ZERO)).count(), 4);

    let mut many = Checks::new(1);
    set(&mut many, (0..4_000).map(|nth| spec_with(nth, S * 6, S * 6)));
    let starts = run(&mut many, S * 2, MS);
    assert_eq!(starts.len(), 4_000);
    assert!(starts.values().all(|starts| starts[0] < S));
}

#[test]
fn first_attempts_are_bounded_by_the_interval() {
    let mut checks = Checks::new(1);
    set(&mut checks, (0..10_000).map(|nth| spec_with(nth, S, S)));
    let starts = run(&mut checks, S * 3, MS);
    assert_eq!(starts.len(), 10_000);
    assert!(starts.values().all(|starts| starts[0] < S));
}

#[test]
fn from_start_to_start_is_an_interval_whatever_an_attempt_takes() {
    let mut checks = Checks::new(3);
    set(&mut checks, std::iter::once(spec(1)));
    let starts = run(&mut checks, S * 1_000, 300 * MS).into_values().next().unwrap();
    // the second may have waited for the end of the first
    assert!(starts[1] <= S + 300 * MS && starts[2] <= starts[1] + S);
    for (nth, start) in (0_u32..).zip(&starts[2..]) {
        assert_eq!(*start, starts[2] + S * nth);
    }
    assert!((999..=1_002).contains(&starts.len()), "{} attempts in 1,000 s", starts.len());
}

#[test]
fn missed_attempts_are_left_out() {
    let mut checks = Checks::new(3);
    set(&mut checks, std::iter::once(spec(1)));
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    checks.handle_result(id, Outcome::Pass, Duration::ZERO);
    let second = checks.poll_timeout().unwrap();
    // the daemon was stopped for a minute
    let late = second + S * 60 + 400 * MS;
    let (id, _) = checks.poll_due(late).unwrap();
    checks.handle_result(id, Outcome::Pass, late);
    assert_eq!(checks.poll_timeout(), Some(second + S * 61), "on the old grid, once");
}

#[test]
fn an_attempt_longer_than_the_interval_is_followed_at_once() {
    let mut checks = Checks::new(3);
    set(&mut checks, std::iter::once(spec(1)));
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    assert_eq!(checks.poll_due(S * 2), None, "never two at once");
    checks.handle_result(id, fail(), S * 3);
    assert!(checks.poll_timeout().unwrap() <= S * 5);
}

#[test]
fn down_has_an_interval_of_its_own() {
    let mut checks = Checks::new(3);
    set(&mut checks, std::iter::once(spec_with(1, S, S * 7)));
    let mut due = Vec::new();
    for _ in 0..4 {
        let now = checks.poll_timeout().unwrap();
        due.push(now);
        let (id, _) = checks.poll_due(now).unwrap();
        checks.handle_result(id, fail(), now);
    }
    assert_eq!((due[2], due[3]), (due[1] + S * 7, due[2] + S * 7));
}

#[test]
fn one_wake_up_serves_those_due_within_two_milliseconds() {
    let mut checks = Checks::new(3);
    set(&mut checks, (0..100).map(spec));
    let at_once = std::iter::from_fn(|| checks.poll_due(Duration::ZERO)).count();
    assert_eq!(at_once, 9, "0 to 2 ms in steps of 0.25 ms");
    assert_eq!(checks.poll_timeout(), Some(Duration::from_micros(2_250)));
}

#[test]
fn an_interval_of_zero_does_not_spin() {
    let mut checks = Checks::new(3);
    set(&mut checks, (0..3).map(|nth| spec_with(nth, Duration::ZERO, Duration::ZERO)));
    let starts = run(&mut checks, 100 * MS, MS);
    assert!(starts.values().all(|starts| starts.len() <= 110));
}

/// 10,000 checks at 1 s: 100 in each 10 ms is even. By chance alone (Poisson) a hundredth of a second has 100 ± 10,
/// and none of a thousand is expected beyond 5 of those.
#[test]
fn ten_thousand_checks_are_even_from_the_second_attempt_on() {
    let mut checks = Checks::new(42);
    set(&mut checks, (0..10_000).map(spec));
    let starts = run(&mut checks, S * 12, MS);
    let mut slices = [0_u32; 1_000];
    for start in starts.values().flatten().filter(|start| (S * 2..S * 12).contains(start)) {
        slices[usize::try_from(start.saturating_sub(S * 2).as_millis() / 10).unwrap()] += 1;
    }
    let (least, most) = (slices.iter().min().unwrap(), slices.iter().max().unwrap());
    assert!(*least >= 50 && *most <= 150, "{least} to {most} attempts in 10 ms");
    assert_eq!(slices.iter().sum::<u32>(), 100_000);
}
