//! Agents that the file wants to be followed.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::Sight;
use crate::Finding;

pub(super) const ID: &str = "agent";

/// Each takes a connection.
pub(super) fn reached(sight: Sight<'_>) -> Vec<Finding> {
    if sight.own.agents.is_empty() {
        return vec![Finding::not_applicable(ID, "", "the file has no `agent_port`")];
    }
    let silent = sight.own.agents.iter().filter_map(|(agent, tried)| Some((agent, tried.as_ref().err()?)));
    let wrong: Vec<Finding> = silent.map(|(agent, why)| unreached(*agent, why)).collect();
    if wrong.is_empty() {
        return vec![Finding::fine(ID, "", format!("each takes a connection ({})", sight.own.agents.len()))];
    }
    wrong
}

fn unreached(agent: SocketAddr, why: &str) -> Finding {
    let host = agent.ip();
    let what = format!("cannot be followed: {why}; its server's own checks decide");
    let listen = format!(
        "# there, in /etc/lvs-rs-agent/agent.toml, [health]: write `listen = [\"127.0.0.1:9781\", \"{agent}\"]`"
    );
    let cure = [format!("# on {host}: systemctl enable --now lvs-rs-agent && lvs-rs-agent doctor"), listen];
    Finding::wrong(ID, agent.to_string(), what, cure)
}
