//! One address, several from one to another, or those of a network.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Network, WrongNetwork};

/// Addresses of one family from a first to a last, both included. Printed as it is read: `192.0.2.1-9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

/// Why a text is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongRange {
    /// no address, and no two of one family
    Form,
    /// the last is below the first
    Backwards,
    /// bits below the prefix, whose network this is
    HostBits(Network),
}

impl AddressRange {
    /// One address.
    #[must_use]
    pub const fn one(address: IpAddr) -> Self {
        Self { first: address, last: address }
    }

    /// Reads `ip`, `ip-ip`, `ip-number` or `ip/prefix`; the number is the last part of the last address, as it is written in one.
    ///
    /// # Errors
    ///
    /// Where the text is none of them.
    pub fn parse(text: &str) -> Result<Self, WrongRange> {
        let (first, last) = if text.contains('/') { of_network(text)? } else { written(text)? };
        if bits(first) <= bits(last) { Ok(Self { first, last }) } else { Err(WrongRange::Backwards) }
    }

    /// The lowest address.
    #[must_use]
    pub const fn first(self) -> IpAddr {
        self.first
    }

    /// How many there are, less one: all of IPv6 fit.
    #[must_use]
    pub const fn further(self) -> u128 {
        bits(self.last).saturating_sub(bits(self.first))
    }

    /// Each, from the first on. Ask [`Self::further`] before: there may be more than anybody lives to see.
    pub fn addresses(self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.first.is_ipv4();
        (bits(self.first)..=bits(self.last)).map(move |bits| match u32::try_from(bits) {
            Ok(bits) if v4 => IpAddr::V4(Ipv4Addr::from_bits(bits)),
            Ok(_) | Err(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        })
    }

    /// Takes an address that follows the last; answers whether it did.
    pub fn extend(&mut self, address: IpAddr) -> bool {
        let follows =
            self.last.is_ipv4() == address.is_ipv4() && bits(self.last).checked_add(1) == Some(bits(address));
        if follows {
            self.last = address;
        }
        follows
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        match (self.first, self.last) {
            (first, last) if first == last => Ok(()),
            (IpAddr::V4(first), IpAddr::V4(last)) if first.to_bits() >> 8 == last.to_bits() >> 8 => {
                write!(f, "-{}", last.to_bits() & 0xff)
            }
            (_, last) => write!(f, "-{last}"),
        }
    }
}

/// The number that an address is.
const fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn of_network(text: &str) -> Result<(IpAddr, IpAddr), WrongRange> {
    match Network::parse(text) {
        Ok(network) => Ok((network.address, network.last())),
        Err(WrongNetwork::Form) => Err(WrongRange::Form),
        Err(WrongNetwork::HostBits { network, .. }) => Err(WrongRange::HostBits(network)),
    }
}

fn written(text: &str) -> Result<(IpAddr, IpAddr), WrongRange> {
    let (first, last) = text.split_once('-').map_or((text, None), |(first, last)| (first, Some(last)));
    let first: IpAddr = first.parse().map_err(|_| WrongRange::Form)?;
    let Some(last) = last else { return Ok((first, first)) };
    let last = last.parse().ok().or_else(|| in_last_part(first, last));
    last.filter(|last: &IpAddr| last.is_ipv4() == first.is_ipv4())
        .map(|last| (first, last))
        .ok_or(WrongRange::Form)
}

/// `9` behind `192.0.2.1`, `ff` behind `2001:db8::1`: the first address with another last part.
fn in_last_part(first: IpAddr, text: &str) -> Option<IpAddr> {
    match first {
        IpAddr::V4(v4) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let part = text.parse::<u8>().ok().filter(|_| plain)?;
            Some(IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !0xff | u32::from(part))))
        }
        IpAddr::V6(v6) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let part = u16::from_str_radix(text, 16).ok().filter(|_| plain)?;
            Some(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !0xffff | u128::from(part))))
        }
    }
}
