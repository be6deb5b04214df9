//! Where a check connects to, and from where.

use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use health::{CheckKind, CheckSpec};

use super::Reader;
use crate::read::address::{self, Role, tell_no_host};
use crate::read::value::{Endpoint, address, port};
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{number, value};
use crate::report::Report;
use crate::source::Place;

const DROPS: &str = "keepalived leaves the line away";

/// What is said of the connection.
#[derive(Clone, Default)]
pub(super) struct Connection {
    address: Option<IpAddr>,
    port: Option<u16>,
    source: Option<(IpAddr, Place)>,
    interface: Option<String>,
    mark: Option<u32>,
}

impl Connection {
    /// None where something cannot be understood.
    pub(super) fn read(said: &Said<'_>, report: &mut Report) -> Option<Self> {
        let mut connection = Self::default();
        if let Some(line) = said.last("connect_ip", report) {
            let word = value(line, report)?;
            if let Some(Endpoint { address, port }) = address(word, DROPS, report) {
                if tell_no_host(word.place, address, Role::Server, report) {
                    return None;
                }
                connection.address = Some(address);
                connection.port = port;
            }
        }
        if let Some(line) = said.last("connect_port", report) {
            connection.port = port(value(line, report)?, 1, DROPS, report).or(connection.port);
        }
        if let Some(line) = said.last("bindto", report) {
            let word = value(line, report)?;
            connection.source = address(word, DROPS, report).map(|source| (source.address, word.place));
        }
        if let Some(line) = said.last("bind_if", report) {
            connection.interface = Some(address::interface(value(line, report)?, report)?);
        }
        if let Some(line) = said.last("fwmark", report) {
            let mark = number(line, 1..=i64::from(u32::MAX), DROPS, report);
            connection.mark = mark.and_then(|mark| u32::try_from(mark).ok());
        }
        Some(connection)
    }

    /// What is said here, else what is said around it.
    pub(super) fn or(self, around: &Self) -> Self {
        Self {
            address: self.address.or(around.address),
            port: self.port.or(around.port),
            source: self.source.or(around.source),
            interface: self.interface.or_else(|| around.interface.clone()),
            mark: self.mark.or(around.mark),
        }
    }

    /// Where it connects to.
    pub(super) fn target(
        &self,
        reader: &Reader<'_>,
        kind: &CheckKind,
        report: &mut Report,
    ) -> Option<SocketAddr> {
        let address = self.address.unwrap_or(reader.server.address);
        if let Some((source, place)) = self.source.filter(|(source, _)| source.is_ipv4() != address.is_ipv4())
        {
            report
                .error(place, format_args!("the check cannot reach {address} from {source}"))
                .label("of the other address family")
                .help("write an address of the same family, or leave `bindto` away");
            return None;
        }
        if *kind == CheckKind::Ping {
            return Some(SocketAddr::new(address, 0));
        }
        let Some(port) = self.port.or(reader.server.port) else {
            report
                .error(reader.block.place(), "the check needs a port")
                .label("neither the server nor its service has one")
                .help("write `connect_port 80` in it");
            return None;
        };
        Some(SocketAddr::new(address, port))
    }

    pub(super) fn apply(self, mut spec: CheckSpec) -> CheckSpec {
        spec.source = self.source.map(|(source, _)| source);
        spec.interface = self.interface;
        spec.mark = self.mark;
        spec
    }
}
