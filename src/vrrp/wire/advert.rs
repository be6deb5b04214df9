//! One advertisement, the only message of the protocol.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::checksum::Sum;
use super::{Packet, Refused};
use crate::{Family, Interval, Password, Version, Vrid};

/// Up to the address list, both versions
const HEADER: usize = 8;
/// Authentication data behind the addresses, version 2 only. It is always there (RFC 3768 section 5.3.10).
const AUTH_DATA: usize = 8;
const ADVERTISEMENT: u8 = 1;
const NO_AUTH: u8 = 0;
const SIMPLE_PASSWORD: u8 = 1;

/// What a master says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advert {
    /// protocol version
    pub version: Version,
    /// virtual router
    pub vrid: Vrid,
    /// 1 to 255; 0: "I stop" (RFC 9568 section 5.2.4)
    pub priority: u8,
    /// time between its adverts; sent in whole seconds (rounded up, at most 255) by version 2, in centiseconds by version 3
    pub interval: Interval,
    /// addresses of the virtual router, in their order. Sent are those of the packet's family, at most 255.
    pub addresses: Vec<IpAddr>,
    /// version 2: simple text authentication (type 1); none: type 0. Version 3 has none and sends none.
    pub password: Option<Password>,
}

impl Advert {
    /// How many addresses fit: the count is one byte (RFC 9568 section 5.2.5), the packet must fit the MTU (in bytes). None fit
    /// version 2 over IPv6, which does not exist.
    pub const fn most_addresses(version: Version, family: Family, mtu: u16) -> usize {
        let (fixed, each) = match (version, family) {
            (Version::V2, Family::V4) => (20 + HEADER + AUTH_DATA, 4),
            (Version::V3, Family::V4) => (20 + HEADER, 4),
            (Version::V2, Family::V6) => return 0,
            (Version::V3, Family::V6) => (40 + HEADER, 16),
        };
        let fit = (mtu as usize).saturating_sub(fixed) / each;
        if fit > 255 { 255 } else { fit }
    }

    /// The VRRP message, without IP header. `pseudo_header` matters for version 3 over IPv4 only: false leaves it out of the
    /// checksum, as some routers do.
    pub fn emit(&self, source: IpAddr, destination: IpAddr, pseudo_header: bool) -> Vec<u8> {
        let family = Family::of(source);
        let sent = || self.addresses.iter().filter(|address| Family::of(**address) == family).take(255);
        let count = u8::try_from(sent().count()).unwrap_or(u8::MAX);
        let mut bytes = Vec::with_capacity(length(self.version, family, count));
        bytes.extend([self.version.number() << 4 | ADVERTISEMENT, self.vrid.get(), self.priority, count]);
        bytes.extend(self.timing());
        bytes.extend([0, 0]);
        sent().for_each(|address| push(&mut bytes, *address));
        if self.version == Version::V2 {
            bytes.extend(self.password.map_or([0; AUTH_DATA], |password| password.bytes()));
        }
        let sum = Sum::start(self.version, pseudo_header, source, destination, bytes.len()).bytes(&bytes);
        if let Some(field) = bytes.get_mut(6..HEADER) {
            field.copy_from_slice(&sum.checksum());
        }
        bytes
    }

    /// The fifth and sixth byte: authentication type and seconds, or four reserved bits and centiseconds.
    fn timing(&self) -> [u8; 2] {
        let centis = self.interval.centis();
        match (self.version, self.password) {
            (Version::V2, None) => [NO_AUTH, seconds(centis)],
            (Version::V2, Some(_)) => [SIMPLE_PASSWORD, seconds(centis)],
            (Version::V3, _) => centis.to_be_bytes(),
        }
    }

