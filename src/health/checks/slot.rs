//! The place of one check.

use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use super::{Start, Transition, View};
use crate::chance::Chance;
use crate::tally::Tally;
use crate::{CheckSpec, Outcome, Standing, schedule};

/// Checks that are hastened are all attempted within this.
const HASTE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// how often the place was left: the part of a [`super::CheckId`] that tells its tenants apart
    pub(super) generation: u32,
    /// the last round of `Checks::set` that wanted the check
    pub(super) round: u32,
    /// the round that the check began in
    born: u32,
    /// none: the place is free
    spec: Option<Arc<CheckSpec>>,
    tally: Tally,
    since: Duration,
    reason: Option<String>,
    /// when the attempt that runs was due
    running: Option<Duration>,
    /// when the newest attempt was handed out
    began: Duration,
    /// when the newest attempt that has ended was handed out
    ended: Option<Duration>,
    /// the attempt that runs is followed by another at once
    hurried: bool,
    /// whether an attempt has ended since the check began or was hastened: the next is spread in time
    attempted: bool,
}

impl Slot {
    pub(super) const fn vacant() -> Self {
        Self {
            generation: 0,
            round: 0,
            born: 0,
            spec: None,
            tally: Tally::new(Standing::Unknown),
            since: Duration::ZERO,
            reason: None,
            running: None,
            began: Duration::ZERO,
            ended: None,
            hurried: false,
            attempted: false,
        }
    }

    pub(super) fn occupy(&mut self, spec: Arc<CheckSpec>, start: Start, round: u32, now: Duration) {
        let standing = match start {
            Start::Unknown => Standing::Unknown,
            Start::Up => Standing::Up,
        };
        let generation = self.generation;
        *self = Self {
            generation,
            round,
            born: round,
            spec: Some(spec),
            tally: Tally::new(standing),
            since: now,
            ..Self::vacant()
        };
    }

    /// Frees the place; false when it must not be used again, because its generations are used up.
    pub(super) fn vacate(&mut self) -> bool {
        let next = self.generation.checked_add(1);
        *self = Self { generation: next.unwrap_or(u32::MAX), ..Self::vacant() };
        next.is_some()
    }

    /// The check is wanted once more in `round`; `start` matters only in the round that it began in.
    pub(super) fn want_again(&mut self, round: u32, start: Start) {
        self.round = round;
        if self.born == round && start == Start::Up {
            self.tally.standing = Standing::Up;
        }
    }

    /// Begins the attempt that was due at `due`.
    pub(super) fn start(&mut self, due: Duration, now: Duration) -> Option<Arc<CheckSpec>> {
        let spec = self.spec.clone()?;
        self.running = Some(schedule::catch_up(due, self.interval(&spec), now));
        self.began = now;
        Some(spec)
    }

    /// Ends the attempt that runs: when the next is due, and how the standing turned. None if none runs.
    pub(super) fn finish(
        &mut self,
        outcome: Outcome,
        now: Duration,
        chance: &mut Chance,
    ) -> Option<(Duration, Option<Transition>)> {
        let due = self.running.take()?;
        let spec = self.spec.clone()?;
        let transition = self.count(&spec, outcome, now);
        let interval = self.interval(&spec);
        self.ended = Some(self.began);
        let hurried = core::mem::take(&mut self.hurried);
        let next = if hurried {
            now
        } else if self.attempted {
            schedule::next(due, interval, now)
        } else {
            schedule::second(due, interval, now, chance)
        };
        self.attempted = !hurried;
        Some((next, transition))
    }

    pub(super) fn view(&self) -> View {
        View {
            standing: self.tally.standing,
            since: self.since,
            reason: self.reason.clone(),
            passes: self.tally.passes,
            fails: self.tally.fails,
        }
    }

    /// When it is due `nth` of those that are hastened; none while an attempt runs, which another will follow.
    pub(super) fn hasten(&mut self, nth: u32, now: Duration) -> Option<Duration> {
        if self.running.is_some() {
            self.hurried = true;
            return None;
        }
        self.attempted = false;
        let interval = self.interval(self.spec.as_deref()?);
        Some(schedule::first(now, nth, interval.min(HASTE)))
    }

    /// Whether an attempt that began at `since` or later has ended, and good results do not yet wait for more of them.
    pub(super) fn is_decided_since(&self, since: Duration) -> bool {
        let rising = self.tally.standing == Standing::Down && self.tally.passes > 0;
        self.spec.is_none() || (!rising && self.ended.is_some_and(|began| began >= since))
    }

    pub(super) const fn standing(&self) -> Standing {
        self.tally.standing
    }

    fn count(&mut self, spec: &Arc<CheckSpec>, outcome: Outcome, now: Duration) -> Option<Transition> {
        let from = self.tally.standing;
        let (passed, reason) = match outcome {
            Outcome::Pass | Outcome::PassWith(_) => (true, None),
            Outcome::Fail(reason) => (false, Some(reason)),
        };
        self.tally.count(passed, spec.rise, spec.fall);
        let to = self.tally.standing;
        // while it is down, what put it there stays readable between the successes that will lift it
        if !passed || to == Standing::Up {
            self.reason.clone_from(&reason);
        }
        if from == to {
            return None;
        }
        self.since = now;
        Some(Transition { spec: Arc::clone(spec), from, to, reason })
    }

    fn interval(&self, spec: &CheckSpec) -> Duration {
        match self.tally.standing {
            Standing::Unknown | Standing::Up => spec.interval,
            Standing::Down => spec.interval_down,
        }
    }
}
