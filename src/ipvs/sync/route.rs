//! What the kernel does not show of a connection, taken from the table: how its packets reach the destination, and by
//! which mark its service is found.

use alloc::collections::BTreeMap;
use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;

use super::{Addresses, Connection};
use crate::proc::{ConnectionState, SeenConnection};
use crate::{DestinationKey, Family, Forward, Protocol, Service, ServiceKey, Table};

/// `IP_VS_CONN_F_NOOUTPUT`: the director does not see the answers.
const NO_OUTPUT: u32 = 0x0008;
/// `IP_VS_CONN_F_INACTIVE`
const INACTIVE: u32 = 0x0100;
/// `IP_VS_CONN_F_TEMPLATE`
const TEMPLATE: u32 = 0x1000;

/// The table, by what a connection shows.
#[derive(Debug)]
pub struct Routes<'a> {
    table: &'a Table,
    /// the first mark with that destination
    marks: BTreeMap<(Family, IpAddr), NonZeroU32>,
}

impl<'a> Routes<'a> {
    /// Of this table, which is the kernel's as it was read beside the connections.
    pub fn of(table: &'a Table) -> Self {
        let mut marks = BTreeMap::new();
        for (key, service) in table {
            let ServiceKey::Fwmark { family, mark } = key else { continue };
            for destination in service.destinations.keys() {
                marks.entry((*family, destination.address)).or_insert(*mark);
            }
        }
        Self { table, marks }
    }

    /// The connection as another director should have it. None where it is not worth sending (it begins or ends), where
    /// its destination is in no service any more, and where client and destination are of different families, which the
    /// protocol cannot say.
    pub fn connection(&self, seen: &SeenConnection) -> Option<Connection> {
        let (state, active) = state_of(seen)?;
        let addresses = addresses(seen)?;
        let (mark, service, forward) = self.find(seen)?;
        let template = if seen.is_template() { TEMPLATE } else { 0 };
        let inactive = if active { 0 } else { INACTIVE };
        Some(Connection {
            protocol: seen.protocol.map_or(0, number),
            addresses,
            ports: [seen.client.port(), seen.service.port(), seen.destination.port()],
            flags: forward_flags(forward) | template | inactive,
            state,
            mark: mark.map_or(0, NonZeroU32::get),
            timeout_s: timeout(seen, service),
        })
    }

    fn find(&self, seen: &SeenConnection) -> Option<(Option<NonZeroU32>, &'a Service, Forward)> {
        let Some(protocol) = seen.protocol else {
            let mark = mark_in(seen.service.ip())?;
            return self.of_mark(mark, seen);
        };
        let by_address = |port| {
            let key = ServiceKey::Address { protocol, address: seen.service.ip(), port };
            let service = self.table.get(&key)?;
            Some((None, service, forward(service, seen.destination)?))
        };
        // then a service of every port
        by_address(seen.service.port()).or_else(|| by_address(0)).or_else(|| {
            let mark = self.marks.get(&(Family::of(&seen.service.ip()), seen.destination.ip()))?;
            self.of_mark(*mark, seen)
        })
    }

    fn of_mark(
        &self,
        mark: NonZeroU32,
        seen: &SeenConnection,
    ) -> Option<(Option<NonZeroU32>, &'a Service, Forward)> {
        let service = self.table.get(&ServiceKey::Fwmark { family: Family::of(&seen.client.ip()), mark })?;
        Some((Some(mark), service, forward(service, seen.destination)?))
    }
}

/// The destination's, or that of the same machine under another port: a mark's and a many-port service's connections keep
/// the port that the client chose.
fn forward(service: &Service, destination: SocketAddr) -> Option<Forward> {
    let key = DestinationKey { address: destination.ip(), port: destination.port() };
    if let Some(found) = service.destinations.get(&key) {
        return Some(found.forward);
    }
    let first = DestinationKey { address: destination.ip(), port: 0 };
    let (key, found) = service.destinations.range(first..).next()?;
    (key.address == destination.ip()).then_some(found.forward)
}

/// The number that the kernel has for the state, and whether the connection counts as active.
fn state_of(seen: &SeenConnection) -> Option<(u16, bool)> {
    match (seen.state, seen.protocol) {
        // IP_VS_TCP_S_*
        (ConnectionState::Established, Some(Protocol::Tcp)) => Some((1, true)),
        (ConnectionState::FinWait, Some(Protocol::Tcp)) => Some((4, false)),
        (ConnectionState::CloseWait, Some(Protocol::Tcp)) => Some((7, false)),
        // IP_VS_SCTP_S_ESTABLISHED
        (ConnectionState::Established, Some(Protocol::Sctp)) => Some((8, true)),
        (ConnectionState::Udp, Some(Protocol::Udp)) => Some((0, false)),
        (ConnectionState::Template { assured }, _) => Some((u16::from(assured), true)),
        (
            ConnectionState::Established
            | ConnectionState::FinWait
            | ConnectionState::CloseWait
            | ConnectionState::Udp
            | ConnectionState::Passing,
            _,
        ) => None,
    }
}

fn addresses(seen: &SeenConnection) -> Option<Addresses> {
    match (seen.client.ip(), seen.service.ip(), seen.destination.ip()) {
        (IpAddr::V4(client), IpAddr::V4(service), IpAddr::V4(destination)) => {
            Some(Addresses::V4([client, service, destination]))
        }
        (IpAddr::V6(client), IpAddr::V6(service), IpAddr::V6(destination)) => {
            Some(Addresses::V6([client, service, destination]))
        }
        _ => None,
    }
}

/// In the template of a mark the mark stands in the address's first four bytes (`ip_vs_sched_persist`).
fn mark_in(address: IpAddr) -> Option<NonZeroU32> {
    match address {
        IpAddr::V4(address) => NonZeroU32::new(address.to_bits()),
        IpAddr::V6(address) => {
            let bytes = address.octets().first_chunk().copied().unwrap_or_default();
            NonZeroU32::new(u32::from_be_bytes(bytes))
        }
    }
}

/// A connection lives on the other side as long as here, and the next packet there gives it its full time again. A
/// template keeps the time it was sent with for good, so it is sent with the service's.
fn timeout(seen: &SeenConnection, service: &Service) -> u32 {
    let persistence = service.settings.persistence.as_ref().filter(|_| seen.is_template());
    // 0 would mean a default of the other side's
    persistence.map_or(seen.expires_s, |persistence| persistence.timeout_s.get()).max(1)
}

/// As `__ip_vs_update_dest` sets them on a destination.
const fn forward_flags(forward: Forward) -> u32 {
    match forward {
        Forward::Nat => 0,
        Forward::Local => NO_OUTPUT | 1,
        Forward::Tunnel(_) => NO_OUTPUT | 2,
        Forward::Direct => NO_OUTPUT | 3,
        Forward::Bypass => NO_OUTPUT | 4,
    }
}

/// `IPPROTO_*`
const fn number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
        Protocol::Sctp => 132,
    }
}
