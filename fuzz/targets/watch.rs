//! Any bytes as an agent's stream.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lvs_fuzz::watch(bytes));
