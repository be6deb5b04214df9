//! Decides what this host needs next and whether it is ready. Never looks, writes, waits or asks the time itself.

mod drains;
mod due;
mod held;
mod io;
mod leave;
mod pace;
mod report;
mod timers;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use host::{HostState, Owned, Plan, Step, StepName, Vip, partial_steps, readiness};

use drains::Drainer;
pub(crate) use drains::{Director, Drains, NO_DIRECTOR, Phase, Progress, Wanted};
use due::Failures;
pub(crate) use due::{first_stage, relies_on};
use held::Held;
pub(crate) use io::{Depth, Event, Input, Outcome, Output, StepResult};
pub(crate) use pace::Subject;
use pace::{Contests, Pace};
use timers::Timers;

use watch::{Repairs, Status};

/// This run of the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// the host's name
    pub(crate) host: String,
    /// chance
    pub(crate) instance: String,
}

/// What the core needs of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// the VIPs
    pub(crate) vips: Vec<Vip>,
    /// the watch interval
    pub(crate) interval: Duration,
    /// the deadline of drains
    pub(crate) deadline: Duration,
}

/// The agent's decisions.
pub(crate) struct Core {
    vips: Vec<Vip>,
    owned: Owned,
    drainer: Drainer,
    /// VIPs have left, and what goes with them is not known to be done
    restoring: bool,
    weight: Option<u8>,
    run: Run,
    /// of the state published last
    seq: u64,
    /// the last look; none before the first
    state: Option<HostState>,
    /// why the last look failed
    blind: Option<String>,
    held: Held,
    failures: Failures,
    /// what is left undone on purpose, as last said
    notes: Vec<String>,
    repairs: Repairs,
    pace: Pace,
    words: Pace,
    /// when what could not be published at once is
    publish_at: Option<Duration>,
    now: Duration,
    contests: Contests,
    timers: Timers,
    /// the first full preparation was tried
    started: bool,
    published: Option<Status>,
    outputs: VecDeque<Output>,
}

