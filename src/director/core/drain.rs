//! Servers that are taken out of scheduling by command.

use std::collections::BTreeSet;
use std::net::IpAddr;

use config::director::VirtualService;

use super::Core;

/// What a drain command found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DrainAnswer {
    /// the server is in this many services; by order of a person its agent drains it too
    Done { services: usize, agent_drains: bool },
    /// no service has this server
    Unknown,
}

impl Core {
    /// Takes a server out of scheduling everywhere, or back in.
    pub(crate) fn drain(&mut self, server: IpAddr, drain: bool) -> DrainAnswer {
        let has_server = |s: &VirtualService| s.reals.iter().any(|real| real.key.address == server);
        let services: Vec<usize> =
            (0..).zip(&self.config.services).filter(|(_, s)| has_server(s)).map(|(i, _)| i).collect();
        let known = if drain {
            !services.is_empty() && self.drained.insert(server)
        } else {
            self.forget_order(server) | self.drained.remove(&server)
        };
        if services.is_empty() && !known {
            return DrainAnswer::Unknown;
        }
        for index in &services {
            self.reconsider(*index, &[], self.now);
        }
        DrainAnswer::Done { services: services.len(), agent_drains: self.is_ordered(server) }
    }

    /// Servers taken out of scheduling by command.
    pub(crate) fn drained(&self) -> &BTreeSet<IpAddr> {
        &self.drained
    }
}
