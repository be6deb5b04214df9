//! The virtual router state machine, seen through `Set`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unchecked_time_subtraction,
    reason = "a test"
)]

mod announcing;
mod election;
mod faults;
mod groups;
mod handover;
mod lab;
mod random;
mod receive;
mod reload;
mod restart;
mod states;
mod thaw;
mod timers;
mod weights;
