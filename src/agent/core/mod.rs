//! Decides what this host needs next and whether it is ready. Never looks, writes, waits or asks the time itself.

mod drains;
mod io;
mod pace;
mod report;
mod timers;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use host::{HostState, Owned, Plan, Step, Vip, up_steps};

pub(crate) use drains::Drains;
pub(crate) use io::{Depth, Event, Input, Outcome, Output, StepResult};
pub(crate) use pace::Subject;
use pace::{Contests, Pace};
use timers::Timers;

use crate::status::{Repairs, Status};

/// After a step that failed, before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// The agent's decisions.
pub(crate) struct Core {
    vips: Vec<Vip>,
    owned: Owned,
    drains: Drains,
    /// the last look; none before the first
    state: Option<HostState>,
    /// why the last look failed
    blind: Option<String>,
    phase: Phase,
    /// VIPs that were on their devices since the start or the last reload: missing, they were taken away
    held: BTreeSet<IpAddr>,
    /// steps that failed and are still to be done, with the reason
    failures: BTreeMap<String, String>,
    /// what is left undone on purpose, as last said
    notes: Vec<String>,
    repairs: Repairs,
    pace: Pace,
    contests: Contests,
    timers: Timers,
    /// no step is tried before this
    retry_at: Duration,
    /// the first full preparation was tried
    started: bool,
    published: Option<Status>,
    outputs: VecDeque<Output>,
}

/// Whether what is missing was never there, or was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// since the start or a reload not everything was right yet
    Preparing,
    /// everything was right: each difference is someone else's doing
    Keeping,
}

