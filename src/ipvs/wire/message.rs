//! Framing: `struct nlmsghdr`, and `struct genlmsghdr` behind it.

use alloc::vec::Vec;

use super::DecodeError;
use super::attribute::Writer;
use super::number::{flag, message};

const HEADER: usize = 16;
/// `NLMSG_ALIGNTO`
const ALIGN: usize = 4;

/// One message of what was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// `nlmsg_seq` of the request it answers
    pub sequence: u32,
    /// `NLM_F_DUMP_INTR`: the table changed while it was dumped, the dump is to be repeated
    pub interrupted: bool,
    /// what it says
    pub content: Content<'a>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// `NLMSG_ERROR` with 0: the request was carried out
    Acknowledged,
    /// `NLMSG_ERROR`: the request was refused, with a positive errno
    Refused(i32),
    /// `NLMSG_DONE`: the dump is at its end, with a positive errno if it failed on the way
    Done(Option<i32>),
    /// `NLMSG_OVERRUN`: messages were lost
    Overrun,
    /// `NLMSG_NOOP`
    Nothing,
    /// a generic-netlink message: the attributes behind its header
    Data {
        /// `nlmsg_type`, the family's id
        family: u16,
        /// `genlmsghdr.cmd`
        command: u8,
        /// the attributes
        body: &'a [u8],
    },
}

/// The messages in a received datagram, in their order. Ends after the first that is broken.
#[derive(Clone, Debug)]
pub struct Messages<'a>(&'a [u8]);

impl<'a> Messages<'a> {
    /// Of a datagram, as received.
    pub const fn new(datagram: &'a [u8]) -> Self {
        Self(datagram)
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let item = self.take_message();
        if item.is_err() {
            self.0 = &[];
        }
        Some(item)
    }
}

impl<'a> Messages<'a> {
    fn take_message(&mut self) -> Result<Message<'a>, DecodeError> {
        let left = self.0.len();
        let Some((header, _)) = self.0.split_first_chunk::<HEADER>() else {
            return Err(DecodeError::MessageLength { length: HEADER, left });
        };
        let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, ..] = *header;
        let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).unwrap_or(usize::MAX);
        let Some(payload) = self.0.get(HEADER..length) else {
            return Err(DecodeError::MessageLength { length, left });
        };
        self.0 = self.0.get(length.next_multiple_of(ALIGN)..).unwrap_or_default();
        Ok(Message {
            sequence: u32::from_ne_bytes([s0, s1, s2, s3]),
            interrupted: u16::from_ne_bytes([f0, f1]) & flag::DUMP_INTERRUPTED != 0,
            content: content(u16::from_ne_bytes([k0, k1]), payload)?,
        })
    }
}

fn content(kind: u16, payload: &[u8]) -> Result<Content<'_>, DecodeError> {
    match kind {
        message::NOOP => Ok(Content::Nothing),
        message::OVERRUN => Ok(Content::Overrun),
        message::ERROR => match status(payload).ok_or(DecodeError::MessageCut { kind })? {
            0 => Ok(Content::Acknowledged),
            errno => Ok(Content::Refused(errno)),
        },
        message::DONE => Ok(Content::Done(status(payload).filter(|errno| *errno != 0))),
        family => {
            let (header, body) = payload.split_first_chunk::<4>().ok_or(DecodeError::MessageCut { kind })?;
            let [command, ..] = *header;
            Ok(Content::Data { family, command, body })
        }
    }
}

/// The positive errno at the front, 0 for success.
fn status(payload: &[u8]) -> Option<i32> {
    let (bytes, _) = payload.split_first_chunk::<4>()?;
    Some(i32::from_ne_bytes(*bytes).saturating_neg())
}

/// What heads a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) family: u16,
    pub(super) command: u8,
    pub(super) version: u8,
    /// besides `NLM_F_REQUEST`
    pub(super) flags: u16,
    pub(super) sequence: u32,
}

/// Appends one message to `out`.
pub(super) fn write(out: &mut Vec<u8>, head: Head, fill: impl FnOnce(&mut Writer<'_>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&head.family.to_ne_bytes());
    out.extend_from_slice(&(head.flags | flag::REQUEST).to_ne_bytes());
    out.extend_from_slice(&head.sequence.to_ne_bytes());
    // the port id 0 is the kernel's to fill in; genlmsghdr ends with two reserved bytes
    out.extend_from_slice(&[0, 0, 0, 0, head.command, head.version, 0, 0]);
    fill(&mut Writer(out));
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_ne_bytes());
    }
}
