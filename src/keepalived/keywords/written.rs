//! The corpus has every keyword that takes effect.

extern crate std;

use std::collections::BTreeSet;
use std::path::Path;
use std::string::String;
use std::vec::Vec;
use std::{fs, println};

use super::{Section, Verdict};

/// They need other files, and are tested with such.
const INCLUDES: &str = "include";

#[test]
fn every_keyword_that_takes_effect_is_in_the_corpus() {
    let texts: Vec<String> = ["corpus", "seed"].into_iter().flat_map(texts).collect();
    let written: BTreeSet<&str> =
        texts.iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || "{}".contains(c))).collect();
    let keywords = Section::ALL.into_iter().flat_map(Section::keywords);
    let effective = keywords.filter(|keyword| {
        matches!(keyword.verdict, Verdict::Works | Verdict::Nearly(_) | Verdict::Differently(_))
    });
    let missing: BTreeSet<&str> = effective
        .map(|keyword| keyword.name)
        .filter(|name| !written.contains(name) && !name.starts_with(INCLUDES))
        .collect();
    println!("{} words in {} files", written.len(), texts.len());
    assert!(missing.is_empty(), "no file of the corpus has {missing:?}");
}

fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|kind| kind == "conf"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}
