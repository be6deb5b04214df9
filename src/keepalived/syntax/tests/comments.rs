//! What is comment, and what only looks like it.

use alloc::borrow::ToOwned;

use super::{fix, lenient, strict};
use crate::syntax::comment::parts;

#[test]
fn comments_begin_anywhere_outside_quotes() {
    for (text, tree) in [
        ("! a\n# b\ntop 1\n", "top 1"),
        ("top 1 # two\ntop 2 ! three", "top 1; top 2"),
        ("top \"a # b ! c\" d", "top \"a # b ! c\" d"),
        ("top a\\#b \\!c", "top a#b !c"),
        ("top \"a \\# b\"", "top \"a \\# b\""),
        ("service a { # x {\n } # }\ntop", "service a {  }; top"),
        ("top 'a # b'", "top 'a"),
        ("   # only\n\t!\n", ""),
        ("top \\x#y", "top \\x"),
        ("top \\\\#y", "top \\\\"),
    ] {
        assert_eq!(strict(text).tree, tree, "{text}");
    }
}

#[test]
fn a_sign_that_touches_a_word_cuts_it() {
    for (line, cut) in [
        ("auth_pass ab!cd#ef # words", Some("!cd#ef")),
        ("weight 1#comment", Some("#comment")),
        ("weight 1 #comment", None),
        ("x{#comment", None),
        ("#comment", None),
        ("auth_pass ab\\!cd", None),
        ("auth_pass \"ab!cd\"#x", Some("#x")),
    ] {
        assert_eq!(parts(line).cut.map(|cut| &line[cut]), cut, "{line}");
    }
    let read = strict("defs {\n auth ab!cd ef\n other 1\n}\n");
    let line = &read.lines[0].lines()[0];
    let cut = line.cut.unwrap();
    assert_eq!(&read.sources[0].text[cut.range()], "!cd");
    assert_eq!(read.lines[0].lines()[1].cut.map(|cut| cut.start), None);
}

#[test]
fn a_mark_at_the_start_is_skipped_and_said() {
    let read = strict("\u{feff}top 1\n");
    assert_eq!(read.tree, "top 1");
    assert!(read.findings[0].starts_with("warning at 1: the file begins with a byte order mark"));
}

#[test]
fn a_zero_byte_costs_the_line() {
    for read in [strict("top 1\0\ntop 2\n"), lenient("top 1\0\ntop 2\n"), fix("top 1\0\ntop 2\n")] {
        assert_eq!(read.tree, "top 2");
        assert_eq!(read.findings.len(), 1);
    }
    assert!(strict("a\0b").findings[0].starts_with("error at 1: a NUL byte"));
    assert!(lenient("a\0b").findings[0].starts_with("warning at 1: a NUL byte"));
}

#[test]
fn long_lines_are_read_and_said() {
    let long = "x".repeat(1020);
    assert_eq!(strict(&("t ".to_owned() + &long)).findings, [""; 0]);
    let read = strict(&("top 1 ".to_owned() + &long));
    assert_eq!(read.tree.len(), 1026);
    assert!(read.findings[0].starts_with("warning at 1: the line has 1026 bytes"), "{:?}", read.findings);
    let read = strict(&("x".repeat(20_000) + "\ntop 1\n"));
    assert_eq!(read.tree, "top 1");
    assert!(read.findings[0].starts_with("error at 1: a line of 20000 bytes"), "{:?}", read.findings);
}

#[test]
fn a_line_goes_on_nowhere_but_in_definitions() {
    let text = "top a \\\n  b\ntop c\n";
    let read = strict(text);
    assert!(read.findings[0].starts_with("error at 1: `\\` at the end of the line"), "{:?}", read.findings);
    assert_eq!(lenient(text).tree, "top a\\; b; top c");
    assert_eq!(fix(text).tree, "top a b; top c");
    assert_eq!(lenient("top a \\ \nb\n").tree, "top a \\; b");
}
