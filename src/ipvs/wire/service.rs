//! Services: `IPVS_CMD_ATTR_SERVICE`.

use alloc::string::String;
use core::net::Ipv4Addr;
use core::num::NonZeroU32;

use super::attribute::{Attribute, Attributes, Writer};
use super::number::{attribute, service, service_flag};
use super::{DecodeError, Needed, address, stats};
use crate::change::mask;
use crate::{Family, Persistence, Protocol, Scheduler, SchedulerFlags, ServiceKey, ServiceSettings, Stats};

/// A service as the kernel tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// which
    pub key: ServiceKey,
    /// how it schedules
    pub settings: ServiceSettings,
    /// what it counted
    pub stats: Stats,
}

pub(super) fn write_key(to: &mut Writer<'_>, key: &ServiceKey) {
    to.nested(attribute::SERVICE, |to| write_key_attributes(to, key));
}

pub(super) fn write_full(to: &mut Writer<'_>, key: &ServiceKey, settings: &ServiceSettings) {
    to.nested(attribute::SERVICE, |to| {
        write_key_attributes(to, key);
        write_settings(to, key.family(), settings);
    });
}

fn write_key_attributes(to: &mut Writer<'_>, key: &ServiceKey) {
    to.u16(service::FAMILY, address::family_number(key.family()));
    match key {
        ServiceKey::Address { protocol, address, port } => {
            to.u16(service::PROTOCOL, protocol_number(*protocol));
            to.bytes(service::ADDRESS, &address::encode(*address));
            to.u16_be(service::PORT, *port);
        }
        ServiceKey::Fwmark { mark, .. } => to.u32(service::FWMARK, mark.get()),
    }
}

fn write_settings(to: &mut Writer<'_>, family: Family, settings: &ServiceSettings) {
    let persistence = settings.persistence.as_ref();
    to.text(service::SCHEDULER, settings.scheduler.name());
    if let Some(engine) = persistence.and_then(|p| p.engine.as_deref()) {
        to.text(service::ENGINE, engine);
    }
    let [a, b, c, d] = flags(settings).to_ne_bytes();
    // struct ip_vs_flags: the flags, and which of them are meant
    to.bytes(service::FLAGS, &[a, b, c, d, 0xff, 0xff, 0xff, 0xff]);
    to.u32(service::TIMEOUT, persistence.map_or(0, |p| p.timeout_s.get()));
    let granularity = persistence.map_or(family.bits(), |p| p.granularity);
    match family {
        Family::V4 => to.bytes(service::NETMASK, &mask(granularity).octets()),
        Family::V6 => to.u32(service::NETMASK, u32::from(granularity)),
    }
}

fn flags(settings: &ServiceSettings) -> u32 {
    let SchedulerFlags { flag1, flag2, flag3 } = settings.flags;
    [
        (settings.persistence.is_some(), service_flag::PERSISTENT),
        (settings.one_packet, service_flag::ONE_PACKET),
        (flag1, service_flag::SCHEDULER1),
        (flag2, service_flag::SCHEDULER2),
        (flag3, service_flag::SCHEDULER3),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .fold(0, |flags, (_, bit)| flags | bit)
}

const fn protocol_number(protocol: Protocol) -> u16 {
    match protocol {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
        Protocol::Sctp => 132,
    }
}

/// Of a `NEW_SERVICE` message's attributes.
pub fn decode_service(body: &[u8]) -> Result<ServiceEntry, DecodeError> {
    let mut nested = None;
    for attribute in Attributes::new(body) {
        let attribute = attribute?;
        if attribute.kind == attribute::SERVICE {
            nested = Some(attribute.nested());
        }
    }
    let raw = Raw::collect(Needed::Service.of(nested)?)?;
    let key = raw.key()?;
    Ok(ServiceEntry { settings: raw.settings(key.family())?, stats: raw.stats()?, key })
}

/// The attributes of one service, not yet understood.
#[derive(Default)]
struct Raw<'a> {
    family: Option<Attribute<'a>>,
    protocol: Option<Attribute<'a>>,
    address: Option<Attribute<'a>>,
    port: Option<Attribute<'a>>,
    fwmark: Option<Attribute<'a>>,
    scheduler: Option<Attribute<'a>>,
    flags: Option<Attribute<'a>>,
    timeout: Option<Attribute<'a>>,
    netmask: Option<Attribute<'a>>,
    engine: Option<Attribute<'a>>,
    stats: Option<Attribute<'a>>,
    stats64: Option<Attribute<'a>>,
}

