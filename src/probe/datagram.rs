//! Sockets for datagrams to one target and back: UDP and ICMP.

use std::io;
use std::net::SocketAddr;

use health::CheckSpec;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use crate::phase::Limit;
use crate::{socket, words};

/// As much as a datagram can hold.
const LONGEST: usize = 65_535;

/// Why a socket is not there.
pub(crate) enum NoSocket {
    /// the kernel does not give one of this kind to us
    NotPermitted,
    /// anything else, in words
    Other(String),
}

impl NoSocket {
    pub(crate) fn words(self) -> String {
        match self {
            Self::NotPermitted => "open a socket: operation not permitted".to_owned(),
            Self::Other(words) => words,
        }
    }
}

/// A socket that only `spec.target` speaks on. ICMP errors of all kinds are errors of it.
pub(crate) fn open(spec: &CheckSpec, kind: Type, protocol: Option<Protocol>) -> Result<UdpSocket, NoSocket> {
    let socket =
        Socket::new(Domain::for_address(spec.target), kind, protocol).map_err(|error| no_socket(&error))?;
    socket::set_up(&socket, spec).map_err(NoSocket::Other)?;
    let prepared = connect(&socket, spec.target);
    prepared
        .and_then(|()| UdpSocket::from_std(socket.into()))
        .map_err(|error| NoSocket::Other(format!("connect: {}", words::io_error(&error))))
}

fn no_socket(error: &io::Error) -> NoSocket {
    if error.kind() == io::ErrorKind::PermissionDenied {
        return NoSocket::NotPermitted;
    }
    NoSocket::Other(format!("open a socket: {}", words::io_error(error)))
}

fn connect(socket: &Socket, target: SocketAddr) -> io::Result<()> {
    // without it only "port unreachable" is told (ip(7), IP_RECVERR)
    match target {
        SocketAddr::V4(_) => setsockopt(socket, sockopt::Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvErr, &true)?,
    }
    socket.set_nonblocking(true)?;
    socket.connect(&target.into())
}

pub(crate) async fn send(socket: &UdpSocket, data: &[u8], limit: Limit) -> Result<(), String> {
    let send =
        async { socket.send(data).await.map_err(|error| format!("send: {}", words::io_error(&error))) };
    limit.wait("sending", send).await.map(drop)
}

/// The first datagram that `look` makes something of; none: time is over.
pub(crate) async fn answer<T>(
    socket: &UdpSocket,
    limit: Limit,
    mut look: impl FnMut(&[u8]) -> Option<T>,
) -> Option<Result<T, String>> {
    let told = |error: io::Error| format!("answer: {}", words::io_error(&error));
    let read = async {
        // thousands may wait for what never comes: room is made when something is there, or an ICMP error
        socket.ready(Interest::READABLE | Interest::ERROR).await.map_err(told)?;
        let mut data = vec![0; LONGEST];
        loop {
            let length = socket.recv(&mut data).await.map_err(told)?;
            if let Some(found) = look(data.get(..length).unwrap_or_default()) {
                return Ok(found);
            }
            // a target that sends without end must not keep this thread
            tokio::task::consume_budget().await;
        }
    };
    limit.bound(read).await
}

#[cfg(test)]
mod tests;
