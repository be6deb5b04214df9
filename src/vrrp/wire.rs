//! Adverts as bytes: RFC 3768 section 5.1 (version 2) and RFC 9568 section 5.1 (version 3).

mod advert;
mod checksum;
mod packet;
mod refused;

pub use advert::Advert;
pub use packet::{Packet, vrid_of};
pub use refused::Refused;
