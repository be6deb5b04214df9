//! Addresses and sysctls of one real server as values: what is wanted, what is there, the ordered steps between
//! the two, and whether the host is prepared.
//!
//! This room never opens a socket, reads a file or asks the time: it is `no_std`.
#![no_std]

extern crate alloc;

mod wanted;

pub use wanted::{Listener, ListenerProtocol, Scope, Vip};
