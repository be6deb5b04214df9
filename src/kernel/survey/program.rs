//! A program of the operating system, asked for what only it can say.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Of a program that says little.
pub(super) const USUAL: Limits = Limits { patience: Duration::from_secs(3), bytes: 4 * 1024 * 1024 };
/// Where they are: not where whoever calls would have them.
const SEARCH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// What is waited for and listened to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// how long it may take
    pub(super) patience: Duration,
    /// how much it may say
    pub(super) bytes: u64,
}

/// Why a program said nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// it is not installed
    Missing,
    /// more than is listened to, in words
    TooMuch(String),
    /// why else, in words
    Failed(String),
}

/// What it prints.
pub(super) fn ask(program: &str, arguments: &[&str]) -> Result<String, Silence> {
    ask_within(program, arguments, USUAL)
}

pub(super) fn ask_within(program: &str, arguments: &[&str], limits: Limits) -> Result<String, Silence> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("PATH", SEARCH).env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        if missing { Silence::Missing } else { Silence::Failed(format!("cannot run {program}: {error}")) }
    })?;
    let ends = Instant::now() + limits.patience;
    let said = child.stdout.take().map(|pipe| read_aside(pipe, limits.bytes));
    let complaint = child.stderr.take().map(|pipe| read_aside(pipe, limits.bytes));
    let said = said.map_or_else(|| Some(Vec::new()), |said| heard(&said, ends));
    let complaint = complaint.and_then(|complaint| heard(&complaint, ends)).unwrap_or_default();
    let Some(said) = said else {
        end(&mut child);
        return Err(Silence::Failed(format!("{program} did not end within {} s", limits.patience.as_secs())));
    };
    if u64::try_from(said.len()).is_ok_and(|length| length > limits.bytes) {
        end(&mut child);
        let why = format!("{program} prints more than {} MiB", limits.bytes / (1024 * 1024));
        return Err(Silence::TooMuch(why));
    }
    outcome(program, &mut child, ends, text(&said), &text(&complaint))
}

fn outcome(
    program: &str,
    child: &mut Child,
    ends: Instant,
    said: String,
    complaint: &str,
) -> Result<String, Silence> {
    match wait(child, ends) {
        Some(true) => Ok(said),
        Some(false) => {
            let why = complaint.lines().next().unwrap_or("it failed and did not say why").trim();
            Err(Silence::Failed(format!("{program}: {why}")))
        }
        None => {
            end(child);
            Err(Silence::Failed(format!("{program} closed its output and did not end")))
        }
    }
}

/// Reads in a thread of its own: a pipe has no time limit, and whoever inherited it may keep it open. One byte more than
/// `most` is read of what has more.
fn read_aside(pipe: impl Read + Send + 'static, most: u64) -> Receiver<Vec<u8>> {
    let (to, from) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // what was read before an error is still what it said
        let _ = pipe.take(most.saturating_add(1)).read_to_end(&mut bytes);
        let _ = to.send(bytes);
    });
    from
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// None: it took too long.
fn heard(said: &Receiver<Vec<u8>>, ends: Instant) -> Option<Vec<u8>> {
    match said.recv_timeout(ends.saturating_duration_since(Instant::now())) {
        Ok(bytes) => Some(bytes),
        Err(RecvTimeoutError::Disconnected) => Some(Vec::new()),
        Err(RecvTimeoutError::Timeout) => None,
    }
}

/// Whether it succeeded; none: it has not ended.
fn wait(child: &mut Child, ends: Instant) -> Option<bool> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < ends => thread::sleep(Duration::from_millis(2)),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn end(child: &mut Child) {
    // it may have ended by itself just now
    let _ = child.kill();
    let _ = child.wait();
}
