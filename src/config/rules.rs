//! What is sound, whichever language says it.
//!
//! `director.toml` and keepalived.conf write the same things: addresses, ranges of them, networks, names. What of them can work is
//! judged here, once. The words about what cannot stay with who reads, as each language tells how to write it better.

mod address;
mod name;
mod network;
mod range;

pub use address::{NoHost, Role, edge_of_subnet, is_link_local, why_not};
pub use name::{
    LONGEST_INTERFACE, LONGEST_MAIL_ADDRESS, LONGEST_PROCESS, is_dns_name, is_mail_address, is_mail_part,
    is_name_or_address, why_no_interface,
};
pub use network::{Network, WrongNetwork};
pub use range::{AddressRange, WrongRange};
