//! VRRP, versions 2 (RFC 3768) and 3 (RFC 5798, RFC 9568), for IPv4 and IPv6: adverts as bytes, timers, and virtual
//! routers as state machines.
//!
//! This room never opens a socket or asks the time (`no_std`): packets, link states and timers come in, adverts,
//! transitions and the wish to hold or drop addresses come out. `now` is a [`core::time::Duration`] since the daemon's
//! start.
#![no_std]

extern crate alloc;

mod action;
mod counters;
mod group;
mod noun;
mod queue;
mod router;
mod set;
mod settings;
mod state;
mod track;
mod view;
mod wire;

pub use action::{Action, Holding, Transition};
pub use counters::{Counters, Refusals};
pub use noun::{Family, Interval, Password, Priority, Version, Vrid};
pub use set::{RouterId, Set};
pub use settings::{Announcing, Group, Settings, Track};
pub use state::{Readiness, Reason, Report, State};
pub use view::View;
pub use wire::{Advert, Packet, Refused, vrid_of};
