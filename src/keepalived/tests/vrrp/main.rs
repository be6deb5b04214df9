//! VRRP of a keepalived.conf: what becomes of each keyword, and of each mistake in each mode.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where something is missing"
)]

mod addresses;
mod auth;
mod election;
mod globals;
mod groups;
mod instances;
mod notify;
mod routes;
mod soup;
mod tracking;
mod transport;

use config::director::{DirectorConfig, RouterConfig, Style};
use lvs_keepalived::{File, Host, Kind, Mode, NoFiles, Reading};

/// What every instance of these tests says.
const USUAL: &str = "interface eth0\nvirtual_router_id 51\npriority 100\n";
const ADDRESS: &str = "virtual_ipaddress {\n192.0.2.1\n}\n";

fn read(text: &str, mode: Mode) -> Reading {
    let host = Host { id: "lvs1", instance: None, seed: 1 };
    let file = File { path: String::from("keepalived.conf"), text: String::from(text) };
    lvs_keepalived::read(file, host, mode, &mut NoFiles)
}

/// What a file says in a mode in which nothing refuses it. It must mean the same in TOML.
fn taken(text: &str, mode: Mode) -> DirectorConfig {
    let reading = read(text, mode);
    let Some(config) = reading.config else { panic!("refused:\n{text}\n{}", told(text, mode)) };
    for toml in [config.to_toml(), config.to_toml_with(Style::Short, &reading.comments)] {
        match config::director::parse(&toml) {
            Ok((again, _)) => assert_eq!(again, config, "{toml}"),
            Err(errors) => panic!("{errors:#?}\n{toml}"),
        }
    }
    config
}

/// One line for each finding: its kind, line, message, label and help.
fn told(text: &str, mode: Mode) -> String {
    let reading = read(text, mode);
    let mut all = String::new();
    for finding in reading.findings {
        let at = finding.diagnostic.span.map_or(0, |span| text[..span.start].matches('\n').count() + 1);
        let kind = match finding.kind {
            Kind::Error => "error",
            Kind::Warning => "warning",
            Kind::Note => "note",
        };
        let label = finding.diagnostic.label.unwrap_or_default();
        let help = finding.diagnostic.help.unwrap_or_default();
        all.push_str(&format!("{kind} {at}: {} | {label} | {help}\n", finding.diagnostic.message));
    }
    all
}

/// A file with one instance that says `inner`.
fn instance(inner: &str) -> String {
    format!("vrrp_instance VI_1 {{\n{USUAL}{ADDRESS}{inner}\n}}\n")
}

/// The router of an instance that says `inner`.
fn router(inner: &str) -> RouterConfig {
    only(taken(&instance(inner), Mode::Strict))
}

fn only(config: DirectorConfig) -> RouterConfig {
    let [router] = <[RouterConfig; 1]>::try_from(config.vrrp.routers).unwrap();
    router
}

/// Refused when strict, with each of `words` in what is said about it; answers the router when lenient.
fn swallowed(text: &str, words: &[&str]) -> DirectorConfig {
    refused(text, words);
    taken(text, Mode::Lenient)
}

/// Refused, with each of `words` in one finding that is an error.
fn refused(text: &str, words: &[&str]) {
    assert_eq!(read(text, Mode::Strict).config, None, "{text}");
    let all = told(text, Mode::Strict);
    let said = |line: &str| line.starts_with("error") && words.iter().all(|word| line.contains(word));
    assert!(all.lines().any(said), "no error with {words:?} in:\n{all}");
}

/// Taken, with each of `words` in one warning.
fn warned(text: &str, words: &[&str]) -> DirectorConfig {
    let all = told(text, Mode::Strict);
    let said = |line: &str| line.starts_with("warning") && words.iter().all(|word| line.contains(word));
    assert!(all.lines().any(said), "no warning with {words:?} in:\n{all}");
    taken(text, Mode::Strict)
}

/// Not even what keepalived makes of it can be run.
fn refused_always(text: &str, words: &[&str]) {
    refused(text, words);
    for mode in [Mode::Lenient, Mode::Fix] {
        assert_eq!(read(text, mode).config, None, "{mode:?}\n{text}");
    }
}
