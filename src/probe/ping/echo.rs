//! Echo request and reply as bytes.

use std::hash::{BuildHasher, Hasher, RandomState};

/// How a kind of socket hands over ICMP messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// a ping socket: the kernel puts its own identifier and the checksum in, and gives only its replies
    V4,
    /// the same
    V6,
    /// as sent, so with checksum; every ICMP message of the target comes, with its IP header
    RawV4,
    /// the kernel does the checksum; every ICMPv6 message of the target comes
    RawV6,
}

/// One request, told from all others by its identifier, number and data.
#[derive(Debug)]
pub(super) struct Echo {
    framing: Framing,
    id: [u8; 2],
    number: [u8; 2],
    data: [u8; 8],
}

/// Type, code, checksum, identifier, number.
const HEADER: usize = 8;

impl Echo {
    /// Identifier, number and data are random.
    pub(super) fn new(framing: Framing) -> Self {
        let random = || RandomState::new().build_hasher().finish();
        let [a, b, c, d, ..] = random().to_ne_bytes();
        Self { framing, id: [a, b], number: [c, d], data: random().to_ne_bytes() }
    }

    pub(super) fn request(&self) -> Vec<u8> {
        let kind = match self.framing {
            Framing::V4 | Framing::RawV4 => 8,
            Framing::V6 | Framing::RawV6 => 128,
        };
        let sum = checksum(&self.message(kind, [0, 0]));
        self.message(kind, sum)
    }

    fn message(&self, kind: u8, sum: [u8; 2]) -> Vec<u8> {
        let [id, number] = [self.id, self.number];
        [&[kind, 0], sum.as_slice(), &id, &number, &self.data].concat()
    }

    pub(super) fn is_answered_by(&self, answer: &[u8]) -> bool {
        let (kind, message) = match self.framing {
            Framing::V4 => (0, Some(answer)),
            Framing::RawV4 => (0, behind_ip_header(answer)),
            Framing::V6 | Framing::RawV6 => (129, Some(answer)),
        };
        let Some((header, data)) = message.and_then(|message| message.split_at_checked(HEADER)) else {
            return false;
        };
        let &[its_kind, 0, _, _, id_high, id_low, number_high, number_low] = header else { return false };
        let own_id = match self.framing {
            Framing::V4 | Framing::V6 => true,
            Framing::RawV4 | Framing::RawV6 => [id_high, id_low] == self.id,
        };
        its_kind == kind && own_id && [number_high, number_low] == self.number && data == self.data
    }
}

/// RFC 791, 3.1: the low half of the first byte is the header's length in words of four bytes.
fn behind_ip_header(packet: &[u8]) -> Option<&[u8]> {
    let words = packet.first()? & 0x0f;
    packet.get(usize::from(words) * 4..)
}

/// RFC 1071; `message` has an even length.
fn checksum(message: &[u8]) -> [u8; 2] {
    let words =
        message.chunks_exact(2).map(|pair| pair.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let [_, _, high, low] = (!(folded + (folded >> 16))).to_be_bytes();
    [high, low]
}

#[cfg(test)]
mod tests;
