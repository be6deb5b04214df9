//! What agents tell directors over `/v1/watch`: its nouns, the stream as bytes, and what each word is worth.
//!
//! This room never opens a socket or asks the time (`no_std`): time is a [`core::time::Duration`] since the daemon's
//! start, chance is a seed.
#![no_std]

extern crate alloc;

mod confirm;
mod status;

pub use confirm::{Confirm, Held};
pub use status::{DRAINING, Drain, DrainPhase, FORMAT, Repairs, Status, StepStatus, VipStatus};
