//! What `lvs-director status` and `/v1/status` tell: the kernel's table with its counters, and why it is so.

mod agents;

use std::collections::BTreeSet;
use std::time::Duration;

use config::director::{RealServer, VirtualService};
use daemon::clock::Clock;
use health::{CheckSpec, Reported, Standing, View};
use ipvs::{Counters, Destination, DestinationCounters, DestinationKey, Forward, ServiceKey};
use mail::MailStatus;
use router::{AddressStatus, VrrpStatus};
use serde::{Deserialize, Serialize};
use vrrp::Readiness;

use crate::core::Core;
use crate::desired::{Condition, Said, ServerState, Verdict};
use crate::lead::has_routers;
use crate::path::PathView;
use crate::worker::Seen;
pub(crate) use agents::{AgentStatus, AgentWord};

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) version: String,
    pub(crate) router_id: String,
    /// start of the daemon, RFC 3339
    pub(crate) started: String,
    pub(crate) config: ConfigStatus,
    pub(crate) table: TableStatus,
    /// addresses that the director holds itself
    pub(crate) addresses: Vec<AddressStatus>,
    /// none: no virtual router is configured
    pub(crate) vrrp: Option<VrrpView>,
    /// none: nobody hears of changes by mail
    #[serde(default)]
    pub(crate) mail: Option<MailView>,
    /// none: no check goes to a VIP
    #[serde(default)]
    pub(crate) paths: Option<PathView>,
    /// whose words count here
    #[serde(default)]
    pub(crate) agents: Vec<AgentStatus>,
    pub(crate) services: Vec<ServiceStatus>,
    /// services in the kernel's table that are not ours
    pub(crate) strangers: Vec<Stranger>,
}

/// The virtual routers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VrrpView {
    /// how far the services are, which decides what the routers may take: not ready, installed, serving
    pub(crate) readiness: String,
    #[serde(flatten)]
    pub(crate) status: VrrpStatus,
}

/// How it goes with mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MailView {
    /// changes that wait to be told
    pub(crate) waiting: usize,
    /// mails that the server took
    pub(crate) sent: u64,
    /// changes of which nobody was told
    pub(crate) lost: u64,
    /// why the last attempt failed; none after a good one
    pub(crate) error: Option<String>,
}

impl From<MailStatus> for MailView {
    fn from(status: MailStatus) -> Self {
        let MailStatus { waiting, sent, lost, error } = status;
        Self { waiting, sent, lost, error }
    }
}

/// A service in the kernel's table that the file does not have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stranger {
    /// `TCP 192.168.100.240:80`
    pub(crate) key: String,
    pub(crate) destinations: usize,
    pub(crate) active: u64,
}

/// The file in force.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ConfigStatus {
    pub(crate) path: String,
    /// when it was taken, RFC 3339
    pub(crate) loaded: String,
    /// why the newest reload was refused
    pub(crate) refused: Option<String>,
}

/// The worker's view.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TableStatus {
    /// the kernel has what is wanted
    pub(crate) settled: bool,
    pub(crate) error: Option<String>,
    pub(crate) refused: Vec<RefusedChange>,
    pub(crate) written: u64,
    pub(crate) repaired: u64,
    pub(crate) looks: u64,
    pub(crate) look_us: u64,
}

/// A change that the kernel refuses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefusedChange {
    pub(crate) change: String,
    pub(crate) error: String,
}

/// One virtual service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceStatus {
    pub(crate) name: String,
    /// `TCP 192.168.100.240:80`
    pub(crate) key: String,
    pub(crate) scheduler: String,
    /// as ipvsadm -Ln says them: `(sh-port) persistent 20 mask 255.255.255.0 pe sip ops`
    pub(crate) flags: String,
    /// false: its router is not master here, and `ipvs_on` is "master"
    pub(crate) here: bool,
    pub(crate) quorum: bool,
    pub(crate) quorum_need: u32,
    pub(crate) weight_up: u64,
    /// connections since the service was made
    pub(crate) connections: Option<u64>,
    pub(crate) servers: Vec<ServerStatus>,
}

/// One real server of a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServerStatus {
    pub(crate) address: String,
    /// as ipvsadm says it: Route, Masq, Tunnel, Local
    pub(crate) forward: String,
    /// up, down, new, drained, sorry; by its agent's word quiesced, draining, left
    pub(crate) state: String,
    /// as configured, or as its checks report, of that what its agent says; none for a sorry server
    #[serde(default)]
    pub(crate) weight: Option<u32>,
    /// the kernel's entry; none: not in the table
    pub(crate) entry: Option<Entry>,
    pub(crate) why: String,
    /// none: it has no agent that is followed
    #[serde(default)]
    pub(crate) agent: Option<AgentWord>,
}

