//! What was seen of a real server, beside what is seen of any host.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use config::agent::AgentConfig;
use host::Vip;

use crate::firewall::Filters;
use crate::{Facts, Seen};

/// What was seen of a real server.
#[derive(Clone, Debug)]
pub struct AgentFacts {
    /// path of the file
    pub path: String,
    /// how this command calls the program: `lvs-rs-agent`, with `--config` where the file is not the usual one
    pub program: String,
    /// what the file says, or why it is refused
    pub config: Result<AgentConfig, Refusal>,
    /// the running agent; none: none runs
    pub agent: Seen<Option<Agent>>,
    /// addresses that the agent has written down as its own
    pub owned: Seen<BTreeSet<IpAddr>>,
}

/// Why a file is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// the first reason
    pub why: String,
    /// a command that would cure it, where there is one
    pub cure: Option<String>,
}

/// The running agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// VIPs that drain, or have left
    pub draining: BTreeSet<IpAddr>,
    /// somebody keeps undoing what it puts right
    pub contested: bool,
}

/// What rules look at.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) host: &'a Facts,
    pub(super) own: &'a AgentFacts,
    pub(super) config: &'a AgentConfig,
    pub(super) filters: &'a Filters,
}

impl<'a> Sight<'a> {
    pub(super) fn vips(self) -> impl Iterator<Item = &'a Vip> {
        self.config.vips.iter()
    }

    /// Those of IPv4, for which ARP matters.
    pub(super) fn ipv4(self) -> Vec<&'a Vip> {
        self.vips().filter(|vip| vip.address.is_ipv4()).collect()
    }

    pub(super) fn is_vip(self, address: IpAddr) -> bool {
        self.vips().any(|vip| vip.address == address)
    }

    /// Whether it drains, or has left on purpose.
    pub(super) fn is_draining(self, address: IpAddr) -> bool {
        let agent = self.own.agent.known().and_then(Option::as_ref);
        agent.is_some_and(|agent| agent.draining.contains(&address))
    }

    pub(super) fn agent_runs(self) -> bool {
        matches!(self.own.agent, Seen::Known(Some(_)))
    }

    /// What prepares the host.
    pub(super) fn prepare(self) -> String {
        if self.agent_runs() {
            return "systemctl restart lvs-rs-agent".into();
        }
        self.own.program.clone() + " apply"
    }

    /// Addresses of the health endpoint that others can reach.
    pub(super) fn open_health(self) -> impl Iterator<Item = core::net::SocketAddr> {
        self.config.health_listen.iter().copied().filter(|address| !address.ip().is_loopback())
    }
}
