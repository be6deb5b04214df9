//! Idle times, sync daemons, version; and the family's own id, from the `nlctrl` family.

use alloc::string::String;
use core::net::IpAddr;

use super::attribute::{Attribute, Attributes, Writer};
use super::number::{attribute, control, daemon};
use super::{DecodeError, Needed, address};
use crate::{Daemon, DaemonRole, Family, Info, Timeouts};

pub(super) fn write_timeouts(to: &mut Writer<'_>, timeouts: Timeouts) {
    to.u32(attribute::TIMEOUT_TCP, timeouts.tcp_s);
    to.u32(attribute::TIMEOUT_TCP_FIN, timeouts.tcp_fin_s);
    to.u32(attribute::TIMEOUT_UDP, timeouts.udp_s);
}

/// Of the answer to `GET_CONFIG`.
pub fn decode_timeouts(body: &[u8]) -> Result<Timeouts, DecodeError> {
    let [tcp, tcp_fin, udp] =
        pick(body, [attribute::TIMEOUT_TCP, attribute::TIMEOUT_TCP_FIN, attribute::TIMEOUT_UDP])?;
    let seconds = |attribute: Option<Attribute<'_>>| Needed::Timeout.of(attribute)?.u32();
    Ok(Timeouts { tcp_s: seconds(tcp)?, tcp_fin_s: seconds(tcp_fin)?, udp_s: seconds(udp)? })
}

pub(super) fn write_daemon(to: &mut Writer<'_>, wanted: &Daemon) {
    to.nested(attribute::DAEMON, |to| {
        to.u32(daemon::STATE, state(wanted.role));
        to.text(daemon::INTERFACE, &wanted.interface);
        to.u32(daemon::SYNC_ID, u32::from(wanted.sync_id));
        if let Some(max_len) = wanted.max_len {
            to.u16(daemon::MAX_LEN, max_len);
        }
        match wanted.group {
            Some(IpAddr::V4(group)) => to.bytes(daemon::GROUP, &group.octets()),
            Some(IpAddr::V6(group)) => to.bytes(daemon::GROUP6, &group.octets()),
            None => {}
        }
        if let Some(port) = wanted.port {
            to.u16(daemon::PORT, port);
        }
        if let Some(ttl) = wanted.ttl {
            to.u8(daemon::TTL, ttl);
        }
    });
}

/// All that `DEL_DAEMON` looks at.
pub(super) fn write_daemon_role(to: &mut Writer<'_>, role: DaemonRole) {
    to.nested(attribute::DAEMON, |to| to.u32(daemon::STATE, state(role)));
}

const fn state(role: DaemonRole) -> u32 {
    match role {
        DaemonRole::Master => 1,
        DaemonRole::Backup => 2,
    }
}

/// Of one message in the answer to `GET_DAEMON`.
pub fn decode_daemon(body: &[u8]) -> Result<Daemon, DecodeError> {
    let [nested] = pick(body, [attribute::DAEMON])?;
    let [state, interface, sync_id, max_len, group, group6, port, ttl] = pick(
        Needed::Daemon.of(nested)?.bytes(),
        [
            daemon::STATE,
            daemon::INTERFACE,
            daemon::SYNC_ID,
            daemon::MAX_LEN,
            daemon::GROUP,
            daemon::GROUP6,
            daemon::PORT,
            daemon::TTL,
        ],
    )?;
    let sync_id = Needed::DaemonSyncId.of(sync_id)?.u32()?;
    Ok(Daemon {
        role: decode_role(Needed::DaemonState.of(state)?.u32()?)?,
        interface: String::from(Needed::DaemonInterface.of(interface)?.text()?),
        sync_id: u8::try_from(sync_id).map_err(|_| DecodeError::SyncId(sync_id))?,
        max_len: max_len.map(|len| len.u16()).transpose()?,
        group: decode_group(group, group6)?,
        port: port.map(|port| port.u16()).transpose()?,
        ttl: ttl.map(|ttl| ttl.u8()).transpose()?,
    })
}

const fn decode_role(state: u32) -> Result<DaemonRole, DecodeError> {
    match state {
        1 => Ok(DaemonRole::Master),
        2 => Ok(DaemonRole::Backup),
        other => Err(DecodeError::DaemonState(other)),
    }
}

fn decode_group(v4: Option<Attribute<'_>>, v6: Option<Attribute<'_>>) -> Result<Option<IpAddr>, DecodeError> {
    match (v4, v6) {
        (_, Some(group)) => address::decode(&group, Family::V6).map(Some),
        (Some(group), None) => group.array::<4>().map(|octets| Some(IpAddr::from(octets))),
        (None, None) => Ok(None),
    }
}

/// Of the answer to `GET_INFO`.
pub fn decode_info(body: &[u8]) -> Result<Info, DecodeError> {
    let [version, size] = pick(body, [attribute::INFO_VERSION, attribute::INFO_TABLE_SIZE])?;
    // IP_VS_VERSION_CODE 0x010201 is 1.2.1
    let [_, major, minor, patch] = Needed::Version.of(version)?.u32()?.to_be_bytes();
    let connection_table_size = Needed::TableSize.of(size)?.u32()?;
    Ok(Info { version: (major, minor, patch), connection_table_size })
}

pub(super) fn write_family_name(to: &mut Writer<'_>, name: &str) {
    to.text(control::FAMILY_NAME, name);
}

/// Of the answer to `CTRL_CMD_GETFAMILY`: the number under which the family's messages go.
pub fn decode_family_id(body: &[u8]) -> Result<u16, DecodeError> {
    let [id] = pick(body, [control::FAMILY_ID])?;
    Needed::FamilyId.of(id)?.u16()
}

/// The attributes of these types; others are skipped.
fn pick<const N: usize>(bytes: &[u8], kinds: [u16; N]) -> Result<[Option<Attribute<'_>>; N], DecodeError> {
    let mut picked = [None; N];
    for attribute in Attributes::new(bytes) {
        let attribute = attribute?;
        for (place, _) in picked.iter_mut().zip(kinds).filter(|(_, kind)| *kind == attribute.kind) {
            *place = Some(attribute);
        }
    }
    Ok(picked)
}
