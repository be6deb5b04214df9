//! Follows agents: one stream each, whatever the number of services, what is said back, and knocks on hosts that fell silent.
//!
//! Everything runs on the `LocalSet` of the thread that owns the [`Follower`]. What streams say is judged in the room `watch`; here
//! are only sockets and timers. Nothing that an agent sends, or does not send, costs more than its own stream.

mod connect;
mod desk;
mod follower;
mod knock;
mod life;
mod limits;
mod post;
mod socket;
mod stream;
mod tls;
mod words;

pub use follower::{Follower, Wanted};
pub use limits::Limits;
pub use tls::{ClientTls, TlsError};
