//! What comes of one agent, and what follows from it.

use alloc::boxed::Box;
use alloc::string::String;

use crate::Status;

/// What comes of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// what it tells; also the first thing after connecting: the agent is heard
    State(Box<Status>),
    /// the stream is open and nothing came in time
    Silent,
    /// it speaks again after [`News::Silent`], with nothing new
    Heard,
    /// closed, refused, not reachable or broken: in words
    Lost(String),
    /// the answer to a knock
    Knocked {
        /// at least one port beside the agent's was tried, and none answered
        host_is_dead: bool,
    },
}

/// What is to be done after one [`News`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    /// words of this agent are others than before: its services are to be judged again
    pub changed: bool,
    /// the host may be gone: knock, and hasten the server's own checks
    pub suspect: bool,
    /// something is ready that was not: hasten the server's own checks
    pub came_ready: bool,
    /// the state has a drain: it is to be confirmed, see [`crate::Agents::draining`]
    pub drains: bool,
}
