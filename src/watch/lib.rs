//! What agents tell directors over `/v1/watch`: its nouns, the stream as bytes, and what each word is worth.
//!
//! This room never opens a socket or asks the time (`no_std`): time is a [`core::time::Duration`] since the daemon's
//! start, chance is a seed.
#![no_std]

extern crate alloc;

mod agents;
mod backoff;
mod broken;
mod confirm;
mod news;
mod request;
mod session;
mod status;
mod word;

pub use agents::{Agents, Draining};
pub use backoff::Backoff;
pub use broken::Broken;
pub use confirm::{Confirm, Held};
pub use news::{News, Turned};
pub use request::{confirm_request, request, status_code};
pub use session::{Event, Session};
pub use status::{DRAINING, Drain, DrainPhase, FORMAT, Repairs, Status, StepStatus, VipStatus};
pub use word::{Hearing, View, Word};
