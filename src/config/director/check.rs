//! `check`: what is checked at every server of a service.

mod body;
mod bytes;
mod database;
mod http;
mod keys;
mod path;
mod port;
mod small;
mod timing;
mod tls;

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::ops::Range;

use health::{CheckKind, CheckSpec, TcpCheck};
use ipvs::{DestinationKey, Forward, Protocol, ServiceKey};

pub(super) use bytes::print as print_bytes;
pub(super) use database::login;
pub(super) use http::STATUS;
#[cfg(test)]
pub(super) use keys::TABLES;
pub(super) use port::{has_port, usual_port};
pub(super) use small::{DNS_NAME, DNS_RECORD, HELO, helo};
pub(super) use timing::usual_timeout;
pub(super) use tls::verify;

use crate::read::{Report, Role, Table, address, host, interface, optional, word};
use crate::text::{Entry, Kind};

/// The place of a target that is not known yet.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
/// Types, as [`CheckKind::word`] has them.
const TYPES: [&str; 13] = [
    "tcp",
    "http",
    "https",
    "smtp",
    "dns",
    "udp",
    "ping",
    "script",
    "file",
    "mysql",
    "redis",
    "memcached",
    "postgresql",
];

/// A check before it has a target.
pub(super) struct Template {
    /// all but the target
    spec: CheckSpec,
    /// `address`; the server's unless said
    address: Option<IpAddr>,
    /// `port`; [`usual_port`] unless said
    port: Option<u16>,
    place: Range<usize>,
}

/// The checks of one service or server.
pub(super) struct Templates {
    list: Vec<Template>,
    /// the findings below were reported for one server, which is enough
    told: bool,
}

