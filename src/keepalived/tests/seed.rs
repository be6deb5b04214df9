//! The operations note's four configurations: two of them serve nothing under keepalived, and say so here.

mod common;

use common::{findings, parse_again, read};
use config::director::Style;
use lvs_keepalived::{Kind, Mode};

const FILES: [(&str, &str); 4] = [
    ("1-public-web-vip78.conf", include_str!("seed/1-public-web-vip78.conf")),
    ("2-internal-vip19.conf", include_str!("seed/2-internal-vip19.conf")),
    ("3-httpd-vip240.conf", include_str!("seed/3-httpd-vip240.conf")),
    ("4-mysql-vip240.conf", include_str!("seed/4-mysql-vip240.conf")),
];

#[test]
fn early_braces_are_refused_with_the_cure() {
    for (name, text) in &FILES[..2] {
        let reading = read(name, text, Mode::Strict);
        assert!(reading.config.is_none(), "{name}");
        let errors: Vec<_> = reading.findings.iter().filter(|finding| finding.kind == Kind::Error).collect();
        assert_eq!(errors.len(), 1, "one mistake is one error: {}", findings(&reading));
        insta::assert_snapshot!(name.replace(".conf", "-strict"), findings(&reading));
    }
}

/// What the help says is done by hand, and the file is taken.
#[test]
fn the_cure_cures() {
    for (name, text) in &FILES[..2] {
        let lines: Vec<&str> = text.lines().collect();
        let mut cured: Vec<&str> = Vec::new();
        cured.extend(&lines[..8]);
        cured.extend(&lines[9..]);
        cured.push("}");
        assert_eq!(lines[8], "}", "{name}");
        let by_hand = read(name, &cured.join("\n"), Mode::Strict);
        let mended = read(name, text, Mode::Fix);
        assert_eq!(by_hand.config, mended.config, "{name}");
        assert!(mended.config.is_some(), "{name}");
    }
}

#[test]
fn mended_they_are_what_the_author_meant() {
    for (name, text) in &FILES[..2] {
        let reading = read(name, text, Mode::Fix);
        let config = reading.config.as_ref().unwrap();
        insta::assert_snapshot!(
            name.replace(".conf", "-mended"),
            format!("{}\n{}", findings(&reading), config.to_toml_with(Style::Short, &reading.comments))
        );
    }
}

/// keepalived starts and serves nothing; a director with nothing to do does not start.
#[test]
fn leniently_nothing_is_left() {
    for (name, text) in &FILES[..2] {
        let reading = read(name, text, Mode::Lenient);
        assert!(reading.config.is_none(), "{name}");
        insta::assert_snapshot!(name.replace(".conf", "-lenient"), findings(&reading));
    }
}

#[test]
fn the_others_run_with_warnings() {
    for (name, text) in &FILES[2..] {
        let reading = read(name, text, Mode::Strict);
        let config = reading.config.as_ref().unwrap();
        assert!(reading.findings.iter().all(|finding| finding.kind != Kind::Error), "{name}");
        insta::assert_snapshot!(
            name.replace(".conf", "-strict"),
            format!("{}\n{}", findings(&reading), config.to_toml_with(Style::Short, &reading.comments))
        );
    }
}

#[test]
fn written_as_toml_they_are_the_same() {
    for (name, text) in FILES {
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            parse_again(&read(name, text, mode));
        }
    }
}
