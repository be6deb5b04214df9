//! All checks of a daemon: standings, results and what is due.

mod slot;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::chance::Chance;
use crate::schedule;
use crate::{CheckSpec, Outcome, Reported, Standing};
use slot::Slot;

/// Attempts due this soon are handed out with those that are due, so that one wake-up of the daemon serves
/// several.
const TOGETHER: Duration = Duration::from_millis(2);

/// Names one check for as long as its [`Checks`] lives; the id of a check that is gone never comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId {
    slot: u32,
    generation: u32,
}

/// The standing that a check begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// its first attempt decides
    Unknown,
    /// it counts as good until `fall` attempts in a row have failed
    Up,
}

/// A check's standing turned, or what it says of the weight changed: then `from` and `to` are both up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// the check
    pub spec: Arc<CheckSpec>,
    /// the standing before
    pub from: Standing,
    /// the standing from here on
    pub to: Standing,
    /// what it says of the weight from here on, as [`Checks::reported`]
    pub reported: Option<Reported>,
    /// why the last attempt failed; none when it passed
    pub reason: Option<String>,
}

/// What is known about a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// good for traffic or not
    pub standing: Standing,
    /// when it came to that standing, since the daemon's start
    pub since: Duration,
    /// why an attempt failed: the last that did while the standing is down, else the last one of all
    pub reason: Option<String>,
    /// attempts in a row that passed
    pub passes: u32,
    /// attempts in a row that failed
    pub fails: u32,
    /// as [`Checks::reported`]
    pub reported: Option<Reported>,
}

/// All checks of a daemon, one for each distinct [`CheckSpec`].
#[derive(Clone, Debug)]
pub struct Checks {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_spec: BTreeMap<Arc<CheckSpec>, u32>,
    /// the checks that wait for their time; one that runs is not here, which is what keeps it from running twice, and
    /// neither is one that is paused
    queue: BTreeSet<(Duration, u32)>,
    chance: Chance,
    /// counts the calls of `set`, to tell which checks the last one wanted
    round: u32,
}

