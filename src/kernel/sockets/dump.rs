//! A dump: one question, datagrams of answers.

use std::io;
use std::net::IpAddr;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, Parseable};
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags};
use netlink_packet_sock_diag::{SOCK_DIAG_BY_FAMILY, SockDiagMessage};
use netlink_sys::Socket;

use super::{Asked, Family};

/// The most the kernel puts into one datagram of a dump (`netlink_dump`).
const DATAGRAM: usize = 32 * 1024;
// `linux/netlink.h`
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// Bytes of a message's header (`struct nlmsghdr`).
const HEADER: usize = 16;
/// `INET_DIAG_REQ_BYTECODE`
const BYTECODE: u16 = 1;
/// Bytes of an attribute's header (`NLA_HDRLEN`).
const ATTRIBUTE_HEADER: usize = 4;

pub(super) fn request(asked: &Asked<'_>) -> Vec<u8> {
    let request = InetRequest {
        family: asked.family.number(),
        protocol: asked.protocol_number(),
        extensions: ExtensionFlags::empty(),
        states: StateFlags::from_bits_retain(asked.states),
        socket_id: match asked.family {
            Family::V4 => SocketId::new_v4(),
            Family::V6 => SocketId::new_v6(),
        },
    };
    let mut message = NetlinkMessage::from(SockDiagMessage::InetRequest(request));
    message.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    add_condition(&mut bytes, asked.condition);
    bytes
}

/// Behind the request, which then is longer than it said.
fn add_condition(message: &mut Vec<u8>, condition: &[u8]) {
    if condition.is_empty() {
        return;
    }
    let attribute = u16::try_from(ATTRIBUTE_HEADER + condition.len()).unwrap_or(u16::MAX);
    message.extend(attribute.to_ne_bytes());
    message.extend(BYTECODE.to_ne_bytes());
    message.extend(condition);
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_ne_bytes();
    if let Some(said) = message.first_chunk_mut() {
        *said = length;
    }
}

/// Until the dump is over. No more than one datagram is held.
pub(super) fn receive(
    socket: &Socket,
    buffer: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        buffer.clear();
        buffer.reserve(DATAGRAM);
        socket.recv(buffer, 0)?;
        if walk(buffer, &mut take)? {
            return Ok(());
        }
    }
}

/// Gives out every answer of a datagram (`struct inet_diag_msg` and its attributes); says whether the dump is over.
pub(super) fn walk(bytes: &[u8], mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, kind, message) = first(rest).ok_or(io::ErrorKind::UnexpectedEof)?;
        match kind {
            SOCK_DIAG_BY_FAMILY => take(message)?,
            NLMSG_DONE => return result(message).map(|()| true),
            NLMSG_ERROR => result(message)?,
            // not asked for
            _ => {}
        }
        // messages are aligned to four bytes (NLMSG_ALIGN)
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// An answer with all that it has.
pub(super) fn parse(message: &[u8]) -> io::Result<InetResponse> {
    InetResponse::parse(message).map_err(io::Error::other)
}

/// The local address of an answer, which is all that is wanted of very many of them.
pub(super) fn local_address(message: &[u8]) -> Option<IpAddr> {
    let address: [u8; 16] = *message.get(8..)?.first_chunk()?;
    let [a, b, c, d, ..] = address;
    match *message.first()? {
        AF_INET => Some(IpAddr::from([a, b, c, d])),
        AF_INET6 => Some(IpAddr::from(address)),
        _ => None,
    }
}

/// Length, type and content of the first message (`struct nlmsghdr`).
fn first(bytes: &[u8]) -> Option<(usize, u16, &[u8])> {
    let length = usize::try_from(u32::from_ne_bytes(*bytes.first_chunk()?)).ok()?;
    let kind = u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?);
    Some((length, kind, bytes.get(HEADER..length)?))
}

/// What `NLMSG_DONE` and `NLMSG_ERROR` begin with: 0 or an errno, negative.
fn result(message: &[u8]) -> io::Result<()> {
    match message.first_chunk().map_or(0, |code| i32::from_ne_bytes(*code)) {
        0.. => Ok(()),
        code => Err(io::Error::from_raw_os_error(code.saturating_neg())),
    }
}
