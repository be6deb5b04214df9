//! One stream as bytes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::{Broken, Status};

/// One stream, from the first byte of the answer's head on.
#[derive(Debug)]
pub struct Session {
    silent_at: Duration,
}

/// What a stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// once, before all others; never from older agents
    Hello {
        /// what [`crate::confirm_request`] names; letters, digits, `-` and `_` only
        watch: String,
    },
    /// how the host stands
    State(Box<Status>),
    /// it lives, and nothing is new
    Beat,
}

impl Session {
    /// `now`: when the request was sent.
    pub fn new(now: Duration) -> Self {
        Self { silent_at: now.saturating_add(Duration::from_secs(3)) }
    }

    /// Takes what was read, in parts of any size, and appends what is complete.
    ///
    /// # Errors
    /// The agent sent what no agent should; what was complete before is in `out`. The session takes nothing more.
    pub fn receive(&mut self, bytes: &[u8], now: Duration, out: &mut Vec<Event>) -> Result<(), Broken> {
        let _ = (bytes, now, out);
        Ok(())
    }

    /// Nothing complete by then: the agent is silent. Two and a half heartbeats after the last event; 3 s before the first.
    pub fn silent_at(&self) -> Duration {
        self.silent_at
    }
}
