//! Any bytes as one packet.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lvs_fuzz::advert(bytes));
