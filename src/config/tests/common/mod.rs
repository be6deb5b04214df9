//! Findings as text, and the configurations around one line.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test's helpers may fail it")]

use lvs_config::agent::AgentConfig;
use lvs_config::director::DirectorConfig;
use lvs_config::{Diagnostic, agent, director};

/// One finding in a line: `3:11 error: message [label] / help`.
pub(crate) fn lines(text: &str, findings: &[Diagnostic]) -> String {
    let lines: Vec<String> = findings.iter().map(|one| line(text, one)).collect();
    lines.join("\n")
}

fn line(text: &str, one: &Diagnostic) -> String {
    let place = one.span.as_ref().map(|span| place(text, span.start)).unwrap_or_default();
    let label = one.label.as_ref().map(|label| format!(" [{label}]")).unwrap_or_default();
    let help = one.help.as_ref().map(|help| format!(" / {help}")).unwrap_or_default();
    format!("{place}{}: {}{label}{help}", one.severity, one.message)
}

fn place(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    format!("{line}:{column} ")
}

/// What is said about a director.toml that is refused.
pub(crate) fn refused(text: &str) -> String {
    match director::parse(text) {
        Ok((config, _)) => panic!("taken: {config:?}"),
        Err(findings) => lines(text, &findings),
    }
}

/// What is said about an agent.toml that is refused.
pub(crate) fn agent_refused(text: &str) -> String {
    match agent::parse(text) {
        Ok((config, _)) => panic!("taken: {config:?}"),
        Err(findings) => lines(text, &findings),
    }
}

/// What is said about an agent.toml that is taken.
pub(crate) fn agent_warned(text: &str) -> String {
    match agent::parse(text) {
        Ok((_, findings)) => lines(text, &findings),
        Err(findings) => panic!("refused:\n{}", lines(text, &findings)),
    }
}

/// What is said about a director.toml that is taken.
pub(crate) fn warned(text: &str) -> String {
    match director::parse(text) {
        Ok((_, findings)) => lines(text, &findings),
        Err(findings) => panic!("refused:\n{}", lines(text, &findings)),
    }
}

pub(crate) fn taken(text: &str) -> DirectorConfig {
    match director::parse(text) {
        Ok((config, findings)) if findings.is_empty() => config,
        Ok((_, findings)) | Err(findings) => panic!("{}", lines(text, &findings)),
    }
}

pub(crate) fn agent_taken(text: &str) -> AgentConfig {
    match agent::parse(text) {
        Ok((config, findings)) if findings.is_empty() => config,
        Ok((_, findings)) | Err(findings) => panic!("{}", lines(text, &findings)),
    }
}

/// A service with one server; the lines given begin at line 3.
pub(crate) fn service(lines: &str) -> String {
    format!(
        "[[service]]\naddress = \"192.168.100.240:80\"\n{lines}\n[[service.real]]\naddress = \"192.168.100.8\"\n"
    )
}

/// A service whose one server has the lines given, from line 4.
pub(crate) fn real(lines: &str) -> String {
    format!("[[service]]\naddress = \"192.168.100.240:80\"\n[[service.real]]\n{lines}\n")
}

/// A service before a second section, which begins at line 5.
pub(crate) fn beside(lines: &str) -> String {
    format!("{}{lines}\n", service("").replace("\n\n", "\n"))
}

/// A virtual router with the lines given, from line 6.
pub(crate) fn router(lines: &str) -> String {
    format!(
        "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n{lines}\n"
    )
}
