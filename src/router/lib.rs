//! The VRRP side of a director: adverts in a thread of their own, addresses in another, tracking and notification.
//!
//! ```text
//!              adverts (raw sockets)                  netlink, ARP
//!                     |                                    |
//!   [adverts]  vrrp::Set  -- Hold, Announce, role -->  [addresses]  one writer of VIPs, [[address]], virtual routes
//!         ^    |            <-- links, sources --          |
//!         |    +-- transitions, snapshot -->  [pump], in the director's loop --> notification, log, `Router::next`
//!         +-- configuration, readiness, tracks, stop --  `Router`
//! ```
//!
//! **Architecture Invariant:** the advert thread waits for nothing but packets and time: it never logs, opens no file, speaks
//! no netlink, and leaves what it has to say in its own memory while a box is locked.
//!
//! **Architecture Invariant:** between threads the newest word wins, and every list has a limit.

mod addresses;
mod adverts;
mod exchange;
mod handle;
mod held;
mod notes;
mod notify;
#[cfg(test)]
#[path = "../programs/testing.rs"]
mod places;
mod pump;
mod refusals;
mod settings;
mod state;
mod status;
#[cfg(test)]
mod testing;
mod track;

pub use addresses::{HoldError, apply, cleanup, owned, plan};
pub use exchange::Moved;
pub use handle::{Router, StartError};
pub use status::{
    AddressStatus, DuplicateStatus, MasterStatus, RefusedStatus, RouterStatus, TrackStatus, VipStatus,
    VrrpStatus,
};
