//! What is known to go wrong on hosts of an LVS direct-routing cluster, judged from what was seen of one.
//!
//! Rules are pure: facts in, findings out. Each says that something is fine, wrong and how to cure it, not
//! applicable, or that it could not be looked at and how it could be. This room never looks at anything itself: it is `no_std`.
#![no_std]

extern crate alloc;

pub mod agent;
pub mod director;
mod facts;
mod finding;
pub mod firewall;
mod json;
mod report;
pub mod shared;
mod sysctls;

pub use facts::{
    Address, Confinement, Facts, File, FirewallText, Link, Listening, Modules, Process, Release, Route, Seen,
    Transport, Unit, Unseen,
};
pub use finding::{Finding, Verdict};
pub use report::{Marks, Report};
pub use sysctls::Sysctls;
