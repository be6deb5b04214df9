//! A thread that nothing ordinary can delay.

use std::io;

use nix::errno::Errno;
use nix::libc::MCL_ONFAULT;
use nix::sys::mman::{MlockAllFlags, mlockall};
use thread_priority::unix::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};
use thread_priority::{ThreadPriority, ThreadPriorityValue};

/// Why a thread stays ordinary.
#[derive(Debug, thiserror::Error)]
pub enum RealtimeError {
    /// SCHED_FIFO has priorities 1 to 99
    #[error("{0} is no real-time priority, which is 1 to 99")]
    Priority(u8),
    /// the kernel refused the priority
    #[error("cannot run a thread with real-time priority {priority}")]
    Scheduling {
        /// what was asked for
        priority: u8,
        /// the kernel's errno
        #[source]
        source: io::Error,
    },
    /// the kernel refused to lock memory
    #[error("cannot lock memory")]
    Memory(#[source] io::Error),
}

impl RealtimeError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Priority(_) => None,
            Self::Scheduling { .. } => Some(
                "needs root, CAP_SYS_NICE or LimitRTPRIO= in the unit, and a share of real-time run time in its control group",
            ),
            Self::Memory(_) => Some("needs root, CAP_IPC_LOCK or LimitMEMLOCK=infinity in the unit"),
        }
    }
}

/// Runs the current thread under SCHED_FIFO, 1 to 99. Threads and processes that it starts inherit it.
pub fn scheduling(priority: u8) -> Result<(), RealtimeError> {
    let value = ThreadPriorityValue::try_from(priority).ok().filter(|_| priority > 0);
    let value = ThreadPriority::Crossplatform(value.ok_or(RealtimeError::Priority(priority))?);
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set(value, policy).map_err(|source| RealtimeError::Scheduling { priority, source })
}

fn set(value: ThreadPriority, policy: ThreadSchedulePolicy) -> io::Result<()> {
    set_thread_priority_and_policy(thread_native_id(), value, policy).map_err(|error| match error {
        thread_priority::Error::OS(errno) => io::Error::from_raw_os_error(errno),
        thread_priority::Error::Priority(_)
        | thread_priority::Error::PriorityNotInRange(_)
        | thread_priority::Error::Ffi(_) => io::Error::other(error),
    })
}

/// Runs the current thread before ordinary ones: at nice -16, which needs root with CAP_SYS_NICE, or `LimitNICE=-16`.
/// Threads that it starts inherit it.
pub fn prefer() -> Result<(), RealtimeError> {
    /// of 0 to 99, which stand for nice 19 to -20
    const PRIORITY: u8 = 87;
    let value = ThreadPriorityValue::try_from(PRIORITY).map_err(|_| RealtimeError::Priority(PRIORITY))?;
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    set(ThreadPriority::Crossplatform(value), policy)
        .map_err(|source| RealtimeError::Scheduling { priority: PRIORITY, source })
}

/// Keeps the process's memory from being swapped out: what is there at once, what comes later from its first use on, so
/// that thread stacks do not take all they may grow to. Those of threads that run already do: call it before there are any but
/// the log's, whose stack is small.
pub fn lock_memory() -> Result<(), RealtimeError> {
    lock(MlockAllFlags::MCL_CURRENT)?;
    lock(MlockAllFlags::MCL_FUTURE | MlockAllFlags::from_bits_retain(MCL_ONFAULT))
}

fn lock(flags: MlockAllFlags) -> Result<(), RealtimeError> {
    mlockall(flags).map_err(|errno: Errno| RealtimeError::Memory(errno.into()))
}
