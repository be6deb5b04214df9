//! `/proc/net/ip_vs` as text (`ip_vs_info_seq_show`): what anyone may read without a privilege.
//!
//! It is less than the table: no thresholds, no tunnel's kind, no scheduler flags, no persistence engine; no
//! "one packet" of an IPv6 service, no family of a fwmark service. [`fill_unseen`] takes these from what is
//! desired, so a plan made with it shows every difference that can be seen, and only those.

mod connections;
mod fill;
mod glance;
mod parse;

pub use connections::{
    ConnectionFault, ConnectionState, SeenConnection, parse_connection, parse_connections,
};
pub use fill::fill_unseen;
pub use glance::glance;
pub use parse::{
    Fault, ProcError, Seen, SeenDestination, SeenForward, SeenKey, SeenPersistence, SeenService, parse_proc,
};
