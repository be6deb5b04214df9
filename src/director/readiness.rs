//! How far the services behind the addresses are: what the routers may take. Pure.

use std::time::Duration;

use config::director::{SyncDaemon, SyncRole};
use vrrp::Readiness;

use crate::core::Core;

/// A table without a server that is known to be up is held back this long after the start, while checks run. What hangs
/// for longer must not keep every address away.
const PATIENCE: Duration = Duration::from_secs(10);

/// A round of connections is sent within that time after its interval.
const ROUND: Duration = Duration::from_secs(1);

/// What the worker knows of the kernel's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// what was asked for is written, but for what the kernel refuses
    pub(crate) written: bool,
    /// the kernel has what is wanted
    pub(crate) settled: bool,
    /// the table could not be read or written at the last try
    pub(crate) lost: bool,
}

/// Remembers what need not be found out twice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauge {
    /// the table was presentable once
    installed: bool,
    /// every check has a result newer than this, and every agent has said its first word, or not come in time
    fresh_since: Option<Duration>,
    /// when another router became master in our place
    followed_since: Duration,
    /// at the last look no service had its quorum
    lost_all: bool,
    /// when one had it again
    regained: Option<Duration>,
}

impl Gauge {
    /// Another configuration is in force: its checks must be in before anything is taken over.
    pub(crate) fn forget_checks(&mut self) {
        self.fresh_since = None;
    }

    /// Another router is master in our place. While both were, beyond a partition, connections came to it that are unknown
    /// here, and those of servers that we could not reach were dropped here (`ip_vs_expire_nodest_conn_flush`).
    pub(crate) fn begin_to_follow(&mut self, now: Duration) {
        self.followed_since = now;
    }

    /// When readiness changes by time alone; none: it does not.
    pub(crate) fn runs_out(&self, core: &Core, freshness: Duration, now: Duration) -> Option<Duration> {
        let patience = (!self.installed).then_some(PATIENCE);
        [patience, self.caught_up_at(core, freshness)].into_iter().flatten().filter(|at| now < *at).min()
    }

    /// `freshness`: what was found before then does not count, nor what the master has told of its connections. A table
    /// of which the kernel refuses a part is installed: better than no service at all, but no reason to take over from a
    /// router that has all of it.
    pub(crate) fn read(
        &mut self,
        table: Standing,
        core: &Core,
        freshness: Duration,
        now: Duration,
    ) -> Readiness {
        self.installed |= table.written && (now >= PATIENCE || core.is_presentable());
        if !self.installed || table.lost {
            return Readiness::NotReady;
        }
        if self.fresh_since != Some(freshness)
            && !core.awaits_agents()
            && core.checks().are_decided_since(freshness)
        {
            self.fresh_since = Some(freshness);
        }
        // with the servers went their connections, which another master may know
        if std::mem::replace(&mut self.lost_all, !core.serves()) && core.serves() {
            self.regained = Some(now);
        }
        let is_fresh = self.fresh_since == Some(freshness);
        let is_caught_up = self.caught_up_at(core, freshness).is_none_or(|at| at <= now);
        if is_fresh && is_caught_up && table.written && table.settled && core.serves() {
            Readiness::Serving
        } else {
            Readiness::Installed
        }
    }

    /// Where connections are synchronised, a master sends all of them again and again: whoever was away has heard of each by
    /// then. None: nobody to hear of. A master without servers may have been alone beyond a partition: until then it gives
    /// way to another master.
    fn caught_up_at(&self, core: &Core, freshness: Duration) -> Option<Duration> {
        let is_master = core.roles().is_active();
        let since = match self.regained {
            regained if is_master => regained?,
            regained => regained.unwrap_or_default().max(self.followed_since).max(freshness),
        };
        let follows = |sync: &&SyncDaemon| matches!(sync.role, SyncRole::Follow(_));
        let interval = core.config().ipvs.sync.iter().find(follows)?.catch_up?;
        Some(since + interval + ROUND)
    }
}

#[cfg(test)]
mod tests;
