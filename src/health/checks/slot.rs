//! The place of one check.

use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use super::{Start, Transition, View};
use crate::chance::Chance;
use crate::tally::Tally;
use crate::{CheckSpec, Outcome, Reported, Standing, schedule};

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
    /// no attempt is due
    pub(super) paused: bool,
    /// none: the place is free
    pub(super) spec: Option<Arc<CheckSpec>>,
    tally: Tally,
    since: Duration,
    reason: Option<String>,
    /// by the last attempt that passed and said something
    reported: Option<Reported>,
    /// when the attempt that runs was due
    running: Option<Duration>,
    /// the check was paused while the attempt ran: its result says nothing
    void: bool,
    /// when the newest attempt was handed out
    began: Duration,
    /// when the newest attempt that has ended was handed out
    ended: Option<Duration>,
    /// when the newest attempt that passed was handed out
    pub(super) passed: Option<Duration>,
    /// when the newest attempt that failed was handed out
    pub(super) failed: Option<Duration>,
    /// when the attempt that waits in the queue is due
    pub(super) queued: Option<Duration>,
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
            paused: false,
            spec: None,
            tally: Tally::new(Standing::Unknown),
            since: Duration::ZERO,
            reason: None,
            reported: None,
            running: None,
            void: false,
            began: Duration::ZERO,
            ended: None,
            passed: None,
            failed: None,
            queued: None,
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
        if core::mem::take(&mut self.void) {
            self.hurried = false;
            return Some((now, None));
        }
        let failed = matches!(outcome, Outcome::Fail(_));
        let transition = self.count(&spec, outcome, now);
        self.ended = Some(self.began);
        *(if failed { &mut self.failed } else { &mut self.passed }) = Some(self.began);
        Some((self.next(&spec, failed, due, now, chance), transition))
    }

    /// Keeps the standing; the result of an attempt that runs will not count.
    pub(super) const fn pause(&mut self) {
        self.paused = true;
        self.queued = None;
        self.void = self.running.is_some();
    }

    /// When it is due `nth` of those that go on; none while an attempt runs, which another will follow.
    pub(super) fn resume(&mut self, nth: u32, now: Duration) -> Option<Duration> {
        self.paused = false;
        self.attempted = false;
        if self.running.is_some() {
            return None;
        }
        let interval = self.interval(self.spec.as_deref()?);
        Some(schedule::first(now, nth, interval))
    }

    pub(super) fn view(&self) -> View {
        View {
            standing: self.tally.standing,
            since: self.since,
            reason: self.reason.clone(),
            passes: self.tally.passes,
            fails: self.tally.fails,
            reported: self.reported(),
        }
    }

    /// When it is due `nth` of those that are hastened; none while an attempt runs, which another will follow, and while
    /// it is paused.
    pub(super) fn hasten(&mut self, nth: u32, now: Duration) -> Option<Duration> {
        if self.paused {
            return None;
        }
        if self.running.is_some() {
            self.hurried = true;
            return None;
        }
        self.attempted = false;
        let interval = self.interval(self.spec.as_deref()?);
        Some(schedule::first(now, nth, interval.min(HASTE)))
    }

    /// False while an attempt runs, which another will follow, and while it is paused.
    pub(super) const fn urge(&mut self) -> bool {
        self.hurried |= self.running.is_some();
        self.running.is_none() && !self.paused
    }

    /// Whether an attempt that began at `since` or later has ended, and good results do not yet wait for more of them; also
    /// where none is to come.
    pub(super) fn is_decided_since(&self, since: Duration) -> bool {
        let rising = self.tally.standing == Standing::Down && self.tally.passes > 0;
        self.spec.is_none() || self.paused || (!rising && self.ended.is_some_and(|began| began >= since))
    }

    pub(super) const fn standing(&self) -> Standing {
        self.tally.standing
    }

    /// What the last attempt that passed said of the weight, while it counts.
    pub(super) fn reported(&self) -> Option<Reported> {
        self.reported.filter(|_| self.tally.standing == Standing::Up)
    }

    fn count(&mut self, spec: &Arc<CheckSpec>, outcome: Outcome, now: Duration) -> Option<Transition> {
        let (from, said) = (self.tally.standing, self.reported());
        let (passed, reported, reason) = match outcome {
            Outcome::Pass => (true, self.reported, None),
            Outcome::PassWith(reported) => (true, Some(reported), None),
            Outcome::Fail(reason) => (false, self.reported, Some(reason)),
        };
        self.reported = reported;
        self.tally.count(passed, spec.rise, spec.fall);
        let to = self.tally.standing;
        // while it is down, what put it there stays readable between the successes that will lift it
        if !passed || to == Standing::Up {
            self.reason.clone_from(&reason);
        }
        let reported = self.reported();
        if from != to {
            self.since = now;
        } else if reported == said {
            return None;
        }
        Some(Transition { spec: Arc::clone(spec), from, to, reported, reason })
    }

    /// When the attempt after the one that was due at `due` and has just ended is due.
    fn next(
        &mut self,
        spec: &CheckSpec,
        failed: bool,
        due: Duration,
        now: Duration,
        chance: &mut Chance,
    ) -> Duration {
        if core::mem::take(&mut self.hurried) {
            self.attempted = false;
            return now;
        }
        if let Some(after) = spec.interval_retry.filter(|_| failed && self.tally.standing != Standing::Down) {
            // which leaves the next of the regular ones to be spread in time, where none was yet
            return schedule::retry(after, now);
        }
        let interval = self.interval(spec);
        if core::mem::replace(&mut self.attempted, true) {
            schedule::next(due, interval, now)
        } else {
            schedule::second(due, interval, now, chance)
        }
    }

    fn interval(&self, spec: &CheckSpec) -> Duration {
        match self.tally.standing {
            Standing::Unknown | Standing::Up => spec.interval,
            Standing::Down => spec.interval_down,
        }
    }
}
