//! Connections to datagrams.

use alloc::vec::Vec;
use core::iter::Peekable;

use super::{Addresses, Connection};

/// `struct ip_vs_sync_mesg`, in bytes.
const HEADER: usize = 8;
/// `struct ip_vs_sync_v4`, in bytes.
const V4: u16 = 36;
/// `struct ip_vs_sync_v6`, in bytes.
const V6: u16 = 72;
/// `SYNC_PROTO_VER`
const VERSION: u8 = 1;
/// `STYPE_F_INET6`
const TYPE_V6: u8 = 1;

/// Datagrams with all of these connections, each at most `max_len` bytes (at least one connection is in each) and for the
/// backup daemons of `sync_id` and of 0.
pub fn messages<I: Iterator<Item = Connection>>(connections: I, sync_id: u8, max_len: u16) -> Messages<I> {
    Messages { connections: connections.peekable(), sync_id, max_len: usize::from(max_len) }
}

/// See [`messages`].
#[derive(Debug)]
pub struct Messages<I: Iterator<Item = Connection>> {
    connections: Peekable<I>,
    sync_id: u8,
    max_len: usize,
}

impl<I: Iterator<Item = Connection>> Iterator for Messages<I> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::with_capacity(self.max_len.saturating_sub(HEADER));
        // the count is one byte
        let mut count = 0_u8;
        while count < u8::MAX {
            let used = HEADER + body.len();
            let fits = |next: &Connection| count == 0 || used + usize::from(next.length()) <= self.max_len;
            let Some(connection) = self.connections.next_if(fits) else { break };
            connection.write(&mut body);
            count += 1;
        }
        (count > 0).then(|| with_header(&body, count, self.sync_id))
    }
}

fn with_header(body: &[u8], count: u8, sync_id: u8) -> Vec<u8> {
    let size = u16::try_from(HEADER + body.len()).unwrap_or(u16::MAX);
    let mut message = Vec::with_capacity(HEADER + body.len());
    // a version 0 daemon takes the first byte for the count, and sees none
    message.extend_from_slice(&[0, sync_id]);
    message.extend_from_slice(&size.to_be_bytes());
    message.extend_from_slice(&[count, VERSION, 0, 0]);
    message.extend_from_slice(body);
    message
}

impl Connection {
    /// In a message, in bytes; a multiple of four, so that no padding follows.
    const fn length(&self) -> u16 {
        match self.addresses {
            Addresses::V4(_) => V4,
            Addresses::V6(_) => V6,
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let kind = match self.addresses {
            Addresses::V4(_) => 0,
            Addresses::V6(_) => TYPE_V6,
        };
        bytes.extend_from_slice(&[kind, self.protocol]);
        // its upper four bits are a version, 0
        bytes.extend_from_slice(&self.length().to_be_bytes());
        bytes.extend_from_slice(&self.flags.to_be_bytes());
        bytes.extend_from_slice(&self.state.to_be_bytes());
        for port in self.ports {
            bytes.extend_from_slice(&port.to_be_bytes());
        }
        bytes.extend_from_slice(&self.mark.to_be_bytes());
        bytes.extend_from_slice(&self.timeout_s.to_be_bytes());
        match self.addresses {
            Addresses::V4(all) => all.iter().for_each(|address| bytes.extend_from_slice(&address.octets())),
            Addresses::V6(all) => all.iter().for_each(|address| bytes.extend_from_slice(&address.octets())),
        }
    }
}
