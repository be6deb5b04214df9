//! How one server stands: its checks, its weight, its agent.

use config::director::{RealServer, VirtualService};
use health::Standing;
use ipvs::Weight;

use super::Core;
use crate::desired::{Condition, Said, ServerState};

impl Core {
    /// A server is up when every check is.
    pub(crate) fn state_of(&self, real: &RealServer) -> ServerState {
        state(self.counted(real).map(|check| self.checks.standing(check)))
    }

    pub(super) fn condition_of(
        &self,
        place: (usize, usize),
        service: &VirtualService,
        real: &RealServer,
    ) -> Condition {
        self.condition_with(self.state_of(real), place, service, real)
    }

    /// The same with another finding of its checks.
    pub(super) fn condition_with(
        &self,
        state: ServerState,
        place: (usize, usize),
        service: &VirtualService,
        real: &RealServer,
    ) -> Condition {
        let weight = self.own_weight(service, real);
        match self.ears.voice(place) {
            Some(voice) => {
                let condition = voice.condition(state, weight, self.ears.holds(service, real));
                // what the table has is as the agent said
                Condition {
                    weight: self.remembered.weight(service, real).unwrap_or(condition.weight),
                    ..condition
                }
            }
            None => unspoken(state, weight),
        }
    }

    /// What decides about a server, by the place of its service and its own in that; none: there is no such.
    pub(crate) fn condition_at(&self, index: usize, place: usize) -> Option<Condition> {
        let service = self.config.services.get(index)?;
        Some(self.condition_of((index, place), service, service.reals.get(place)?))
    }

    /// As configured, or as its checks report; in the first moments as the table has it.
    pub(super) fn own_weight(&self, service: &VirtualService, real: &RealServer) -> Weight {
        let weight = self.remembered.weight(service, real);
        weight.unwrap_or_else(|| self.weight_of(real))
    }
}

/// Of a server of which no agent says anything.
pub(super) fn unspoken(state: ServerState, weight: Weight) -> Condition {
    Condition { state, weight, full: weight, said: Said::Nothing }
}

/// Of a server, by the standings of its checks; none: a check that there is not.
pub(super) fn state(standings: impl Iterator<Item = Option<Standing>>) -> ServerState {
    standings.fold(ServerState::Up, |state, standing| match (state, standing) {
        (ServerState::Down, _) | (_, Some(Standing::Down)) => ServerState::Down,
        (ServerState::Unknown, _) | (_, Some(Standing::Unknown) | None) => ServerState::Unknown,
        (ServerState::Up, Some(Standing::Up)) => ServerState::Up,
    })
}
