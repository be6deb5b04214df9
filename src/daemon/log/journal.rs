//! Events as entries of systemd's journal, with their fields (`systemd.io/JOURNAL_NATIVE_PROTOCOL`): `journalctl VIP=192.0.2.1`.

use std::fmt;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::format::{Line, Style, priority, with_head};
use super::queue::{self, Queue};

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

/// Makes each event one entry, to be sent by the thread that writes the log.
#[derive(Debug)]
pub(super) struct Journal {
    queue: Arc<Queue>,
    identifier: String,
}

/// The socket that the journal listens on.
#[derive(Debug)]
pub(super) struct Post {
    socket: UnixDatagram,
    path: PathBuf,
    identifier: String,
}

impl Post {
    /// To the journal that listens here.
    pub(super) fn to(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // where nobody listens, lines are better from the start
        UnixDatagram::unbound()?.connect(path)?;
        let program = std::env::current_exe()?;
        let identifier = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { socket, path: path.to_owned(), identifier })
    }

    /// Waits for room. False: it has to go another way.
    pub(super) fn send(&self, entry: &[u8]) -> bool {
        loop {
            match self.socket.send_to(entry, &self.path) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return sent.is_ok(),
            }
        }
    }

    /// Events for this journal, by way of the queue.
    pub(super) fn layer(&self, queue: Arc<Queue>) -> Journal {
        Journal { queue, identifier: self.identifier.clone() }
    }
}

/// What is said where events were lost.
pub(super) fn lost_event(lost: u64, style: Style, post: Option<&Post>) -> queue::Event {
    let text = format!("{lost} lines before this one are lost: the log was not read fast enough");
    let line = with_head(style, Level::WARN, &format!("{text} lost={lost}"));
    let entry = post.map(|post| {
        let mut entry = Entry::begin(Level::WARN, &post.identifier, module_path!());
        entry.add("MESSAGE", &text);
        entry.add("LOST", &lost.to_string());
        entry.bytes
    });
    queue::Event { entry: entry.unwrap_or_default(), line: line.into_bytes() }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        let mut entry = Entry::begin(level, &self.identifier, event.metadata().target());
        let mut line = Line::default();
        event.record(&mut line);
        let text = line.text();
        entry.add("MESSAGE", &text);
        event.record(&mut entry);
        let line = with_head(Style::Journal, level, &text).into_bytes();
        self.queue.put(queue::Event { entry: entry.bytes, line });
    }
}

/// An entry as it is sent.
#[derive(Default)]
struct Entry {
    bytes: Vec<u8>,
}

impl Entry {
    fn begin(level: Level, identifier: &str, target: &str) -> Self {
        let mut entry = Self::default();
        entry.add("PRIORITY", &priority(level).to_string());
        entry.add("SYSLOG_IDENTIFIER", identifier);
        entry.add("TARGET", target);
        entry
    }

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
