//! A dump: one question, datagrams of answers.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::io;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags};
use netlink_sys::Socket;

use super::{Asked, Family};

/// The most the kernel puts into one datagram of a dump (`netlink_dump`).
const DATAGRAM: usize = 32 * 1024;
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
    mut take: impl FnMut(&InetResponse),
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

/// Gives out every answer of a datagram; says whether the dump is over.
pub(super) fn walk(bytes: &[u8], mut take: impl FnMut(&InetResponse)) -> io::Result<bool> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest).map_err(io::Error::other)?;
        let length = usize::try_from(message.header.length).unwrap_or(rest.len());
        match message.payload {
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) if error.code.is_some() => return Err(error.to_io()),
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => take(&response),
            // not asked for
            _ => {}
        }
        // messages are aligned to four bytes (NLMSG_ALIGN)
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}
