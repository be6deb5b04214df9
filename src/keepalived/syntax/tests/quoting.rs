//! Words.

use super::{lenient, strict};

#[test]
fn ordinary_words_know_one_quote() {
    for (text, tree) in [
        ("top \"a b\" c", "top \"a b\" c"),
        ("top a\"b c\"d", "top a \"b c\" d"),
        ("top \"\" x", "top \"\" x"),
        ("top 'a b'", "top 'a b'"),
        ("top a\\tb", "top a\\tb"),
        ("top\ta\u{b}b\u{c}c\rd", "top a b c d"),
        ("top \"{\" \"}\"", "top \"{\" \"}\""),
    ] {
        let read = strict(text);
        assert_eq!(read.tree, tree, "{text}");
        assert_eq!(read.findings, [""; 0], "{text}");
    }
}

#[test]
fn scripts_know_two_quotes_and_escapes() {
    for (text, tree) in [
        ("script /bin/true a", "script /bin/true a"),
        ("script \"/bin/x 'a b' c\" user", "script \"/bin/x 'a b' c\" user"),
        ("script '/bin/x a' b", "script \"/bin/x a\" b"),
        ("script ab\" efg \"mn", "script \"ab efg mn\""),
        ("script a\\ b\\x41\\101\\t\\\"", "script \"a bAA\t\"\""),
        ("script \"a \\\"b\\\" c\"", "script \"a \"b\" c\""),
        ("script \\cA\\E\\n", "script \"\u{1}\u{1b}\n\""),
        ("script \\xc3\\xa4", "script \"ä\""),
    ] {
        let read = strict(text);
        assert_eq!(read.tree, tree, "{text}");
        assert_eq!(read.findings, [""; 0], "{text}");
    }
    let read = strict("script \\xff");
    assert!(read.findings[0].starts_with("error at 1: the escapes in this word make no text"));
}

#[test]
fn a_quote_without_its_second_one() {
    let text = "top a \"b c\ntop 2\nscript 'a b\n";
    let read = strict(text);
    assert_eq!(read.tree, "top a; top 2; script");
    assert_eq!(
        read.findings,
        [
            "error at 1: `\"` without its second one | close it on the same line; keepalived leaves out the rest of the line",
            "error at 3: `'` without its second one | close it on the same line; keepalived leaves out the statement",
        ]
    );
    assert!(lenient(text).findings.iter().all(|one| one.starts_with("warning")));
    // a quote that opens hides braces and comments
    assert_eq!(strict("top a\"b { # c\ntop 2").tree, "top a; top 2");
}
