//! Processes of this network namespace: those of containers are no matter of this host.

use std::fs::{self, DirEntry, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use doctor::{Process, Seen};

/// Processes that are looked at.
const MOST: usize = 50_000;
/// Bytes of a command line, and its arguments.
const MOST_COMMAND: u64 = 1024;

/// All that `/proc` shows.
pub(super) fn processes(proc: &Path) -> Seen<Vec<Process>> {
    let own = namespace(&proc.join("self"));
    match fs::read_dir(proc) {
        Ok(entries) => {
            let near = entries.flatten().take(MOST).filter(|entry| is_near(&entry.path(), own.as_ref()));
            Seen::Known(near.filter_map(|entry| process(&entry)).collect())
        }
        Err(error) => Seen::unseen(format!("cannot list processes: {error}"), "run this on the host itself"),
    }
}

/// Of other users' processes an unprivileged user cannot tell: taken to be near.
fn is_near(place: &Path, own: Option<&PathBuf>) -> bool {
    namespace(place).is_none_or(|found| own.is_none_or(|own| found == *own))
}

fn namespace(place: &Path) -> Option<PathBuf> {
    fs::read_link(place.join("ns/net")).ok()
}

fn process(entry: &DirEntry) -> Option<Process> {
    let pid = entry.file_name().to_str()?.parse().ok()?;
    let name = fs::read(entry.path().join("comm")).ok()?;
    let name = String::from_utf8_lossy(&name).trim_end().to_owned();
    Some(Process { pid, name, command: command(&entry.path()) })
}

fn command(place: &Path) -> Vec<String> {
    let mut bytes = Vec::new();
    let Ok(file) = File::open(place.join("cmdline")) else { return Vec::new() };
    // a process that went meanwhile has no command line
    if file.take(MOST_COMMAND).read_to_end(&mut bytes).is_err() {
        return Vec::new();
    }
    let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}
