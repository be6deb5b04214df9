//! The fuzz targets' seeds, and what fuzzing has found (`fuzz/seeds`), through the same code; and random bytes for some time.

#[path = "../../../../fuzz/src/advert.rs"]
mod advert;
#[path = "../../../../fuzz/src/reader.rs"]
mod reader;
#[path = "../../../../fuzz/src/set.rs"]
mod set;

use std::path::Path;

use crate::chance::Chance;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn seeds_of_adverts() {
    let seeds = seeds("advert");
    assert!(!seeds.is_empty());
    let read = seeds.iter().filter(|bytes| advert::advert(bytes)).count();
    assert!(read >= 7, "those of keepalived and FRR are adverts: {read}");
}

#[test]
fn seeds_of_sets() {
    let seeds = seeds("set");
    assert!(!seeds.is_empty());
    for bytes in seeds {
        set::set(&bytes);
    }
}

#[test]
fn random_lives_of_sets() {
    let mut chance = Chance::new(3);
    for _ in 0..600 {
        let len = 100 + chance.below(600);
        set::set(&chance.bytes(len));
    }
}

#[test]
fn changed_seeds_of_sets() {
    let mut chance = Chance::new(4);
    for mut bytes in seeds("set") {
        for _ in 0..15 {
            let (at, to) = (chance.below(bytes.len()), chance.bytes(1)[0]);
            bytes[at] = to;
            set::set(&bytes);
        }
    }
}
