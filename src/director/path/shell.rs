//! What the loop does for checks by a VIP: they begin when the table has their services.

use std::sync::Arc;
use std::time::Duration;

use health::{CheckId, CheckSpec};
use tracing::{info, warn};

use super::gate::{Passage, touches};
use super::{PathView, key};
use crate::core::Patches;
use crate::shell::Shell;

impl Shell {
    /// Whether services of path checks are among those that change.
    pub(crate) fn has_paths(&self, patches: &Patches) -> bool {
        touches(self.core.path_services(), patches.keys())
    }

    /// The worker was just told of them.
    pub(crate) fn close_paths(&mut self, has_paths: bool) {
        if has_paths {
            self.paths.close(self.worker.asked());
        }
    }

    /// Looks how far the worker is, and whether checks by a VIP can be trusted; after the core's patches were handed to it.
    pub(crate) fn follow_paths(&mut self, now: Duration) {
        if self.core.set_bypassed(self.worker.bypasses(), now) {
            if self.core.is_bypassed() {
                warn!(
                    cure = "sysctl -w net.ipv4.vs.backup_only=0",
                    "net.ipv4.vs.backup_only keeps what this machine sends itself from IPVS while a backup sync daemon runs: \
                     checks with path = \"dr\" do not run, and servers stand as their other checks say"
                );
            } else {
                info!("checks with path = \"dr\" run");
            }
            self.take_turns(now);
            self.lead.read();
            self.publish_soon(now);
        }
        for (id, spec) in self.paths.release(|order| self.worker.standing(order).written) {
            self.begin(id, spec);
        }
    }

    /// Begins an attempt that is due.
    pub(crate) fn begin(&mut self, id: CheckId, spec: Arc<CheckSpec>) {
        let passage = self.worker.with_refused(|refused| self.paths.pass((id, spec), refused));
        match passage {
            Some(Passage::Begin(id, spec)) => self.prober.start(id, spec),
            Some(Passage::Fail(id, reason)) => self.prober.fail(id, reason),
            None => {}
        }
    }

    /// For the status.
    pub(crate) fn path_view(&self) -> Option<PathView> {
        let is_refused = |spec: &CheckSpec| {
            let key = spec.path.and_then(|path| key(spec, path));
            key.is_some_and(|key| self.worker.with_refused(|refused| refused.contains_key(&key)))
        };
        PathView::of(self.core.config(), self.core.is_bypassed(), !self.paths.is_open(), is_refused)
    }
}
