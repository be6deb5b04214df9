//! What would be written: for `plan`, and done by `apply`. Pure, but for serde.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use config::director::{DirectorConfig, RealServer, VirtualService};
use health::Reported;
use ipvs::{Service, ServiceKey, Table};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::desired::{Condition, Said, ServerState, judge, scaled, weight_of};
use crate::roles::{Roles, placement};

/// What a running director knows of its real servers, so that `plan` asks for what a reload would give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Servers {
    /// per service, the servers that are not up
    not_up: BTreeMap<String, BTreeMap<String, NotUp>>,
    /// per service, the servers whose checks say something of their weight, and what
    #[serde(default)]
    reports: BTreeMap<String, BTreeMap<String, Vec<Report>>>,
    /// per service, the servers of which their agents say something
    #[serde(default)]
    agents: BTreeMap<String, BTreeMap<String, Spoken>>,
    /// services without quorum
    no_quorum: BTreeSet<String>,
    drained: BTreeSet<IpAddr>,
    /// what it is for its routers; none: no director runs
    #[serde(default)]
    roles: Option<Roles>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NotUp {
    Down,
    Unknown,
}

/// What a check says of its server's weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Report {
    Weight(u32),
    Change(i32),
}

/// What a server's agent makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spoken {
    said: Said,
    /// of the weight; none: all of it
    percent: Option<u8>,
}

impl From<Reported> for Report {
    fn from(reported: Reported) -> Self {
        match reported {
            Reported::Weight(weight) => Self::Weight(weight),
            Reported::Change(change) => Self::Change(change),
        }
    }
}

impl From<Report> for Reported {
    fn from(report: Report) -> Self {
        match report {
            Report::Weight(weight) => Self::Weight(weight),
            Report::Change(change) => Self::Change(change),
        }
    }
}

impl Servers {
    /// As the core knows them.
    pub(crate) fn of(core: &Core) -> Self {
        let roles = Some(core.roles().clone());
        let mut servers = Self { drained: core.drained().clone(), roles, ..Self::default() };
        for (index, (service, verdict)) in core.services().enumerate() {
            if !verdict.quorum {
                servers.no_quorum.insert(service.key.to_string());
            }
            let conditions: Vec<_> = (service.reals.iter().enumerate())
                .filter_map(|(place, real)| {
                    let percent = core.voice(index, place).and_then(|(voice, held)| voice.percent(held));
                    Some((real.key.to_string(), core.condition_at(index, place)?, percent))
                })
                .collect();
            let not_up: BTreeMap<String, NotUp> = conditions
                .iter()
                .filter_map(|(key, one, _)| Some((key.clone(), NotUp::of(one.state)?)))
                .collect();
            if !not_up.is_empty() {
                servers.not_up.insert(service.key.to_string(), not_up);
            }
            let spoken =
                conditions.into_iter().map(|(key, one, percent)| (key, Spoken { said: one.said, percent }));
            let spoken: BTreeMap<String, Spoken> =
                spoken.filter(|(_, spoken)| spoken.says_something()).collect();
            if !spoken.is_empty() {
                servers.agents.insert(service.key.to_string(), spoken);
            }
            let reports_of = |real: &RealServer| -> Vec<Report> {
                core.reports(real).map(|(_, said)| said.into()).collect()
            };
            let reports = service.reals.iter().map(|real| (real.key.to_string(), reports_of(real)));
            let reports: BTreeMap<String, Vec<Report>> =
                reports.filter(|(_, said)| !said.is_empty()).collect();
            if !reports.is_empty() {
                servers.reports.insert(service.key.to_string(), reports);
            }
        }
        servers
    }

    /// Nothing is known but what was drained by command.
    pub(crate) fn drained(drained: BTreeSet<IpAddr>) -> Self {
        Self { drained, ..Self::default() }
    }

    /// Whether a director runs that says what it is for its routers.
    pub(crate) fn knows_roles(&self) -> bool {
        self.roles.is_some()
    }

    /// What decides about connection sync: without a director nothing is known.
    pub(crate) fn roles(&self, config: &DirectorConfig) -> Roles {
        self.roles.clone().unwrap_or_else(|| Roles::undecided(config))
    }

    /// What decides where services are installed: without a director no router is master.
    fn placing(&self) -> Roles {
        self.roles.clone().unwrap_or_default()
    }

    fn condition_of(&self, service: &VirtualService, real: &RealServer) -> Condition {
        let (service, server) = (service.key.to_string(), real.key.to_string());
        let not_up = self.not_up.get(&service).and_then(|servers| servers.get(&server));
        let state = match not_up {
            Some(NotUp::Down) => ServerState::Down,
            Some(NotUp::Unknown) => ServerState::Unknown,
            None => ServerState::Up,
        };
        let reports = self.reports.get(&service).and_then(|servers| servers.get(&server));
        let reports = reports.into_iter().flatten().map(|report| Reported::from(*report));
        let weight = weight_of(real.destination.weight, reports);
        let spoken = self.agents.get(&service).and_then(|servers| servers.get(&server));
        let percent = spoken.and_then(|spoken| spoken.percent);
        let part = percent.map_or(weight, |percent| scaled(weight, percent));
        let said = spoken.map_or(Said::Nothing, |spoken| spoken.said);
        Condition { state, weight: part, full: weight, said }
    }
}

impl Spoken {
    fn says_something(&self) -> bool {
        self.said != Said::Nothing || self.percent.is_some()
    }
}

impl NotUp {
    fn of(state: ServerState) -> Option<Self> {
        match state {
            ServerState::Up => None,
            ServerState::Down => Some(Self::Down),
            ServerState::Unknown => Some(Self::Unknown),
        }
    }
}

/// The table that a configuration asks for. A server of which nothing is known counts as up.
pub(crate) fn desired(config: &DirectorConfig, servers: &Servers) -> Table {
    let service_of = |service: &VirtualService| -> (ServiceKey, Service) {
        let had_quorum = !servers.no_quorum.contains(&service.key.to_string());
        let condition_of = |_, real: &RealServer| servers.condition_of(service, real);
        (service.key, judge(service, had_quorum, &servers.drained, condition_of).service)
    };
    let here = placement(config, &servers.placing(), |_| true);
    let installed = config.services.iter().zip(here).filter(|(_, here)| *here);
    let paths = crate::path::services(config).into_iter();
    paths.chain(installed.map(|(service, _)| service_of(service))).collect()
}

#[cfg(test)]
mod tests;
