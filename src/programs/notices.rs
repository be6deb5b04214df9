//! Telling others of what changed: programs, one after the other in the order of the changes, and lines in named pipes.

mod pipes;
mod queue;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::director::VrrpConfig;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use crate::script::{Ended, Script};
use pipes::Pipes;
use queue::{Job, Queue};

/// A moment further away than the clock can tell.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// Of what kind a change is: each named pipe gets one kind, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// of virtual routers and sync groups
    Vrrp,
    /// of services and real servers
    Lvs,
}

/// A program, and what it gets after its own arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// what is run, and who runs it
    pub script: Script,
    /// arguments behind those of the script
    pub arguments: Vec<String>,
}

/// Takes changes and tells of them; never waits. All clones are one. When the last is dropped nothing is told any more, and
/// the program under way and the pipes' readers are killed.
#[derive(Clone)]
pub struct Notices {
    all: Arc<All>,
}

struct All {
    queue: Arc<Queue>,
    pipes: Mutex<Pipes>,
    worker: JoinHandle<()>,
}

impl Notices {
    /// Tells nobody yet. Call it inside tokio.
    pub fn new() -> Self {
        let queue = Arc::new(Queue::default());
        let worker = tokio::spawn(work(Arc::clone(&queue)));
        Self { all: Arc::new(All { queue, pipes: Mutex::default(), worker }) }
    }

    /// Writes to these named pipes from here on, and keeps their readers running. What is the same as before stays open and
    /// goes on; a reader that is no longer named is killed. Call it inside tokio.
    pub fn set(&self, config: &VrrpConfig) {
        self.pipes().set(config);
    }

    /// Writes `line`, which has no end of line, into the pipes of that channel, and runs the programs when all that were
    /// told of before are done: each at most `limit`. An empty line is not written.
    pub fn tell(&self, channel: Channel, line: &str, programs: Vec<Program>, limit: Duration) {
        if !line.is_empty() {
            self.pipes().write(channel, line);
        }
        if !programs.is_empty() {
            self.all.queue.push(Job { event: line.to_owned(), programs, limit });
        }
    }

    /// Lines that did not get into a named pipe, because nobody read it or its reader was too slow.
    pub fn lines_dropped(&self) -> u64 {
        self.pipes().dropped()
    }

    /// Waits until every program told of has run, but not longer than `limit`. Answers whether it is so.
    pub async fn settle(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.all.queue.idle()).await.is_ok()
    }

    /// The end: waits as [`Self::settle`] does, closes the pipes, gives their readers a moment to read what is left, and
    /// kills them. Lines told of later are dropped.
    pub async fn finish(&self, limit: Duration) -> bool {
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now + LONGEST);
        let done = timeout_at(deadline, self.all.queue.idle()).await.is_ok();
        let readers = self.pipes().close();
        reader::end(readers, deadline).await;
        done
    }

    fn pipes(&self) -> MutexGuard<'_, Pipes> {
        lock(&self.all.pipes)
    }
}

impl Default for Notices {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for All {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Runs what is queued, one after the other, for ever.
async fn work(queue: Arc<Queue>) {
    loop {
        let job = queue.next().await;
        for Program { script, arguments } in &job.programs {
            let run = script.run(arguments, job.limit).await;
            let (program, event) = (script.program(), &job.event);
            if matches!(run.ended, Ended::Exit(0)) {
                debug!(program, event, "notified");
            } else {
                warn!(program, event, result = %run.ended, output = run.output, "notify command failed");
            }
        }
        queue.done();
    }
}

/// What is behind is whole after each change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
