//! Processes by their name in `/proc`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, io};

use super::search::Pace;

/// `TASK_COMM_LEN` - 1: what the kernel keeps of a name.
const COMM: usize = 15;

/// Processes looked at in one search.
const MOST_PROCESSES: usize = 100_000;

/// Processes remembered of one name.
const MOST_KNOWN: usize = 8;

/// What is known of each name.
pub(super) struct Processes {
    root: PathBuf,
    known: BTreeMap<String, Vec<u32>>,
    /// what the last search said of those that it did not find
    missing: BTreeMap<String, String>,
    pace: Pace,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// it runs, or could
    Runs,
    /// stopped by a signal (`T`)
    Stopped,
    /// gone, or dead and not yet collected by its parent (`Z`, `X`)
    Gone,
}

impl Processes {
    /// Below this directory.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, known: BTreeMap::new(), missing: BTreeMap::new(), pace: Pace::default() }
    }

    /// Each of these.
    pub(super) fn look(&mut self, wanted: &[&str], now: Instant) -> Vec<(String, Result<(), String>)> {
        let names: BTreeSet<&str> = wanted.iter().copied().collect();
        self.forget_all_but(&names);
        let lost: Vec<&str> = names.iter().copied().filter(|name| !self.still_runs(name)).collect();
        self.search(&lost, now);
        let answers = names.iter().map(|name| ((*name).to_owned(), self.answer(name)));
        answers.collect()
    }

    fn forget_all_but(&mut self, names: &BTreeSet<&str>) {
        self.known.retain(|name, _| names.contains(name.as_str()));
        self.missing.retain(|name, _| names.contains(name.as_str()));
    }

    /// Whether one of those found earlier is still that, and runs.
    fn still_runs(&mut self, name: &str) -> bool {
        let Some(pids) = self.known.get_mut(name) else { return false };
        let (root, wanted) = (&self.root, cut(name.as_bytes()));
        let running = pids.iter().position(|pid| {
            let place = root.join(pid.to_string());
            comm(&place).is_some_and(|found| found == wanted) && life(&place) == Life::Runs
        });
        if let Some(place) = running {
            // the first one is asked first the next time
            pids.swap(0, place);
        } else {
            self.known.remove(name);
            // whoever ran just now is searched for at once
            self.pace.reset();
        }
        running.is_some()
    }

    fn search(&mut self, lost: &[&str], now: Instant) {
        if lost.is_empty() {
            return;
        }
        if lost.iter().any(|name| !self.missing.contains_key(*name)) {
            self.pace.reset();
        }
        let root = &self.root;
        let Some(found) = self.pace.run(now, || scan(root, lost)) else { return };
        for name in lost {
            self.take(name, &found);
        }
    }

    fn take(&mut self, name: &str, found: &io::Result<Vec<Found>>) {
        self.missing.remove(name);
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let words = format!("cannot list the processes in {}: {error}", self.root.display());
                self.missing.insert(name.to_owned(), words);
                return;
            }
        };
        let own = found.iter().filter(|found| found.comm == cut(name.as_bytes()));
        let (running, stopped): (Vec<&Found>, Vec<&Found>) = own.partition(|found| found.life == Life::Runs);
        if running.is_empty() {
            let words = stopped.first().map_or_else(
                || "no such process runs".to_owned(),
                |found| format!("process {} is stopped by a signal", found.pid),
            );
            self.missing.insert(name.to_owned(), words);
        } else {
            let pids = running.iter().take(MOST_KNOWN).map(|found| found.pid).collect();
            self.known.insert(name.to_owned(), pids);
        }
    }

    fn answer(&self, name: &str) -> Result<(), String> {
        if self.known.contains_key(name) {
            return Ok(());
        }
        Err(self.missing.get(name).cloned().unwrap_or_else(|| "not looked at yet".to_owned()))
    }
}

struct Found {
    pid: u32,
    comm: Vec<u8>,
    life: Life,
}

/// The processes of these names that are there; it ends early when one of each runs.
fn scan(root: &Path, names: &[&str]) -> io::Result<Vec<Found>> {
    let wanted: BTreeSet<&[u8]> = names.iter().map(|name| cut(name.as_bytes())).collect();
    let mut running = BTreeSet::new();
    let mut all = Vec::new();
    for entry in fs::read_dir(root)?.flatten().filter(is_pid).take(MOST_PROCESSES) {
        let place = entry.path();
        let Some(comm) = comm(&place).filter(|comm| wanted.contains(comm.as_slice())) else { continue };
        let life = life(&place);
        if life == Life::Runs {
            running.insert(comm.clone());
        }
        if let Some(pid) = pid(&entry).filter(|_| life != Life::Gone) {
            all.push(Found { pid, comm, life });
        }
        if running.len() == wanted.len() {
            break;
        }
    }
    Ok(all)
}

fn is_pid(entry: &fs::DirEntry) -> bool {
    pid(entry).is_some()
}

fn pid(entry: &fs::DirEntry) -> Option<u32> {
    entry.file_name().to_str()?.parse().ok()
}

fn cut(name: &[u8]) -> &[u8] {
    name.get(..COMM).unwrap_or(name)
}

/// None: it has gone meanwhile.
fn comm(place: &Path) -> Option<Vec<u8>> {
    let mut text = fs::read(place.join("comm")).ok()?;
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    text.truncate(COMM);
    Some(text)
}

/// The third field of `stat`: what follows the name's last parenthesis, because a name may hold some of its own.
pub(super) fn life(place: &Path) -> Life {
    let Ok(text) = fs::read(place.join("stat")) else { return Life::Gone };
    let end = text.iter().rposition(|byte| *byte == b')');
    let state = end.and_then(|end| text.get(end.saturating_add(2)));
    match state {
        None | Some(b'Z' | b'X' | b'x') => Life::Gone,
        Some(b'T') => Life::Stopped,
        Some(_) => Life::Runs,
    }
}