impl Core {
    /// Starts with what an earlier run wrote down.
    pub(crate) fn new(vips: Vec<Vip>, interval: Duration, owned: Owned, drains: Drains) -> Self {
        Self {
            vips,
            owned,
            drains,
            state: None,
            blind: None,
            phase: Phase::Preparing,
            held: BTreeSet::new(),
            failures: BTreeMap::new(),
            notes: Vec::new(),
            repairs: Repairs::default(),
            pace: Pace::default(),
            contests: Contests::default(),
            timers: Timers::new(interval),
            retry_at: Duration::ZERO,
            started: false,
            published: None,
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input. `now` is the time since the daemon's start.
    pub(crate) fn handle(&mut self, input: Input, now: Duration) {
        match input {
            Input::Tick => {}
            Input::Changed => self.timers.changed(now),
            Input::Looked(depth, Ok(state)) => self.looked(depth, state, now),
            Input::Looked(depth, Err(reason)) => self.look_failed(depth, reason, now),
            Input::Applied(results) => self.applied(results, now),
            Input::Configured { vips, interval } => self.configured(vips, interval, now),
            Input::Drain { vip, since_s } => self.drain(vip, since_s),
            Input::Undrain { vip } => self.undrain(vip),
        }
        let settled = self.contests.settle(now);
        if !settled.is_empty() {
            for subject in settled {
                self.say(Event::Settled(subject));
            }
            self.publish();
        }
        if let Some(depth) = self.timers.take_due(now) {
            self.outputs.push_back(Output::Look(depth));
        }
    }

    /// The next thing the shell is to do; drained after each input.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due; none while a look or an apply is under way.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The VIPs as configured.
    pub(crate) fn vips(&self) -> &[Vip] {
        &self.vips
    }

    /// What is ours.
    pub(crate) fn owned(&self) -> &Owned {
        &self.owned
    }

    /// What is draining.
    pub(crate) fn drains(&self) -> &Drains {
        &self.drains
    }

    fn look_failed(&mut self, depth: Depth, reason: String, now: Duration) {
        self.timers.looked(depth, now);
        if self.blind.as_ref() != Some(&reason) {
            self.say(Event::Blind(reason.clone()));
        }
        self.blind = Some(reason);
        self.publish();
        self.start();
    }

    fn looked(&mut self, depth: Depth, state: HostState, now: Duration) {
        self.timers.looked(depth, now);
        if self.blind.take().is_some() {
            self.say(Event::SeesAgain);
        }
        let before = self.owned.clone();
        self.owned.prune(&self.vips, &state);
        if self.owned != before {
            self.outputs.push_back(Output::Save);
        }
        let plan = up_steps(&self.vips, &self.owned, &state);
        self.held.extend(self.vips.iter().filter(|vip| state.holds(vip)).map(|vip| vip.address));
        self.state = Some(state);
        self.forget_failures(&plan);
        self.publish();
        self.pursue(plan, now);
    }

    /// Does the first stage of what is to be done, unless it has to wait.
    fn pursue(&mut self, plan: Plan, now: Duration) {
        self.say_notes(plan.notes);
        if plan.steps.is_empty() {
            self.phase = Phase::Keeping;
            return self.start();
        }
        if now < self.retry_at {
            return self.timers.again_at(self.retry_at);
        }
        if let Err(at) = self.pace.take(now) {
            return self.timers.again_at(at);
        }
        let steps = first_stage(plan.steps);
        let before = self.owned.clone();
        if let Some(state) = &self.state {
            for step in &steps {
                self.owned.record(step, state);
            }
        }
        self.timers.wait();
        self.outputs.push_back(Output::Apply { steps, before });
    }

    fn applied(&mut self, (results, before): (Vec<StepResult>, Owned), now: Duration) {
        let mut repaired = BTreeSet::new();
        for result in results {
            repaired.extend(self.account(result, &before, now));
        }
        for subject in repaired {
            self.note(subject, now);
        }
        self.outputs.push_back(Output::Save);
        self.timers.proceed();
        self.timers.again_at(now);
        if !self.failures.is_empty() {
            self.publish();
            self.start();
        }
    }

    /// Answers what was put right, if someone else had undone it.
    fn account(&mut self, result: StepResult, before: &Owned, now: Duration) -> Option<Subject> {
        let StepResult { step, outcome } = result;
        match outcome {
            Outcome::Done => {
                self.owned.strike(&step);
                return self.repaired(step);
            }
            Outcome::SomeoneElse => {
                self.owned.unrecord(&step, before);
                self.say(Event::SomeoneElse(step));
            }
            Outcome::Failed(reason) => {
                self.owned.unrecord(&step, before);
                self.retry_at = now + RETRY;
                let known = self.failures.insert(step.to_string(), reason.clone());
                if known.as_ref() != Some(&reason) {
                    self.say(Event::Failed { step, reason });
                }
            }
            Outcome::Skipped => self.owned.unrecord(&step, before),
        }
        None
    }

    fn repaired(&mut self, step: Step) -> Option<Subject> {
        let first_time = matches!(&step, Step::AddAddress(new) if !self.held.contains(&new.address));
        if self.phase == Phase::Preparing || first_time {
            self.say(Event::Done(step));
            return None;
        }
        self.repairs.count(&step);
        let subject = Subject::of(&step);
        let contested = self.contests.is_on(&subject);
        self.say(Event::Repaired { step, contested });
        Some(subject)
    }

    fn note(&mut self, subject: Subject, now: Duration) {
        if self.contests.note(subject.clone(), now) {
            self.say(Event::Contested(subject));
            self.publish();
        }
    }

    fn configured(&mut self, vips: Vec<Vip>, interval: Duration, now: Duration) {
        self.drains.keep(&vips);
        self.vips = vips;
        self.timers.set_interval(interval);
        self.phase = Phase::Preparing;
        self.held.clear();
        self.failures.clear();
        self.retry_at = Duration::ZERO;
        self.outputs.push_back(Output::Save);
        // published by the look, which knows what the new VIPs need
        self.timers.again_at(now);
    }

    fn drain(&mut self, vip: Option<IpAddr>, since_s: u64) {
        if self.drains.add(vip, since_s) {
            self.say(Event::Draining(vip));
            self.outputs.push_back(Output::Save);
            self.publish();
        }
    }

    fn undrain(&mut self, vip: Option<IpAddr>) {
        if self.drains.remove(vip) {
            self.say(Event::Undrained(vip));
            self.outputs.push_back(Output::Save);
            self.publish();
        }
    }

    /// A failure is over when its step is no longer to be done.
    fn forget_failures(&mut self, plan: &Plan) {
        let wanted: Vec<String> = plan.steps.iter().map(ToString::to_string).collect();
        self.failures.retain(|step, _| wanted.contains(step));
    }

    fn say_notes(&mut self, notes: Vec<String>) {
        let new: Vec<String> = notes.iter().filter(|note| !self.notes.contains(note)).cloned().collect();
        for note in new {
            self.say(Event::Note(note));
        }
        self.notes = notes;
    }

    /// Once: everything was tried.
    fn start(&mut self) {
        if !self.started {
            self.started = true;
            self.outputs.push_back(Output::Started);
        }
    }

    fn say(&mut self, event: Event) {
        self.outputs.push_back(Output::Log(event));
    }
}

/// The sysctls first and alone: the look that follows reads them back before an address is added.
pub(crate) fn first_stage(steps: Vec<Step>) -> Vec<Step> {
    let (sysctls, others): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| matches!(step, Step::SetSysctl { .. }));
    if sysctls.is_empty() { others } else { sysctls }
}