impl Templates {
    /// `check` of a table; none where it says nothing. Scripts that name no user run as `script_user`.
    pub(super) fn read(table: Table<'_>, script_user: Option<&str>, report: &mut Report<'_>) -> Option<Self> {
        let entry = table.get("check")?;
        let list = match entry.kind() {
            Kind::Array => entry.children().filter_map(|one| template(one, script_user, report)).collect(),
            Kind::Table => template(entry, script_user, report).into_iter().collect(),
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
        let list = if key.is_some_and(is_tcp) { vec![default_template(place)] } else { Vec::new() };
        Self { list, told: false }
    }

    /// The checks of one server. Those of the true path have neither VIP nor mark yet: [`super::path::settle`] gives them.
    pub(super) fn at(
        &mut self,
        server: Server,
        interned: &mut Interned,
        report: &mut Report<'_>,
    ) -> Vec<Arc<CheckSpec>> {
        let mut checks = Vec::with_capacity(self.list.len());
        for template in &self.list {
            let target = match template.target(server) {
                Ok(target) => target,
                Err(problem) => {
                    if !self.told {
                        problem.tell(&template.place, report);
                    }
                    self.told = true;
                    continue;
                }
            };
            let check = interned.take(CheckSpec { target, ..template.spec.clone() });
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

/// Whom a check is made at.
#[derive(Clone, Copy)]
pub(super) struct Server {
    pub(super) key: DestinationKey,
    pub(super) forward: Forward,
    /// whose server it is
    pub(super) service: Option<ServiceKey>,
}

/// Whether servers of a service are checked by TCP where nothing is said; what a mark stands for is not known.
pub(super) const fn is_tcp(key: ServiceKey) -> bool {
    matches!(key, ServiceKey::Address { protocol: Protocol::Tcp, .. } | ServiceKey::Fwmark { .. })
}

/// What a TCP service's servers must pass where nothing is said.
pub(super) fn default_spec() -> CheckSpec {
    CheckSpec::new(NOWHERE, CheckKind::Tcp(TcpCheck::CONNECT))
}

/// Why a check cannot be made at a server.
enum Problem {
    NoPort,
    OtherFamily { source: IpAddr, target: IpAddr },
    Path(path::Problem),
}

impl Problem {
    fn tell(&self, place: &Range<usize>, report: &mut Report<'_>) {
        match self {
            Self::Path(problem) => problem.tell(place, report),
            Self::NoPort => {
                report
                    .error(place.clone(), "the check needs a port: the servers of this service have none")
                    .help("write `check = { type = \"tcp\", port = 80 }`, or `check = []` for none");
            }
            Self::OtherFamily { source, target } => {
                report
                    .error(place.clone(), format_args!("the check cannot reach {target} from {source}"))
                    .label("`source` is of the other address family")
                    .help("give this server a `check` of its own, or leave `source` away");
            }
        }
    }
}

impl Template {
    fn target(&self, server: Server) -> Result<SocketAddr, Problem> {
        let usual = usual_port(&self.spec.kind, server.key.port);
        if self.spec.path.is_some() {
            path::why_not(server, self.port).map_or(Ok(()), |problem| Err(Problem::Path(problem)))?;
        }
        let port = self.port.or(usual).ok_or(Problem::NoPort)?;
        let target = self.address.unwrap_or(server.key.address);
        match self.spec.source.filter(|source| source.is_ipv4() != target.is_ipv4()) {
            Some(source) => Err(Problem::OtherFamily { source, target }),
            None => Ok(SocketAddr::new(target, port)),
        }
    }
}

fn default_template(place: Range<usize>) -> Template {
    Template { spec: default_spec(), address: None, port: None, place }
}

fn template(entry: Entry<'_>, script_user: Option<&str>, report: &mut Report<'_>) -> Option<Template> {
    let word = match entry.children().find(|child| child.key() == "type") {
        Some(entry) => word(entry, &TYPES, report)?,
        None => "tcp",
    };
    let (table, kind) = kind(entry, word, script_user, report)?;
    let mut read = default_template(entry.place());
    timing::read(table, &mut read.spec, report);
    let target = optional(table, "address", report, target_address);
    let port = optional(table, "port", report, |entry, report| entry.number(1..=65_535, report));
    let source = optional(table, "source", report, address);
    let interface = optional(table, "interface", report, interface);
    let mark = optional(table, "mark", report, |entry, report| entry.number(1..=u32::MAX, report));
    let path = path::read(table, word, report);
    (read.address, read.port) = (target?, port?);
    (read.spec.source, read.spec.interface, read.spec.mark) = (source?, interface?, mark?);
    read.spec.path = path?;
    read.spec.kind = kind?;
    Some(read)
}

fn target_address(entry: Entry<'_>, report: &mut Report<'_>) -> Option<IpAddr> {
    let address = address(entry, report)?;
    host(entry, address, Role::Server, report)
}

/// The table of a type, whose keys are its own; what it asks for, where that could be read.
fn kind<'d>(
    entry: Entry<'d>,
    word: &str,
    script_user: Option<&str>,
    report: &mut Report<'_>,
) -> Option<(Table<'d>, Option<CheckKind>)> {
    let keys = match word {
        "http" => keys::HTTP,
        "https" => keys::HTTPS,
        "smtp" => keys::SMTP,
        "dns" => keys::DNS,
        "udp" => keys::UDP,
        "ping" => keys::PING,
        "script" => keys::SCRIPT,
        "file" => keys::FILE,
        "mysql" => keys::MYSQL,
        "redis" => keys::REDIS,
        "memcached" => keys::MEMCACHED,
        "postgresql" => keys::POSTGRESQL,
        _ => keys::TCP,
    };
    let table = Table::open(entry, &keys, report)?;
    let kind = match word {
        "http" => http::read(table, None, report).map(CheckKind::Http),
        "https" => {
            tls::read(table, report).and_then(|tls| http::read(table, Some(tls), report)).map(CheckKind::Http)
        }
        "smtp" => small::smtp(table, report),
        "dns" => small::dns(table, report),
        "udp" => small::udp(table, report),
        "ping" => Some(CheckKind::Ping),
        "script" => small::script(table, script_user, report),
        "file" => small::file(table, report),
        "mysql" => database::mysql(table, report),
        "redis" => database::redis(table, report),
        "memcached" => Some(CheckKind::Memcached),
        "postgresql" => database::postgres(table, report),
        _ => small::tcp(table, report),
    };
    Some((table, kind))
}

/// Checks that are there already: equal ones are one.
#[derive(Default)]
pub(super) struct Interned(BTreeSet<Arc<CheckSpec>>);

impl Interned {
    pub(super) fn take(&mut self, spec: CheckSpec) -> Arc<CheckSpec> {
        if let Some(found) = self.0.get(&spec) {
            return Arc::clone(found);
        }
        let new = Arc::new(spec);
        self.0.insert(Arc::clone(&new));
        new
    }
}
