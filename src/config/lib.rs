//! TOML text to typed configuration, every value with its place, every mistake as a diagnostic.
//!
//! This room never reads a file or asks the time (`no_std`): text comes in, values and diagnostics go out.
#![no_std]

extern crate alloc;

pub mod agent;
mod diagnostic;
pub mod director;

pub use diagnostic::{Diagnostic, Severity};
