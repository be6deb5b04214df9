//! Adverts as bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail it"
)]

mod any_bytes;
mod captured;
mod chance;
mod counted;
mod fuzz_seeds;
mod refusals;
mod round_trip;
