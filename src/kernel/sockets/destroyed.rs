//! Which sockets are gone, told by the kernel at once (`sock_diag_broadcast_destroy`). Needs no privilege.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsRawFd;

use host::ListenerProtocol;
use netlink_packet_sock_diag::constants::{AF_NETLINK, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::InetResponse;
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use nix::errno::Errno;
use nix::sys::socket::{NetlinkAddr, bind};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::{dump, filter};
use crate::raw;

/// `SKNLGRP_INET_TCP_DESTROY`, `SKNLGRP_INET_UDP_DESTROY` and those of IPv6: a bit for each, 1 to 4.
const GROUPS: u32 = 0b1111;
/// A message has some 400 bytes.
const MESSAGE_BYTES: usize = 4096;
/// Messages that are read in one go, so that no flood of them is all that happens.
const MOST_AT_ONCE: usize = 64;

/// Sockets of this network namespace that listened, or took datagrams from anyone, and were closed: by their program, or with
/// it, however it ended. The kernel drops what is told of connections, so those wake nobody.
///
/// What is told is a reason to look, not a fact: another socket may listen there still, or again, and a socket that never
/// listened (its connection failed) is told of, too.
#[derive(Debug)]
pub struct Destroyed {
    socket: UdpSocket,
    ports: Option<BTreeSet<u16>>,
}

/// The kernel does not tell which sockets are closed.
#[derive(Debug, thiserror::Error)]
#[error("cannot hear of sockets that are closed")]
pub struct DestroyedError(#[from] io::Error);

impl Destroyed {
    /// Listens from here on, for every port. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The kernel has no `sock_diag`. TCP is told of when `tcp_diag` is loaded, UDP with `udp_diag`: who listed those
    /// sockets before has loaded them.
    pub fn open() -> Result<Self, DestroyedError> {
        Ok(Self { socket: subscribe()?, ports: None })
    }

    /// Tells only of these, whatever the protocol: programs that open and close sockets all the time on other ports, as
    /// resolvers do, then wake nobody.
    pub fn set_ports(&mut self, ports: impl IntoIterator<Item = u16>) {
        let ports = self.ports.insert(ports.into_iter().collect());
        attach(SockRef::from(&self.socket), Some(ports));
    }

    /// Waits for sockets that are closed: protocol and local port, each once. None in it: some were lost, so anything may
    /// have happened. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The socket is broken.
    pub async fn next(&mut self) -> Result<Vec<(ListenerProtocol, u16)>, DestroyedError> {
        loop {
            // where they come without end, whoever waits for them must not be all that happens
            tokio::task::yield_now().await;
            if let Some(closed) = self.take()? {
                return Ok(closed);
            }
            self.socket.readable().await?;
        }
    }

    fn take(&self) -> io::Result<Option<Vec<(ListenerProtocol, u16)>>> {
        let mut closed = BTreeSet::new();
        let mut buffer = [0; MESSAGE_BYTES];
        for _ in 0..MOST_AT_ONCE {
            match self.socket.try_recv(&mut buffer) {
                Ok(length) => self.note(buffer.get(..length).unwrap_or_default(), &mut closed),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => match error.raw_os_error().map(Errno::from_raw) {
                    Some(Errno::ENOBUFS) => return Ok(Some(Vec::new())),
                    Some(Errno::EINTR) => {}
                    _ => return Err(error),
                },
            }
        }
        Ok((!closed.is_empty()).then(|| closed.into_iter().collect()))
    }

    /// A message that is not understood says nothing.
    fn note(&self, message: &[u8], closed: &mut BTreeSet<(ListenerProtocol, u16)>) {
        let _ = dump::walk(message, |message| {
            closed.extend(listener(&dump::parse(message)?).filter(|found| self.is_wanted(*found)));
            Ok(())
        });
    }

    /// As the filter would say, which may be missing.
    fn is_wanted(&self, (_, port): (ListenerProtocol, u16)) -> bool {
        self.ports.as_ref().is_none_or(|ports| ports.contains(&port))
    }
}

/// None: it had a peer, or never a port.
fn listener(response: &InetResponse) -> Option<(ListenerProtocol, u16)> {
    let id = &response.header.socket_id;
    if id.destination_port != 0 || id.source_port == 0 {
        return None;
    }
    let protocol_is = |number| response.nlas.contains(&Nla::Protocol(number));
    let protocols = [(IPPROTO_TCP, ListenerProtocol::Tcp), (IPPROTO_UDP, ListenerProtocol::Udp)];
    let (_, protocol) = protocols.into_iter().find(|(number, _)| protocol_is(*number))?;
    Some((protocol, id.source_port))
}

/// Tokio's own way for any other socket than its kinds needs `unsafe`; to it this is a file descriptor with `recv`.
fn subscribe() -> io::Result<UdpSocket> {
    let protocol = i32::try_from(NETLINK_SOCK_DIAG).unwrap_or_default();
    let socket = Socket::new(Domain::from(i32::from(AF_NETLINK)), Type::RAW, Some(Protocol::from(protocol)))?;
    raw::bound_receive_buffer(&socket)?;
    // before anything can be told
    attach(SockRef::from(&socket), None);
    socket.set_nonblocking(true)?;
    bind(socket.as_raw_fd(), &NetlinkAddr::new(0, GROUPS))?;
    UdpSocket::from_std(socket.into())
}

/// Without a filter the same is told, with more waking.
fn attach(socket: SockRef<'_>, ports: Option<&BTreeSet<u16>>) {
    if let Err(error) = socket.attach_filter(&filter::without_peer(ports)) {
        tracing::debug!(%error, "connections that are closed wake this process, too");
    }
}
