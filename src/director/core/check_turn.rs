//! What the log says of a check that turns: one line for each real server that leaves or returns by it.

use std::net::IpAddr;

use config::director::{RealServer, VirtualService};
use health::Transition;

use super::Core;
use super::turn::needs;
use crate::desired::ServerState;

/// A check's standing turned, or what it reports.
#[derive(Clone, Debug)]
pub(crate) struct CheckTurn {
    pub(crate) transition: Transition,
    /// the first service that needs this check
    pub(crate) service: String,
    /// how many services need it
    pub(crate) services: usize,
    /// the servers that turned by it; of all others something else decides
    pub(crate) servers: Vec<ServerLine>,
}

/// A real server left its services or is back in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerLine {
    pub(crate) real_server: IpAddr,
    pub(crate) up: bool,
    /// the first of its services
    pub(crate) service: String,
    /// how many there are
    pub(crate) services: usize,
}

impl Core {
    /// To be asked before the services of the check, at these places, are judged again.
    pub(super) fn check_turn(&self, transition: Transition, users: &[usize]) -> CheckTurn {
        let services = users.iter().filter_map(|index| Some((*index, self.config.services.get(*index)?)));
        let mut servers = Vec::new();
        for (index, service) in services.clone() {
            let mut turned: Vec<(IpAddr, bool)> = self.turned_by(&transition, index, service).collect();
            // of a host with several ports one
            turned.dedup();
            for (real_server, up) in turned {
                add(&mut servers, real_server, up, service);
            }
        }
        let service = services.clone().next().map(|(_, service)| service.name.clone()).unwrap_or_default();
        CheckTurn { transition, service, services: users.len(), servers }
    }

    fn turned_by<'a>(
        &'a self,
        transition: &'a Transition,
        index: usize,
        service: &'a VirtualService,
    ) -> impl Iterator<Item = (IpAddr, bool)> + 'a {
        let users = service.reals.iter().enumerate().filter(|(_, real)| needs(real, &transition.spec));
        users.filter_map(move |(place, real)| {
            let before = self.standing_before((index, place), service, real, transition);
            let now = self.condition_of((index, place), service, real).standing();
            (before != now && now != ServerState::Unknown)
                .then_some((real.key.address, now == ServerState::Up))
        })
    }

    fn standing_before(
        &self,
        place: (usize, usize),
        service: &VirtualService,
        real: &RealServer,
        transition: &Transition,
    ) -> ServerState {
        let state = self.state_before(real, transition);
        self.condition_with(state, place, service, real).standing()
    }
}

/// The same of another service of that server is no line of its own.
fn add(servers: &mut Vec<ServerLine>, real_server: IpAddr, up: bool, service: &VirtualService) {
    let same = servers.iter_mut().find(|line| (line.real_server, line.up) == (real_server, up));
    match same {
        Some(line) => line.services += 1,
        None => servers.push(ServerLine { real_server, up, service: service.name.clone(), services: 1 }),
    }
}
