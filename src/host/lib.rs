//! Addresses and sysctls of one real server as values: what is wanted, what is there, the ordered steps between
//! the two, and whether the host is prepared.
//!
//! This room never opens a socket, reads a file or asks the time: it is `no_std`.
#![no_std]

extern crate alloc;

mod arp;
mod conflict;
mod down;
mod label;
mod observed;
mod owned;
mod readiness;
mod step;
mod up;
mod wanted;

pub use arp::{ArpSysctl, Sysctl};
pub use conflict::{Conflict, conflicts};
pub use down::{down_steps, left_over, partial_steps};
pub use observed::{Address, HostState, Link, ListeningSocket};
pub use owned::Owned;
pub use readiness::{StepName, StepState, readiness};
pub use step::{NewAddress, Plan, Step};
pub use up::up_steps;
pub use wanted::{Listener, ListenerProtocol, Need, Scope, Vip};
