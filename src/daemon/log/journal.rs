//! Events as entries of systemd's journal, with their fields (`systemd.io/JOURNAL_NATIVE_PROTOCOL`): `journalctl VIP=192.0.2.1`.

use std::fmt;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::format::{Line, Lines, Style, priority, write_event};

/// Where the journal listens.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// Longest value of a field, in bytes; what a peer sent may stand in one. An entry has a dozen at most, and fits into one datagram.
const LONGEST: usize = 4096;

/// Names that mean something to the journal itself (`systemd.journal-fields(7)`).
const RESERVED: [&str; 12] = [
    "CODE_FILE",
    "CODE_FUNC",
    "CODE_LINE",
    "DOCUMENTATION",
    "ERRNO",
    "INVOCATION_ID",
    "MESSAGE",
    "MESSAGE_ID",
    "OBJECT_PID",
    "PRIORITY",
    "TID",
    "UNIT",
];

/// Writes each event as one entry. It never waits: what the journal does not take at once is lost, and counted.
#[derive(Debug)]
pub struct Journal {
    socket: UnixDatagram,
    path: PathBuf,
    identifier: String,
    lost: AtomicU64,
    /// for what cannot be sent: lines, which the journal reads too
    lines: Lines<fn() -> io::Stderr>,
}

impl Journal {
    /// Entries to the journal that listens here.
    pub fn new(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        let program = std::env::current_exe()?;
        let identifier = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lines = Lines::new(Style::Journal, io::stderr as fn() -> io::Stderr);
        // where nobody listens, lines are better from the start
        UnixDatagram::unbound()?.connect(path)?;
        Ok(Self { socket, path: path.to_owned(), identifier, lost: AtomicU64::new(0), lines })
    }

    /// False: it has to go another way.
    fn send(&self, entry: &Entry) -> bool {
        match self.socket.send_to(&entry.bytes, &self.path) {
            Ok(_) => {
                self.tell_lost();
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(_) => false,
        }
    }

    fn tell_lost(&self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost == 0 {
            return;
        }
        let mut entry = self.entry(Level::WARN, module_path!());
        entry.add("MESSAGE", &format!("{lost} entries before this one are lost: the journal was busy"));
        entry.add("LOST", &lost.to_string());
        if self.socket.send_to(&entry.bytes, &self.path).is_err() {
            self.lost.fetch_add(lost, Ordering::Relaxed);
        }
    }

    fn entry(&self, level: Level, target: &str) -> Entry {
        let mut entry = Entry::default();
        entry.add("PRIORITY", &priority(level).to_string());
        entry.add("SYSLOG_IDENTIFIER", &self.identifier);
        entry.add("TARGET", target);
        entry
    }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        let mut entry = self.entry(level, event.metadata().target());
        let mut line = Line::default();
        event.record(&mut line);
        entry.add("MESSAGE", &line.text());
        event.record(&mut entry);
        if !self.send(&entry) {
            write_event(&self.lines, event);
        }
    }
}

/// An entry as it is sent.
#[derive(Default)]
struct Entry {
    bytes: Vec<u8>,
}

impl Entry {
    fn add(&mut self, name: &str, value: &str) {
        let value = cut(value);
        self.bytes.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            let length = u64::try_from(value.len()).unwrap_or_default();
            self.bytes.push(b'\n');
            self.bytes.extend_from_slice(&length.to_le_bytes());
        } else {
            self.bytes.push(b'=');
        }
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.push(b'\n');
    }
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "message" {
            self.add(&journal_name(field.name()), value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Upper case letters, digits and `_`, a letter first (`journal_field_valid` of systemd).
fn journal_name(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    let clean: String =
        upper.chars().map(|c| if c.is_ascii_uppercase() || c.is_ascii_digit() { c } else { '_' }).collect();
    let is_ours = clean.starts_with(|c: char| c.is_ascii_uppercase())
        && !RESERVED.contains(&clean.as_str())
        && !clean.starts_with("SYSLOG_");
    if is_ours { clean } else { format!("LVS_{clean}") }
}

fn cut(value: &str) -> &str {
    let mut end = value.len().min(LONGEST);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