/// A destination in the kernel's table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) weight: u32,
    pub(crate) active: u32,
    pub(crate) inactive: u32,
}

/// Where a status is put together from.
pub(crate) struct Sources<'a> {
    pub(crate) core: &'a Core,
    pub(crate) seen: Seen,
    pub(crate) config: ConfigStatus,
    pub(crate) vrrp: VrrpStatus,
    pub(crate) readiness: Readiness,
    pub(crate) mail: MailStatus,
    pub(crate) clock: &'a Clock,
    pub(crate) router_id: &'a str,
    pub(crate) paths: Option<PathView>,
    /// none: the kernel could not be read
    pub(crate) counters: Option<&'a Counters>,
}

/// Puts everything together.
pub(crate) fn collect(mut sources: Sources<'_>) -> Status {
    let addresses = std::mem::take(&mut sources.vrrp.addresses);
    let services = sources.core.services().zip(sources.core.here()).enumerate();
    let services = services.map(|(index, ((service, verdict), here))| ServiceStatus {
        here: *here,
        ..service_status(&sources, index, service, verdict)
    });
    Status {
        version: env!("CARGO_PKG_VERSION").into(),
        router_id: sources.router_id.into(),
        started: sources.clock.wall(Duration::ZERO),
        services: services.collect(),
        agents: agents::all(sources.core, sources.clock),
        mail: sources.core.config().mail.is_some().then(|| sources.mail.clone().into()),
        strangers: strangers(&sources),
        paths: sources.paths,
        table: table_status(sources.seen),
        config: sources.config,
        addresses,
        vrrp: has_routers(sources.core.config())
            .then(|| VrrpView { readiness: readiness_word(sources.readiness).into(), status: sources.vrrp }),
    }
}

fn readiness_word(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::NotReady => "not ready",
        Readiness::Installed => "installed",
        Readiness::Serving => "serving",
    }
}

fn strangers(sources: &Sources<'_>) -> Vec<Stranger> {
    let paths = sources.core.path_services().keys().copied();
    let ours: BTreeSet<ServiceKey> =
        sources.core.services().map(|(service, _)| service.key).chain(paths).collect();
    let all = sources.counters.into_iter().flatten();
    all.filter(|(key, _)| !ours.contains(key))
        .map(|(key, service)| Stranger {
            key: key.to_string(),
            destinations: service.destinations.len(),
            active: service.destinations.values().map(|one| u64::from(one.connections.active)).sum(),
        })
        .collect()
}

fn table_status(seen: Seen) -> TableStatus {
    let refused = seen.failed.into_iter().map(|(change, error)| RefusedChange { change, error });
    TableStatus {
        settled: seen.settled,
        error: seen.error.or(seen.settings_error),
        refused: refused.collect(),
        written: seen.written,
        repaired: seen.repaired,
        looks: seen.looks,
        look_us: u64::try_from(seen.look_took.as_micros()).unwrap_or(u64::MAX),
    }
}

fn service_status(
    sources: &Sources<'_>,
    index: usize,
    service: &VirtualService,
    verdict: &Verdict,
) -> ServiceStatus {
    let counters = sources.counters.and_then(|counters| counters.get(&service.key));
    let entry = |key: &DestinationKey| counters.and_then(|c| c.destinations.get(key)).map(Entry::of);
    let reals = service.reals.iter().enumerate();
    let mut servers: Vec<ServerStatus> = reals
        .map(|(place, real)| ServerStatus {
            entry: entry(&real.key),
            ..server_status(sources, (index, place), service, real)
        })
        .collect();
    if let Some((key, destination)) = &service.sorry_server {
        servers.push(sorry_status(*key, destination, verdict.quorum, entry(key)));
    }
    ServiceStatus {
        name: service.name.clone(),
        key: service.key.to_string(),
        scheduler: service.settings.scheduler.name().into(),
        flags: crate::flags::text(&service.settings, service.key.family()),
        here: true,
        quorum: verdict.quorum,
        quorum_need: service.quorum,
        weight_up: verdict.weight_up,
        connections: counters.map(|c| c.stats.connections),
        servers,
    }
}

impl Entry {
    fn of(counters: &DestinationCounters) -> Self {
        Self {
            weight: counters.weight.get(),
            active: counters.connections.active,
            inactive: counters.connections.inactive,
        }
    }
}

