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
    assert_eq!(
        read.findings,
        [
            "error at 3: `chek` opens no block in `real` | leave it out, or write the keyword that was meant; keepalived \
          ignores this `{`, and its `}` on line 5 closes `real` of line 2"
        ]
    );
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
    assert_eq!(
        read.findings,
        ["warning at 3: mended: `chek` is left out up to its `}` | `chek` opens no block in `real`"]
    );
}
