//! What holds whatever happens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use common::{S, fail, spec_with};
use lvs_health::{CheckId, CheckSpec, Checks, Outcome, Standing, Start};
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

#[derive(Clone, Debug)]
enum Step {
    /// time passes
    Wait(u16),
    /// every attempt that runs ends
    Finish { pass: bool },
    /// only the oldest does
    FinishOne { pass: bool },
    /// other checks are wanted; a bit for each
    Set(u8),
    /// others are paused; a bit for each
    Pause(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_u16..1_500).prop_map(Step::Wait),
        3 => any::<bool>().prop_map(|pass| Step::Finish { pass }),
        2 => any::<bool>().prop_map(|pass| Step::FinishOne { pass }),
        1 => any::<u8>().prop_map(Step::Set),
        1 => any::<u8>().prop_map(Step::Pause),
    ];
    proptest::collection::vec(step, 1..200)
}

fn specs() -> Vec<Arc<CheckSpec>> {
    let spec = |nth: u32| {
        let mut spec = CheckSpec::clone(&spec_with(nth, (100 + 70 * nth) * MS, (40 + 90 * nth) * MS));
        spec.interval_retry = nth.is_multiple_of(2).then_some(nth * 50 * MS);
        spec.warmup = nth.is_multiple_of(3).then_some(nth * 100 * MS);
        Arc::new(spec)
    };
    (0..8).map(spec).collect()
}

/// The rules of rise and fall, as a person would write them down.
struct Model {
    standing: Standing,
    row: Vec<bool>,
}

impl Model {
    fn count(&mut self, pass: bool, spec: &CheckSpec) {
        if self.row.last().is_some_and(|last| *last != pass) {
            self.row.clear();
        }
        self.row.push(pass);
        let row = u32::try_from(self.row.len()).unwrap();
        match (self.standing, pass) {
            (Standing::Unknown, true) => self.standing = Standing::Up,
            (Standing::Unknown, false) => self.standing = Standing::Down,
            (Standing::Up, false) if row >= spec.fall => self.standing = Standing::Down,
            (Standing::Down, true) if row >= spec.rise => self.standing = Standing::Up,
            _ => (),
        }
    }
}

struct World {
    checks: Checks,
    now: Duration,
    running: Vec<(CheckId, Arc<CheckSpec>)>,
    models: BTreeMap<Arc<CheckSpec>, Model>,
    paused: BTreeSet<Arc<CheckSpec>>,
    /// paused while their attempts ran
    void: BTreeSet<CheckId>,
}

impl World {
    fn pause(&mut self, specs: &[Arc<CheckSpec>], bits: u8) {
        let paused = specs.iter().enumerate().filter(|(nth, _)| bits & (1 << nth) != 0);
        let paused: BTreeSet<_> = paused.map(|(_, spec)| Arc::clone(spec)).collect();
        self.checks.pause(|spec| paused.contains(spec), self.now);
        for (id, spec) in &self.running {
            if paused.contains(spec) && !self.paused.contains(spec) {
                self.void.insert(*id);
            }
        }
        self.paused = paused.into_iter().filter(|spec| self.models.contains_key(spec)).collect();
    }

    fn set(&mut self, specs: &[Arc<CheckSpec>], bits: u8) {
        let wanted: Vec<_> = specs.iter().enumerate().filter(|(nth, _)| bits & (1 << nth) != 0).collect();
        self.models.retain(|spec, _| wanted.iter().any(|(_, other)| *other == spec));
        self.paused.retain(|spec| self.models.contains_key(spec));
        for (_, spec) in &wanted {
            let model = || Model { standing: Standing::Unknown, row: Vec::new() };
            self.models.entry(Arc::clone(spec)).or_insert_with(model);
        }
        self.checks.set(wanted.into_iter().map(|(_, spec)| (Arc::clone(spec), Start::Unknown)), self.now);
        let gone: Vec<CheckId> = self
            .running
            .iter()
            .filter(|(_, spec)| !self.models.contains_key(spec))
            .map(|(id, _)| *id)
            .collect();
        self.running.retain(|(id, _)| !gone.contains(id));
        for id in gone {
            assert_eq!(self.checks.handle_result(id, fail(), self.now), None, "late result");
        }
    }

    fn finish(&mut self, id: CheckId, spec: &Arc<CheckSpec>, pass: bool) {
        let model = self.models.get_mut(spec).unwrap();
        let from = model.standing;
        if !self.void.remove(&id) {
            model.count(pass, spec);
        }
        let outcome = if pass { Outcome::Pass } else { fail() };
        let turn = self.checks.handle_result(id, outcome, self.now).map(|turn| (turn.from, turn.to));
        assert_eq!(turn, (from != model.standing).then_some((from, model.standing)));
        assert_eq!(self.checks.standing(spec), Some(model.standing));
    }

    fn poll(&mut self) {
        while let Some((id, spec)) = self.checks.poll_due(self.now) {
            assert!(self.models.contains_key(&spec), "a check that is gone started");
            assert!(!self.paused.contains(&spec), "a paused check started");
            assert!(self.running.iter().all(|(_, other)| *other != spec), "two attempts of one check");
            self.running.push((id, spec));
        }
        assert!(self.checks.poll_timeout().is_none_or(|due| due > self.now), "something due was not given");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn attempts_never_overlap_none_starves_and_rise_and_fall_are_exact(seed: u64, steps in steps()) {
        let specs = specs();
        let mut world = World {
            checks: Checks::new(seed),
            now: Duration::ZERO,
            running: Vec::new(),
            models: BTreeMap::new(),
            paused: BTreeSet::new(),
            void: BTreeSet::new(),
        };
        world.set(&specs, 0b1111_1111);
        for step in steps {
            match step {
                Step::Wait(ms) => world.now += u32::from(ms) * MS,
                Step::Finish { pass } => {
                    for (id, spec) in std::mem::take(&mut world.running) {
                        world.finish(id, &spec, pass);
                    }
                }
                Step::FinishOne { pass } if !world.running.is_empty() => {
                    let (id, spec) = world.running.remove(0);
                    world.finish(id, &spec, pass);
                }
                Step::FinishOne { .. } => (),
                Step::Set(bits) => world.set(&specs, bits),
                Step::Pause(bits) => world.pause(&specs, bits),
            }
            world.poll();
        }
        // within the longest interval from here each check has an attempt
        world.pause(&specs, 0);
        let mut seen: BTreeSet<Arc<CheckSpec>> = BTreeSet::new();
        for (id, spec) in std::mem::take(&mut world.running) {
            world.finish(id, &spec, true);
            seen.insert(spec);
        }
        world.now += S;
        world.poll();
        seen.extend(world.running.iter().map(|(_, spec)| Arc::clone(spec)));
        prop_assert!(world.models.keys().eq(seen.iter()));
    }
}
