//! What others are told of servers and services that turn.

use std::iter;

use config::director::RealServer;
use health::{CheckSpec, Standing, Transition};

use super::{Core, state};
use crate::desired::ServerState;
use crate::status::check_word;

/// Something turned that programs, pipes and mails tell of. Both places are of the configuration in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Server(ServerTurn),
    Quorum(QuorumTurn),
}

/// A real server went down, came up, or is seen to be down for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerTurn {
    /// place of its service in the configuration
    pub(crate) service: usize,
    /// its place in that service
    pub(crate) real: usize,
    pub(crate) up: bool,
    /// it enters: nothing was known of it before
    pub(crate) first: bool,
    /// `tcp 192.0.2.1:80: connect: connection refused`; none when it came up
    pub(crate) why: Option<String>,
}

/// A service lost or regained quorum, or it is known for the first time whether it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuorumTurn {
    /// place in the configuration
    pub(crate) service: usize,
    pub(crate) quorum: bool,
    /// nothing was known before
    pub(crate) first: bool,
    pub(crate) weight_up: u64,
}

impl Core {
    /// What turned since the last call. Call until it gives none, before the next input.
    pub(crate) fn poll_turn(&mut self) -> Option<Turn> {
        self.turns.pop_front()
    }

    /// Tells of the servers of a service that the check has turned. One that enters before its first check does not come up
    /// with that, and one that waits for it does.
    pub(super) fn tell_servers(&mut self, index: usize, transition: &Transition) {
        let Some(service) = self.config.services.get(index) else { return };
        let users = service.reals.iter().enumerate().filter(|(_, real)| needs(real, &transition.spec));
        let entering =
            |real: &RealServer| real.alpha && self.state_before(real, transition) == ServerState::Unknown;
        let users: Vec<(usize, bool)> = users.map(|(place, real)| (place, entering(real))).collect();
        for (place, enters) in users {
            let reason = transition.reason.as_ref();
            let why = reason.map(|reason| format!("{}: {reason}", check_word(&transition.spec)));
            self.tell_server(index, place, enters, why);
        }
    }

    /// Tells of a server that is not as it was told last. `enters`: it has waited for what makes it come up, if it does.
    /// `why`: it is down by that; none: as its checks say, or its agent.
    pub(super) fn tell_server(&mut self, index: usize, place: usize, enters: bool, why: Option<String>) {
        let Some(service) = self.config.services.get(index) else { return };
        let (Some(real), Some(condition)) = (service.reals.get(place), self.condition_at(index, place))
        else {
            return;
        };
        let key = (service.key, real.key);
        let (up, first) = match condition.standing() {
            ServerState::Down if self.down.contains(&key) => return,
            ServerState::Down => (false, false),
            ServerState::Up => match self.down.contains(&key) {
                false if !enters => return,
                was_down => (true, !was_down),
            },
            ServerState::Unknown => return,
        };
        let why = if up { None } else { why.or_else(|| self.why_out(index, place, real)) };
        if up {
            self.down.remove(&key);
        } else {
            self.down.insert(key);
        }
        self.turns.push_back(Turn::Server(ServerTurn { service: index, real: place, up, first, why }));
    }

    /// Tells of servers whose checks another configuration has changed, where these have turned before: for another service,
    /// or there is none left that is down.
    pub(super) fn tell_changed(&mut self) {
        for index in 0..self.config.services.len() {
            let servers = self.config.services.get(index).map_or(0, |service| service.reals.len());
            (0..servers).for_each(|place| self.tell_server(index, place, false, None));
        }
    }

    /// Why a server is down: its checks, or its agent.
    fn why_out(&self, index: usize, place: usize, real: &RealServer) -> Option<String> {
        let agent = || {
            let (voice, _) = self.voice(index, place)?;
            Some(format!("agent {}: {}", real.agent?.address, voice.reason()))
        };
        self.why_down(real).or_else(agent)
    }

    pub(super) fn why_down(&self, real: &RealServer) -> Option<String> {
        let checks = self.counted(real).filter_map(|check| Some((check, self.checks.view(check)?)));
        let mut down = checks.filter(|(_, view)| view.standing == Standing::Down);
        down.find_map(|(check, view)| Some(format!("{}: {}", check_word(check), view.reason?)))
    }

    pub(super) fn state_before(&self, real: &RealServer, transition: &Transition) -> ServerState {
        state(self.counted(real).map(|check| {
            if **check == *transition.spec { Some(transition.from) } else { self.checks.standing(check) }
        }))
    }

    /// Tells of a quorum that is another than was told last, once it is certain.
    pub(super) fn tell_quorum(&mut self, index: usize) {
        let (Some(service), Some(verdict)) = (self.config.services.get(index), self.verdicts.get(index))
        else {
            return;
        };
        if !verdict.certain || self.told.get(&service.key) == Some(&verdict.quorum) {
            return;
        }
        let (quorum, weight_up) = (verdict.quorum, verdict.weight_up);
        let first = self.told.insert(service.key, quorum).is_none();
        self.turns.push_back(Turn::Quorum(QuorumTurn { service: index, quorum, first, weight_up }));
    }

    /// Nothing was told of what the configuration does not have.
    pub(super) fn forget_gone(&mut self) {
        let services = &self.config.services;
        let servers = services.iter().flat_map(|service| iter::repeat(service.key).zip(&service.reals));
        if !self.down.is_empty() {
            let there = servers.map(|(service, real)| (service, real.key)).collect();
            self.down = self.down.intersection(&there).copied().collect();
        }
        let there: std::collections::BTreeSet<_> = services.iter().map(|service| service.key).collect();
        self.told.retain(|key, _| there.contains(key));
    }
}

pub(super) fn needs(real: &RealServer, spec: &CheckSpec) -> bool {
    real.checks.iter().any(|check| **check == *spec)
}
