//! Any text: no panic, no endless loop, places that lie within their sources.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{HOST, KNOWN, NoneAtAll};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, parse};
use crate::{File, Mode};

const PARTS: [&str; 44] = [
    "service",
    "real",
    "check",
    "router",
    "addresses",
    "top",
    "script",
    "delay",
    "x",
    "ä",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n",
    "\t",
    "\r\n",
    "{",
    "}",
    "{",
    "}",
    "\"",
    "'",
    "\\",
    "\\\n",
    "#",
    "!",
    "$A",
    "${A}",
    "$A=",
    "$B=",
    "${B}",
    "@main ",
    "@^main ",
    "~SEQ(A,1,3)",
    "~LST(B,a,b)",
    "~SEQ(",
    "include f",
    "include *",
    "\0",
    "\u{feff}",
    "${_RANDOM 1 2}",
    ",",
];

/// Parts of the language in any order, now and then anything else.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        20 => prop::sample::select(&PARTS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

fn check(report: &Report, place: Place) {
    let source = report.source(place.source).unwrap();
    assert!(source.text.get(place.range()).is_some(), "{place:?} of {:?}", source.text);
}

fn check_lines(report: &Report, lines: &[Line]) {
    for line in lines {
        assert!(!line.words.is_empty());
        line.words.iter().for_each(|word| check(report, word.place));
        for place in [line.place(), line.words_place(), line.whole_place()] {
            check(report, place);
        }
        line.cut.iter().for_each(|cut| check(report, *cut));
        if let Some(block) = &line.block {
            check(report, block.open);
            block.close.iter().for_each(|close| check(report, *close));
            check_lines(report, &block.lines);
        }
    }
}

fn read(text: &str, included: &str, mode: Mode) {
    let mut files = NoneAtAll::new();
    files.insert("/etc/f".to_owned(), included.to_owned());
    files.insert("/etc/g".to_owned(), text.to_owned());
    let mut report = Report::new(mode);
    let file = File { path: "/etc/main.conf".to_owned(), text: text.to_owned() };
    let lines = parse(file, &HOST, &mut files, KNOWN, &mut report);
    check_lines(&report, &lines);
    let reading = report.finish(None);
    for finding in &reading.findings {
        if let Some(span) = &finding.diagnostic.span {
            assert!(reading.sources[finding.source].text.get(span.clone()).is_some(), "{finding:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in text(), included in text()) {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            read(&text, &included, mode);
        }
    }

    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        crate::looks_like(&text);
    }

    /// A right file is the same in every mode, and without a word.
    #[test]
    fn modes_agree_on_right_files(counts in prop::collection::vec(0_usize..4, 0..6), close in "( |\n|\r\n| # c\n)\\}( |\n|#\n)") {
        let service = |reals: &usize| format!("service a {{\ndelay 1\n{}{close}\n", format!("real b {{ weight 1 {close}\n").repeat(*reals));
        let text: String = counts.iter().map(service).collect();
        let strict = super::strict(&text);
        prop_assert_eq!(&strict.findings, &Vec::<String>::new());
        prop_assert_eq!(strict.lines.len(), counts.len());
        prop_assert_eq!(&super::lenient(&text).tree, &strict.tree);
        prop_assert_eq!(&super::fix(&text).tree, &strict.tree);
    }
}
