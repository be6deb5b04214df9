//! `[[track_file]]`.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::num::{IntErrorKind, ParseIntError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use config::director::TrackFile;
use nix::fcntl::OFlag;
use tokio::task::spawn_blocking;
use tracing::info;
use vrrp::Report;

use super::board::Board;
use super::{TrackName, ticks};

/// More than any number takes.
const MOST_READ: u64 = 64;

/// Reads the file again and again, for ever.
pub(super) async fn watch(config: TrackFile, board: Arc<Board>) {
    let name = TrackName::File(config.name.clone());
    let mut ticks = ticks(config.interval);
    loop {
        ticks.tick().await;
        let path = config.path.clone();
        // the task that reads cannot panic, and is never cancelled: there is always a result
        let Ok(read) = spawn_blocking(move || read(Path::new(&path))).await else { continue };
        let (value, detail) = match read {
            Ok(text) => (number(&text), format!("contains '{}'", shown(&text))),
            Err(error) => (0, error.to_string()),
        };
        if board.note(&name, Report::Value(value), detail) {
            info!(file = config.name, value, "tracked file");
        }
    }
}

/// The first bytes. A named pipe is not waited for.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST_READ).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first word as a number; 0 where it is none. Numbers out of range become the nearest.
pub(super) fn number(text: &str) -> i32 {
    let word = text.split_ascii_whitespace().next().unwrap_or_default();
    match word.parse().map_err(|error: ParseIntError| *error.kind()) {
        Ok(number) => number,
        Err(IntErrorKind::PosOverflow) => i32::MAX,
        Err(IntErrorKind::NegOverflow) => i32::MIN,
        Err(_) => 0,
    }
}

fn shown(text: &str) -> String {
    text.trim().chars().filter(|char| !char.is_control()).collect()
}