fn server_status(
    sources: &Sources<'_>,
    (index, place): (usize, usize),
    service: &VirtualService,
    real: &RealServer,
) -> ServerStatus {
    let core = sources.core;
    let drained = core.drained().contains(&real.key.address);
    let condition = core.condition_at(index, place);
    let state = condition.map_or("new", |condition| state_word(condition, drained));
    let words = match state {
        "quiesced" | "draining" | "left" => String::new(),
        "new" if core.state_of(real) == ServerState::Up => String::from("waiting for its agent's first word"),
        "drained" => String::from("drained by command"),
        "up" if real.checks.is_empty() => String::from("not checked"),
        "new" if core.is_suspended(service) => String::from("not checked: its service's address is not here"),
        "new" if real.alpha => String::from("waiting for its first good check"),
        _ => why(sources, real, state),
    };
    ServerStatus {
        address: real.key.to_string(),
        forward: forward_word(real.destination.forward).into(),
        state: state.into(),
        weight: condition.map(|condition| condition.weight.get()),
        entry: None,
        why: [Some(words).filter(|words| !words.is_empty()), weight_words(core, real)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; "),
        agent: agents::word(core, service, real, (index, place)),
    }
}

fn state_word(condition: Condition, drained: bool) -> &'static str {
    match (condition.said, condition.state) {
        (Said::Gone, _) => "left",
        (Said::Draining, _) => "draining",
        (_, ServerState::Down) => "down",
        (Said::Quiesced, _) => "quiesced",
        _ if drained => "drained",
        (Said::AsItWas(_), _) | (Said::Nothing, ServerState::Unknown) => "new",
        (Said::Nothing, ServerState::Up) => "up",
    }
}

/// Why the weight is another than the configured one.
fn weight_words(core: &Core, real: &RealServer) -> Option<String> {
    let (weight, configured) = (core.weight_of(real), real.destination.weight);
    let said = |(spec, report): (&CheckSpec, Reported)| {
        format!("{} says {}", check_word(spec), report_words(report))
    };
    let reports: Vec<String> = core.reports(real).map(said).collect();
    let words = || format!("weight {} instead of {}: {}", weight.get(), configured.get(), reports.join(", "));
    (weight != configured).then(words)
}

/// `5` instead of what is configured, `+5` or `-5` besides it.
pub(crate) fn report_words(report: Reported) -> String {
    match report {
        Reported::Weight(weight) => weight.to_string(),
        Reported::Change(change) => format!("{change:+}"),
    }
}

/// The check that decided, and since when.
fn why(sources: &Sources<'_>, real: &RealServer, state: &str) -> String {
    let views = real.checks.iter().filter_map(|spec| Some((spec, sources.core.checks().view(spec)?)));
    let wanted = match state {
        "down" => Standing::Down,
        "up" => Standing::Up,
        _ => Standing::Unknown,
    };
    let deciding = views.filter(|(_, view)| view.standing == wanted);
    let lines: Vec<String> = deciding.map(|(spec, view)| check_line(sources.clock, spec, &view)).collect();
    lines.join("; ")
}

fn check_line(clock: &Clock, spec: &CheckSpec, view: &View) -> String {
    let since = clock.wall(view.since);
    match (&view.standing, &view.reason) {
        (Standing::Down, Some(reason)) => format!("since {since}: {} {reason}", check_word(spec)),
        (Standing::Up | Standing::Unknown, Some(reason)) if view.fails > 0 => {
            let (fails, fall) = (view.fails, spec.fall);
            format!("since {since}, {fails} of {fall} failures: {} {reason}", check_word(spec))
        }
        (Standing::Down | Standing::Up | Standing::Unknown, _) => format!("since {since}"),
    }
}

/// `tcp 192.168.100.8:80`
pub(crate) fn check_word(spec: &CheckSpec) -> String {
    format!("{} {}", spec.kind.word(), spec.target)
}

fn sorry_status(
    key: DestinationKey,
    destination: &Destination,
    quorum: bool,
    entry: Option<Entry>,
) -> ServerStatus {
    let why = if quorum {
        "sorry server, waits until quorum is lost"
    } else {
        "sorry server, serves: quorum is lost"
    };
    let forward = forward_word(destination.forward).into();
    let (address, state) = (key.to_string(), String::from("sorry"));
    ServerStatus { address, forward, state, weight: None, entry, why: why.into(), agent: None }
}

fn forward_word(forward: Forward) -> &'static str {
    match forward {
        Forward::Nat => "Masq",
        Forward::Local => "Local",
        Forward::Tunnel(_) => "Tunnel",
        Forward::Direct => "Route",
        Forward::Bypass => "Bypass",
    }
}

#[cfg(test)]
mod tests;
