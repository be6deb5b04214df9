//! Bounds on repairing: someone who undoes everything at once must not make this daemon spin, and must not make
//! the host look ready between two of his writes.

use std::collections::VecDeque;
use std::time::Duration;

/// Batches of steps that may be taken in a row: a start takes two or three.
const BURST: u32 = 10;

/// One more each time this went by.
const REFILL: Duration = Duration::from_millis(200);

/// A token bucket.
#[derive(Debug, Default)]
pub(super) struct Pace {
    used: u32,
    /// up to when refills are counted
    counted: Duration,
}

impl Pace {
    /// Takes one, or says when there is one.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        while self.used > 0 && self.counted + REFILL <= now {
            self.used -= 1;
            self.counted += REFILL;
        }
        if self.used == 0 {
            self.counted = now;
        }
        if self.used >= BURST {
            return Err(self.counted + REFILL);
        }
        self.used += 1;
        Ok(())
    }
}

/// So many repairs within [`WINDOW`] are someone's insistence, not an accident.
const REPAIRS: usize = 6;

/// See [`REPAIRS`].
const WINDOW: Duration = Duration::from_secs(10);

/// Without a repair for so long, the contest is over.
const QUIET: Duration = Duration::from_secs(5);

/// Whether someone else keeps undoing what is put right. The host is not ready meanwhile.
#[derive(Debug, Default)]
pub(super) struct Contest {
    repairs: VecDeque<Duration>,
    on: bool,
}

impl Contest {
    /// Notes a repair; answers whether the contest begins with it.
    pub(super) fn note(&mut self, now: Duration) -> bool {
        self.repairs.push_back(now);
        while self.repairs.len() > REPAIRS {
            self.repairs.pop_front();
        }
        let within = self.repairs.front().is_some_and(|first| now.saturating_sub(*first) <= WINDOW);
        let begins = !self.on && within && self.repairs.len() == REPAIRS;
        self.on |= begins;
        begins
    }

    /// Answers whether the contest ended.
    pub(super) fn settle(&mut self, now: Duration) -> bool {
        let quiet = self.repairs.back().is_none_or(|last| now.saturating_sub(*last) >= QUIET);
        let ends = self.on && quiet;
        if ends {
            *self = Self::default();
        }
        ends
    }

    /// Whether it goes on.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }
}
