//! The fuzz target's seeds, and what fuzzing has found (`fuzz/seeds/keepalived`), through the same code; and changed ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where something is missing")]

#[path = "../../../fuzz/src/keepalived.rs"]
mod keepalived;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/keepalived");
    fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn seeds_are_read_in_every_mode() {
    let mut taken = 0;
    for mut bytes in seeds() {
        for mode in 0..3 {
            bytes[0] = mode;
            taken += usize::from(keepalived::keepalived(&bytes));
        }
    }
    assert!(taken >= 20, "most are right, and many are when mended: {taken}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes overwritten, and parts of one seed put into another.
    #[test]
    fn changed_seeds_are_read(
        seed in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        mode in 0_u8..3,
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<[prop::sample::Index; 3]>(),
    ) {
        let seeds = seeds();
        let (mut seed, other) = (seed.get(&seeds).clone(), other.get(&seeds));
        for (at, byte) in bytes {
            let at = at.index(seed.len());
            seed[at] = byte;
        }
        let [at, from, len] = cut.map(|cut| cut);
        let from = from.index(other.len());
        let part = &other[from..][..len.index(other.len() - from)];
        let at = at.index(seed.len());
        seed.splice(at..at, part.iter().copied());
        seed[0] = mode;
        keepalived::keepalived(&seed);
    }
}
