//! TOML text to typed configuration, every value with its place, every mistake as a diagnostic.
//!
//! This room never reads a file or asks the time (`no_std`): text comes in, values and diagnostics go out.
//! One run reports everything that is wrong: [`agent::parse`] and [`director::parse`] go on after a mistake
//! and leave out only what could not be understood because of it.
//! What another language says alike is judged by [`rules`].
#![no_std]

extern crate alloc;

pub mod agent;
mod diagnostic;
pub mod director;
mod print;
mod read;
pub mod rules;
mod text;

pub use diagnostic::{Diagnostic, Severity};
pub use read::nearest;

/// A duration as files have it, for command lines: `250ms`, `6s`, `2m`, `1h`, `1d`; else what to write.
pub fn duration(text: &str) -> Result<core::time::Duration, alloc::string::String> {
    read::parse_duration(text)
}
