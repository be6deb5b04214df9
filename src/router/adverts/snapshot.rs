//! Where everything stands, for the status.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use config::director::RouterConfig;
use daemon::clock::Clock;
use vrrp::{Counters, Holding, Refused, Report, RouterId, State, View};

use super::Speaker;
use super::member::Member;
use crate::addresses::{Told, vips};
use crate::held::Held;
use crate::settings::{self, Subject};
use crate::status::{
    DuplicateStatus, MasterStatus, RefusedStatus, RouterStatus, TrackStatus, VipStatus, VrrpStatus,
};

/// All routers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    routers: Vec<Seen>,
    unknown: BTreeMap<String, u64>,
    latest: Duration,
}

/// One of them.
#[derive(Clone, Debug)]
struct Seen {
    config: Arc<RouterConfig>,
    state: State,
    since: Duration,
    reason: String,
    priority: u8,
    source: Option<IpAddr>,
    master: Option<(IpAddr, u8)>,
    master_interval: Duration,
    holding: Holding,
    counters: Counters,
    faults: Vec<String>,
    tracks: Vec<(Subject, i16, Report)>,
    group: Option<String>,
    error: Option<String>,
}

impl Speaker {
    pub(super) fn snapshot(&self) -> Snapshot {
        let leaving = self.members.keys().filter(|id| !self.order.contains(id));
        let seen = |id: &RouterId| Some(self.seen(self.members.get(id)?, &self.set.view(*id)?));
        Snapshot {
            routers: self.order.iter().chain(leaving).filter_map(seen).collect(),
            unknown: words(self.set.unknown().iter()),
            latest: self.latest,
        }
    }

    fn seen(&self, member: &Member, view: &View<'_>) -> Seen {
        let config = &member.config;
        let tracks = settings::subjects(config).zip(view.reports);
        let has = |group: &&config::director::SyncGroup| group.group.members.contains(&config.name);
        Seen {
            config: Arc::clone(config),
            state: view.state,
            since: view.since,
            reason: view.reason.to_string(),
            priority: view.priority.get(),
            source: view.source,
            master: view.master,
            master_interval: view.master_interval.duration(),
            holding: view.holding,
            counters: view.counters.clone(),
            faults: view.faults.clone(),
            tracks: tracks.map(|((subject, weight), report)| (subject, weight, *report)).collect(),
            group: self.config.groups.iter().find(has).map(|group| group.group.name.clone()),
            error: member.send_error.clone(),
        }
    }
}

impl Snapshot {
    /// The newest refused packet of each router.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&str, (Refused, IpAddr, Duration))> {
        self.routers.iter().filter_map(|seen| Some((seen.config.name.as_str(), seen.counters.last_refused?)))
    }

    /// For people and machines.
    pub(crate) fn status(
        &self,
        told: &Told,
        details: &BTreeMap<Subject, String>,
        clock: &Clock,
    ) -> VrrpStatus {
        VrrpStatus {
            routers: self.routers.iter().map(|seen| seen.status(told, details, clock)).collect(),
            addresses: told.addresses(clock),
            unknown: self.unknown.clone(),
            latest_us: u64::try_from(self.latest.as_micros()).unwrap_or(u64::MAX),
            ..VrrpStatus::default()
        }
    }
}

impl Seen {
    fn status(&self, told: &Told, details: &BTreeMap<Subject, String>, clock: &Clock) -> RouterStatus {
        let config = &self.config;
        let counters = &self.counters;
        RouterStatus {
            name: config.name.clone(),
            interface: config.interface.clone(),
            version: config.version.number(),
            virtual_router_id: config.vrid.get(),
            state: self.state.word().to_owned(),
            since: clock.wall(self.since),
            reason: self.reason.clone(),
            priority: config.priority.get(),
            effective_priority: self.priority,
            master: self
                .master
                .map(|(address, priority)| MasterStatus { address: address.to_string(), priority }),
            source: self.source.map(|source| source.to_string()),
            advert_interval_ms: millis(config.interval.duration()),
            master_interval_ms: millis(self.master_interval),
            addresses: self.vips(told),
            route_errors: told.route_errors(&config.name),
            faults: self.faults.clone(),
            tracks: self.tracks(details),
            adverts_sent: counters.adverts_sent,
            adverts_received: counters.adverts_received,
            became_master: counters.became_master,
            priority_zero_sent: counters.priority_zero_sent,
            priority_zero_received: counters.priority_zero_received,
            rivals_heard: counters.rivals_heard,
            refused: words(counters.refusals().iter()),
            last_refused: self.last_refused(clock),
            duplicates: self.duplicates(told, clock),
            group: self.group.clone(),
            error: self.error.clone(),
        }
    }

    fn vips(&self, told: &Told) -> Vec<VipStatus> {
        let is_wanted = self.holding == Holding::Yes;
        let held = vips(&self.config).map(|vip| Held::of_router(&self.config.name, vip));
        held.map(|held| told.vip(&held, is_wanted)).collect()
    }

    fn tracks(&self, details: &BTreeMap<Subject, String>) -> Vec<TrackStatus> {
        let status = |(subject, weight, report): &(Subject, i16, Report)| TrackStatus {
            what: subject.to_string(),
            report: match report {
                Report::Up => "up".to_owned(),
                Report::Down => "down".to_owned(),
                Report::Value(value) => value.to_string(),
            },
            weight: *weight,
            detail: details.get(subject).cloned().unwrap_or_default(),
        };
        self.tracks.iter().map(status).collect()
    }

    fn last_refused(&self, clock: &Clock) -> Option<RefusedStatus> {
        let (reason, from, at) = self.counters.last_refused?;
        Some(RefusedStatus { reason: reason.word().to_owned(), from: from.to_string(), at: clock.wall(at) })
    }

    fn duplicates(&self, told: &Told, clock: &Clock) -> Vec<DuplicateStatus> {
        vips(&self.config).flat_map(|vip| told.duplicates_of(vip.address, clock)).collect()
    }
}

/// Only what occurred.
fn words(counts: impl Iterator<Item = (Refused, u64)>) -> BTreeMap<String, u64> {
    let occurred = counts.filter(|(_, count)| *count > 0);
    occurred.map(|(reason, count)| (reason.word().to_owned(), count)).collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
