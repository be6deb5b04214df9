//! The Internet checksum (RFC 1071), with the pseudo-header of RFC 9568 section 5.2.8.

use core::net::IpAddr;

use crate::{Family, Version};

/// IP protocol number of VRRP (RFC 9568 section 5.1.1.4)
const PROTOCOL: u32 = 112;

/// Ones' complement sum. 65,535 bytes, the most of an IP packet, add less than 2^31.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum(u32);

impl Sum {
    /// What precedes the message: a pseudo-header or nothing. Version 2 never has one, version 3 over IPv6 always.
    pub(super) fn start(
        version: Version,
        pseudo_header: bool,
        source: IpAddr,
        destination: IpAddr,
        len: usize,
    ) -> Self {
        let covered = match (version, Family::of(source)) {
            (Version::V2, _) => false,
            (Version::V3, Family::V4) => pseudo_header,
            (Version::V3, Family::V6) => true,
        };
        if !covered {
            return Self::default();
        }
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        Self::default().address(source).address(destination).number(len).number(PROTOCOL)
    }

    /// With these bytes; an odd last one counts as if a zero followed.
    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let sum = pairs.iter().fold(self.0, |sum, pair| sum + u32::from(u16::from_be_bytes(*pair)));
        let last = rest.first().map_or(0, |byte| u32::from(*byte) << 8);
        Self(fold(sum + last))
    }

    fn address(self, address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => self.bytes(&v4.octets()),
            IpAddr::V6(v6) => self.bytes(&v6.octets()),
        }
    }

    fn number(self, number: u32) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// What goes into the checksum field, which counted as zero.
    pub(super) fn checksum(self) -> [u8; 2] {
        let [_, _, high, low] = self.0.to_be_bytes();
        [!high, !low]
    }

    /// Whether a message, checksum field included, is as it was sent.
    pub(super) const fn is_right(self) -> bool {
        self.0 == 0xffff
    }
}

const fn fold(mut sum: u32) -> u32 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}
