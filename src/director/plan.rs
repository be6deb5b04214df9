//! What would be written: for `plan`, and done by `apply`. Pure, but for serde.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use config::director::{DirectorConfig, RealServer, VirtualService};
use ipvs::{Service, ServiceKey, Table};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::desired::{ServerState, judge};
use crate::roles::{Roles, placement};

/// What a running director knows of its real servers, so that `plan` asks for what a reload would give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Servers {
    /// per service, the servers that are not up
    not_up: BTreeMap<String, BTreeMap<String, NotUp>>,
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

impl Servers {
    /// As the core knows them.
    pub(crate) fn of(core: &Core) -> Self {
        let roles = Some(core.roles().clone());
        let mut servers = Self { drained: core.drained().clone(), roles, ..Self::default() };
        for (service, verdict) in core.services() {
            if !verdict.quorum {
                servers.no_quorum.insert(service.key.to_string());
            }
            let states = service.reals.iter().map(|real| (real.key.to_string(), core.state_of(real)));
            let not_up: BTreeMap<String, NotUp> =
                states.filter_map(|(key, state)| Some((key, NotUp::of(state)?))).collect();
            if !not_up.is_empty() {
                servers.not_up.insert(service.key.to_string(), not_up);
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

    fn state_of(&self, service: &VirtualService, real: &RealServer) -> ServerState {
        let of_service = self.not_up.get(&service.key.to_string());
        match of_service.and_then(|servers| servers.get(&real.key.to_string())) {
            Some(NotUp::Down) => ServerState::Down,
            Some(NotUp::Unknown) => ServerState::Unknown,
            None => ServerState::Up,
        }
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
        let state_of = |real: &RealServer| servers.state_of(service, real);
        (service.key, judge(service, had_quorum, &servers.drained, state_of).service)
    };
    let here = placement(config, &servers.placing(), |_| true);
    let installed = config.services.iter().zip(here).filter(|(_, here)| *here);
    installed.map(|(service, _)| service_of(service)).collect()
}

#[cfg(test)]
mod tests;
