//! `[agents]`, and whose agents are followed.

use alloc::format;
use alloc::string::String;

use crate::director::{AgentPolicy, AgentTls, AgentsConfig, RealServer};
use crate::print::{Lines, Quoted, inline};
use crate::read::format_duration;

pub(super) fn print(agents: &AgentsConfig, lines: &mut Lines) {
    let usual = AgentsConfig::default();
    lines.section("[agents]");
    let heartbeat = agents.heartbeat.map(|one| Quoted(format_duration(one)));
    lines.optional("heartbeat", heartbeat, "100ms for up to 40 agents, longer the more there are");
    lines.usual_string("grace", format_duration(agents.grace), format_duration(usual.grace));
    if !lines.is_short() || agents.guard != usual.guard {
        let window = format!("window = \"{}\"", format_duration(agents.guard.window));
        let guard = inline([Some(format!("share = {}", agents.guard.share)), Some(window)]);
        lines.key("guard", guard);
    }
    lines.optional("tls", agents.tls.as_ref().map(tls), "plain");
}

fn tls(tls: &AgentTls) -> String {
    let pair = |key, value| format!("{key} = {}", Quoted(value));
    let own = tls.certificate.as_ref();
    inline([
        Some(pair("ca", &tls.ca)),
        own.map(|(certificate, _)| pair("certificate", certificate)),
        own.map(|(_, key)| pair("key", key)),
        tls.name.as_ref().map(|name| pair("name", name)),
    ])
}

/// What `agent_port` and `agent` say.
type Said = (u16, AgentPolicy);

/// What the servers of a service have in common, as far as they have an agent.
#[derive(Clone, Copy)]
pub(super) struct Common(Option<Said>);

impl Common {
    pub(super) fn of(reals: &[RealServer]) -> Self {
        let mut all = reals.iter().filter_map(said);
        let first = all.next();
        Self(first.filter(|first| all.all(|other| other == *first)))
    }

    /// The service's keys.
    pub(super) fn print(self, reals: &[RealServer], lines: &mut Lines) {
        match self.0 {
            Some(common) => print_said(common, lines),
            None if reals.iter().all(|real| real.agent.is_none()) => {
                lines.optional("agent_port", None::<u16>, "none");
            }
            None => {}
        }
    }

    /// A server's keys.
    pub(super) fn print_real(self, real: &RealServer, lines: &mut Lines) {
        match (said(real), self.0) {
            (Some(own), None) => print_said(own, lines),
            (None, Some(_)) => lines.string("agent", "off"),
            // what differs has nothing in common
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

fn said(real: &RealServer) -> Option<Said> {
    real.agent.map(|agent| (agent.address.port(), agent.policy))
}

fn print_said((port, policy): Said, lines: &mut Lines) {
    let word = match policy {
        AgentPolicy::Prefer => "prefer",
        AgentPolicy::Require => "require",
    };
    lines.key("agent_port", port);
    lines.usual_string("agent", word, "prefer");
}
