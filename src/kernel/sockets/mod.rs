//! Which sockets there are, by `NETLINK_SOCK_DIAG` (`net/ipv4/inet_diag.c`). Needs no privilege.

mod condition;
mod connections;
mod destroyed;
mod dump;
mod filter;
mod listening;
#[cfg(test)]
mod tests;

use std::io;

use host::ListenerProtocol;
pub use host::ListeningSocket;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr};

pub use destroyed::{Destroyed, DestroyedError};
pub use listening::listeners;

/// Sockets could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("cannot list {what} sockets")]
pub struct SocketsError {
    what: &'static str,
    #[source]
    source: io::Error,
}

impl SocketsError {
    /// ENOENT: the kernel module that lists these sockets (`tcp_diag`, `udp_diag`) is not there.
    pub fn is_missing_module(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// A connection to the kernel's socket tables.
pub struct Sockets {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Sockets {
    /// Connects.
    pub fn open() -> Result<Self, SocketsError> {
        let failed = |source| SocketsError { what: "listening", source };
        let socket = Socket::new(NETLINK_SOCK_DIAG).map_err(failed)?;
        socket.connect(&SocketAddr::new(0, 0)).map_err(failed)?;
        Ok(Self { socket, buffer: Vec::new() })
    }

    /// Asks for sockets of one kind and gives each of them to `take` as bytes, a datagram's worth at a time. The kernel answers
    /// within the call, so this never waits.
    fn dump(
        &mut self,
        asked: Asked<'_>,
        take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), SocketsError> {
        self.socket
            .send(&dump::request(&asked), 0)
            .and_then(|_| dump::receive(&self.socket, &mut self.buffer, take))
            .or_else(|error| {
                // a kernel without IPv6 has no IPv6 sockets
                let has_none = error.kind() == io::ErrorKind::NotFound && asked.family == Family::V6;
                if has_none { Ok(()) } else { Err(error) }
            })
            .map_err(|source| SocketsError { what: asked.name(), source })
    }
}

/// What a dump is to hold.
struct Asked<'a> {
    protocol: ListenerProtocol,
    family: Family,
    /// bits by the number of the state (`net/tcp_states.h`)
    states: u32,
    /// a program for the kernel (`INET_DIAG_REQ_BYTECODE`), empty: none
    condition: &'a [u8],
}

/// Of sockets: those of `V6` may have IPv4 addresses, mapped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Family {
    const BOTH: [Self; 2] = [Self::V4, Self::V6];

    fn number(self) -> u8 {
        match self {
            Self::V4 => AF_INET,
            Self::V6 => AF_INET6,
        }
    }
}

impl Asked<'_> {
    fn protocol_number(&self) -> u8 {
        match self.protocol {
            ListenerProtocol::Tcp => IPPROTO_TCP,
            ListenerProtocol::Udp => IPPROTO_UDP,
        }
    }

    fn name(&self) -> &'static str {
        match (self.protocol, self.family) {
            (ListenerProtocol::Tcp, Family::V4) => "TCP over IPv4",
            (ListenerProtocol::Tcp, Family::V6) => "TCP over IPv6",
            (ListenerProtocol::Udp, Family::V4) => "UDP over IPv4",
            (ListenerProtocol::Udp, Family::V6) => "UDP over IPv6",
        }
    }
}
