//! What goes into the core and comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use host::{HostState, Owned, Step, Vip};

use super::{Director, Phase, Subject, Wanted};
use watch::{Confirm, Status};

/// Something happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// the time of `poll_timeout` has come
    Tick,
    /// the kernel says that interfaces or addresses changed
    Changed,
    /// the kernel says that a socket is gone which may have been a VIP's listener
    Died,
    /// a sysctl was written, by us or by others
    Written,
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
        /// its deadline of drains
        deadline: Duration,
    },
    /// take a VIP out of service, or all
    Drain(Wanted),
    /// be ready again
    Undrain {
        /// none: everything
        vip: Option<IpAddr>,
    },
    /// a director follows
    Came {
        /// its stream
        watch: String,
        /// who it is
        director: Director,
    },
    /// a stream has ended
    Went {
        /// which
        watch: String,
    },
    /// a director says how its table stands
    Confirmed {
        /// its stream
        watch: String,
        /// what it says
        said: Confirm,
    },
    /// the connections of each VIP were counted, or could not be
    Counted {
        /// those that have one
        found: Result<BTreeMap<IpAddr, u64>, String>,
        /// how long it took
        took: Duration,
    },
    /// what this host may carry, in percent; none: all
    Weight(Option<u8>),
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
    /// count the connections of these VIPs, then tell [`Input::Counted`]
    Count(BTreeSet<IpAddr>),
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
    /// a drain has come to this
    Phase {
        /// the VIP
        vip: IpAddr,
        /// what begins
        phase: Phase,
    },
    /// draining ended
    Undrained(Option<IpAddr>),
    /// the kernel could not be looked at
    Blind(String),
    /// it can be looked at again
    SeesAgain,
}
