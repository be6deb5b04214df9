//! How agents are followed, and whose agent a server has.

use alloc::string::String;
use core::net::SocketAddr;
use core::time::Duration;

/// `[agents]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentsConfig {
    /// `heartbeat`: what agents are asked for, 100 ms to 1 s; none: 100 ms for up to 40 of them and longer the more there are,
    /// 1 s at 400 and above
    pub heartbeat: Option<Duration>,
    /// `grace`: how long a server of `agent = "require"` goes on without its agent's word, so that a restart of the agent is
    /// invisible; 5 s unless said, 0 s to 1 h
    pub grace: Duration,
    /// `guard`: when many would leave on agents' word alone
    pub guard: AgentGuard,
    /// `tls`: none: plain
    pub tls: Option<AgentTls>,
}

impl Default for AgentsConfig {
    fn default() -> Self {
        Self {
            heartbeat: None,
            grace: Duration::from_secs(5),
            guard: AgentGuard { share: 50, window: Duration::from_secs(10) },
            tls: None,
        }
    }
}

/// `guard = { share = 50, window = "10s" }`: no more than that share of a service's servers leave within the window on agents'
/// word alone; for the others an own check must fail too. One server always stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentGuard {
    /// percent of a service's servers, 1 to 100; 50 unless said
    pub share: u8,
    /// 10 s unless said, 1 s to 1 h
    pub window: Duration,
}

/// `tls = { ca = "…", certificate = "…", key = "…", name = "…" }`: paths of PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentTls {
    /// who vouches for the agents' certificates
    pub ca: String,
    /// what this director shows, and its key; none: nothing
    pub certificate: Option<(String, String)>,
    /// the name in the agents' certificates; none: the address that is connected to
    pub name: Option<String>,
}

/// `agent = "prefer" | "require" | "off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentPolicy {
    /// its word counts while it is heard; else the own checks decide
    Prefer,
    /// without its word no new connections
    Require,
}

/// Whose agent a server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealAgent {
    /// where it listens: the server's address and `agent_port`
    pub address: SocketAddr,
    /// what it is worth
    pub policy: AgentPolicy,
}
