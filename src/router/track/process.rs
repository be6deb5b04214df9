//! `[[track_process]]`: one look at `/proc` counts all of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use config::director::TrackProcess;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};
use vrrp::Report;

use super::board::Board;
use super::process_name;

/// Shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(10);

/// Looks for the processes again and again, each at its interval, for ever.
pub(super) async fn watch(config: Vec<TrackProcess>, board: Arc<Board>, proc: PathBuf) {
    let names: Arc<[String]> = config.iter().map(|process| process.process.clone()).collect();
    let mut due = vec![Instant::now(); config.len()];
    let mut told = false;
    while let Some(first) = due.iter().min().copied() {
        sleep_until(first).await;
        let (proc, names) = (proc.clone(), Arc::clone(&names));
        match spawn_blocking(move || count(&proc, &names)).await {
            Ok(Ok(counts)) => {
                let now = Instant::now();
                for (process, due) in config.iter().zip(&mut due).filter(|(_, due)| **due <= now) {
                    *due = next(*due, process.interval, now);
                    note(process, counts.get(&process.process).copied().unwrap_or_default(), &board);
                }
                told = false;
            }
            failed => {
                if !std::mem::replace(&mut told, true) {
                    let error = failed.map_or_else(|ended| ended.to_string(), |read| words(read.err()));
                    warn!(error, "cannot count processes: what was known of them stays");
                }
                due.fill(Instant::now() + Duration::from_secs(1));
            }
        }
    }
}

fn words(error: Option<io::Error>) -> String {
    error.map_or_else(String::new, |error| error.to_string())
}

/// The next moment on the process's own beat that is still to come.
fn next(due: Instant, interval: Duration, now: Instant) -> Instant {
    let interval = interval.max(SHORTEST);
    if due + interval > now { due + interval } else { now + interval }
}

fn note(process: &TrackProcess, running: u32, board: &Board) {
    let up = running >= process.minimum;
    let report = if up { Report::Up } else { Report::Down };
    if board.note(&process_name(process), report, format!("{running} running")) {
        let (name, wanted) = (&process.name, process.minimum);
        if up {
            info!(process = name, running, wanted, "tracked process is up");
        } else {
            info!(process = name, running, wanted, "tracked process is down");
        }
    }
}

/// How many processes run under each of these names (`/proc/PID/comm`, at most 15 bytes). Dead ones that nobody has
/// reaped do not count.
pub(super) fn count(proc: &Path, names: &[String]) -> io::Result<BTreeMap<String, u32>> {
    let mut counts = BTreeMap::new();
    let mut comm = [0; 32];
    for entry in fs::read_dir(proc)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        let path = entry.path();
        // it may have ended meanwhile
        let Ok(length) = File::open(path.join("comm")).and_then(|mut file| file.read(&mut comm)) else {
            continue;
        };
        let comm = comm.get(..length).unwrap_or_default();
        let comm = comm.strip_suffix(b"\n").unwrap_or(comm);
        if let Some(name) = names.iter().find(|name| name.as_bytes() == comm)
            && is_alive(&path)
        {
            *counts.entry(name.clone()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// By the letter after the name in `/proc/PID/stat` (`proc_pid_stat(5)`); the name itself may contain anything.
fn is_alive(process: &Path) -> bool {
    let Ok(stat) = fs::read(process.join("stat")) else { return false };
    let after_name = stat.iter().rposition(|byte| *byte == b')').and_then(|end| stat.get(end + 2));
    !matches!(after_name, None | Some(b'Z' | b'X'))
}
