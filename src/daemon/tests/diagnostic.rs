//! Findings as people see them.
#![allow(clippy::unwrap_used, reason = "a test")]

use config::{Diagnostic, Severity};
use lvs_daemon::diagnostic::render;

const TEXT: &str = "[[vip]]\naddress = \"192.168.100.240\"\nservces = [\"tcp/80\"]\n";

fn error(message: &str, span: Option<std::ops::Range<usize>>) -> Diagnostic {
    Diagnostic { severity: Severity::Error, message: message.to_owned(), span, label: None, help: None }
}

fn at(text: &str, part: &str) -> std::ops::Range<usize> {
    let start = text.find(part).unwrap();
    start..start + part.len()
}

#[test]
fn place_line_mark_and_help() {
    let diagnostic = Diagnostic {
        label: Some("not known".to_owned()),
        help: Some("did you mean `services`?".to_owned()),
        ..error("unknown key `servces`", Some(at(TEXT, "servces")))
    };
    let expected = "\
error: unknown key `servces`
 --> agent.toml:3:1
  |
3 | servces = [\"tcp/80\"]
  | ^^^^^^^ not known
  |
  = help: did you mean `services`?
";
    assert_eq!(render("agent.toml", TEXT, &[diagnostic], false), expected);
}

#[test]
fn a_finding_without_place_names_the_file() {
    let expected = "error: no [[vip]] at all\n--> agent.toml\n";
    assert_eq!(render("agent.toml", TEXT, &[error("no [[vip]] at all", None)], false), expected);
}

#[test]
fn several_are_apart_and_warnings_are_called_so() {
    let warning = Diagnostic { severity: Severity::Warning, ..error("odd", Some(at(TEXT, "vip"))) };
    let expected = "\
error: bad
 --> a.toml:2:12
  |
2 | address = \"192.168.100.240\"
  |            ^^^^^^^^^^^^^^^

warning: odd
 --> a.toml:1:3
  |
1 | [[vip]]
  |   ^^^
";
    let bad = error("bad", Some(at(TEXT, "192.168.100.240")));
    assert_eq!(render("a.toml", TEXT, &[bad, warning], false), expected);
}

#[test]
fn a_long_line_is_cut_around_the_mark() {
    let text = format!("{}BAD{}", "ä".repeat(100_000), "z".repeat(5_000_000));
    let shown = render("a.toml", &text, &[error("bad", Some(at(&text, "BAD")))], false);
    let expected = format!(
        "error: bad\n --> a.toml:1:100001\n  |\n1 | …{}BAD{}…\n  |  {}^^^\n",
        "ä".repeat(60),
        "z".repeat(57),
        " ".repeat(60)
    );
    assert_eq!(shown, expected);
}

#[test]
fn of_a_file_of_noise_the_first_are_shown() {
    let many: Vec<Diagnostic> = (0..100_000).map(|_| error("bad", Some(0..1))).collect();
    let shown = render("a.toml", TEXT, &many, false);
    assert_eq!(shown.matches("error: bad").count(), 20);
    assert!(shown.ends_with("\n\n… and 99980 more\n"));
}

#[test]
fn places_that_do_not_exist_are_no_panic() {
    let text = "ä = 1\r\nb = \t\u{7}2";
    for start in 0..20 {
        for end in 0..20 {
            let shown = render("a.toml", text, &[error("bad", Some(start..end))], false);
            assert!(shown.starts_with("error: bad\n --> a.toml:"), "{start}..{end}: {shown}");
        }
    }
    render("a.toml", "", &[error("bad", Some(0..0))], false);
}

#[test]
fn the_terminal_gets_no_control_characters() {
    let text = "a = \"\u{1b}[31m\"\n";
    let mut diagnostic = error("unknown key \u{1b}[0m", Some(4..9));
    diagnostic.help = Some("\u{7}".to_owned());
    let shown = render("a.toml", text, &[diagnostic], false);
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
}

#[test]
fn color_is_asked_for() {
    let shown = render("a.toml", TEXT, &[error("bad", Some(0..1))], true);
    assert!(shown.contains("\u{1b}["));
}

#[test]
fn passwords_are_not_shown() {
    let spaces = " ".repeat(70);
    for (line, shown) in [
        (r#"login = { password = "sécret", foo = 1 }"#, r#"login = { password = "*******", foo = 1 }"#),
        (
            r#"login = { user = "u", "password"='s\', foo = 1 }"#,
            r#"login = { user = "u", "password"='**', foo = 1 }"#,
        ),
        (r#"login.password = "a\"b\\", foo"#, r#"login.password = "******", foo"#),
        (r#"password = "no end, foo"#, r#"password = "***********"#),
        ("passwords foo", "passwords foo"),
        (r#"password = 1 # foo "x""#, r#"password = 1 # foo "x""#),
    ] {
        let text = render("a.toml", line, &[error("bad", Some(at(line, "foo")))], false);
        assert!(text.contains(&format!("| {shown}\n")), "{line}: {text}");
    }
    let cut = format!("login = {{ password = \"{spaces}secret\", foo = 1 }}");
    let text = render("a.toml", &cut, &[error("bad", Some(at(&cut, "foo")))], false);
    assert!(!text.contains("secret") && text.contains("***\", foo = 1"), "{text}");
}
