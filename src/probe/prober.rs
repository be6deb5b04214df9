//! Many attempts at once, within a limit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use health::{CheckId, CheckKind, CheckSpec, Outcome};
use programs::script::MOST_AT_ONCE;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tokio::time::interval;

use crate::attempt;

/// Runs attempts, each in a task of its own, and sends what they found.
#[derive(Clone, Debug)]
pub struct Prober {
    results: Sender<(CheckId, Outcome)>,
    permits: Arc<Semaphore>,
    /// programs have a limit of their own: that they take their time must not keep other checks waiting
    programs: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
    tick: Arc<Tick>,
}

/// A timer that is always near, which saves a system call for each attempt: tokio's time driver writes to its own
/// eventfd for every timer that is due before all others, as the timeout of an attempt would be in a daemon that
/// has nothing else to wait for.
#[derive(Debug, Default)]
struct Tick(OnceLock<AbortHandle>);

const TICK: Duration = Duration::from_secs(1);

impl Prober {
    /// `limit`: attempts at the same time, each of which holds one file descriptor; at least 1. Those above it
    /// wait for their turn, and their timeout begins when they have it. Besides, 64 programs run at the same time.
    pub fn new(limit: usize, results: Sender<(CheckId, Outcome)>) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            results,
            permits: Arc::new(Semaphore::new(limit)),
            programs: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            waiting: Arc::default(),
            limit,
            tick: Arc::default(),
        }
    }

    /// Begins an attempt; returns at once. Its result is sent once, unless the receiver is gone. Must be called
    /// within a tokio runtime.
    pub fn start(&self, id: CheckId, spec: Arc<CheckSpec>) {
        self.tick.begin();
        let this = self.clone();
        this.waiting.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let permit = this.turns(&spec).acquire().await;
            this.waiting.fetch_sub(1, Ordering::Relaxed);
            let outcome = attempt(&spec).await;
            drop(permit);
            // the receiver is gone when the daemon ends: nobody is left to tell
            let _ = this.results.send((id, outcome)).await;
        });
    }

    /// An attempt that fails before it begins; returns at once. As [`Self::start`] but for that.
    pub fn fail(&self, id: CheckId, reason: String) {
        let results = self.results.clone();
        tokio::spawn(async move {
            let _ = results.send((id, Outcome::Fail(reason))).await;
        });
    }

    /// Attempts that wait because as many as the limit allows are running.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Attempts that run.
    pub fn running(&self) -> usize {
        let programs = MOST_AT_ONCE.saturating_sub(self.programs.available_permits());
        self.limit.saturating_sub(self.permits.available_permits()).saturating_add(programs)
    }

    fn turns(&self, spec: &CheckSpec) -> &Semaphore {
        if matches!(spec.kind, CheckKind::Script(_)) { &self.programs } else { &self.permits }
    }
}

impl Tick {
    fn begin(&self) {
        self.0.get_or_init(|| {
            let tick = async {
                let mut tick = interval(TICK);
                loop {
                    tick.tick().await;
                }
            };
            tokio::spawn(tick).abort_handle()
        });
    }
}

impl Drop for Tick {
    fn drop(&mut self) {
        if let Some(task) = self.0.get() {
            task.abort();
        }
    }
}
