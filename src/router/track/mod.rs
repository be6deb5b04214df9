//! What operators have watched beside interfaces and services: scripts, numbers in files, processes by name.
//!
//! Each is a task of its own that looks again and again and writes what it found on a board. Looking itself (files,
//! `/proc`, programs) happens in threads that may wait, so that a dead file server holds up nothing else.

mod board;
mod file;
mod process;
mod script;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use config::director::{TrackFile, TrackProcess, TrackScript, VrrpConfig};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};
use vrrp::Report;

use board::Board;
pub(crate) use board::TrackStatus;
use programs::script::MOST_AT_ONCE;

/// Something tracked, by its section and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TrackName {
    /// `[[track_script]]`
    Script(String),
    /// `[[track_file]]`
    File(String),
    /// `[[track_process]]`
    Process(String),
}

/// Watches all of them. Dropped, it watches nothing any more, and kills the scripts under way.
pub(crate) struct Tracker {
    board: Arc<Board>,
    watches: BTreeMap<TrackName, Watch>,
    processes: Option<Watch>,
    /// bounds the scripts under way
    slots: Arc<Semaphore>,
}

impl Tracker {
    /// Watches nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            board: Arc::default(),
            watches: BTreeMap::new(),
            processes: None,
            // one more is left to notification
            slots: Arc::new(Semaphore::new(MOST_AT_ONCE - 1)),
        }
    }

    /// Watches what `config` says from here on; what is watched in the same way already goes on with what it knows. Call
    /// it inside tokio.
    pub(crate) fn set(&mut self, config: &VrrpConfig) {
        let wanted: BTreeMap<_, _> = wanted(config).collect();
        self.watches.retain(|name, watch| wanted.get(name) == Some(&watch.what));
        let processes =
            Some(What::Processes(config.processes.clone())).filter(|_| !config.processes.is_empty());
        if self.processes.as_ref().map(|watch| &watch.what) != processes.as_ref() {
            // the old one ends before the new one begins
            self.processes = None;
            self.processes = processes.map(|what| self.watch(what));
        }
        let names = wanted.keys().cloned().chain(config.processes.iter().map(process_name));
        self.board.keep(&names.collect());
        for (name, what) in wanted {
            if !self.watches.contains_key(&name) {
                let watch = self.watch(what);
                self.watches.insert(name, watch);
            }
        }
    }

    /// Waits for the next first result or change. Of one thing that changed several times meanwhile, the last counts.
    /// Cancel safe.
    pub(crate) async fn next(&mut self) -> (TrackName, Report) {
        self.board.next().await
    }

    /// What is known of everything that has a result: for routers that came later than the result.
    pub(crate) fn reports(&self) -> Vec<(TrackName, Report)> {
        self.board.reports()
    }

    /// Everything that is watched.
    pub(crate) fn status(&self) -> Vec<TrackStatus> {
        self.board.status()
    }

    fn watch(&self, what: What) -> Watch {
        let board = Arc::clone(&self.board);
        let task = match what.clone() {
            What::Script(config, user) => {
                tokio::spawn(script::watch(config, user, board, Arc::clone(&self.slots)))
            }
            What::File(config) => tokio::spawn(file::watch(config, board)),
            What::Processes(config) => tokio::spawn(process::watch(config, board, "/proc".into())),
        };
        Watch { what, task }
    }
}

/// A task with what it was told: another one is started only when that changes.
struct Watch {
    what: What,
    task: JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, PartialEq, Eq)]
enum What {
    Script(TrackScript, Option<String>),
    File(TrackFile),
    /// all of them, found in one scan
    Processes(Vec<TrackProcess>),
}

fn wanted(config: &VrrpConfig) -> impl Iterator<Item = (TrackName, What)> {
    let scripts = config.scripts.iter().map(|script| {
        let user = script.user.clone().or_else(|| config.script_user.clone());
        (TrackName::Script(script.name.clone()), What::Script(script.clone(), user))
    });
    let files =
        config.files.iter().map(|file| (TrackName::File(file.name.clone()), What::File(file.clone())));
    scripts.chain(files)
}

fn process_name(config: &TrackProcess) -> TrackName {
    TrackName::Process(config.name.clone())
}

/// Ticks at once, then each `period`; ticks that come too late are left out.
fn ticks(period: Duration) -> Interval {
    /// An interval of 0 would never end.
    const SHORTEST: Duration = Duration::from_millis(10);
    let mut ticks = interval(period.max(SHORTEST));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}
