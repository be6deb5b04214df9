//! Checks that do not run: with `ha_suspend` servers are checked only while this machine has their service's address, and checks
//! by a VIP only where this machine's IPVS takes its own packets.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use config::director::VirtualService;
use health::CheckSpec;
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
        let may_pause = self.follows_addresses() || self.paths.is_bypassed();
        if !std::mem::replace(&mut self.may_pause, may_pause) && !may_pause {
            return;
        }
        let Self { checks, users, config, local, paths, .. } = self;
        let is_suspended =
            |index: &usize| config.services.get(*index).is_some_and(|service| is_suspended(service, local));
        let pauses = |spec: &CheckSpec| {
            paths.mutes(spec) || users.get(spec).is_some_and(|users| users.iter().all(is_suspended))
        };
        checks.pause(pauses, now);
    }
}

fn is_suspended(service: &VirtualService, local: &BTreeSet<IpAddr>) -> bool {
    service.ha_suspend
        && match service.key {
            ServiceKey::Address { address, .. } => !local.contains(&address),
            ServiceKey::Fwmark { .. } => false,
        }
}
