//! Which sockets listen, by `NETLINK_SOCK_DIAG` (`net/ipv4/inet_diag.c`). Needs no privilege.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::io;

use host::ListenerProtocol;
pub use host::ListeningSocket;
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr};

/// The most the kernel puts into one datagram of a dump (`netlink_dump`).
const DATAGRAM: usize = 32 * 1024;

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

/// Every TCP socket in state LISTEN and every unconnected UDP socket, IPv4 and IPv6.
pub fn listeners() -> Result<Vec<ListeningSocket>, SocketsError> {
    Sockets::open()?.listeners(&[ListenerProtocol::Tcp, ListenerProtocol::Udp])
}

impl Sockets {
    /// Connects.
    pub fn open() -> Result<Self, SocketsError> {
        let failed = |source| SocketsError { what: "listening", source };
        let socket = Socket::new(NETLINK_SOCK_DIAG).map_err(failed)?;
        socket.connect(&SocketAddr::new(0, 0)).map_err(failed)?;
        Ok(Self { socket, buffer: Vec::new() })
    }

    /// The listening sockets of these protocols. The kernel answers within the call, so this never waits.
    pub fn listeners(
        &mut self,
        protocols: &[ListenerProtocol],
    ) -> Result<Vec<ListeningSocket>, SocketsError> {
        let mut found = Vec::new();
        for protocol in protocols {
            for family in [AF_INET, AF_INET6] {
                let what = name_of(*protocol, family);
                let dumped = self.dump(*protocol, family, &mut found);
                dumped.map_err(|source| SocketsError { what, source })?;
            }
        }
        Ok(found)
    }

    fn dump(
        &mut self,
        protocol: ListenerProtocol,
        family: u8,
        found: &mut Vec<ListeningSocket>,
    ) -> io::Result<()> {
        self.socket.send(&request(protocol, family), 0)?;
        match self.receive(protocol, found) {
            // a kernel without IPv6 has no IPv6 sockets
            Err(error) if family == AF_INET6 && error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn receive(&mut self, protocol: ListenerProtocol, found: &mut Vec<ListeningSocket>) -> io::Result<()> {
        loop {
            self.buffer.clear();
            self.buffer.reserve(DATAGRAM);
            self.socket.recv(&mut self.buffer, 0)?;
            if take_datagram(&self.buffer, protocol, found)? {
                return Ok(());
            }
        }
    }
}

fn name_of(protocol: ListenerProtocol, family: u8) -> &'static str {
    match (protocol, family == AF_INET) {
        (ListenerProtocol::Tcp, true) => "TCP over IPv4",
        (ListenerProtocol::Tcp, false) => "TCP over IPv6",
        (ListenerProtocol::Udp, true) => "UDP over IPv4",
        (ListenerProtocol::Udp, false) => "UDP over IPv6",
    }
}

fn request(protocol: ListenerProtocol, family: u8) -> Vec<u8> {
    let (protocol, states) = match protocol {
        ListenerProtocol::Tcp => (IPPROTO_TCP, StateFlags::LISTEN),
        // an unconnected UDP socket is in state CLOSE
        ListenerProtocol::Udp => (IPPROTO_UDP, StateFlags::CLOSE),
    };
    let socket_id = if family == AF_INET { SocketId::new_v4() } else { SocketId::new_v6() };
    let request = InetRequest { family, protocol, extensions: ExtensionFlags::empty(), states, socket_id };
    let mut message = NetlinkMessage::from(SockDiagMessage::InetRequest(request));
    message.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Takes every message of a datagram; answers whether the dump is over.
fn take_datagram(
    bytes: &[u8],
    protocol: ListenerProtocol,
    found: &mut Vec<ListeningSocket>,
) -> io::Result<bool> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest).map_err(io::Error::other)?;
        let length = usize::try_from(message.header.length).unwrap_or(rest.len());
        match message.payload {
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) if error.code.is_some() => return Err(error.to_io()),
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                found.push(socket_of(&response, protocol));
            }
            // not asked for
            _ => {}
        }
        // messages are aligned to four bytes (NLMSG_ALIGN)
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

fn socket_of(response: &InetResponse, protocol: ListenerProtocol) -> ListeningSocket {
    let id = &response.header.socket_id;
    ListeningSocket {
        protocol,
        address: id.source_address,
        port: id.source_port,
        v6only: response.nlas.iter().any(|nla| matches!(nla, Nla::SkV6Only(true))),
        interface: id.interface_id,
    }
}
