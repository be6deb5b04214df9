//! Braces and blocks.

use super::{fix, lenient, strict};

#[test]
fn braces_stand_anywhere() {
    for text in [
        "service a {\n real b {\n  weight 1\n }\n}",
        "service a{real b{weight 1}}",
        "service a\n{\n real b\n {\n weight 1 } }",
        "service a { real b { weight 1\r\n}\r\n}\r\n",
        "\tservice a {real b\n\n# words\n{ weight 1 }}# end",
    ] {
        let read = strict(text);
        assert_eq!(read.tree, "service a { real b { weight 1 } }", "{text}");
        assert_eq!(read.findings, [""; 0], "{text}");
    }
}

#[test]
fn words_behind_a_brace_are_the_next_statement() {
    let read = strict("service a { } service b { } top 3 4");
    assert_eq!(read.tree, "service a {  }; service b {  }; top 3 4");
}

#[test]
fn an_unknown_block_in_each_mode() {
    let text = "service a {\n real b {\n  chek {\n   x 1\n  }\n  weight 1\n }\n delay 2\n}\ntop 1\n";
    let read = strict(text);
    assert_eq!(read.tree, "service a { real b { chek { x 1 }; weight 1 }; delay 2 }; top 1");
    // who knows the keywords reports it
    assert_eq!(read.findings, [""; 0]);
    let read = lenient(text);
    assert_eq!(read.tree, "service a { real b { chek; x 1 }; weight 1 }; delay 2; top 1");
    assert_eq!(
        read.findings,
        [
            "warning at 3: `chek` opens no block in `real` | keepalived ignores this `{`, and its `}` on line 5 closes `real` \
          of line 2"
        ]
    );
    let read = fix(text);
    assert_eq!(read.tree, "service a { real b { chek { x 1 }; weight 1 }; delay 2 }; top 1");
    assert_eq!(read.findings, [""; 0]);
}

#[test]
fn an_entry_of_values_opens_no_block() {
    let text = "router a {\n addresses {\n 10.0.0.1/24 dev eth0\n 10.0.0.2 {\n x\n }\n }\n state B\n}\n";
    assert_eq!(strict(text).tree, "router a { addresses { 10.0.0.1/24 dev eth0; 10.0.0.2 { x } }; state B }");
    let read = lenient(text);
    assert_eq!(read.tree, "router a { addresses { 10.0.0.1/24 dev eth0; 10.0.0.2; x } }; state B");
    assert_eq!(read.findings.len(), 1, "{:?}", read.findings);
    assert!(read.findings[0].starts_with("warning at 4: `10.0.0.2` opens no block in `addresses`"));
}

#[test]
fn a_keyword_without_block_opens_none() {
    let read = strict("router a {\n state {\n }\n}\n");
    assert!(
        read.findings[0].starts_with("error at 2: `state` opens no block in `router`"),
        "{:?}",
        read.findings
    );
}

#[test]
fn an_unknown_block_at_the_top_closes_nothing() {
    let text = "real b {\n weight 1\n}\ntop 1\n";
    let read = strict(text);
    assert_eq!((read.tree.as_str(), read.findings.len()), ("real b { weight 1 }; top 1", 0));
    let read = lenient(text);
    assert_eq!((read.tree.as_str(), read.findings.len()), ("real b; weight 1; top 1", 0));
}

#[test]
fn known_blocks_within_an_unknown_one_are_taken_when_lenient() {
    let read = lenient("foo {\nservice a {\n delay 1\n}\n}\n");
    assert_eq!((read.tree.as_str(), read.findings.len()), ("foo; service a { delay 1 }", 0));
}

#[test]
fn a_block_that_is_never_closed() {
    let text = "top 1\nservice a {\n real b {\n weight 1\n }\n";
    for (read, finding) in [
        (
            strict(text),
            "error at 2: `service` is never closed | opened here | write its `}`; keepalived closes it at the end \
                        of the file",
        ),
        (
            lenient(text),
            "warning at 2: `service` is never closed | opened here | keepalived closes it at the end of the file",
        ),
        (fix(text), "warning at 2: mended: `service` ends with the file | `service` is never closed"),
    ] {
        assert_eq!(read.tree, "top 1; service a { real b { weight 1 } ");
        assert_eq!(read.findings, [finding]);
    }
}

#[test]
fn a_missing_brace_is_found_where_the_next_block_begins() {
    let text = "service a {\n real b {\n weight 1\n }\nservice c {\n delay 2\n}\n";
    let read = strict(text);
    assert_eq!(read.tree, "service a { real b { weight 1 } ; service c { delay 2 }");
    assert_eq!(
        read.findings,
        [
            "error at 5: `}` is missing: `service` of line 1 is still open here | `service` stands at the top only | close \
          `service` before it"
        ]
    );
    assert_eq!(
        fix(text).findings,
        [
            "warning at 5: mended: `service` of line 1 ends here | `}` is missing: `service` of line 1 is still open here"
        ]
    );
    // keepalived: an unknown keyword, its `{` ignored
    let read = lenient(text);
    assert_eq!(read.tree, "service a { real b { weight 1 }; service c; delay 2 }");
    // where no brace is missing, it stands in the wrong place
    let read = lenient("service a {\n service c {\n delay 2\n }\n}\n");
    assert!(
        read.findings[0].starts_with("warning at 2: `service` opens no block in `service`"),
        "{:?}",
        read.findings
    );
}

#[test]
fn a_brace_that_closes_nothing() {
    let text = "service a {\n delay 1\n}\n}\ntop 1\n";
    let read = strict(text);
    assert_eq!(read.tree, "service a { delay 1 }; top 1");
    assert_eq!(
        read.findings,
        [
            "error at 4: `}` closes nothing | the block of line 1 ended on line 3 already | keepalived leaves it out"
        ]
    );
    assert_eq!(lenient(text).tree, "service a { delay 1 }; top 1");
    assert!(fix(text).findings[0].starts_with("warning at 4: mended: left out"));
}

#[test]
fn a_brace_that_is_missing_behind_a_keyword() {
    let text = "service a\n delay 1\n}\ntop 1\n";
    for read in [strict(text), lenient(text), fix(text)] {
        assert_eq!(read.tree, "service a { delay 1 }; top 1");
        assert_eq!(read.findings.len(), 1, "{:?}", read.findings);
        assert!(read.findings[0].contains("at 1: "), "{:?}", read.findings);
    }
    assert_eq!(strict("service a").tree, "service a");
    assert_eq!(
        strict("service a { real b }").tree,
        "service a { real b {   }",
        "the brace is that of the block around"
    );
}

#[test]
fn a_brace_with_nothing_before_it() {
    let text = "{\ntop 1\n}\nservice a { {\n delay 1 } }\n";
    let read = strict(text);
    assert_eq!(read.tree, "top 1; service a { delay 1 }");
    assert!(read.findings[0].starts_with("error at 1: `{` with no keyword before it"), "{:?}", read.findings);
    assert_eq!(read.findings.len(), 2);
    assert_eq!(lenient(text).tree, "top 1; service a { delay 1 }");
    assert_eq!(fix(text).tree, "top 1; service a { delay 1 }");
}

#[test]
fn blocks_are_not_read_deeper_than_anybody_needs() {
    let text = "x {\n".repeat(200) + &"}\n".repeat(200);
    let read = strict(&text);
    assert!(read.findings.iter().any(|one| one.contains("more than 32 blocks within each other")));
    assert_eq!(read.tree.matches('{').count(), 31);
}
