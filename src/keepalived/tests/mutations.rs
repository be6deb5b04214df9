//! Whatever is left of a file, and whatever stands twice in it: what is read can be written, and says the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where something is missing")]

mod common;

use std::fs;
use std::path::Path;

use common::{parse_again, read};
use lvs_keepalived::Mode;
use proptest::prelude::*;

/// Every file of the corpus and of the note.
fn files() -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let all = ["corpus", "seed"].into_iter().flat_map(|folder| fs::read_dir(tests.join(folder)).unwrap());
    let mut paths: Vec<_> = all.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_file_as_it_is() {
    for text in files() {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            parse_again(&read("test.conf", &text, mode));
        }
    }
}

/// Lines of two files, some left out, some twice, some from the other one, some with a word less or more.
fn mutated() -> impl Strategy<Value = String> {
    let files = files();
    let count = files.len();
    (
        0..count,
        0..count,
        prop::collection::vec((0_u8..6, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
    )
        .prop_map(move |(first, second, changes)| {
            let mut lines: Vec<String> = files[first].lines().map(String::from).collect();
            let others: Vec<&str> = files[second].lines().collect();
            for (what, at, other) in changes {
                if lines.is_empty() {
                    break;
                }
                let at = at.index(lines.len());
                match what {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(at, lines[at].clone()),
                    2 => lines.insert(at, String::from(others[other.index(others.len())])),
                    3 => {
                        let end = lines[at].rfind(' ').unwrap_or(0);
                        lines[at].truncate(end);
                    }
                    4 => lines[at].push_str(others[other.index(others.len())].trim()),
                    _ => lines.extend(others.iter().map(|line| String::from(*line))),
                }
            }
            lines.join("\n")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_file_changed(text in mutated()) {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            parse_again(&read("test.conf", &text, mode));
        }
    }
}
