//! What an agent's word comes to.

use alloc::string::String;
use core::time::Duration;

/// What is known of one service of one server from its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// not heard yet since the start, or since it is new in the file; for at most 2 s
    Awaited,
    /// prepared and served
    Ready,
    /// not prepared or not served, and what is missing; or not to be trusted for some time
    NotReady(String),
    /// it drains: no new connections
    Draining,
    /// it has drained: the entry is to be deleted
    Leaving,
    /// the stream is silent or lost, in words: own checks decide
    Unverified(String),
    /// the stream is silent or lost, and the host answered no knock
    Dead,
}

/// How an agent's stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hearing {
    /// not heard yet
    Awaited,
    /// it speaks
    Heard,
    /// the stream is open and nothing comes
    Silent,
    /// there is no stream
    Lost,
}

/// `awaited`, `heard`, `silent`, `lost`
impl core::fmt::Display for Hearing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Awaited => "awaited",
            Self::Heard => "heard",
            Self::Silent => "silent",
            Self::Lost => "lost",
        })
    }
}

/// One agent as a status shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// how its stream stands
    pub hearing: Hearing,
    /// since then
    pub since: Duration,
    /// the host answered no knock
    pub dead: bool,
    /// the host's name as the agent says it; empty: not said
    pub host: String,
    /// the agent's version; empty: never heard
    pub version: String,
    /// why the agent is not heard; when it is heard: what is missing at its first VIP that is not ready
    pub reason: Option<String>,
    /// VIPs that the agent has, as last told
    pub vips: usize,
    /// of those, VIPs that it says are ready
    pub ready: usize,
    /// changes of mind since the start that were not acted upon
    pub damped: u64,
    /// what the host may carry, in percent
    pub weight: Option<u8>,
    /// [`crate::Status::seq`] of what it told last
    pub seq: u64,
}
