//! Where a router stands, and why.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use crate::Priority;

/// State of a virtual router (RFC 9568 section 6.3), with what an operator needs to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// not started, or stopped
    Initialize,
    /// a tracked interface, script or service keeps it out of the election
    Fault,
    /// listens for a master
    Backup,
    /// holds the addresses and advertises
    Master,
    /// was master, has said that it stops (priority 0), and goes on forwarding until a successor is heard
    Leaving,
}

impl State {
    /// The word that status, logs and scripts use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Initialize => "init",
            Self::Fault => "fault",
            Self::Backup => "backup",
            Self::Master => "master",
            Self::Leaving => "leaving",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How far the services behind the addresses are, told from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Readiness {
    /// the table is not installed: the addresses must not be taken at all
    NotReady,
    /// installed: the addresses may be taken when nobody else is master. A master in this standing that hears another master
    /// gives way, whatever the priorities: it has nothing to serve with, or does not know it yet.
    Installed,
    /// and served: a master of lower priority may be taken over from
    Serving,
}

/// What is known of a tracked thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// as it should be
    Up,
    /// not as it should be
    Down,
    /// a number: it is multiplied by the weight and added to the priority; with weight 0 anything but 0 is a fault
    Value(i32),
}

/// Why a router changed its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// it was configured, or the daemon started
    Started,
    /// the daemon was away for so short a time that nobody has noticed: it goes on as master
    Resumed,
    /// it owns the addresses (priority 255)
    Owner,
    /// no advert for the master-down interval
    MasterDown {
        /// who was heard last, if anybody
        last: Option<IpAddr>,
        /// for how long nobody was heard
        silent: Duration,
    },
    /// the master said that it stops, with priority 0
    MasterStopped {
        /// the master
        master: IpAddr,
    },
    /// the master's priority is lower than ours
    Preempted {
        /// the master
        master: IpAddr,
        /// its priority
        priority: Priority,
    },
    /// a router of higher priority, or of the same and a higher address, advertises
    Outranked {
        /// it
        by: IpAddr,
        /// its priority
        priority: Priority,
    },
    /// another master is there, and our own services are not ready or have no quorum
    GaveWay {
        /// the other master
        to: IpAddr,
    },
    /// a tracked thing is not as it should be
    Fault(String),
    /// the last fault is over
    FaultEnded,
    /// another router of its sync group led
    Group {
        /// name of that router
        member: String,
    },
    /// told to stop
    Stopped,
    /// the successor was heard
    Succeeded {
        /// it
        by: IpAddr,
    },
    /// told to stop, and nobody took over in time
    NoSuccessor,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("started"),
            Self::Resumed => f.write_str("back before anybody noticed"),
            Self::Owner => f.write_str("priority 255 owns the addresses"),
            Self::MasterDown { last: Some(last), silent } => {
                write!(f, "no advert from {last} for {} ms", silent.as_millis())
            }
            Self::MasterDown { last: None, silent } => {
                write!(f, "no advert from anybody for {} ms", silent.as_millis())
            }
            Self::MasterStopped { master } => write!(f, "{master} stops"),
            Self::Preempted { master, priority } => {
                write!(f, "took over from {master}, whose priority is {priority}")
            }
            Self::Outranked { by, priority } => write!(f, "{by} advertises priority {priority}"),
            Self::GaveWay { to } => write!(f, "gave way to {to}: no service here has its quorum"),
            Self::Fault(what) => f.write_str(what),
            Self::FaultEnded => f.write_str("the fault is over"),
            Self::Group { member } => write!(f, "follows {member} of its sync group"),
            Self::Stopped => f.write_str("told to stop"),
            Self::Succeeded { by } => write!(f, "{by} has taken over"),
            Self::NoSuccessor => f.write_str("told to stop, and nobody took over in time"),
        }
    }
}
