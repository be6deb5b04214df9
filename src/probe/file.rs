//! A number in a file.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::num::{IntErrorKind, ParseIntError};
use std::os::unix::fs::OpenOptionsExt as _;

use health::{CheckSpec, FileCheck, Reported};
use nix::fcntl::OFlag;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::phase::Limit;
use crate::turns::Turns;

/// More than any number takes, in bytes.
const MOST_READ: u64 = 64;
/// Files that are read at the same time. A file server that hangs keeps one thread for each, whatever the limits are.
static READERS: Semaphore = Semaphore::const_new(16);
/// One file that cannot be read does not take the place of the others.
static READING: Turns<String> = Turns::new();

/// Reads the number, as a tracked file of a router is read: what is missing, empty or no number is 0.
pub(crate) async fn check(
    spec: &CheckSpec,
    file: &FileCheck,
    deadline: Instant,
) -> Result<Option<Reported>, String> {
    let limit = Limit::reply(spec, deadline);
    let number = limit
        .bound(number_in(file.path.clone()))
        .await
        .ok_or_else(|| format!("read {}: {}", file.path, limit.words()))?;
    match (file.weight, number) {
        (0, 0) => Ok(None),
        (0, _) => Err(format!("{} holds {number}, wanted 0", file.path)),
        (weight, _) => Ok(Some(Reported::Change(number.saturating_mul(weight)))),
    }
}

async fn number_in(path: String) -> i32 {
    let turn = READING.take(path.clone()).await;
    // never closed
    let permit = READERS.acquire().await;
    let read = spawn_blocking(move || {
        let _held = (turn, permit);
        read(&path)
    });
    // the task that reads cannot panic, and is never cancelled: there is always a result
    match read.await {
        Ok(Ok(text)) => number(&text),
        Ok(Err(_)) | Err(_) => 0,
    }
}

/// The first bytes. A named pipe is not waited for.
fn read(path: &str) -> io::Result<String> {
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST_READ).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first word as a number; 0 where it is none. Numbers out of range become the nearest.
fn number(text: &str) -> i32 {
    let word = text.split_ascii_whitespace().next().unwrap_or_default();
    match word.parse().map_err(|error: ParseIntError| *error.kind()) {
        Ok(number) => number,
        Err(IntErrorKind::PosOverflow) => i32::MAX,
        Err(IntErrorKind::NegOverflow) => i32::MIN,
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests;
