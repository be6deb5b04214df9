//! Definitions, conditions, sequences, lists.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec::Vec;

use super::{fix, lenient, strict};

fn table(cases: &[(&str, &str)]) {
    for (text, tree) in cases {
        let read = strict(text);
        assert_eq!(read.tree, *tree, "{text}");
        assert_eq!(read.findings, [""; 0], "{text}");
    }
}

#[test]
fn names_are_replaced_late() {
    table(&[
        ("$A=1\ntop $A ${A}x", "top 1 1x"),
        ("$A=10.2.${B}\n$B=0\ntop ${A}.1\n$B=10\ntop ${A}.1", "top 10.2.0.1; top 10.2.10.1"),
        ("$A=a b\ntop $A,c $A) \"$A \"", "top a b,c a b) \"a b \""),
        ("$A=\ntop ${A}x", "top x"),
        ("$A= spaced # comment\ntop ${A}", "top spaced"),
        ("$A=a\\#b\ntop $A", "top a#b"),
        ("$A=1\nservice x { $A=2\n delay $A\n}", "service x { delay 2 }"),
        ("$B=$C=5\n$B\ntop $C", "top 5"),
        ("top ${_HASH}${_BANG} ${_INSTANCE} ${_PWD}", "top #! main /etc"),
        ("$_HASH=x\ntop $_HASH", "top x"),
        ("$A={\nservice x $A\n}", "service x {  }"),
        ("top cost$ 5$ $5", "top cost$ 5$ $5"),
    ]);
}

#[test]
fn definitions_have_lines() {
    table(&[
        ("$A= \\\n top 1 \\\n top 2\n$A\ntop 3", "top 1; top 2; top 3"),
        ("$A= \\\n top 1 # words \\\n # nothing else\n \\\n top 2\n$A", "top 1; top 2"),
        ("$A= \\\n top 1 \\ \n top 2\n$A", "top 1; top 2"),
        ("$A=top 0 \\\n top 1\n$A", "top 0; top 1"),
        (
            "$R= \\\n real ${N} { \\\n weight ${N} \\\n }\nservice a {\n $N=1\n $R\n $N=2\n $R\n}",
            "service a { real 1 { weight 1 }; real 2 { weight 2 } }",
        ),
        (
            "$I= \\\n top i${N} \\\n top j\n$O= \\\n $N=1 \\\n $I \\\n $N=2 \\\n $I\n$O",
            "top i1; top j; top i2; top j",
        ),
        ("$I= \\\n top i \\\n top j\n$O= \\\n $I \\\n top k\n$O", "top i; top j; top k"),
        ("$A= \\\n @main top 1 \\\n @other top 2\n$A", "top 1"),
    ]);
    let read = strict("$A= \\\n top 1 \\\n top 2\n$A b\n");
    assert_eq!(
        read.findings,
        [
            "warning at 4: `$A` is not replaced here | `$A` stands for several lines: write it at the end of a line"
        ]
    );
}

#[test]
fn an_empty_line_ends_a_definition() {
    let text = "$A= \\\n top 1 \\\n\n top 2 \\\n top 3\n$A\n";
    let read = strict(text);
    assert!(
        read.findings[0].starts_with("error at 2: an empty line behind this one ends the definition of `$A`"),
        "{:?}",
        read.findings
    );
    assert_eq!(fix(text).tree, "top 1; top 2; top 3");
    assert_eq!(lenient(text).tree, "top 2\\; top 3; top 1");
    // where nothing goes on behind it, it is only sloppy
    table(&[("$A= \\\n top 1 \\\n\n$A\ntop 3", "top 1; top 3")]);
}

#[test]
fn names_that_stay() {
    for (text, tree, finding) in [
        (
            "top $A",
            "top $A",
            "warning at 1: `$A` is not defined | it stays as it is; no shell will replace it",
        ),
        (
            "top \"${A}\"",
            "top \"${A}\"",
            "warning at 1: `$A` is not defined | it stays as it is; no shell will replace it",
        ),
        (
            "$A=1\ntop \"$A\"",
            "top \"$A\"",
            "warning at 2: `$A` is not replaced here | write `${A}`: without braces a blank, a comma or `)` must stand behind \
             the name",
        ),
        (
            "top ${A}",
            "top ${A}",
            "error at 1: `${A}` is not defined | write `$A=` and its value before it; keepalived takes its braces as those of a \
             block",
        ),
    ] {
        let read = strict(text);
        assert_eq!((read.tree.as_str(), &read.findings[..]), (tree, &[finding.to_owned()][..]), "{text}");
    }
    let read = lenient("service x {\n delay ${A}\n}\n");
    assert_eq!(read.tree, "service x { delay $; A }");
    // each name is said once
    assert_eq!(strict("top $A $A\ntop $A $B").findings.len(), 2);
}

#[test]
fn a_comment_sign_cuts_a_definition() {
    let text = "$P=ab!cd\ntop $P";
    let read = strict(text);
    assert!(
        read.findings[0].starts_with("error at 1: `!cd` is a comment, not part of the value"),
        "{:?}",
        read.findings
    );
    assert_eq!(lenient(text).tree, "top ab");
    assert_eq!(fix(text).tree, "top ab!cd");
}

