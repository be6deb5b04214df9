//! Bytes as a program: taken from the front, until there are none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Zero behind the end.
    pub(crate) fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    pub(crate) fn bit(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// As many as are there.
    pub(crate) fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// One of few, so that the same comes again.
    pub(crate) fn address(&mut self, v6: bool) -> IpAddr {
        let last = self.byte() % 8;
        if v6 {
            Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, last.into()).into()
        } else {
            Ipv4Addr::new(192, 0, 2, last).into()
        }
    }
}
