//! Checks of a real server: each block becomes a check, or several.

mod body;
mod common;
mod http;
mod small;
mod status;
mod timing;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use health::{CheckKind, CheckSpec};

use super::vrrp::said::{Said, one_a_line};
use crate::keywords::Section;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;
use common::Connection;

pub(super) use http::{Client, virtualhost};
pub(super) use timing::Timing;

/// What checks are read with.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// `SSL`: what SSL_GET shows
    pub(super) client: &'a Client,
    /// `track_file`: path and weight
    pub(super) files: &'a BTreeMap<String, (String, i16)>,
    pub(super) script_user: Option<&'a str>,
}

/// The server that is checked.
#[derive(Clone, Copy)]
pub(super) struct Server<'a> {
    pub(super) address: IpAddr,
    /// what checks connect to where they say nothing
    pub(super) port: Option<u16>,
    /// what holds where a check says nothing
    pub(super) timing: Timing,
    pub(super) virtualhost: Option<&'a str>,
}

/// Where a check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Fixed(SocketAddr),
    /// at the address and port that the server has in the table
    Server,
}

/// A check, before it is known which port the server has in the table.
pub(super) struct Check {
    spec: CheckSpec,
    target: Target,
    /// whether the server waits for it
    pub(super) alpha: bool,
    place: Place,
}

/// The checks of one server.
pub(super) fn read_all(
    blocks: &[(&'static str, &Line)],
    server: Server<'_>,
    given: Given<'_>,
    report: &mut Report,
) -> Vec<Check> {
    let mut all = Vec::with_capacity(blocks.len());
    for (keyword, block) in blocks {
        Reader { keyword, block, server, given }.read(&mut all, report);
    }
    all
}

/// Whether blocks of this keyword are checks of TCP services.
pub(super) fn is_tcp(keyword: &str) -> bool {
    matches!(keyword, "TCP_CHECK" | "HTTP_GET" | "SSL_GET" | "SMTP_CHECK")
}

/// Whether they are checks of UDP services.
pub(super) fn is_udp(keyword: &str) -> bool {
    matches!(keyword, "UDP_CHECK" | "DNS_CHECK")
}

struct Reader<'a> {
    /// what its block is, whatever word is written
    keyword: &'static str,
    block: &'a Line,
    server: Server<'a>,
    given: Given<'a>,
}

impl Reader<'_> {
    fn read(&self, all: &mut Vec<Check>, report: &mut Report) {
        let Some(section) = Section::at(&[self.keyword]) else { return };
        super::vrrp::value::at_most(self.block, 0, report);
        let lines = one_a_line(self.block.lines(), section, report);
        let said = Said::of(&lines, section, report);
        let timing = Timing::read(&said, report).or(self.server.timing);
        match self.keyword {
            "HTTP_GET" | "SSL_GET" => http::read(self, &said, timing, all, report),
            "SMTP_CHECK" => small::smtp(self, &said, timing, all, report),
            "MISC_CHECK" => all.extend(small::misc(self, &said, timing, report)),
            "FILE_CHECK" => all.extend(small::file(self, &said, timing, report)),
            "TCP_CHECK" => all.extend(small::tcp(self, &said, timing, report)),
            "DNS_CHECK" => all.extend(small::dns(self, &said, timing, report)),
            "UDP_CHECK" => all.extend(small::udp(self, &said, timing, report)),
            "PING_CHECK" => all.extend(small::ping(self, &said, timing, report)),
            _ => {}
        }
    }

    /// A check by connection.
    fn connecting(
        &self,
        said: &Said<'_>,
        kind: CheckKind,
        shape: timing::Shape,
        timing: Timing,
        report: &mut Report,
    ) -> Option<Check> {
        let connection = Connection::read(said, report)?;
        let target = connection.target(self, &kind, report)?;
        let spec = connection.apply(timing.apply(CheckSpec::new(target, kind), shape));
        Some(self.check(spec, Target::Fixed(target), timing))
    }

    fn check(&self, spec: CheckSpec, target: Target, timing: Timing) -> Check {
        Check { spec, target, alpha: timing.alpha.unwrap_or(false), place: self.block.place() }
    }
}

/// Checks that are there already: equal ones are one.
#[derive(Default)]
pub(super) struct Interned(BTreeSet<Arc<CheckSpec>>);

impl Interned {
    /// The checks of a server that has this address and port in the table.
    pub(super) fn at(
        &mut self,
        checks: &[Check],
        server: SocketAddr,
        report: &mut Report,
    ) -> Vec<Arc<CheckSpec>> {
        let mut all: Vec<Arc<CheckSpec>> = Vec::with_capacity(checks.len());
        for check in checks {
            let check_at = self.take(check, server);
            if all.contains(&check_at) {
                report.warning(check.place, "the same check twice").help("leave one of the two away");
            } else {
                all.push(check_at);
            }
        }
        all
    }

    fn take(&mut self, check: &Check, server: SocketAddr) -> Arc<CheckSpec> {
        let found = match check.target {
            Target::Fixed(_) => self.0.get(&check.spec),
            Target::Server => None,
        };
        if let Some(found) = found {
            return Arc::clone(found);
        }
        let spec = match check.target {
            Target::Fixed(_) => check.spec.clone(),
            Target::Server => CheckSpec { target: server, ..check.spec.clone() },
        };
        if let Some(found) = self.0.get(&spec) {
            return Arc::clone(found);
        }
        let new = Arc::new(spec);
        self.0.insert(Arc::clone(&new));
        new
    }
}
