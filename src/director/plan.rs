//! What would be written: for `plan`, and done by `apply`. Pure, but for serde.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use config::director::{DirectorConfig, RealServer, VirtualService};
use ipvs::{Service, ServiceKey, Table};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::desired::{ServerState, judge};

/// What a running director knows of its real servers, so that `plan` asks for what a reload would give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Servers {
    /// per service, the servers that are not up
    not_up: BTreeMap<String, BTreeMap<String, NotUp>>,
    /// services without quorum
    no_quorum: BTreeSet<String>,
    drained: BTreeSet<IpAddr>,
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
        let mut servers = Self { drained: core.drained().clone(), ..Self::default() };
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
    config.services.iter().map(service_of).collect()
}
