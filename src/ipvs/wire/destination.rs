//! Destinations: `IPVS_CMD_ATTR_DEST`.

use super::attribute::{Attribute, Attributes, Writer};
use super::number::{attribute, destination};
use super::{DecodeError, Needed, address, stats};
use crate::{
    Checksum, Connections, Destination, DestinationCounters, DestinationKey, Family, Forward, Stats, Tunnel,
    TunnelKind, Weight,
};

/// A destination as the kernel tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DestinationEntry {
    /// which
    pub key: DestinationKey,
    /// its settings
    pub destination: Destination,
    /// what it counted
    pub counters: DestinationCounters,
}

pub(super) fn write_key(to: &mut Writer<'_>, key: &DestinationKey) {
    to.nested(attribute::DESTINATION, |to| write_key_attributes(to, key));
}

pub(super) fn write_full(to: &mut Writer<'_>, key: &DestinationKey, settings: &Destination) {
    to.nested(attribute::DESTINATION, |to| {
        write_key_attributes(to, key);
        to.u32(destination::FORWARD, forward_number(settings.forward));
        to.u32(destination::WEIGHT, settings.weight.get());
        to.u32(destination::UPPER_THRESHOLD, settings.upper_threshold);
        to.u32(destination::LOWER_THRESHOLD, settings.lower_threshold);
        if let Forward::Tunnel(tunnel) = settings.forward {
            write_tunnel(to, tunnel);
        }
    });
}

fn write_key_attributes(to: &mut Writer<'_>, key: &DestinationKey) {
    to.u16(destination::FAMILY, address::family_number(Family::of(&key.address)));
    to.bytes(destination::ADDRESS, &address::encode(key.address));
    to.u16_be(destination::PORT, key.port);
}

const fn forward_number(forward: Forward) -> u32 {
    match forward {
        Forward::Nat => 0,
        Forward::Local => 1,
        Forward::Tunnel(_) => 2,
        Forward::Direct => 3,
        Forward::Bypass => 4,
    }
}

/// Left out for plain IP in IP: kernels before 5.2 refuse attributes they do not know.
fn write_tunnel(to: &mut Writer<'_>, tunnel: Tunnel) {
    if tunnel == Tunnel::default() {
        return;
    }
    to.u8(
        destination::TUNNEL_KIND,
        match tunnel.kind {
            TunnelKind::Ipip => 0,
            TunnelKind::Gue => 1,
            TunnelKind::Gre => 2,
        },
    );
    to.u16_be(destination::TUNNEL_PORT, tunnel.port);
    to.u16(
        destination::TUNNEL_FLAGS,
        match tunnel.checksum {
            Checksum::None => 0,
            Checksum::Full => 1,
            Checksum::Remote => 2,
        },
    );
}

/// Of a `NEW_DEST` message's attributes. `service` is the family of the destination's service: kernels before
/// 3.18 do not tell the destination's own.
pub fn decode_destination(body: &[u8], service: Family) -> Result<DestinationEntry, DecodeError> {
    let mut nested = None;
    for attribute in Attributes::new(body) {
        let attribute = attribute?;
        if attribute.kind == attribute::DESTINATION {
            nested = Some(attribute.nested());
        }
    }
    let raw = Raw::collect(Needed::Destination.of(nested)?)?;
    let destination = raw.settings()?;
    let counters = raw.counters(destination.weight)?;
    Ok(DestinationEntry { key: raw.key(service)?, destination, counters })
}

/// The attributes of one destination, not yet understood.
#[derive(Default)]
struct Raw<'a> {
    address: Option<Attribute<'a>>,
    port: Option<Attribute<'a>>,
    family: Option<Attribute<'a>>,
    forward: Option<Attribute<'a>>,
    weight: Option<Attribute<'a>>,
    upper: Option<Attribute<'a>>,
    lower: Option<Attribute<'a>>,
    tunnel_kind: Option<Attribute<'a>>,
    tunnel_port: Option<Attribute<'a>>,
    tunnel_flags: Option<Attribute<'a>>,
    active: Option<Attribute<'a>>,
    inactive: Option<Attribute<'a>>,
    persistent: Option<Attribute<'a>>,
    stats: Option<Attribute<'a>>,
    stats64: Option<Attribute<'a>>,
}

