#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod sources;
mod values;

use std::time::Duration;

use super::steady::Bounds;
use super::{Event, MOST_FAILURES, Weigher};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn weigher() -> Weigher {
    Weigher::new(Bounds::new(1, 100), Duration::ZERO)
}

#[test]
fn a_source_that_fails_keeps_the_last_value_and_is_told_once() {
    let mut weigher = weigher();
    assert_eq!(weigher.take(Ok(40), seconds(0)), (Some(40), None));
    let failed = |words: &str| Err(words.to_owned());
    assert_eq!(weigher.take(failed("gone"), seconds(5)), (Some(40), Some(Event::Failed("gone".into()))));
    assert_eq!(weigher.take(failed("gone"), seconds(10)), (Some(40), None));
    assert_eq!(weigher.take(Ok(60), seconds(15)), (Some(60), Some(Event::Works(60))));
    assert_eq!(weigher.take(Ok(60), seconds(20)), (Some(60), None));
}

#[test]
fn five_failures_in_a_row_tell_all_of_the_weight() {
    let mut weigher = weigher();
    weigher.take(Ok(40), seconds(0));
    for turn in 1..MOST_FAILURES {
        assert_eq!(weigher.take(Err("gone".into()), seconds(turn.into())).0, Some(40), "{turn}");
    }
    let last = weigher.take(Err("away".into()), seconds(9));
    assert_eq!(last, (None, Some(Event::GivenUp("away".into()))));
    assert_eq!(weigher.take(Err("away".into()), seconds(10)), (None, None));
    assert_eq!(weigher.take(Ok(70), seconds(11)), (Some(70), Some(Event::Works(70))));
}

#[test]
fn what_never_worked_is_told_as_nothing() {
    let mut weigher = weigher();
    let told: Vec<_> = (0..10).map(|turn| weigher.take(Err("no".into()), seconds(turn)).0).collect();
    assert_eq!(told, [None; 10]);
}

#[test]
fn what_comes_back_after_long_is_not_smoothed() {
    let mut weigher = Weigher::new(Bounds::new(0, 100), seconds(3600));
    weigher.take(Ok(10), seconds(0));
    for turn in 0..MOST_FAILURES {
        weigher.take(Err("no".into()), seconds(turn.into()));
    }
    assert_eq!(weigher.take(Ok(90), seconds(20)).0, Some(90));
}
