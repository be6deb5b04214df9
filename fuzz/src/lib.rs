//! What the fuzz targets do with bytes. The tests of the rooms `vrrp`, `keepalived` and `watch` replay the
//! seeds through the same files.

mod advert;
mod keepalived;
mod reader;
mod set;
mod watch;

/// A packet.
pub fn advert(bytes: &[u8]) {
    advert::advert(bytes);
}

/// A keepalived.conf.
pub fn keepalived(bytes: &[u8]) {
    keepalived::keepalived(bytes);
}

/// Routers, and what happens to them.
pub fn set(bytes: &[u8]) {
    set::set(bytes);
}

/// An agent's stream.
pub fn watch(bytes: &[u8]) {
    watch::watch(bytes);
}