    /// Reads a packet, with every check of RFC 9568 and RFC 3768 section 7.1 that needs no configuration, in their order. Bytes
    /// behind the message are allowed and covered by its checksum. `pseudo_header` is as in [`Advert::emit`].
    ///
    /// Errors: [`Refused`] except `Password`, `UnknownPeer`, `Own` and `OwnerConflict`, which need to know the router.
    pub fn parse(packet: &Packet<'_>, pseudo_header: bool) -> Result<Self, Refused> {
        if packet.ttl != 255 {
            return Err(Refused::Ttl);
        }
        let family = packet.family();
        let (first, _) = packet.payload.split_first().ok_or(Refused::Length)?;
        let version = version(first >> 4, family)?;
        if first & 0xf != ADVERTISEMENT {
            return Err(Refused::Type);
        }
        let ([_, vrid, priority, count, timing @ .., _, _], rest) =
            packet.payload.split_first_chunk::<HEADER>().ok_or(Refused::Length)?;
        if packet.payload.len() < length(version, family, *count) {
            return Err(Refused::Length);
        }
        check_sum(packet, version, pseudo_header)?;
        let vrid = Vrid::new(*vrid).ok_or(Refused::UnknownVrid)?;
        let (list, behind) =
            rest.split_at_checked(usize::from(*count) * size(family)).ok_or(Refused::Length)?;
        let (interval, password) = match version {
            Version::V2 => (whole_seconds(*timing)?, password(*timing, behind)?),
            Version::V3 => (centiseconds(*timing)?, None),
        };
        if *count == 0 {
            return Err(Refused::Addresses);
        }
        Ok(Self {
            version,
            vrid,
            priority: *priority,
            interval,
            addresses: addresses(list, family),
            password,
        })
    }
}

fn version(number: u8, family: Family) -> Result<Version, Refused> {
    match (number, family) {
        (2, Family::V4) => Ok(Version::V2),
        (3, Family::V4 | Family::V6) => Ok(Version::V3),
        (_, Family::V4 | Family::V6) => Err(Refused::Version),
    }
}

fn check_sum(packet: &Packet<'_>, version: Version, pseudo_header: bool) -> Result<(), Refused> {
    let Packet { source, destination, payload, .. } = *packet;
    let start = Sum::start(version, pseudo_header, source, destination, payload.len());
    if start.bytes(payload).is_right() { Ok(()) } else { Err(Refused::Checksum) }
}

fn whole_seconds([_, seconds]: [u8; 2]) -> Result<Interval, Refused> {
    Interval::seconds(seconds).ok_or(Refused::Interval)
}

/// The upper four bits are reserved and ignored (RFC 9568 section 5.2.6).
fn centiseconds(timing: [u8; 2]) -> Result<Interval, Refused> {
    Interval::centiseconds(u16::from_be_bytes(timing) & 0xfff).ok_or(Refused::Interval)
}

fn password([kind, _]: [u8; 2], behind: &[u8]) -> Result<Option<Password>, Refused> {
    match kind {
        NO_AUTH => Ok(None),
        SIMPLE_PASSWORD => {
            let data = behind.first_chunk::<AUTH_DATA>().ok_or(Refused::Length)?;
            Ok(Password::new(data))
        }
        _ => Err(Refused::AuthType),
    }
}

fn addresses(list: &[u8], family: Family) -> Vec<IpAddr> {
    match family {
        Family::V4 => list.as_chunks::<4>().0.iter().map(|bytes| Ipv4Addr::from(*bytes).into()).collect(),
        Family::V6 => list.as_chunks::<16>().0.iter().map(|bytes| Ipv6Addr::from(*bytes).into()).collect(),
    }
}

fn push(bytes: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => bytes.extend(v4.octets()),
        IpAddr::V6(v6) => bytes.extend(v6.octets()),
    }
}

fn seconds(centis: u16) -> u8 {
    u8::try_from(centis.div_ceil(100)).unwrap_or(u8::MAX)
}

/// Of a message with that many addresses.
fn length(version: Version, family: Family, count: u8) -> usize {
    let auth = match version {
        Version::V2 => AUTH_DATA,
        Version::V3 => 0,
    };
    HEADER + usize::from(count) * size(family) + auth
}

const fn size(family: Family) -> usize {
    match family {
        Family::V4 => 4,
        Family::V6 => 16,
    }
}
