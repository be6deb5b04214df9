//! What is read from text, and programs that misbehave.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod clock;
mod places;
mod present;
mod programs;
mod texts;
