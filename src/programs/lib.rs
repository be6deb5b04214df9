//! Operators' programs and named pipes: what may run is checked, runs have limits, and are told of in order.

#[cfg(test)]
mod becoming;
mod fifo;
mod notices;
pub mod script;
#[cfg(test)]
mod testing;

pub use fifo::{FifoError, check_fifo, check_fifo_to_run};
pub use notices::{Channel, Notices, Program};
