//! `virtual_server IP [PORT]`, `virtual_server fwmark N`, `virtual_server group NAME`.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::num::NonZeroU32;

use ipvs::{Family, Protocol, ServiceKey};

use super::checker::{is_tcp, is_udp};
use crate::Mode;
use crate::read::address::{Role, tell_no_host};
use crate::read::group::{Groups, Member, family};
use crate::read::value::{Endpoint, endpoint};
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{at_most, name, number_of, shown, value};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

const SKIPS: &str = "keepalived skips the block";

/// What a service is of.
pub(super) struct Head<'a> {
    line: &'a Line,
    of: Of,
}

enum Of {
    Address(Endpoint),
    Fwmark(NonZeroU32),
    Group(String),
}

/// What a service is in the table: one key, or those of a group.
pub(super) struct Keys {
    /// at least one
    pub(super) all: Vec<ServiceKey>,
}

impl<'a> Head<'a> {
    pub(super) fn read(line: &'a Line, report: &mut Report) -> Option<Self> {
        let Some(first) = line.value(0) else {
            tell_empty(line, report);
            return None;
        };
        at_most(line, 2, report);
        let of = match (first.text(), line.value(1)) {
            ("fwmark" | "group", None) => {
                tell_empty(line, report);
                return None;
            }
            ("fwmark", Some(word)) => {
                let mark = number_of(word, "fwmark", 1..=i64::from(u32::MAX), SKIPS, report)?;
                Of::Fwmark(u32::try_from(mark).ok().and_then(NonZeroU32::new)?)
            }
            ("group", Some(word)) => Of::Group(name(word, "group", report)?),
            _ => {
                let endpoint = endpoint(line.values(), SKIPS, report)?;
                if tell_no_host(first.place, endpoint.address, Role::Vip, report) {
                    return None;
                }
                Of::Address(endpoint)
            }
        };
        Some(Self { line, of })
    }

    /// The group that it is of.
    pub(super) fn group(&self) -> Option<&str> {
        match &self.of {
            Of::Address(_) | Of::Fwmark(_) => None,
            Of::Group(name) => Some(name),
        }
    }

    /// What it is in the table.
    pub(super) fn keys(&self, said: &Said<'_>, groups: &mut Groups, report: &mut Report) -> Option<Keys> {
        let protocol = self.protocol(said, report);
        let all = match &self.of {
            Of::Address(Endpoint { address, port }) => {
                tell_family(said, report);
                Vec::from([ServiceKey::Address {
                    protocol: protocol?,
                    address: *address,
                    port: port.unwrap_or(0),
                }])
            }
            Of::Fwmark(mark) => {
                let family = said_family(said, report).unwrap_or_else(|| servers_family(said));
                Vec::from([ServiceKey::Fwmark { family, mark: *mark }])
            }
            Of::Group(name) => {
                let Some(group) = groups.get(name) else {
                    self.tell_undefined(name, groups, report);
                    return None;
                };
                of_members(&group.members, protocol?, said, report)
            }
        };
        (!all.is_empty()).then_some(Keys { all })
    }

    fn tell_undefined(&self, name: &str, groups: &Groups, report: &mut Report) {
        let place = self.line.value(1).map_or_else(|| self.line.place(), |word| word.place);
        let draft = report
            .error(place, format!("there is no virtual_server_group named `{name}`"))
            .label("not known")
            .swallowed("keepalived leaves the whole service away, without a word");
        match groups.nearest(name) {
            Some(near) => drop(draft.help(format!("did you mean `{near}`?"))),
            None => {
                drop(draft.help(format!(
                    "write `virtual_server_group {name} {{` with an address and a port a line"
                )));
            }
        }
    }

    /// A fwmark has none.
    fn protocol(&self, said: &Said<'_>, report: &mut Report) -> Option<Protocol> {
        if matches!(self.of, Of::Fwmark(_)) {
            return None;
        }
        if let Some(line) = said.last("protocol", report) {
            let word = value(line, report)?;
            let read = protocol_of(word.text());
            if read.is_none() {
                report
                    .error(word.place, format!("there is no protocol `{}`", shown(word.text())))
                    .help("write `TCP`, `UDP` or `SCTP`");
            }
            return read;
        }
        let meant = meant_protocol(said);
        if said.is_misspelt("protocol") {
            return Some(meant);
        }
        report
            .error(self.line.words_place(), "this virtual_server has no `protocol`")
            .label("`protocol` is missing")
            .help(format!("write `protocol {meant}` in it"))
            .swallowed("keepalived takes UDP")
            .mended(format!("taken as `protocol {meant}`"));
        Some(if report.mode() == Mode::Lenient { Protocol::Udp } else { meant })
    }
}

impl Keys {
    /// The family of its clients; of the first, where a group has both.
    pub(super) fn family(&self) -> Family {
        self.all.first().map_or(Family::V4, ServiceKey::family)
    }

