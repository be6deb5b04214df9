//! Values that jump, as values that do not.

use std::time::Duration;

/// A change of less than this is not told, in percent points: each one is a write to the kernel of each director.
const WORTH_TELLING: u8 = 2;

/// Parts of a percent point.
const PARTS: i64 = 1_000_000;

/// Time constants until 98 % of a change are there.
const CONSTANTS: u32 = 4;

/// Steps for each measurement: enough that it does not matter how often it is measured.
const STEPS: i64 = 32;

/// What may be told, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: u8,
    pub(super) most: u8,
}

impl Bounds {
    /// At most 100; the lower one wins where they cross.
    pub(super) fn new(least: u8, most: u8) -> Self {
        let least = least.min(100);
        Self { least, most: most.clamp(least, 100) }
    }

    /// The nearest value within.
    pub(super) fn hold(self, percent: u8) -> u8 {
        percent.clamp(self.least, self.most)
    }

    fn is_one(self, percent: u8) -> bool {
        percent == self.least || percent == self.most
    }
}

/// Exponential smoothing. `now` is the time since any fixed moment.
#[derive(Debug)]
pub(super) struct Steady {
    bounds: Bounds,
    constant: Duration,
    state: Option<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// smoothed, in parts
    value: i64,
    at: Duration,
    told: u8,
}

impl Steady {
    /// A change is there in full after about `smooth`, zero: at once.
    pub(super) fn new(bounds: Bounds, smooth: Duration) -> Self {
        Self { bounds, constant: smooth / CONSTANTS, state: None }
    }

    /// Takes a measurement, and answers what to tell. The first one is told as it is.
    pub(super) fn take(&mut self, percent: u8, now: Duration) -> u8 {
        let wanted = self.bounds.hold(percent);
        let state = self.state.map_or_else(|| State::new(wanted, now), |last| self.next(last, wanted, now));
        self.state = Some(state);
        state.told
    }

    /// What was told last.
    pub(super) fn told(&self) -> Option<u8> {
        self.state.map(|state| state.told)
    }

    /// Begins anew with the next measurement.
    pub(super) fn forget(&mut self) {
        self.state = None;
    }

    fn next(&self, last: State, wanted: u8, now: Duration) -> State {
        let value = approach(last.value, parts(wanted), now.saturating_sub(last.at), self.constant);
        let found = self.bounds.hold(whole(value, wanted));
        // a server that is out comes back with whatever it has
        let back = last.told == 0;
        let tell = back || found.abs_diff(last.told) >= WORTH_TELLING || self.bounds.is_one(found);
        State { value, at: now, told: if tell { found } else { last.told } }
    }
}

impl State {
    fn new(percent: u8, now: Duration) -> Self {
        Self { value: parts(percent), at: now, told: percent }
    }
}

/// Each step goes `step / (constant + step)` of the rest, which never goes too far, however long a step is.
fn approach(mut value: i64, wanted: i64, elapsed: Duration, constant: Duration) -> i64 {
    let micros = |time: Duration| i64::try_from(time.as_micros().min(1 << 42)).unwrap_or(1 << 42);
    let (step, constant) = (micros(elapsed).div_euclid(STEPS), micros(constant));
    if constant == 0 {
        return wanted;
    }
    let share = |rest: i64| i128::from(rest) * i128::from(step) / i128::from(constant.saturating_add(step));
    for _ in 0..STEPS {
        let rest = wanted.saturating_sub(value);
        value = value.saturating_add(i64::try_from(share(rest)).unwrap_or(rest));
    }
    value
}

fn parts(percent: u8) -> i64 {
    i64::from(percent).saturating_mul(PARTS)
}

/// The nearest percent; 0, which takes the server out, only on the way to 0.
fn whole(value: i64, wanted: u8) -> u8 {
    let nearest = value.saturating_add(PARTS / 2).div_euclid(PARTS).clamp(0, 100);
    let nearest = u8::try_from(nearest).unwrap_or(100);
    if wanted > 0 { nearest.max(1) } else { nearest }
}
