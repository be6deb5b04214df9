//! What is there twice.

use alloc::vec::Vec;
use core::ops::Range;

/// Something that may be there once, with its place.
pub(super) type Placed<K> = (K, Range<usize>);

/// Each repetition together with the one before it, in O(n log n).
pub(super) fn repeated<K: Ord>(mut all: Vec<Placed<K>>) -> Vec<(Placed<K>, Range<usize>)> {
    all.sort_unstable_by(|(a, place), (b, other)| (a, place.start).cmp(&(b, other.start)));
    let mut found = Vec::new();
    let mut before: Option<Placed<K>> = None;
    for one in all {
        if let Some((key, place)) = before.take().filter(|(key, _)| *key == one.0) {
            found.push(((key, one.1.clone()), place));
        }
        before = Some(one);
    }
    found
}