    /// Whether clients of both families come.
    pub(super) fn is_mixed(&self) -> bool {
        self.all.iter().any(|key| key.family() != self.family())
    }

    /// The one protocol; none for marks.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        self.all.iter().find_map(|key| match key {
            ServiceKey::Address { protocol, .. } => Some(*protocol),
            ServiceKey::Fwmark { .. } => None,
        })
    }

    pub(super) fn addresses(&self) -> BTreeSet<IpAddr> {
        let address = |key: &ServiceKey| match key {
            ServiceKey::Address { address, .. } => Some(*address),
            ServiceKey::Fwmark { .. } => None,
        };
        self.all.iter().filter_map(address).collect()
    }

    /// The one port of all; none where they differ, or for marks.
    pub(super) fn port(&self) -> Option<u16> {
        let first = port(*self.all.first()?)?;
        self.all.iter().all(|key| port(*key) == Some(first)).then_some(first)
    }

    pub(super) fn any_has_no_port(&self) -> bool {
        self.all.iter().any(|key| port(*key) == Some(0))
    }

    /// A `[[service]]` has a list of addresses of one family, or of marks of one family.
    pub(super) fn parts(self) -> Vec<(&'static str, Vec<ServiceKey>)> {
        let of = |address: bool, family: Family| -> Vec<ServiceKey> {
            let fits = |key: &&ServiceKey| {
                matches!(key, ServiceKey::Address { .. }) == address && key.family() == family
            };
            self.all.iter().filter(fits).copied().collect()
        };
        let mut parts: Vec<(&'static str, Vec<ServiceKey>)> = Vec::from([
            ("", of(true, Family::V4)),
            ("ipv6", of(true, Family::V6)),
            ("fwmarks", of(false, Family::V4)),
            ("fwmarks ipv6", of(false, Family::V6)),
        ]);
        parts.retain(|(_, keys)| !keys.is_empty());
        if let Some((kind, _)) = parts.first_mut() {
            *kind = "";
        }
        parts
    }
}

/// None for a mark.
pub(super) const fn port(key: ServiceKey) -> Option<u16> {
    match key {
        ServiceKey::Address { port, .. } => Some(port),
        ServiceKey::Fwmark { .. } => None,
    }
}

fn tell_empty(line: &Line, report: &mut Report) {
    report
        .error(line.words_place(), "this virtual_server is of nothing")
        .help("write `virtual_server 192.0.2.1 80 {`, `virtual_server fwmark 1 {` or `virtual_server group NAME {`")
        .swallowed(SKIPS);
}

/// keepalived takes small letters too.
fn protocol_of(text: &str) -> Option<Protocol> {
    match text.to_ascii_uppercase().as_str() {
        "TCP" => Some(Protocol::Tcp),
        "UDP" => Some(Protocol::Udp),
        "SCTP" => Some(Protocol::Sctp),
        _ => None,
    }
}

/// By the checks of its servers.
fn meant_protocol(said: &Said<'_>) -> Protocol {
    let checks = || said.entries("real_server").map(Line::keyword);
    if !checks().any(is_tcp) && (checks().any(is_udp) || !said.all("ops").is_empty()) {
        Protocol::Udp
    } else {
        Protocol::Tcp
    }
}

/// An address has its family in itself.
fn tell_family(said: &Said<'_>, report: &mut Report) {
    if let Some(line) = said.all("ip_family").first() {
        report
            .warning(line.words_place(), "`ip_family` has no effect")
            .help("leave it away: it is for firewall marks");
    }
}

fn said_family(said: &Said<'_>, report: &mut Report) -> Option<Family> {
    let line = said.last("ip_family", report)?;
    family(value(line, report)?, report)
}

/// A mark has the family of its servers.
fn servers_family(said: &Said<'_>) -> Family {
    let mut addresses = said.all("real_server").iter().filter_map(|line| line.value(0));
    let first = addresses.find_map(|word| word.text().parse::<IpAddr>().ok());
    first.map_or(Family::V4, |address| Family::of(&address))
}

fn of_members(
    members: &[Member],
    protocol: Protocol,
    said: &Said<'_>,
    report: &mut Report,
) -> Vec<ServiceKey> {
    let marks = said_family(said, report);
    let mut seen: BTreeSet<ServiceKey> = BTreeSet::new();
    let mut all = Vec::with_capacity(members.len());
    for member in members {
        let key = match *member {
            Member::Address { address, port } => ServiceKey::Address { protocol, address, port },
            Member::Fwmark { mark, family } => {
                let family = family.or(marks).unwrap_or_else(|| servers_family(said));
                ServiceKey::Fwmark { family, mark }
            }
        };
        if seen.insert(key) {
            all.push(key);
        }
    }
    if all.len() < members.len() {
        let place = said
            .all("real_server")
            .first()
            .map_or(Place { source: 0, start: 0, end: 0 }, |line| line.place());
        report.note(place, "an address is twice in the group of this service").help("once is enough");
    }
    all
}
