//! What goes down because it is no longer served: services that stop with the director, and what another configuration does
//! not have.

use std::collections::BTreeMap;

use config::director::{DirectorConfig, RealServer, VirtualService};
use ipvs::ServiceKey;

use super::{Said, turned};
use crate::core::Core;
use crate::desired::{Condition, ServerState};

/// Of services with `omega`: their servers that are there, and the quorums that they have.
pub(super) fn omega(core: &Core) -> Vec<Said> {
    end(core, |service| service.omega.then_some(Gone::Whole))
}

/// Services and servers that `next` does not have.
pub(super) fn gone(core: &Core, next: &DirectorConfig) -> Vec<Said> {
    let next: BTreeMap<ServiceKey, &VirtualService> =
        next.services.iter().map(|service| (service.key, service)).collect();
    end(core, |service| Some(next.get(&service.key).map_or(Gone::Whole, |kept| Gone::NotIn(kept))))
}

enum Gone<'a> {
    Whole,
    /// servers that this does not have
    NotIn(&'a VirtualService),
}

fn end<'a>(core: &Core, gone: impl Fn(&VirtualService) -> Option<Gone<'a>>) -> Vec<Said> {
    let services = &core.config().services;
    let mut said = Vec::new();
    for (index, (service, verdict)) in core.services().enumerate() {
        let Some(gone) = gone(service) else { continue };
        let leaves =
            |(place, real): &(usize, &RealServer)| gone.has(real) && is_there(core, index, *place, real);
        let leaving = service.reals.iter().enumerate().filter(leaves);
        said.extend(leaving.map(|(_, real)| turned::server(services, index, real, false)));
        if matches!(gone, Gone::Whole) && verdict.quorum {
            said.extend(turned::quorum_of(services, index, false));
        }
    }
    said
}

impl Gone<'_> {
    fn has(&self, real: &RealServer) -> bool {
        match self {
            Self::Whole => true,
            Self::NotIn(kept) => kept.reals.iter().all(|one| one.key != real.key),
        }
    }
}

/// Whether it serves: nobody need be told that what is down goes down.
fn is_there(core: &Core, index: usize, place: usize, real: &RealServer) -> bool {
    match core.condition_at(index, place).map(Condition::standing) {
        Some(ServerState::Up) => true,
        Some(ServerState::Unknown) => !real.alpha,
        Some(ServerState::Down) | None => false,
    }
}
