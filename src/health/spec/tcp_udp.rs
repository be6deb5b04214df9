//! Checks that send and expect bytes.

use alloc::vec::Vec;

/// A connection, and what is said on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TcpCheck {
    /// sent when the connection stands; nothing where empty
    pub send: Vec<u8>,
    /// the answer must hold it, within its first 64 KiB; nothing is read where empty
    pub expect: Vec<u8>,
}

impl TcpCheck {
    /// The connection is all it wants.
    pub const CONNECT: Self = Self { send: Vec::new(), expect: Vec::new() };
}

/// A datagram, and what comes back. An ICMP error is a failure always.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UdpCheck {
    /// sent
    pub payload: Vec<u8>,
    /// an answer must come; else silence is good
    pub require_reply: bool,
    /// shortest good answer in bytes
    pub min_reply: u16,
    /// longest good answer in bytes
    pub max_reply: u16,
    /// the answer must hold it; anything where empty
    pub expect: Vec<u8>,
}
