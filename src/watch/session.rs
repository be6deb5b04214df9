//! One stream as bytes: an answer's head, then server-sent events (HTML Living Standard, section 9.2.6), all within limits.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use crate::{Broken, Status};
use budget::Budget;
use fields::Fields;
use head::Head;
use lines::Lines;

mod budget;
mod events;
mod fields;
mod head;
mod lines;
#[cfg(test)]
mod tests;

/// Until an agent says another: what older ones send at
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long the first event may take: connection and request are behind it
const FIRST_EVENT: Duration = Duration::from_secs(3);

/// One stream, from the first byte of the answer's head on.
///
/// What is kept while nothing comes is small: buffers live from the first byte of an event to its last.
#[derive(Debug)]
pub struct Session {
    part: Part,
    bytes: Budget,
    events: Budget,
    heartbeat: Duration,
    silent_at: Duration,
}

#[derive(Debug)]
enum Part {
    Head(Head),
    Events(Lines, Fields),
    Broken,
}

/// What a stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// once, before all others; never from older agents
    Hello {
        /// what [`crate::confirm_request`] names: 1 to 64 letters, digits, `-` and `_`
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
        Self {
            part: Part::Head(Head::default()),
            bytes: Budget::of_bytes(now),
            events: Budget::of_events(now),
            heartbeat: HEARTBEAT,
            silent_at: now.saturating_add(FIRST_EVENT),
        }
    }

    /// Takes what was read, in parts of any size, and appends what is complete.
    ///
    /// # Errors
    /// The agent sent what no agent should; what was complete before is in `out`. The session takes nothing more.
    pub fn receive(&mut self, bytes: &[u8], now: Duration, out: &mut Vec<Event>) -> Result<(), Broken> {
        let taken = self.take(bytes, now, out);
        if taken.is_err() {
            // and its buffers go
            self.part = Part::Broken;
        }
        taken
    }

    /// Nothing complete by then: the agent is silent. Two and a half heartbeats after the last event; 3 s before the first.
    pub fn silent_at(&self) -> Duration {
        self.silent_at
    }

    fn take(&mut self, bytes: &[u8], now: Duration, out: &mut Vec<Event>) -> Result<(), Broken> {
        if !self.bytes.take(bytes.len(), now) {
            return Err(Broken::TooMuch);
        }
        let body = match &mut self.part {
            Part::Broken => return Err(Broken::Before),
            Part::Events(..) => bytes,
            Part::Head(head) => match head.take(bytes)? {
                None => return Ok(()),
                Some(body) => {
                    self.part = Part::Events(Lines::default(), Fields::default());
                    body
                }
            },
        };
        self.take_body(body, now, out)
    }

    fn take_body(&mut self, body: &[u8], now: Duration, out: &mut Vec<Event>) -> Result<(), Broken> {
        let Part::Events(mut lines, mut fields) = mem::replace(&mut self.part, Part::Broken) else {
            return Err(Broken::Before);
        };
        lines.take(body, |line| {
            let Some(fields) = fields.take(line)? else { return Ok(()) };
            if !self.events.take(1, now) {
                return Err(Broken::TooOften);
            }
            let Some(event) = events::event(&fields, &mut self.heartbeat)? else { return Ok(()) };
            self.silent_at = now.saturating_add(self.heartbeat.saturating_mul(5) / 2);
            out.push(event);
            Ok(())
        })?;
        self.part = Part::Events(lines, fields);
        Ok(())
    }
}
