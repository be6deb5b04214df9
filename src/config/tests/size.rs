//! Large texts: fast where they are right, bounded where they are noise.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{refused, taken};
use lvs_config::{Severity, director};

/// A generous bound for a debug build on a busy machine: what is quadratic takes minutes.
const SOON: Duration = Duration::from_secs(20);

fn services(count: usize, line: &str) -> String {
    (0..count).map(|n| service(n, line)).collect()
}

fn service(n: usize, line: &str) -> String {
    let (high, low) = (n / 250, n % 250 + 1);
    let reals: Vec<String> = (1..=4)
        .map(|real| format!("[[service.real]]\naddress = \"10.100.{high}.{real}\"\nweight = 1\n"))
        .collect();
    format!(
        "[[service]]\nname = \"web-{n}\"\naddress = \"10.{high}.0.{low}:80\"\nscheduler = \"rr\"\n{line}\n\
         check = {{ type = \"http\", path = \"/\", interval = \"6s\", timeout = \"3s\" }}\n{}",
        reals.concat()
    )
}

#[test]
fn four_thousand_services() {
    let text = services(4_000, "");
    let begin = Instant::now();
    let config = taken(&text);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(config.services.len(), 4_000);
    // 16,000 servers at 64 addresses
    let check = |service: usize| &config.services[service].reals[0].checks[0];
    assert!(Arc::ptr_eq(check(0), check(249)) && !Arc::ptr_eq(check(0), check(250)));
}

#[test]
fn what_is_printed_of_many_reads_the_same() {
    let config = taken(&services(500, "quorum = 2"));
    assert_eq!(director::parse(&config.to_toml()), Ok((config, vec![])));
}

#[test]
fn each_service_is_wrong() {
    let text = services(4_000, "wieght = 1");
    let begin = Instant::now();
    let findings = director::parse(&text).unwrap_err();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(findings.len(), 21);
    assert_eq!(findings[20].message, "and 3980 more errors");
    assert!(findings.iter().all(|one| one.severity == Severity::Error));
}

#[test]
fn every_service_is_there_again() {
    let text = services(2_000, "");
    let begin = Instant::now();
    let findings = director::parse(&(text.clone() + &text)).unwrap_err();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(findings[20].message, "and 1980 more errors");
    assert_eq!(findings[0].message, "the service TCP 10.0.0.1:80 is there twice");
}

fn routers(count: usize, line: &str) -> String {
    let router = |n: usize| {
        let (high, low) = (n / 200, n % 200);
        format!(
            "[[vrrp]]\nname = \"VI_{n}\"\ninterface = \"eth{n}\"\nvirtual_router_id = 51\naddresses = [\"10.{high}.{low}.1\"]\n{line}\n"
        )
    };
    (0..count).map(router).collect()
}

#[test]
fn four_thousand_routers() {
    let members: Vec<String> = (0..4_000).map(|n| format!("\"VI_{n}\"")).collect();
    let group = format!("[[sync_group]]\nname = \"all\"\nmembers = [{}]\n", members.join(", "));
    let text = routers(4_000, "") + &group;
    let begin = Instant::now();
    let config = taken(&text);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(config.vrrp.routers.len(), 4_000);
    assert!(director::parse(&config.to_toml()) == Ok((config, vec![])));
}

/// Suggestions are looked for among names that are alike.
#[test]
fn each_router_tracks_what_is_not_there() {
    let script = |n| format!("[[track_script]]\nname = \"script-{n:030}\"\ncommand = \"/a\"\n");
    let scripts: Vec<String> = (0..4_000).map(script).collect();
    let text = routers(4_000, &format!("track_scripts = [\"{}\"]", "script-".repeat(5))) + &scripts.concat();
    let begin = Instant::now();
    let findings = director::parse(&text).unwrap_err();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(findings[20].message, "and 3980 more errors");
}

#[test]
fn twenty_megabytes() {
    let noise = "q".repeat(20 << 20);
    insta::assert_snapshot!(
        refused(&noise),
        @r#"error: the file has 20971520 bytes, more than the 16777216 that are read / is this the right file?"#
    );
}

/// The longest text that is read, of whatever is worst for lexer, parser and tree.
#[test]
fn noise_of_many_kinds() {
    let patterns = [
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "=",
        ".",
        ",",
        "\n",
        "#",
        "a.",
        "a=1\n",
        "[a]\n",
        "[[a]]\n",
        "[[a.a]]\n",
        "a={",
        "a=[",
        "1,",
        "\u{1}",
        "é",
        "a=\"\\",
        "[a.",
        "\r",
        "x y\n",
    ];
    for pattern in patterns {
        let text = pattern.repeat((1 << 20) / pattern.len());
        let begin = Instant::now();
        let findings = director::parse(&text).unwrap_err();
        assert!(begin.elapsed() < SOON, "{pattern:?} {:?}", begin.elapsed());
        assert!((1..=42).contains(&findings.len()), "{pattern:?} {}", findings.len());
    }
}

#[test]
fn a_table_of_many_keys() {
    let lines: Vec<String> = (0..100_000).map(|n| format!("k{n} = {n}\n")).collect();
    let text = lines.concat();
    let begin = Instant::now();
    let findings = director::parse(&(text.clone() + &text)).unwrap_err();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(findings.len(), 21);
}

#[test]
fn a_list_of_many_values() {
    let text = format!("router_id = [{}]\n", "1,".repeat(1_100_000));
    let findings = director::parse(&text).unwrap_err();
    assert_eq!(findings[0].message, "the file holds more than a million values");
}
