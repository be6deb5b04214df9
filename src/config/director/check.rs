//! `check`: what is checked at every server of a service.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::ops::{Range, RangeInclusive};
use core::time::Duration;

use health::{CheckKind, CheckSpec, TcpCheck};
use ipvs::{DestinationKey, Protocol, ServiceKey};

use super::http;
use crate::read::{Foreign, Keys, Report, Table, address, choice, format_duration};
use crate::text::{Entry, Kind};

const INTERVAL: Duration = Duration::from_secs(6);
const TIMEOUT: Duration = Duration::from_secs(3);
const FALL: u32 = 3;
const RISE: u32 = 1;
/// Faster is an attack, slower is no check.
const INTERVALS: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(86_400);
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(3_600);
const ROUNDS: RangeInclusive<u32> = 1..=1_000;

pub(super) const CHECK: Keys = Keys {
    name: "`check`",
    known: &[
        "type",
        "interval",
        "interval_down",
        "timeout",
        "fall",
        "rise",
        "port",
        "source",
        "mark",
        "path",
        "host",
        "status",
        "digest",
    ],
    foreign: &[
        Foreign { key: "delay_loop", help: "keepalived's delay_loop is `interval` here" },
        Foreign { key: "connect_timeout", help: "keepalived's connect_timeout is `timeout` here" },
        Foreign { key: "retry", help: "write `fall`: failures in a row; keepalived's retry 3 is fall = 4" },
        Foreign { key: "nb_get_retry", help: "write `fall`: failures in a row" },
        Foreign { key: "connect_port", help: "write `port`" },
        Foreign { key: "bindto", help: "write `source`" },
        Foreign { key: "fwmark", help: "write `mark`" },
        Foreign { key: "virtualhost", help: "write `host`" },
        Foreign { key: "status_code", help: "write `status = [200]`" },
    ],
};

/// A check before it has a target.
pub(super) struct Template {
    kind: CheckKind,
    port: Option<u16>,
    source: Option<IpAddr>,
    mark: Option<u32>,
    interval: Duration,
    interval_down: Duration,
    timeout: Duration,
    fall: u32,
    rise: u32,
    place: Range<usize>,
}

/// The checks of one service or server.
pub(super) struct Templates {
    list: Vec<Template>,
    /// the findings below were reported for one server, which is enough
    told: bool,
}

impl Templates {
    /// `check` of a table; none where it says nothing.
    pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Option<Self> {
        let entry = table.get("check")?;
        let list = match entry.kind() {
            Kind::Array => entry.children().filter_map(|one| template(one, report)).collect(),
            Kind::Table => template(entry, report).into_iter().collect(),
            Kind::Bad => Vec::new(),
            Kind::String(_) | Kind::Integer { .. } | Kind::Float | Kind::Boolean(_) | Kind::Datetime => {
                entry
                    .mismatch("a check, or a list of them", report)
                    .help("write `check = { type = \"tcp\" }`, or `check = []` for none");
                Vec::new()
            }
        };
        Some(Self { list, told: false })
    }

    /// What holds for a service that says nothing: TCP servers must take a connection.
    pub(super) fn default_for(key: Option<ServiceKey>, place: Range<usize>) -> Self {
        let datagrams =
            matches!(key, Some(ServiceKey::Address { protocol: Protocol::Udp | Protocol::Sctp, .. }));
        let list = if datagrams || key.is_none() { Vec::new() } else { vec![default_template(place)] };
        Self { list, told: false }
    }

    /// The checks of one server.
    pub(super) fn at(
        &mut self,
        server: DestinationKey,
        interned: &mut Interned,
        report: &mut Report<'_>,
    ) -> Vec<Arc<CheckSpec>> {
        let mut checks = Vec::with_capacity(self.list.len());
        for template in &self.list {
            let port = template.port.or(Some(server.port).filter(|port| *port != 0));
            if let Some(problem) = template.problem(server, port) {
                if !self.told {
                    problem.tell(&template.place, report);
                }
                self.told = true;
                continue;
            }
            let target = SocketAddr::new(server.address, port.unwrap_or_default());
            let check = interned.take(template.spec(target));
            if checks.contains(&check) {
                report
                    .warning(template.place.clone(), "the same check twice")
                    .help("leave one of the two away");
            } else {
                checks.push(check);
            }
        }
        checks
    }
}

/// Why a check cannot be made at a server.
enum Problem {
    NoPort,
    OtherFamily { source: IpAddr, server: IpAddr },
}

