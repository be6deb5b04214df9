//! Checks that go to a VIP, and whether they do.

use std::sync::Arc;
use std::time::Duration;

use config::director::RealServer;
use health::CheckSpec;
use ipvs::Table;

use super::Core;

impl Core {
    /// The services of checks by a VIP.
    pub(crate) fn path_services(&self) -> &Table {
        self.paths.services()
    }

    /// Takes whether the kernel balances nothing that is sent from here. While that is so, checks by a VIP do not run, and
    /// servers stand as their other checks say. True: it is another than before.
    pub(crate) fn set_bypassed(&mut self, bypassed: bool, now: Duration) -> bool {
        let changed = self.paths.set_bypassed(bypassed);
        if changed {
            self.pause(now);
            (0..self.config.services.len()).for_each(|index| self.judge_again(index));
            self.tell_changed();
        }
        changed
    }

    /// Whether the kernel balances nothing that is sent from here.
    pub(crate) fn is_bypassed(&self) -> bool {
        self.paths.is_bypassed()
    }

    /// The checks that say something of a server.
    pub(super) fn counted<'a>(&'a self, real: &'a RealServer) -> impl Iterator<Item = &'a Arc<CheckSpec>> {
        real.checks.iter().filter(|check| !self.paths.mutes(check))
    }
}
