//! Operators' programs and named pipes: what may run is checked, runs have limits, and are told of in order.

pub mod script;
#[cfg(test)]
mod testing;
