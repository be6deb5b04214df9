//! What goes into the core and comes out of it.

use std::net::IpAddr;
use std::time::Duration;

use host::{HostState, Owned, Step, Vip};

use super::Subject;
use watch::Status;

/// Something happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// the time of `poll_timeout` has come
    Tick,
    /// the kernel says that interfaces or addresses changed
    Changed,
    /// a look is done, or failed
    Looked(Depth, Result<HostState, String>),
    /// steps were tried; with what was ours before them
    Applied((Vec<StepResult>, Owned)),
    /// the file was read again, and is good
    Configured {
        /// its VIPs
        vips: Vec<Vip>,
        /// its watch interval
        interval: Duration,
    },
    /// stop being ready for a VIP, or for all
    Drain {
        /// none: the whole host
        vip: Option<IpAddr>,
        /// seconds since 1970
        since_s: u64,
    },
    /// be ready again
    Undrain {
        /// none: everything
        vip: Option<IpAddr>,
    },
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// sysctls and listeners, which nobody announces; interfaces and addresses as last seen
    Unannounced,
    /// everything
    Everything,
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepResult {
    /// the step
    pub(crate) step: Step,
    /// its end
    pub(crate) outcome: Outcome,
}

/// The end of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// done
    Done,
    /// someone else did it first: what is there is theirs
    SomeoneElse,
    /// refused, and why
    Failed(String),
    /// not tried, because a step before it failed
    Skipped,
}

/// What the shell is to do.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// look, then tell [`Input::Looked`]
    Look(Depth),
    /// write down what is ours, then take the steps in order, then tell [`Input::Applied`]
    Apply {
        /// in order
        steps: Vec<Step>,
        /// what was ours before
        before: Owned,
    },
    /// write down what is ours and what drains
    Save,
    /// tell everyone the new status
    Publish(Status),
    /// the first preparation was tried in full
    Started,
    /// write to the log
    Log(Event),
}

/// Something for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// a step of the preparation is done
    Done(Step),
    /// someone else's change was put right
    Repaired {
        /// what was done about it
        step: Step,
        /// one of many
        contested: bool,
    },
    /// a step failed; not repeated while it fails for the same reason
    Failed {
        /// the step
        step: Step,
        /// why
        reason: String,
    },
    /// someone else was faster
    SomeoneElse(Step),
    /// something is left as it is on purpose
    Note(String),
    /// a VIP became ready
    Ready(IpAddr),
    /// a VIP stopped being ready
    NotReady {
        /// the VIP
        vip: IpAddr,
        /// what is missing
        reason: String,
        /// it was ready until then
        was_ready: bool,
    },
    /// someone else keeps undoing what is put right
    Contested(Subject),
    /// nobody does any more
    Settled(Subject),
    /// draining began
    Draining(Option<IpAddr>),
    /// draining ended
    Undrained(Option<IpAddr>),
    /// the kernel could not be looked at
    Blind(String),
    /// it can be looked at again
    SeesAgain,
}
