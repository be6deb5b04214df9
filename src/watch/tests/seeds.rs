//! The fuzz target's seeds, and what fuzzing has found (`seed`), through the same code; and changed ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where something is missing")]

#[path = "../../../fuzz/src/reader.rs"]
#[allow(dead_code, reason = "this target takes few things")]
mod reader;
#[path = "../../../fuzz/src/watch.rs"]
mod watch;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seed");
    fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn seeds_at_every_pace() {
    let mut states = 0;
    for mut bytes in seeds() {
        for pace in [1, 7, 50, 255] {
            bytes[1] = pace;
            states += watch::watch(&bytes);
        }
    }
    assert!(states >= 40, "most of them tell something: {states}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes overwritten, and parts of one seed put into another.
    #[test]
    fn changed_seeds(
        seed in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<[prop::sample::Index; 3]>(),
    ) {
        let seeds = seeds();
        let (mut seed, other) = (seed.get(&seeds).clone(), other.get(&seeds));
        for (at, byte) in bytes {
            let at = at.index(seed.len());
            seed[at] = byte;
        }
        let [at, from, len] = cut;
        let from = from.index(other.len());
        let part = &other[from..][..len.index(other.len() - from)];
        let at = at.index(seed.len());
        seed.splice(at..at, part.iter().copied());
        watch::watch(&seed);
    }
}
