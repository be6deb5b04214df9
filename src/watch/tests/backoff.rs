//! How long a director waits for an agent that is not there.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::ms;
use lvs_watch::Backoff;

fn is_around(wait: Duration, around_ms: u64) -> bool {
    wait >= ms(around_ms) / 2 && wait <= ms(around_ms) * 3 / 2
}

#[test]
fn doubles_up_to_five_seconds() {
    for seed in 0..200 {
        let mut backoff = Backoff::new(seed);
        for around in [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000] {
            let wait = backoff.next();
            assert!(is_around(wait, around), "{wait:?} around {around} ms");
        }
        backoff.reset();
        assert!(backoff.next() <= ms(100));
        assert!(is_around(backoff.next(), 100));
    }
}

#[test]
fn many_do_not_meet() {
    let firsts: BTreeSet<Duration> = (0..100).map(|seed| Backoff::new(seed).next()).collect();
    assert!(firsts.len() > 50, "{}", firsts.len());
    let spread = firsts.last().unwrap().abs_diff(*firsts.first().unwrap());
    assert!(spread > ms(80), "{spread:?}");
}