impl Core {
    /// Starts with what an earlier run wrote down.
    pub(crate) fn new(settings: Settings, owned: Owned, drains: Drains, run: Run) -> Self {
        let Settings { vips, interval, deadline } = settings;
        Self {
            vips,
            owned,
            restoring: drains.progress.values().any(|progress| progress.phase == Phase::Off),
            drainer: Drainer::new(drains, deadline),
            weight: None,
            run,
            seq: 0,
            state: None,
            blind: None,
            held: Held::default(),
            failures: Failures::default(),
            notes: Vec::new(),
            repairs: Repairs::default(),
            pace: Pace::of_steps(),
            words: Pace::of_words(),
            publish_at: None,
            now: Duration::ZERO,
            contests: Contests::default(),
            timers: Timers::new(interval),
            started: false,
            published: None,
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input. `now` never goes back, and runs on from one start of the daemon to the next.
    pub(crate) fn handle(&mut self, input: Input, now: Duration) {
        self.now = now;
        self.drainer.at(now, &self.vips);
        self.take(input, now);
        self.settle(now);
        if self.publish_at.is_some_and(|at| at <= now) {
            self.publish();
        }
        self.drains_go_on();
        if let Some(depth) = self.timers.take_due(now) {
            self.outputs.push_back(Output::Look(depth));
        } else if let Some(vips) = self.drainer.count_due().filter(|_| !self.timers.is_waiting()) {
            self.timers.wait();
            self.outputs.push_back(Output::Count(vips));
        }
    }

    fn take(&mut self, input: Input, now: Duration) {
        match input {
            Input::Tick => {}
            Input::Changed => self.timers.changed(now),
            Input::Died | Input::Written => self.timers.at_once(now),
            Input::Looked(depth, Ok(state)) => self.looked(depth, state, now),
            Input::Looked(depth, Err(reason)) => self.look_failed(depth, reason, now),
            Input::Applied(results) => self.applied(results, now),
            Input::Configured { vips, interval, deadline } => self.configured(vips, interval, deadline, now),
            Input::Drain(wanted) => self.drain(wanted),
            Input::Undrain { vip } => self.undrain(vip),
            Input::Came { watch, director } => self.came(watch, director),
            Input::Went { watch } => self.drainer.went(&watch),
            Input::Confirmed { watch, said } => {
                self.drainer.confirmed(&watch, said, &self.vips);
            }
            Input::Counted { found, took } => {
                self.timers.proceed();
                self.drainer.counted(found, took);
            }
            Input::Weight(weight) => {
                self.weight = weight;
                self.publish();
            }
        }
    }

    fn settle(&mut self, now: Duration) {
        let settled = self.contests.settle(now);
        if !settled.is_empty() {
            for subject in settled {
                self.say(Event::Settled(subject));
            }
            self.publish();
        }
    }

    /// The next thing the shell is to do; drained after each input.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due; none while a look or an apply is under way.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let looks = self.timers.next()?;
        self.drainer.next().into_iter().chain(self.publish_at).chain([looks]).min()
    }

    /// What this host may carry, as known before the first input.
    pub(crate) fn weigh(&mut self, weight: Option<u8>) {
        self.weight = weight;
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
        self.drainer.drains()
    }

    fn look_failed(&mut self, depth: Depth, reason: String, now: Duration) {
        self.timers.failed(depth, now);
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
        let (before, wanted) = (self.owned.clone(), self.drains().wanted(&self.vips));
        self.owned.prune(&wanted, &state);
        if self.owned != before {
            self.outputs.push_back(Output::Save);
        }
        if misses_a_listener(&wanted, &self.owned, &state) {
            self.timers.missing(now);
        }
        let mut plan = partial_steps(&wanted, &self.vips, &self.owned, &state);
        plan.notes.extend(self.strangers_that_stay(&state));
        self.restoring = plan.steps.iter().any(|step| matches!(step, Step::RestoreSysctl { .. }));
        self.held.add(&wanted, &state, &plan.steps);
        self.state = Some(state);
        self.failures.forget(&plan);
        self.publish();
        self.pursue(plan, now);
    }

    /// Does the first stage of what is to be done and need not wait.
    fn pursue(&mut self, plan: Plan, now: Duration) {
        self.say_notes(plan.notes);
        let (steps, again) = self.failures.due(plan.steps, now);
        if let Some(again) = again {
            self.timers.again_at(again);
        }
        if steps.is_empty() {
            return self.start();
        }
        if let Err(at) = self.pace.take(now) {
            return self.timers.again_at(at);
        }
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
                // there already, and yet not what the look misses: not tried again at once
                if self.failures.note(&step, "someone else did it first".to_owned(), now) {
                    self.say(Event::SomeoneElse(step));
                }
            }
            Outcome::Failed(reason) => {
                self.owned.unrecord(&step, before);
                if self.failures.note(&step, reason.clone(), now) {
                    self.say(Event::Failed { step, reason });
                }
            }
            Outcome::Skipped => self.owned.unrecord(&step, before),
        }
        None
    }

    fn repaired(&mut self, step: Step) -> Option<Subject> {
        if !self.held.has(&step) {
            self.say(Event::Done(step));
            return None;
        }
        count(&mut self.repairs, &step);
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

    fn configured(&mut self, vips: Vec<Vip>, interval: Duration, deadline: Duration, now: Duration) {
        self.drainer.configured(&vips, deadline);
        self.vips = vips;
        self.timers.set_interval(interval);
        self.held.clear();
        self.failures.clear();
        self.outputs.push_back(Output::Save);
        // published by the look, which knows what the new VIPs need
        self.timers.again_at(now);
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

fn misses_a_listener(vips: &[Vip], owned: &Owned, state: &HostState) -> bool {
    let mut steps = vips.iter().flat_map(|vip| readiness(vip, owned, state));
    steps.any(|step| matches!(step.name, StepName::Listener(_)) && !step.is_ok())
}

fn count(repairs: &mut Repairs, step: &Step) {
    let counter = match step {
        Step::SetSysctl { .. } | Step::RestoreSysctl { .. } => &mut repairs.sysctls,
        Step::AddAddress(_) | Step::ReplaceAddress(_) | Step::RemoveAddress { .. } => &mut repairs.addresses,
        Step::CreateDevice { .. } | Step::LinkUp { .. } | Step::DeleteDevice { .. } => &mut repairs.devices,
    };
    *counter = counter.saturating_add(1);
}
