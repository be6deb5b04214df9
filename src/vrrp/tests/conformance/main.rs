//! The rules of the RFCs, one by one: `rfcNNNN/SECTION-subject/rule.in` says what is configured and what happens when,
//! `rule.out` what the router has to do. README.md there describes the words.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail it"
)]

mod case;
mod difference;
mod event;
mod packet;
mod play;

use std::path::{Path, PathBuf};

/// Sections that have rules for a router. A folder must be there for each.
const SECTIONS: [&str; 20] = [
    "rfc3768/5.2.3-ttl",
    "rfc3768/5.3-fields",
    "rfc3768/6.1-timers",
    "rfc3768/6.4.1-initialize",
    "rfc3768/6.4.2-backup",
    "rfc3768/6.4.3-master",
    "rfc3768/7.1-receiving",
    "rfc3768/7.2-transmitting",
    "rfc9568/5.1-ip-header",
    "rfc9568/5.2-fields",
    "rfc9568/6.1-timers",
    "rfc9568/6.4.1-initialize",
    "rfc9568/6.4.2-backup",
    "rfc9568/6.4.3-active",
    "rfc9568/7.1-receiving",
    "rfc9568/7.2-transmitting",
    "rfc9568/8.4-version-2-interoperation",
    "beyond/readiness",
    "beyond/hand-over",
    "beyond/rivals",
];

#[test]
fn rfc_3768() {
    all_below("rfc3768");
}

#[test]
fn rfc_9568() {
    all_below("rfc9568");
}

#[test]
fn beyond_the_rfcs() {
    all_below("beyond");
}

#[test]
fn every_section_has_cases_and_every_case_a_section() {
    let mut found: Vec<String> = ["rfc3768", "rfc9568", "beyond"]
        .iter()
        .flat_map(|top| entries(&root().join(top)))
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let mut expected = SECTIONS.map(ToOwned::to_owned).to_vec();
    expected.sort();
    assert_eq!(found, expected);
    for section in found {
        assert!(!inputs(&root().join(&section)).is_empty(), "{section} has no case");
    }
}

fn all_below(top: &str) {
    let inputs: Vec<PathBuf> =
        entries(&root().join(top)).iter().flat_map(|section| inputs(section)).collect();
    let failed: Vec<String> = inputs.iter().filter_map(|input| failure(input)).collect();
    assert!(failed.is_empty(), "{} of {} cases failed\n\n{}", failed.len(), inputs.len(), failed.join("\n"));
}

fn failure(input: &Path) -> Option<String> {
    let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let expected: Vec<String> = meaningful(&text(&input.with_extension("out")));
    let done = play::play(&case::read(&text(input), input));
    (done != expected).then(|| {
        let name = input.strip_prefix(root()).unwrap().display();
        format!("{name}: - expected, + done\n{}", difference::difference(&expected, &done))
    })
}

/// Lines without comments.
fn meaningful(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

fn inputs(section: &Path) -> Vec<PathBuf> {
    entries(section).into_iter().filter(|path| path.extension().is_some_and(|end| end == "in")).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}