impl<'a> Raw<'a> {
    fn collect(attributes: Attributes<'a>) -> Result<Self, DecodeError> {
        let mut raw = Self::default();
        for attribute in attributes {
            let attribute = attribute?;
            let place = match attribute.kind {
                destination::ADDRESS => &mut raw.address,
                destination::PORT => &mut raw.port,
                destination::FAMILY => &mut raw.family,
                destination::FORWARD => &mut raw.forward,
                destination::WEIGHT => &mut raw.weight,
                destination::UPPER_THRESHOLD => &mut raw.upper,
                destination::LOWER_THRESHOLD => &mut raw.lower,
                destination::TUNNEL_KIND => &mut raw.tunnel_kind,
                destination::TUNNEL_PORT => &mut raw.tunnel_port,
                destination::TUNNEL_FLAGS => &mut raw.tunnel_flags,
                destination::ACTIVE => &mut raw.active,
                destination::INACTIVE => &mut raw.inactive,
                destination::PERSISTENT => &mut raw.persistent,
                destination::STATS => &mut raw.stats,
                destination::STATS64 => &mut raw.stats64,
                _ => continue,
            };
            *place = Some(attribute);
        }
        Ok(raw)
    }

    fn key(&self, service: Family) -> Result<DestinationKey, DecodeError> {
        let family = match self.family {
            Some(family) => address::decode_family(family.u16()?)?,
            None => service,
        };
        Ok(DestinationKey {
            address: address::decode(&Needed::DestinationAddress.of(self.address)?, family)?,
            port: Needed::DestinationPort.of(self.port)?.u16_be()?,
        })
    }

    fn settings(&self) -> Result<Destination, DecodeError> {
        let weight = Needed::DestinationWeight.of(self.weight)?.u32()?;
        Ok(Destination {
            forward: self.forward()?,
            weight: Weight::new(weight).ok_or(DecodeError::Weight(weight))?,
            upper_threshold: number(self.upper)?,
            lower_threshold: number(self.lower)?,
        })
    }

    /// A method or tunnel without a word here is told as [`Forward::Bypass`]: nobody asks for that, so a
    /// destination of ours that has it is put right.
    fn forward(&self) -> Result<Forward, DecodeError> {
        Ok(match Needed::DestinationForward.of(self.forward)?.u32()? & 7 {
            0 => Forward::Nat,
            1 => Forward::Local,
            2 => self.tunnel()?.map_or(Forward::Bypass, Forward::Tunnel),
            3 => Forward::Direct,
            _ => Forward::Bypass,
        })
    }

    fn tunnel(&self) -> Result<Option<Tunnel>, DecodeError> {
        let kind = match self.tunnel_kind.map_or(Ok(0), |kind| kind.u8())? {
            0 => TunnelKind::Ipip,
            1 => TunnelKind::Gue,
            2 => TunnelKind::Gre,
            _ => return Ok(None),
        };
        let checksum = match self.tunnel_flags.map_or(Ok(0), |flags| flags.u16())? {
            0 => Checksum::None,
            1 => Checksum::Full,
            2 => Checksum::Remote,
            _ => return Ok(None),
        };
        let port = self.tunnel_port.map_or(Ok(0), |port| port.u16_be())?;
        Ok(Some(Tunnel { kind, port, checksum }))
    }

    fn counters(&self, weight: Weight) -> Result<DestinationCounters, DecodeError> {
        let stats = self.stats64.or(self.stats);
        Ok(DestinationCounters {
            weight,
            connections: Connections {
                active: number(self.active)?,
                inactive: number(self.inactive)?,
                persistent: number(self.persistent)?,
            },
            stats: stats.map_or(Ok(Stats::default()), |attribute| stats::decode(attribute.nested()))?,
        })
    }
}

fn number(attribute: Option<Attribute<'_>>) -> Result<u32, DecodeError> {
    attribute.map_or(Ok(0), |attribute| attribute.u32())
}
