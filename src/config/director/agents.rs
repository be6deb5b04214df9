//! `[agents]`: how agents are followed.

mod nouns;
mod wish;

use alloc::string::String;
use core::ops::RangeInclusive;
use core::time::Duration;

pub use nouns::{AgentGuard, AgentPolicy, AgentTls, AgentsConfig, RealAgent};
pub(super) use wish::Wish;

use crate::read::{Foreign, Keys, Report, Table, optional, program, shown};
use crate::rules::is_name_or_address;
use crate::text::Entry;

/// Shorter is a load, longer than an agent counts as heard.
const HEARTBEATS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(1);
const GRACES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3_600);
const SHARES: RangeInclusive<u8> = 1..=100;
const WINDOWS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);

pub(super) const AGENTS: Keys = Keys {
    name: "[agents]",
    known: &["port", "policy", "heartbeat", "grace", "guard", "tls"],
    foreign: &[
        Foreign { key: "agent_port", help: "write `port`" },
        Foreign { key: "agent", help: "write `policy`" },
        Foreign { key: "interval", help: "write `heartbeat`" },
        Foreign { key: "timeout", help: "leave it away: an agent is silent after two and a half heartbeats" },
        Foreign { key: "share", help: "write `guard = { share = 50 }`" },
        Foreign { key: "window", help: "write `guard = { window = \"10s\" }`" },
        Foreign { key: "ca", help: "write `tls = { ca = \"/path/ca.pem\" }`" },
    ],
};
pub(super) const GUARD: Keys = Keys { name: "`guard`", known: &["share", "window"], foreign: &[] };
pub(super) const TLS: Keys = Keys {
    name: "`tls`",
    known: &["ca", "certificate", "key", "name"],
    foreign: &[
        Foreign { key: "cert", help: "write `certificate`" },
        Foreign { key: "sni", help: "write `name`: what the agents' certificates are issued for" },
        Foreign { key: "verify", help: "leave it away: agents are always verified, by `ca`" },
        Foreign { key: "clients", help: "`clients` belongs to the agent's agent.toml: write `ca`" },
    ],
};

/// How agents are followed, and which services have them where they say nothing.
pub(super) fn read(top: Table<'_>, report: &mut Report<'_>) -> (AgentsConfig, Wish) {
    let mut config = AgentsConfig::default();
    let Some(table) = top.get("agents").and_then(|entry| Table::open(entry, &AGENTS, report)) else {
        return (config, Wish::default());
    };
    config.heartbeat = table.get("heartbeat").and_then(|entry| entry.duration(HEARTBEATS, report));
    if let Some(grace) = table.get("grace").and_then(|entry| entry.duration(GRACES, report)) {
        config.grace = grace;
    }
    if let Some(entry) = table.get("guard") {
        config.guard = guard(entry, config.guard, report);
    }
    config.tls = table.get("tls").and_then(|entry| tls(entry, report));
    (config, Wish::of_all(top, table, report))
}

fn guard(entry: Entry<'_>, usual: AgentGuard, report: &mut Report<'_>) -> AgentGuard {
    let Some(table) = Table::open(entry, &GUARD, report) else { return usual };
    let share = table.get("share").and_then(|entry| entry.number(SHARES, report));
    let window = table.get("window").and_then(|entry| entry.duration(WINDOWS, report));
    AgentGuard { share: share.unwrap_or(usual.share), window: window.unwrap_or(usual.window) }
}

fn tls(entry: Entry<'_>, report: &mut Report<'_>) -> Option<AgentTls> {
    let table = Table::open(entry, &TLS, report)?;
    let path = |entry, report: &mut Report<'_>| program::path(entry, report).map(String::from);
    let ca = table
        .require(
            "ca",
            TLS.name,
            "write who vouches for the agents' certificates: `ca = \"/path/ca.pem\"`",
            report,
        )
        .and_then(|entry| path(entry, report));
    let certificate = optional(table, "certificate", report, path);
    let key = optional(table, "key", report, path);
    program::both_or_none(table, report);
    let name = optional(table, "name", report, name);
    Some(AgentTls { ca: ca?, certificate: certificate?.zip(key?), name: name? })
}

/// What a certificate can be issued for.
fn name(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.string("name = \"agents.example.org\"", report)?;
    if is_name_or_address(name) {
        return Some(String::from(name));
    }
    report
        .error(entry.place(), format_args!("\"{}\" is no name of a certificate", shown(name)))
        .help("write a name such as \"agents.example.org\", or leave it away for each agent's address");
    None
}
