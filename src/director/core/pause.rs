//! `ha_suspend`: servers are checked only while this machine has their service's address.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use config::director::VirtualService;
use ipvs::ServiceKey;

use super::Core;

impl Core {
    /// Whether anything depends on the addresses of this machine.
    pub(crate) fn follows_addresses(&self) -> bool {
        self.config.services.iter().any(|service| service.ha_suspend)
    }

    /// Takes the addresses of this machine. True: checks were paused, or go on.
    pub(crate) fn set_addresses(&mut self, local: BTreeSet<IpAddr>, now: Duration) -> bool {
        let changed = local != self.local;
        if changed {
            self.local = local;
            self.pause(now);
        }
        changed
    }

    /// Whether the servers of a service are not checked, because its address is not here.
    pub(crate) fn is_suspended(&self, service: &VirtualService) -> bool {
        is_suspended(service, &self.local)
    }

    /// A check that another service needs goes on.
    pub(super) fn pause(&mut self, now: Duration) {
        let follows = self.follows_addresses();
        if !std::mem::replace(&mut self.may_pause, follows) && !follows {
            return;
        }
        let Self { checks, users, config, local, .. } = self;
        let is_suspended =
            |index: &usize| config.services.get(*index).is_some_and(|service| is_suspended(service, local));
        checks.pause(|spec| users.get(spec).is_some_and(|users| users.iter().all(is_suspended)), now);
    }
}

fn is_suspended(service: &VirtualService, local: &BTreeSet<IpAddr>) -> bool {
    service.ha_suspend
        && match service.key {
            ServiceKey::Address { address, .. } => !local.contains(&address),
            ServiceKey::Fwmark { .. } => false,
        }
}