impl Problem {
    fn tell(&self, place: &Range<usize>, report: &mut Report<'_>) {
        match self {
            Self::NoPort => report
                .error(place.clone(), "the check needs a port: the servers of this service have none")
                .help("write `check = { type = \"tcp\", port = 80 }`, or `check = []` for none"),
            Self::OtherFamily { source, server } => report
                .error(place.clone(), format_args!("the check cannot reach {server} from {source}"))
                .label("`source` is of the other address family")
                .help("give this server a `check` of its own, or leave `source` away"),
        };
    }
}

impl Template {
    fn problem(&self, server: DestinationKey, port: Option<u16>) -> Option<Problem> {
        if port.is_none() {
            return Some(Problem::NoPort);
        }
        let source = self.source.filter(|source| source.is_ipv4() != server.address.is_ipv4())?;
        Some(Problem::OtherFamily { source, server: server.address })
    }

    fn spec(&self, target: SocketAddr) -> CheckSpec {
        CheckSpec {
            source: self.source,
            mark: self.mark,
            interval: self.interval,
            interval_down: self.interval_down,
            timeout: self.timeout,
            fall: self.fall,
            rise: self.rise,
            ..CheckSpec::new(target, self.kind.clone())
        }
    }
}

fn default_template(place: Range<usize>) -> Template {
    Template {
        kind: CheckKind::Tcp(TcpCheck::CONNECT),
        port: None,
        source: None,
        mark: None,
        interval: INTERVAL,
        interval_down: INTERVAL,
        timeout: TIMEOUT,
        fall: FALL,
        rise: RISE,
        place,
    }
}

fn template(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Template> {
    let table = Table::open(entry, &CHECK, report)?;
    let mut read = default_template(entry.place());
    read.kind = kind(table, report)?;
    if let Some(interval) = table.get("interval").and_then(|entry| entry.duration(INTERVALS, report)) {
        read.interval = interval;
    }
    let down = table.get("interval_down").and_then(|entry| entry.duration(INTERVALS, report));
    read.interval_down = down.unwrap_or(read.interval);
    let timeout = table.get("timeout").and_then(|entry| entry.duration(TIMEOUTS, report));
    read.timeout = timeout.unwrap_or(TIMEOUT.min(read.interval));
    if let Some(fall) = table.get("fall").and_then(|entry| entry.number(ROUNDS, report)) {
        read.fall = fall;
    }
    if let Some(rise) = table.get("rise").and_then(|entry| entry.number(ROUNDS, report)) {
        read.rise = rise;
    }
    read.port = table.get("port").and_then(|entry| entry.number(1..=65_535, report));
    read.source = table.get("source").and_then(|entry| address(entry, report));
    read.mark = table.get("mark").and_then(|entry| entry.number(1..=u32::MAX, report));
    warn_of_overlap(table, &read, report);
    Some(read)
}

fn kind(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let is_http = match table.get("type") {
        Some(entry) => choice(entry, &[("tcp", false), ("http", true)], report)?,
        None => false,
    };
    if is_http {
        return http::read(table, report).map(CheckKind::Http);
    }
    for stray in http::KEYS.into_iter().filter_map(|key| table.get(key)) {
        report
            .error(stray.key_place(), format_args!("`{}` belongs to an HTTP check", stray.key()))
            .help("write `type = \"http\"` beside it, or leave it away");
    }
    Some(CheckKind::Tcp(TcpCheck::CONNECT))
}

/// The next attempt waits for the one before: the interval is then not what is written.
fn warn_of_overlap(table: Table<'_>, read: &Template, report: &mut Report<'_>) {
    if read.timeout <= read.interval {
        return;
    }
    let entry = table.get("timeout").or_else(|| table.get("interval")).unwrap_or_else(|| table.entry());
    let (timeout, interval) = (format_duration(read.timeout), format_duration(read.interval));
    report
        .warning(entry.place(), format_args!("the timeout {timeout} is longer than the interval {interval}"))
        .label("an attempt may still run when the next is due")
        .help(format_args!("write `timeout = \"{interval}\"` or less"));
}

/// Checks that are there already: equal ones are one.
#[derive(Default)]
pub(super) struct Interned(BTreeSet<Arc<CheckSpec>>);

impl Interned {
    fn take(&mut self, spec: CheckSpec) -> Arc<CheckSpec> {
        if let Some(found) = self.0.get(&spec) {
            return Arc::clone(found);
        }
        let new = Arc::new(spec);
        self.0.insert(Arc::clone(&new));
        new
    }
}
