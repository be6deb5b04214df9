//! When to look again, and how closely.

use std::time::Duration;

use super::Depth;
use super::pace::Pace;

/// Everything is looked at this often even when the kernel announces nothing: an announcement may be lost.
const EVERYTHING: Duration = Duration::from_secs(10);

/// Between two looks that announcements ask for: a thousand new interfaces need few looks, not a thousand.
const GAP: Duration = Duration::from_millis(20);

/// Between two looks while a listener is missing: nobody announces a new one.
const MISSING: Duration = Duration::from_millis(50);

/// And so many times what a look takes, which on a host of very many interfaces or sockets is much: it may be missing for days.
const MISSING_SHARE: u32 = 20;

#[derive(Debug)]
pub(super) struct Timers {
    interval: Duration,
    /// of looks for what died, was written or is missing
    quick: Pace,
    /// when one is wanted
    quick_at: Option<Duration>,
    /// when sysctls and listeners are due
    unannounced: Duration,
    /// when everything is due
    everything: Duration,
    last: Duration,
    /// when the look began that is under way
    began: Duration,
    /// how long the last one took
    took: Duration,
    /// a look or an apply is under way
    waiting: bool,
}

impl Timers {
    pub(super) fn new(interval: Duration) -> Self {
        let zero = Duration::ZERO;
        let quick = Pace::of_quick_looks();
        Self {
            interval,
            quick,
            quick_at: None,
            unannounced: zero,
            everything: zero,
            last: zero,
            began: zero,
            took: zero,
            waiting: false,
        }
    }

    pub(super) fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
        self.unannounced = self.unannounced.min(self.last + interval);
    }

    pub(super) fn changed(&mut self, now: Duration) {
        self.again_at(now.max(self.last + GAP));
    }

    /// A socket that a VIP needs is gone, or a sysctl was written.
    pub(super) fn at_once(&mut self, now: Duration) {
        self.soon(now);
    }

    /// A look found that a listener is missing.
    pub(super) fn missing(&mut self, now: Duration) {
        self.soon(now + MISSING.max(self.took.saturating_mul(MISSING_SHARE)));
    }

    fn soon(&mut self, at: Duration) {
        self.quick_at = Some(self.quick_at.map_or(at, |other| other.min(at)));
    }

    /// Everything is to be looked at by then.
    pub(super) fn again_at(&mut self, at: Duration) {
        self.everything = self.everything.min(at);
    }

    pub(super) fn looked(&mut self, depth: Depth, now: Duration) {
        self.waiting = false;
        self.took = now.saturating_sub(self.began);
        self.last = now;
        self.quick_at = None;
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

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
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
        } else if self.unannounced <= now || self.takes_quick(now) {
            Depth::Unannounced
        } else {
            return None;
        };
        (self.waiting, self.began) = (true, now);
        Some(depth)
    }

    fn takes_quick(&mut self, now: Duration) -> bool {
        if self.quick_at.is_none_or(|at| at > now) {
            return false;
        }
        let taken = self.quick.take(now);
        self.quick_at = taken.err();
        taken.is_ok()
    }

    pub(super) fn next(&self) -> Option<Duration> {
        let next = self.everything.min(self.unannounced);
        (!self.waiting).then(|| self.quick_at.map_or(next, |quick| quick.min(next)))
    }
}
