//! keepalived.conf to typed configuration: every value with its place, every mistake as a diagnostic.
//!
//! This room never reads a file or asks the time (`no_std`): texts come in, values and diagnostics go out.
#![no_std]

extern crate alloc;
