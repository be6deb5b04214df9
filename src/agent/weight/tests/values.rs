//! Smoothing, bounds and the load average.

use std::time::Duration;

use proptest::prelude::*;

use super::seconds;
use crate::weight::load::{hundredths, listed, percent};
use crate::weight::source::number;
use crate::weight::steady::{Bounds, Steady};

#[test]
fn a_jump_is_told_in_steps_and_in_full_after_the_time() {
    let mut steady = Steady::new(Bounds::new(1, 100), seconds(10));
    assert_eq!(steady.take(100, seconds(0)), 100, "the first as it is");
    let told: Vec<u8> = (1..=15).map(|second| steady.take(20, seconds(second))).collect();
    assert!(told.is_sorted_by(|a, b| a >= b), "{told:?}");
    assert!(told.first().is_some_and(|first| (70..90).contains(first)), "{told:?}");
    assert!(told.get(9).is_some_and(|tenth| *tenth <= 23), "{told:?}");
    assert!(told.last().is_some_and(|last| *last <= 21), "{told:?}");
}

#[test]
fn how_often_it_is_measured_does_not_matter() {
    let after = |every_ms: u64| {
        let mut steady = Steady::new(Bounds::new(0, 100), seconds(20));
        steady.take(0, Duration::ZERO);
        let mut told = 0;
        for turn in 1..=10_000 / every_ms {
            told = steady.take(100, Duration::from_millis(turn * every_ms));
        }
        told
    };
    let all = [100, 500, 2_500, 10_000].map(after);
    assert!(all.iter().all(|told| (83..=88).contains(told)), "1 - e^-2: {all:?}");
}

#[test]
fn a_change_of_one_point_is_not_told_unless_it_reaches_a_bound() {
    let mut steady = Steady::new(Bounds::new(10, 90), Duration::ZERO);
    let mut take = |percent| steady.take(percent, seconds(0));
    assert_eq!([50, 51, 49, 52, 51].map(&mut take), [50, 50, 50, 52, 52]);
    assert_eq!([88, 89, 90, 89, 95].map(&mut take), [88, 88, 90, 90, 90]);
    assert_eq!([11, 10, 0].map(&mut take), [11, 10, 10]);
}

#[test]
fn nought_is_told_only_where_nought_was_measured() {
    let mut steady = Steady::new(Bounds::new(0, 100), seconds(40));
    steady.take(1, seconds(0));
    assert_eq!(steady.take(0, seconds(3600)), 0);
    assert_eq!(steady.take(3, seconds(3601)), 1, "on the way up");
}

#[test]
fn a_clock_that_stands_still_or_jumps_is_harmless() {
    let mut steady = Steady::new(Bounds::new(1, 100), seconds(10));
    steady.take(100, seconds(50));
    assert_eq!(steady.take(1, seconds(50)), 100);
    assert_eq!(steady.take(1, seconds(1)), 100);
    assert_eq!(steady.take(1, Duration::MAX), 1);
}

proptest! {
    #[test]
    fn what_is_told_keeps_the_bounds(
        least in 0_u8..=100, most in 0_u8..=100, smooth in 0_u64..=3600,
        found in prop::collection::vec((0_u8..=255, 0_u64..10_000_000), 1..60),
    ) {
        let bounds = Bounds::new(least, most);
        let mut steady = Steady::new(bounds, seconds(smooth));
        let (mut now, mut last) = (Duration::ZERO, None);
        for (percent, later_ms) in found {
            now += Duration::from_millis(later_ms);
            let told = steady.take(percent, now);
            prop_assert!((bounds.least..=bounds.most).contains(&told));
            prop_assert!(least == 0 || told > 0);
            if let Some(last) = last.filter(|last| *last != told) {
                let bound = told == bounds.least || told == bounds.most || last == 0;
                prop_assert!(bound || told.abs_diff(last) >= 2, "{} after {}", told, last);
            }
            last = Some(told);
        }
    }

    #[test]
    fn it_goes_towards_what_is_found_and_never_past_it(
        from in 0_u8..=100, to in 0_u8..=100, smooth in 0_u64..=3600, steps in prop::collection::vec(1_u64..100_000, 1..60),
    ) {
        let mut steady = Steady::new(Bounds::new(0, 100), seconds(smooth));
        let (mut now, mut last) = (Duration::ZERO, steady.take(from, Duration::ZERO));
        for step in steps {
            now += Duration::from_millis(step);
            let told = steady.take(to, now);
            prop_assert!((from.min(to)..=from.max(to).max(1)).contains(&told), "{}", told);
            prop_assert!(told.abs_diff(to) <= last.abs_diff(to), "{} after {}", told, last);
            last = told;
        }
        let end = steady.take(to, now + seconds(smooth.saturating_mul(10)));
        prop_assert!(end.abs_diff(to) <= 1, "{}", end);
    }

    #[test]
    fn more_load_is_never_more_weight(
        load in 0_u64..1_000_000, more in 0_u64..1_000_000, processors in 0_u64..1_000, full in 1_u32..=10_000,
        least in 0_u8..=100, most in 1_u8..=100,
    ) {
        let bounds = Bounds::new(least, most);
        let (light, heavy) = (percent(load, processors, full, bounds), percent(load + more, processors, full, bounds));
        prop_assert!(light >= heavy);
        prop_assert!((bounds.least..=bounds.most).contains(&light) && heavy >= bounds.least);
    }

    #[test]
    fn any_text_is_a_number_or_words(text in ".*") {
        match number(&text) {
            Ok(percent) => prop_assert!(percent <= 100),
            Err(words) => prop_assert!(!words.is_empty() && words.len() < 600),
        }
        let _ = (hundredths(&text), listed(&text));
    }
}

#[test]
fn the_load_counts_for_each_processor() {
    let bounds = Bounds::new(10, 90);
    assert_eq!(percent(0, 4, 100, bounds), 90);
    assert_eq!(percent(200, 4, 100, bounds), 50);
    assert_eq!(percent(400, 4, 100, bounds), 10);
    assert_eq!(percent(u64::MAX, 4, 100, bounds), 10);
    assert_eq!(percent(400, 4, 200, bounds), 50);
}

#[test]
fn load_averages_and_processors_as_the_kernel_prints_them() {
    assert_eq!(hundredths("0.52 0.58 0.59 1/389 12345\n"), Some(52));
    assert_eq!(hundredths("112.07 1.00 1.00 1/1 1\n"), Some(11_207));
    assert_eq!(["", "1", "1.5 2", "-1.00", "a.bc", "1.0x"].map(hundredths), [None; 6]);
    assert_eq!(listed("0\n"), Some(1));
    assert_eq!(listed("0-3,6\n"), Some(5));
    assert_eq!(["", "3-1", "0-", "a", "0-18446744073709551615"].map(listed), [None; 5]);
}

#[test]
fn the_first_word_is_the_number() {
    assert_eq!(number("42\n"), Ok(42));
    assert_eq!(number("  0 of 100"), Ok(0));
    assert_eq!(number("100"), Ok(100));
    assert_eq!(number(" \n"), Err("there is no number".into()));
    assert_eq!(number("101"), Err("\"101\" is no whole number from 0 to 100".into()));
    assert_eq!(number("73.5 %"), Err("\"73.5\" is no whole number from 0 to 100".into()));
    assert_eq!(
        number("\u{1b}[2J").map_err(|words| words.contains('\u{1b}')),
        Err(false),
        "no terminal is told to do things"
    );
}
