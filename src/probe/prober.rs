//! Many attempts at once, within a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use health::{CheckId, CheckSpec, Outcome};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;

use crate::attempt;

/// Runs attempts, each in a task of its own, and sends what they found.
#[derive(Clone, Debug)]
pub struct Prober {
    results: Sender<(CheckId, Outcome)>,
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
}

impl Prober {
    /// `limit`: attempts at the same time, each of which holds one file descriptor; at least 1. Those above it
    /// wait for their turn, and their timeout begins when they have it.
    pub fn new(limit: usize, results: Sender<(CheckId, Outcome)>) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self { results, permits: Arc::new(Semaphore::new(limit)), waiting: Arc::default(), limit }
    }

    /// Begins an attempt; returns at once. Its result is sent once, unless the receiver is gone. Must be called
    /// within a tokio runtime.
    pub fn start(&self, id: CheckId, spec: Arc<CheckSpec>) {
        let this = self.clone();
        this.waiting.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let permit = this.permits.acquire().await;
            this.waiting.fetch_sub(1, Ordering::Relaxed);
            let outcome = attempt(&spec).await;
            drop(permit);
            // the receiver is gone when the daemon ends: nobody is left to tell
            let _ = this.results.send((id, outcome)).await;
        });
    }

    /// Attempts that wait because as many as the limit allows are running.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Attempts that run.
    pub fn running(&self) -> usize {
        self.limit.saturating_sub(self.permits.available_permits())
    }
}
