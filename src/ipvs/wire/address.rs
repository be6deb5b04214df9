//! Addresses: always 16 bytes (`union nf_inet_addr`), an IPv4 address in the first four.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::number::family;
use super::{DecodeError, attribute::Attribute};
use crate::Family;

pub(super) const fn encode(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(v6) => v6.octets(),
    }
}

pub(super) fn decode(attribute: &Attribute<'_>, family: Family) -> Result<IpAddr, DecodeError> {
    let bytes = attribute.array::<16>()?;
    let [a, b, c, d, ..] = bytes;
    Ok(match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from(bytes)),
    })
}

pub(super) const fn family_number(family: Family) -> u16 {
    match family {
        Family::V4 => family::INET,
        Family::V6 => family::INET6,
    }
}

pub(super) const fn decode_family(number: u16) -> Result<Family, DecodeError> {
    match number {
        family::INET => Ok(Family::V4),
        family::INET6 => Ok(Family::V6),
        other => Err(DecodeError::UnknownFamily(other)),
    }
}
