//! What the fuzz targets do with bytes. The tests of the room `vrrp` replay the seeds through the same files.

mod advert;
mod reader;
mod set;

/// A packet.
pub fn advert(bytes: &[u8]) {
    advert::advert(bytes);
}

/// Routers, and what happens to them.
pub fn set(bytes: &[u8]) {
    set::set(bytes);
}
