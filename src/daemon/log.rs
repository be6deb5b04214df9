//! Logging: one entry of systemd's journal for each event, or one line to standard error,
//! `INFO real server down service=web reason="connect: …"`.
//!
//! A thread of its own writes, so that nobody who logs waits for whoever reads. What finds no room is counted, and that is said.

mod format;
mod journal;
mod queue;
mod sender;

use std::env;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

pub use format::{Lines, Style};
pub use sender::Logging;

use journal::Post;
use queue::Queue;
use sender::Outlet;

use crate::capabilities::keep_to_ourselves;
use crate::errors::print_chain;
use crate::exit::Exit;

/// Logging could not begin.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// the level is none
    #[error("log level {level:?} is not understood")]
    Level {
        /// what was given
        level: String,
        /// what is wrong with it, if more can be said
        #[source]
        source: Option<ParseError>,
    },
    /// something else logs already
    #[error("begin to log")]
    Begun(#[source] TryInitError),
    /// what writes could not be started
    #[error("start what writes the log")]
    Start(#[source] io::Error),
}

impl LogError {
    /// What to write instead.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Level { .. } => {
                Some("error, warn, info, debug, trace or off; `warn,lvs_agent=debug` for one part")
            }
            Self::Begun(_) | Self::Start(_) => None,
        }
    }
}

/// Begins to log what `level` (`info`, or `warn,lvs_agent=debug`) lets through; a `RUST_LOG` in the environment
/// stands above it. Where standard error is systemd's journal, events go there with their fields; lines that go the other way,
/// because nobody listens there, carry a priority (`sd-daemon(3)`). Elsewhere lines have the time.
pub fn init(level: &str) -> Result<Logging, LogError> {
    init_to(level, Path::new(journal::SOCKET))
}

/// Begins for a command line: by [`init_to_run`] if it `runs` as a daemon. Why it cannot is printed.
pub fn begin(level: &str, runs: bool) -> Result<Logging, Exit> {
    let begun = if runs { init_to_run(level) } else { init(level) };
    begun.map_err(|error| {
        print_chain(&error, error.hint());
        Exit::Usage
    })
}

/// The same for a daemon, before it has other threads: its capabilities are kept from the programs that it runs.
pub fn init_to_run(level: &str) -> Result<Logging, LogError> {
    let kept = keep_to_ourselves();
    let logging = init(level)?;
    // a kernel without ambient capabilities has none to hand down
    if let Err(error) = kept {
        tracing::debug!(%error, "ambient capabilities stay");
    }
    Ok(logging)
}

/// As [`init`], with a journal that listens elsewhere.
pub fn init_to(level: &str, socket: &Path) -> Result<Logging, LogError> {
    let filter = match env::var("RUST_LOG").ok().filter(|given| !given.is_empty()) {
        Some(given) => filter(&given)?,
        None => filter(level)?,
    };
    let style = if journal() { Style::Journal } else { Style::Terminal };
    let post = (style == Style::Journal).then(|| Post::to(socket).ok()).flatten();
    let queue = Arc::new(Queue::new(queue::LIMIT));
    let entries = post.as_ref().map(|post| post.layer(Arc::clone(&queue)));
    let lines = entries.is_none().then(|| Lines::new(style, to(&queue)));
    registry().with(filter).with(entries).with(lines).try_init().map_err(LogError::Begun)?;
    let lines = sender::standard_error().map_err(LogError::Start)?;
    sender::start(queue, Outlet { post, lines, style }).map_err(LogError::Start)
}

fn to(queue: &Arc<Queue>) -> impl Fn() -> Putting + use<> {
    let queue = Arc::clone(queue);
    move || Putting(Arc::clone(&queue))
}

/// Puts what is written in one go into the queue.
struct Putting(Arc<Queue>);

impl Write for Putting {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.put(queue::Event { entry: Vec::new(), line: line.to_owned() });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether `level` can be logged by, without beginning to.
pub fn check(level: &str) -> Result<(), LogError> {
    filter(level).map(drop)
}

/// Warns of what has several lines: an event for each, for an event is one line.
pub fn warn_lines(text: &str) {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        tracing::warn!("{line}");
    }
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// A word alone must be a level: `Targets` would take any other for the one target to log, and be silent.
fn filter(level: &str) -> Result<Targets, LogError> {
    let refused = |source| LogError::Level { level: level.to_owned(), source };
    let is_level = |word: &str| LEVELS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_good = |part: &str| match part.rsplit_once('=') {
        Some((target, word)) => !target.is_empty() && is_level(word),
        None => is_level(part),
    };
    if !level.split(',').map(str::trim).all(is_good) {
        return Err(refused(None));
    }
    level.parse().map_err(|source| refused(Some(source)))
}

/// Whether standard error is the stream that systemd connected to its journal (`systemd.exec(5)`).
fn journal() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = std::fs::metadata("/proc/self/fd/2") else { return false };
    stream == format!("{}:{}", stderr.dev(), stderr.ino())
}
