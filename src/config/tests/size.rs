//! Large texts: fast where they are right, bounded where they are noise.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{refused, taken};
use lvs_config::director::{Comments, Style};
use lvs_config::{Severity, director};

/// A generous bound for a debug build on a busy machine: what is quadratic takes minutes.
const SOON: Duration = Duration::from_secs(60);

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

/// Services of sixteen servers, each with a check of its own.
fn large(count: usize) -> String {
    let service = |n: usize| {
        let (high, low) = (n / 250, n % 250 + 1);
        let real = |real: usize| {
            format!(
                "[[service.real]]\naddress = \"10.100.{high}.{real}\"\ncheck = {{ type = \"http\", path = \"/{real}\", status = [200] }}\n"
            )
        };
        let reals: String = (1..=16).map(real).collect();
        format!("[[service]]\nname = \"web-{n}\"\naddress = \"10.{high}.0.{low}:80\"\n{reals}")
    };
    (0..count).map(service).collect()
}

#[test]
fn servers_with_checks_of_their_own() {
    let config = taken(&large(200));
    for style in [Style::Effective, Style::Short] {
        let printed = config.to_toml_with(style, &Comments::default());
        assert!(director::parse(&printed) == Ok((config.clone(), vec![])), "{style:?}");
    }
}

/// A text that is printed is short enough to be read, also with every default spelled out.
#[test]
fn thirty_six_thousand_servers_in_full() {
    let begin = Instant::now();
    let printed = taken(&large(2_277)).to_toml();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert!(printed.len() < 16 << 20, "{}", printed.len());
}

fn list(addresses: &str) -> String {
    format!(
        "[[service]]\nname = \"all\"\naddresses = [{addresses}]\n[[service.real]]\naddress = \"198.51.100.8\"\n"
    )
}

#[test]
fn as_many_addresses_as_there_may_be() {
    let begin = Instant::now();
    let config = taken(&list("\"10.0.0.0/16:80\""));
    assert_eq!(config.services.len(), 65_536);
    let printed = config.to_toml_with(Style::Short, &Comments::default());
    assert!(director::parse(&printed) == Ok((config, vec![])), "{printed}");
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
}

/// The servers are read for each port.
#[test]
fn an_address_at_every_port() {
    let ports: Vec<String> = (1..=10_000).map(|port| format!("\"10.0.0.1:{port}\"")).collect();
    let begin = Instant::now();
    let config = taken(&list(&ports.join(",")));
    assert_eq!(config.services.last().map(|one| one.reals[0].key.port), Some(10_000));
    let printed = config.to_toml();
    assert!(director::parse(&printed) == Ok((config, vec![])), "{printed}");
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
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