#[test]
fn conditions_drop_lines() {
    table(&[
        ("@main top 1\n@other top 2", "top 1"),
        ("@^main top 1\n@^other top 2", "top 2"),
        ("@main\n@^x\ntop 3", "top 3"),
        ("@mainx top 1\n@mai top 2", ""),
        ("@main $A=1\n@other $A=2\ntop $A", "top 1"),
        ("$I=@main\n$I top 1\n$I=@other\n$I top 2", "top 1"),
        ("service a { @main delay 1\n}", "service a { delay 1 }"),
        ("@main top \"x\"", "top \"x\""),
    ]);
    // what is dropped is a physical line, with its brace
    let read = strict("service a { @other delay 1 }\n delay 2\n}");
    assert_eq!((read.tree.as_str(), read.findings.len()), ("service a { delay 2 }", 0));
}

#[test]
fn sequences_and_lists() {
    table(&[
        ("~SEQ(v,1,3) top ${v}", "top 1; top 2; top 3"),
        ("~SEQ (v , 1 , 3) top $v", "top 1; top 2; top 3"),
        ("~SEQ(v,3,1)top ${v}", "top 3; top 2; top 1"),
        ("~SEQ(v,-2) top ${v}", "top -1; top -2"),
        ("~SEQ(v,0) top ${v}", "top 1; top 0"),
        ("~SEQ(v,2) top ${v}", "top 1; top 2"),
        ("~SEQ(v,1,2,6) top ${v}", "top 1; top 3; top 5"),
        ("~SEQx(v,0x90,0x10,0xb0) top ${v}", "top 90; top a0; top b0"),
        ("~SEQ(v,010,011) top ${v}", "top 8; top 9"),
        ("$M=2\n~SEQ(v,1,$M) top ${v}", "top 1; top 2"),
        ("~SEQ(v,1,2) ~SEQ(w,8,9) top ${v}${w}", "top 18; top 19; top 28; top 29"),
        ("~LST(v,a, b) top $v", "top a; top b"),
        ("~LST({v, w},  {a,b},{c,d}) top ${v}${w}", "top ab; top cd"),
        ("~LST({v,w},{a,b},{c}) top ${v}${w}", "top ab; top c"),
        ("~LST(v,a,b) ~SEQ(w,1,2) top ${v}${w}", "top a1; top a2; top b1; top b2"),
        (
            "$V= \\\n service ${n} { \\\n delay ${n} \\\n }\n~SEQ(n,1,2) $V",
            "service 1 { delay 1 }; service 2 { delay 2 }",
        ),
        ("$S=~SEQ(i,1,2) top ${i}\n$S", "top 1; top 2"),
        ("service a { ~SEQ(i,1,2) real ${i} { }\n}", "service a { real 1 {  }; real 2 {  } }"),
        ("top ~SEQ(v,1,3)", "top ~SEQ(v,1,3)"),
        (
            "~SEQ(v,9223372036854775806,9223372036854775807) top ${v}",
            "top 9223372036854775806; top 9223372036854775807",
        ),
    ]);
}

#[test]
fn what_repeats_nothing() {
    for text in [
        "~SEQ(v,1,0,3) x",
        "~SEQ(v,3,1,1) x",
        "~SEQ(v) x",
        "~SEQ(v,a) x",
        "~SEQ v,1,2 x",
        "~SEQ(v,1,2",
        "~LST(v) x",
        "~LST(v,) x",
        "~SEQx(v,-1,2) x",
        "~SEQ({v,w},1,2) x",
        "~SEQ(1v,1,2) x",
        "~SEQ(v,1,2,3,4) x",
        "~LST(v,{a,b}) x",
        "~LST({v,w},{a,b}{c,d}) x",
    ] {
        let read = strict(text);
        assert_eq!(read.tree, "", "{text}");
        assert!(
            read.findings[0].starts_with("error at 1: this repeats nothing: "),
            "{text}: {:?}",
            read.findings
        );
        assert!(lenient(text).findings[0].starts_with("warning"));
    }
}

#[test]
fn nothing_grows_without_end() {
    let doubling = (0..60).map(|n| format!("$A{}=${{A{n}}}${{A{n}}}\n", n + 1)).collect::<Vec<_>>().concat();
    for (text, finding) in [
        ("$A=$A x\ntop $A".to_owned(), "replacing `$A` goes on without end"),
        ("$A=${A}\ntop $A".to_owned(), "replacing `${A}` goes on without end"),
        ("$A0=x\n".to_owned() + &doubling + "top ${A60}", "goes on without end"),
        ("$A= \\\n $A \\\n $A\n$A".to_owned(), "replacing `$A` goes on without end"),
        ("$A= \\\n top \\\n $A\n$A".to_owned(), "lines within lines without end"),
        ("~SEQ(i,1,9000000000000) ".to_owned(), "the configuration grows to"),
        ("~SEQ(i,1,9000000) ".to_owned() + &"{".repeat(100), "more than 1000000 lines"),
    ] {
        let read = strict(&text);
        assert!(read.findings.iter().any(|one| one.contains(finding)), "{text}: {:?}", read.findings);
    }
}

#[test]
fn chance_is_bounded_and_the_same_each_time() {
    let text = "top ${_RANDOM 3 5}\n".repeat(50) + "top ${_RANDOM} ${_RANDOM 7 7} ${_RANDOM 9}";
    let read = strict(&text);
    assert_eq!(read.tree, strict(&text).tree);
    let numbers = |line: usize| -> Vec<u32> {
        read.lines[line].values().iter().map(|word| word.text().parse().unwrap()).collect()
    };
    assert!((0..50).all(|line| (3..=5).contains(&numbers(line)[0])));
    assert!((3..=5).all(|number| (0..50).any(|line| numbers(line) == [number])));
    assert!(numbers(50)[0] <= 32_767 && numbers(50)[1] == 7 && numbers(50)[2] >= 9);
}
