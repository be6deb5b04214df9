//! Any bytes as routers and what happens to them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lvs_fuzz::set(bytes));
