//! Programs to be run, in order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tracing::warn;

use super::{Program, lock};

/// Changes that wait. More come only where commands are slower than what flaps, or where thousands of servers with commands of
/// their own go at once.
pub(super) const MOST_QUEUED: usize = 16_384;

/// One change's commands.
pub(super) struct Job {
    /// in words, for the log
    pub(super) event: String,
    pub(super) programs: Vec<Program>,
    pub(super) limit: Duration,
}

/// Filled without waiting; when it is full, the oldest goes.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// one is taken and not done
    busy: bool,
    /// it was said that it is full, since it last was empty
    warned: bool,
}

impl Queue {
    pub(super) fn push(&self, job: Job) {
        let mut state = self.state();
        if state.jobs.len() >= MOST_QUEUED {
            state.jobs.pop_front();
            if !std::mem::replace(&mut state.warned, true) {
                warn!(limit = MOST_QUEUED, "notify commands are too slow: the oldest changes are left out");
            }
        }
        state.jobs.push_back(job);
        drop(state);
        self.filled.notify_one();
    }

    /// Waits for the oldest. `done` must follow.
    pub(super) async fn next(&self) -> Job {
        loop {
            let filled = self.filled.notified();
            if let Some(job) = self.take() {
                return job;
            }
            filled.await;
        }
    }

    pub(super) fn done(&self) {
        let mut state = self.state();
        state.busy = false;
        if state.jobs.is_empty() {
            state.warned = false;
            self.emptied.notify_waiters();
        }
    }

    /// Waits until nothing is queued and nothing under way.
    pub(super) async fn idle(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.is_idle() {
                return;
            }
            emptied.await;
        }
    }

    fn is_idle(&self) -> bool {
        let state = self.state();
        state.jobs.is_empty() && !state.busy
    }

    fn take(&self) -> Option<Job> {
        let mut state = self.state();
        let job = state.jobs.pop_front();
        state.busy = job.is_some();
        job
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}