impl<'a> Raw<'a> {
    fn collect(attributes: Attributes<'a>) -> Result<Self, DecodeError> {
        let mut raw = Self::default();
        for attribute in attributes {
            let attribute = attribute?;
            let place = match attribute.kind {
                service::FAMILY => &mut raw.family,
                service::PROTOCOL => &mut raw.protocol,
                service::ADDRESS => &mut raw.address,
                service::PORT => &mut raw.port,
                service::FWMARK => &mut raw.fwmark,
                service::SCHEDULER => &mut raw.scheduler,
                service::FLAGS => &mut raw.flags,
                service::TIMEOUT => &mut raw.timeout,
                service::NETMASK => &mut raw.netmask,
                service::ENGINE => &mut raw.engine,
                service::STATS => &mut raw.stats,
                service::STATS64 => &mut raw.stats64,
                _ => continue,
            };
            *place = Some(attribute);
        }
        Ok(raw)
    }

    fn key(&self) -> Result<ServiceKey, DecodeError> {
        let family = address::decode_family(Needed::ServiceFamily.of(self.family)?.u16()?)?;
        let mark = self.fwmark.map_or(Ok(0), |mark| mark.u32())?;
        if let Some(mark) = NonZeroU32::new(mark) {
            return Ok(ServiceKey::Fwmark { family, mark });
        }
        Ok(ServiceKey::Address {
            protocol: decode_protocol(Needed::ServiceProtocol.of(self.protocol)?.u16()?)?,
            address: address::decode(&Needed::ServiceAddress.of(self.address)?, family)?,
            port: Needed::ServicePort.of(self.port)?.u16_be()?,
        })
    }

    fn settings(&self, family: Family) -> Result<ServiceSettings, DecodeError> {
        let name = Needed::ServiceScheduler.of(self.scheduler)?.text()?;
        let [a, b, c, d, ..] = Needed::ServiceFlags.of(self.flags)?.array::<8>()?;
        let flags = u32::from_ne_bytes([a, b, c, d]);
        let has = |flag| flags & flag != 0;
        Ok(ServiceSettings {
            scheduler: Scheduler::new(name).map_err(|_| DecodeError::SchedulerName)?,
            flags: SchedulerFlags {
                flag1: has(service_flag::SCHEDULER1),
                flag2: has(service_flag::SCHEDULER2),
                flag3: has(service_flag::SCHEDULER3),
            },
            one_packet: has(service_flag::ONE_PACKET),
            persistence: has(service_flag::PERSISTENT).then(|| self.persistence(family)).transpose()?,
        })
    }

    /// A timeout of 0, which only ends a template as soon as it is made, is told as 1.
    fn persistence(&self, family: Family) -> Result<Persistence, DecodeError> {
        let timeout = self.timeout.map_or(Ok(0), |timeout| timeout.u32())?;
        let engine = self.engine.map_or(Ok(""), |engine| engine.text())?;
        Ok(Persistence {
            timeout_s: NonZeroU32::new(timeout).unwrap_or(NonZeroU32::MIN),
            granularity: self.netmask.map_or(Ok(family.bits()), |mask| granularity(&mask, family))?,
            engine: (!engine.is_empty()).then(|| String::from(engine)),
        })
    }

    fn stats(&self) -> Result<Stats, DecodeError> {
        self.stats64
            .or(self.stats)
            .map_or(Ok(Stats::default()), |attribute| stats::decode(attribute.nested()))
    }
}

fn decode_protocol(number: u16) -> Result<Protocol, DecodeError> {
    match number {
        6 => Ok(Protocol::Tcp),
        17 => Ok(Protocol::Udp),
        132 => Ok(Protocol::Sctp),
        other => Err(DecodeError::UnknownProtocol(other)),
    }
}

/// A mask with holes, which the kernel takes, is told by its leading ones.
fn granularity(netmask: &Attribute<'_>, family: Family) -> Result<u8, DecodeError> {
    let bits = match family {
        Family::V4 => Ipv4Addr::from(netmask.array::<4>()?).to_bits().leading_ones(),
        Family::V6 => netmask.u32()?,
    };
    Ok(u8::try_from(bits).unwrap_or(u8::MAX).min(family.bits()))
}