impl Checks {
    /// No checks yet. `seed`: chance, which only spreads attempts in time.
    pub const fn new(seed: u64) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            by_spec: BTreeMap::new(),
            queue: BTreeSet::new(),
            chance: Chance::new(seed),
            round: 0,
        }
    }

    /// Makes the checks those of `wanted`. A check that stays keeps its standing and its schedule, whatever its
    /// [`Start`] is; one that is new begins with it; the others go. A new check that several want is up if one
    /// of them says so: what serves already is not taken away.
    pub fn set(&mut self, wanted: impl Iterator<Item = (Arc<CheckSpec>, Start)>, now: Duration) {
        self.round = self.round.wrapping_add(1);
        let mut fresh = 0_u32;
        for (spec, start) in wanted {
            let known = self.by_spec.get(&spec).copied();
            if let Some(slot) = known.and_then(|index| self.slots.get_mut(usize_of(index))) {
                slot.want_again(self.round, start);
            } else {
                self.begin(spec, start, fresh, now);
                fresh = fresh.saturating_add(1);
            }
        }
        self.drop_unwanted();
    }

    /// Pauses those of the checks that `paused` names, and lets the others go on. A paused check is not due and keeps its
    /// standing; an attempt that was running when it was paused does not count. One that goes on is due like a new one. A
    /// check that [`Self::set`] begins is not paused: call this after it.
    pub fn pause(&mut self, paused: impl Fn(&CheckSpec) -> bool, now: Duration) {
        let (mut stopped, mut resumed) = (BTreeSet::new(), 0_u32);
        for (spec, index) in &self.by_spec {
            let Some(slot) = self.slots.get_mut(usize_of(*index)) else { continue };
            match (slot.paused, paused(spec)) {
                (false, true) => {
                    slot.pause();
                    stopped.insert(*index);
                }
                (true, false) => {
                    if let Some(due) = slot.resume(resumed, now) {
                        slot.queued = Some(due);
                        self.queue.insert((due, *index));
                        resumed = resumed.saturating_add(1);
                    }
                }
                (true, true) | (false, false) => (),
            }
        }
        self.unqueue(&stopped);
    }

    /// Takes the result of an attempt that [`Self::poll_due`] handed out. The result of a check that is gone, or
    /// that has no attempt running, is ignored.
    pub fn handle_result(&mut self, id: CheckId, outcome: Outcome, now: Duration) -> Option<Transition> {
        let slot = self.slots.get_mut(usize_of(id.slot)).filter(|slot| slot.generation == id.generation)?;
        let (due, transition) = slot.finish(outcome, now, &mut self.chance)?;
        if !slot.paused {
            self.enqueue(due, id.slot);
        }
        transition
    }

    /// The next attempt to start. Call until it gives none. An attempt that is handed out counts as running, and
    /// its check is not due again, until [`Self::handle_result`] has its result.
    pub fn poll_due(&mut self, now: Duration) -> Option<(CheckId, Arc<CheckSpec>)> {
        let (due, index) = self.queue.first().copied()?;
        if due > now.saturating_add(TOGETHER) {
            return None;
        }
        self.queue.remove(&(due, index));
        let slot = self.slots.get_mut(usize_of(index))?;
        slot.queued = None;
        let spec = slot.start(due, now)?;
        Some((CheckId { slot: index, generation: slot.generation }, spec))
    }

    /// When the next attempt is due, since the daemon's start; none while nothing waits.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// Makes every check due within a second, and no later than it was: what is known may be about a network that was cut
    /// off. An attempt that runs is followed by another at once. Paused checks stay so.
    pub fn hasten(&mut self, now: Duration) {
        let all: Vec<u32> = self.by_spec.values().copied().collect();
        let mut hastened = 0_u32;
        for index in all {
            let Some(slot) = self.slots.get_mut(usize_of(index)) else { continue };
            if let Some(soon) = slot.hasten(hastened, now) {
                hastened = hastened.saturating_add(1);
                self.enqueue_earlier(soon, index);
            }
        }
    }

    /// Makes one check due now: there is reason to doubt what is known. An attempt that runs is followed by another at once.
    /// Paused checks stay so.
    pub fn urge(&mut self, spec: &CheckSpec, now: Duration) {
        let Some(index) = self.by_spec.get(spec).copied() else { return };
        let is_waiting = self.slots.get_mut(usize_of(index)).is_some_and(Slot::urge);
        if is_waiting {
            self.enqueue_earlier(now, index);
        }
    }

    /// Whether an attempt that began at `since` or later has passed. False if there is no such check.
    pub fn passed_since(&self, spec: &CheckSpec, since: Duration) -> bool {
        self.slot(spec).is_some_and(|slot| slot.passed.is_some_and(|began| began >= since))
    }

    /// Whether an attempt that began at `since` or later has failed, be the standing what it may. False if there is no such
    /// check.
    pub fn failed_since(&self, spec: &CheckSpec, since: Duration) -> bool {
        self.slot(spec).is_some_and(|slot| slot.failed.is_some_and(|began| began >= since))
    }

    /// The check of this id; none if it is gone.
    pub fn spec(&self, id: CheckId) -> Option<&Arc<CheckSpec>> {
        let slot = self.slots.get(usize_of(id.slot)).filter(|slot| slot.generation == id.generation)?;
        slot.spec.as_ref()
    }

    /// Whether the check of this specification has the result of an attempt that began at `since` or later. A target that
    /// is down counts only when its good results, if any, have brought it up. Of a paused check nothing more is to come.
    /// False if there is no such check.
    pub fn is_decided_since(&self, spec: &CheckSpec, since: Duration) -> bool {
        self.slot(spec).is_some_and(|slot| slot.is_decided_since(since))
    }

    /// [`Self::is_decided_since`] for every check that there is.
    pub fn are_decided_since(&self, since: Duration) -> bool {
        self.slots.iter().all(|slot| slot.is_decided_since(since))
    }

    /// What is known about the check of this specification; none if there is no such check.
    pub fn view(&self, spec: &CheckSpec) -> Option<View> {
        self.slot(spec).map(Slot::view)
    }

    /// The standing of the check of this specification, without the words of [`Self::view`].
    pub fn standing(&self, spec: &CheckSpec) -> Option<Standing> {
        self.slot(spec).map(Slot::standing)
    }

    /// What the check of this specification says of its server's weight: the last that it said, while it is up. None if it
    /// never said anything, or is not up, or if there is no such check.
    pub fn reported(&self, spec: &CheckSpec) -> Option<Reported> {
        self.slot(spec).and_then(Slot::reported)
    }

    /// How many distinct checks there are.
    pub fn len(&self) -> usize {
        self.by_spec.len()
    }

    /// Whether there is no check.
    pub fn is_empty(&self) -> bool {
        self.by_spec.is_empty()
    }

    fn slot(&self, spec: &CheckSpec) -> Option<&Slot> {
        self.by_spec.get(spec).and_then(|index| self.slots.get(usize_of(*index)))
    }

    fn begin(&mut self, spec: Arc<CheckSpec>, start: Start, nth: u32, now: Duration) {
        let due = schedule::begin(now, nth, &spec, &mut self.chance);
        let Some(index) = self.free.pop().or_else(|| self.new_place()) else { return };
        let Some(slot) = self.slots.get_mut(usize_of(index)) else { return };
        slot.occupy(Arc::clone(&spec), start, self.round, now);
        self.by_spec.insert(spec, index);
        self.enqueue(due, index);
    }

    fn enqueue(&mut self, due: Duration, index: u32) {
        if let Some(slot) = self.slots.get_mut(usize_of(index)) {
            slot.queued = Some(due);
            self.queue.insert((due, index));
        }
    }

    /// What does not wait in the queue is left alone.
    fn enqueue_earlier(&mut self, due: Duration, index: u32) {
        let queued = self.slots.get(usize_of(index)).and_then(|slot| slot.queued);
        if let Some(waiting) = queued.filter(|waiting| due < *waiting) {
            self.queue.remove(&(waiting, index));
            self.enqueue(due, index);
        }
    }

    /// None: there are as many checks as a [`CheckId`] can tell apart.
    fn new_place(&mut self) -> Option<u32> {
        let index = u32::try_from(self.slots.len()).ok()?;
        self.slots.push(Slot::vacant());
        Some(index)
    }

    fn drop_unwanted(&mut self) {
        let round = self.round;
        let (slots, free) = (&mut self.slots, &mut self.free);
        let mut gone = BTreeSet::new();
        self.by_spec.retain(|_, index| {
            let Some(slot) = slots.get_mut(usize_of(*index)) else { return false };
            if slot.round == round {
                return true;
            }
            // a slot whose generations are used up is never filled again
            if slot.vacate() {
                free.push(*index);
            }
            gone.insert(*index);
            false
        });
        self.unqueue(&gone);
    }

    fn unqueue(&mut self, gone: &BTreeSet<u32>) {
        if !gone.is_empty() {
            self.queue.retain(|(_, index)| !gone.contains(index));
        }
    }
}

/// Every target of this project has pointers of 32 bits or more; a value that does not fit names no slot.
fn usize_of(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
