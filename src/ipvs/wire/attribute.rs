//! Netlink attributes (`struct nlattr`): a length and a type of 16 bits each, both in host order, then the
//! payload, padded to four bytes.

use alloc::vec::Vec;
use core::str;

use super::DecodeError;

const HEADER: usize = 4;
/// `NLA_F_NESTED`
const NESTED: u16 = 1 << 15;
/// Less `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`, both only hints
const TYPE_MASK: u16 = 0x3fff;

/// One attribute of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) kind: u16,
    payload: &'a [u8],
}

/// The attributes in a payload, in their order. Ends after the first that does not fit.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        // fewer bytes than a header are padding, as the kernel's nla_ok() has it
        let ([a, b, c, d], _) = self.0.split_first_chunk::<HEADER>()?;
        let length = usize::from(u16::from_ne_bytes([*a, *b]));
        let kind = u16::from_ne_bytes([*c, *d]) & TYPE_MASK;
        let Some(payload) = self.0.get(HEADER..length) else {
            let left = core::mem::take(&mut self.0).len();
            return Some(Err(DecodeError::AttributeLength { kind, length, left }));
        };
        self.0 = self.0.get(length.next_multiple_of(HEADER)..).unwrap_or_default();
        Some(Ok(Attribute { kind, payload }))
    }
}

impl<'a> Attribute<'a> {
    pub(super) const fn nested(&self) -> Attributes<'a> {
        Attributes(self.payload)
    }

    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.payload
    }

    pub(super) fn array<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        let wrong = |_| DecodeError::AttributeSize { kind: self.kind, size: self.payload.len(), expected: N };
        <[u8; N]>::try_from(self.payload).map_err(wrong)
    }

    pub(super) fn u8(&self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_ne_bytes)
    }

    pub(super) fn u16(&self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_ne_bytes)
    }

    pub(super) fn u16_be(&self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_ne_bytes)
    }

    /// A number of 32 or 64 bits: counters are wider in `STATS64` than in `STATS`.
    pub(super) fn wide(&self) -> Result<u64, DecodeError> {
        match self.payload.len() {
            4 => self.u32().map(u64::from),
            _ => self.array().map(u64::from_ne_bytes),
        }
    }

    /// The text up to the first NUL.
    pub(super) fn text(&self) -> Result<&'a str, DecodeError> {
        let end = self.payload.iter().position(|byte| *byte == 0).unwrap_or(self.payload.len());
        let text = self.payload.get(..end).unwrap_or_default();
        str::from_utf8(text).map_err(|_| DecodeError::Text { kind: self.kind })
    }
}

/// Appends attributes to a message.
pub(super) struct Writer<'a>(pub(super) &'a mut Vec<u8>);

impl Writer<'_> {
    pub(super) fn bytes(&mut self, kind: u16, payload: &[u8]) {
        let start = self.0.len();
        self.begin(kind);
        self.0.extend_from_slice(payload);
        self.end(start);
    }

    pub(super) fn u8(&mut self, kind: u16, value: u8) {
        self.bytes(kind, &[value]);
    }

    pub(super) fn u16(&mut self, kind: u16, value: u16) {
        self.bytes(kind, &value.to_ne_bytes());
    }

    pub(super) fn u16_be(&mut self, kind: u16, value: u16) {
        self.bytes(kind, &value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, kind: u16, value: u32) {
        self.bytes(kind, &value.to_ne_bytes());
    }

    /// With the NUL that `NLA_NUL_STRING` asks for.
    pub(super) fn text(&mut self, kind: u16, text: &str) {
        let start = self.0.len();
        self.begin(kind);
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        self.end(start);
    }

    pub(super) fn nested(&mut self, kind: u16, fill: impl FnOnce(&mut Writer<'_>)) {
        let start = self.0.len();
        self.begin(kind | NESTED);
        fill(self);
        self.end(start);
    }

    fn begin(&mut self, kind: u16) {
        self.0.extend_from_slice(&[0, 0]);
        self.0.extend_from_slice(&kind.to_ne_bytes());
    }

    /// Writes the length and pads.
    fn end(&mut self, start: usize) {
        // ours are far shorter; one that is not would be refused by the kernel
        let length = u16::try_from(self.0.len() - start).unwrap_or(u16::MAX);
        if let Some(place) = self.0.get_mut(start..start + 2) {
            place.copy_from_slice(&length.to_ne_bytes());
        }
        self.0.resize(self.0.len().next_multiple_of(HEADER), 0);
    }
}
