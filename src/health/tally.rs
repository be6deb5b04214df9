//! How many good or bad results turn a standing.

use alloc::string::String;

/// What one attempt of a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// as wanted; what it said of the weight before stays
    Pass,
    /// as wanted, and it says what the server may carry
    PassWith(Reported),
    /// not as wanted, and why, for people: `connect: connection refused`
    Fail(String),
}

/// What a check says of its server's weight while it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reported {
    /// this, instead of the configured one
    Weight(u32),
    /// this more (or less) than the configured one, never below 0
    Change(i32),
}

/// What the attempts so far say about a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// no attempt has ended yet
    Unknown,
    /// good for traffic
    Up,
    /// not good for traffic
    Down,
}

/// `unknown`, `up`, `down`
impl core::fmt::Display for Standing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// A standing and the results in a row that may turn it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) standing: Standing,
    pub(crate) passes: u32,
    pub(crate) fails: u32,
}

impl Tally {
    pub(crate) const fn new(standing: Standing) -> Self {
        Self { standing, passes: 0, fails: 0 }
    }

    /// Counts one result. The first result of an unknown target counts at once; limits of 0 mean 1.
    pub(crate) fn count(&mut self, passed: bool, rise: u32, fall: u32) {
        if passed {
            self.passes = self.passes.saturating_add(1);
            self.fails = 0;
        } else {
            self.fails = self.fails.saturating_add(1);
            self.passes = 0;
        }
        self.standing = match (self.standing, passed) {
            (Standing::Unknown, true) => Standing::Up,
            (Standing::Unknown, false) => Standing::Down,
            (Standing::Up, false) if self.fails >= fall => Standing::Down,
            (Standing::Down, true) if self.passes >= rise => Standing::Up,
            (standing @ (Standing::Up | Standing::Down), _) => standing,
        };
    }
}
