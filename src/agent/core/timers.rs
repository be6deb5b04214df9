//! When to look again, and how closely.

use std::time::Duration;

use super::Depth;

/// Everything is looked at this often even when the kernel announces nothing: an announcement may be lost.
const EVERYTHING: Duration = Duration::from_secs(10);

/// Between two looks that announcements ask for: a thousand new interfaces need few looks, not a thousand.
const GAP: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Timers {
    interval: Duration,
    /// when sysctls and listeners are due
    unannounced: Duration,
    /// when everything is due
    everything: Duration,
    last: Duration,
    /// a look or an apply is under way
    waiting: bool,
}

impl Timers {
    pub(super) fn new(interval: Duration) -> Self {
        let zero = Duration::ZERO;
        Self { interval, unannounced: zero, everything: zero, last: zero, waiting: false }
    }

    pub(super) fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
        self.unannounced = self.unannounced.min(self.last + interval);
    }

    pub(super) fn changed(&mut self, now: Duration) {
        self.again_at(now.max(self.last + GAP));
    }

    /// Everything is to be looked at by then.
    pub(super) fn again_at(&mut self, at: Duration) {
        self.everything = self.everything.min(at);
    }

    pub(super) fn looked(&mut self, depth: Depth, now: Duration) {
        self.waiting = false;
        self.last = now;
        self.unannounced = now + self.interval;
        // what happened during the look may have come too late for it
        if depth == Depth::Everything && self.everything == Duration::MAX {
            self.everything = now + EVERYTHING;
        }
    }

    /// A look at everything that failed is repeated with the next: half of it would be of an older one.
    pub(super) fn failed(&mut self, depth: Depth, now: Duration) {
        self.looked(depth, now);
        if depth == Depth::Everything {
            self.again_at(self.unannounced);
        }
    }

    pub(super) fn wait(&mut self) {
        self.waiting = true;
    }

    pub(super) fn proceed(&mut self) {
        self.waiting = false;
    }

    /// The look that is due, which is then under way.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<Depth> {
        if self.waiting {
            return None;
        }
        let depth = if self.everything <= now {
            self.everything = Duration::MAX;
            Depth::Everything
        } else if self.unannounced <= now {
            Depth::Unannounced
        } else {
            return None;
        };
        self.waiting = true;
        Some(depth)
    }

    pub(super) fn next(&self) -> Option<Duration> {
        (!self.waiting).then(|| self.everything.min(self.unannounced))
    }
}
