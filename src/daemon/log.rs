//! Logging to standard error: one line for each event, `INFO real server down service=web reason="connect: …"`.

mod format;

use std::env;
use std::io;
use std::os::unix::fs::MetadataExt;

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

pub use format::{Lines, Style};

/// Logging could not begin.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// the level is none
    #[error("log level {level:?} is not understood")]
    Level {
        /// what was given
        level: String,
        /// what is wrong with it
        #[source]
        source: ParseError,
    },
    /// something else logs already
    #[error("begin to log")]
    Begun(#[source] TryInitError),
}

impl LogError {
    /// What to write instead.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Level { .. } => {
                Some("error, warn, info, debug, trace or off; `warn,lvs_agent=debug` for one part")
            }
            Self::Begun(_) => None,
        }
    }
}

/// Begins to log what `level` (`info`, or `warn,lvs_agent=debug`) lets through; a `RUST_LOG` in the environment
/// stands above it. Under systemd's journal lines carry a priority (`sd-daemon(3)`), elsewhere the time.
pub fn init(level: &str) -> Result<(), LogError> {
    let level =
        env::var("RUST_LOG").ok().filter(|given| !given.is_empty()).unwrap_or_else(|| level.to_owned());
    let filter: Targets = match level.parse() {
        Ok(filter) => filter,
        Err(source) => return Err(LogError::Level { level, source }),
    };
    let style = if journal() { Style::Journal } else { Style::Terminal };
    registry().with(filter).with(Lines::new(style, io::stderr)).try_init().map_err(LogError::Begun)
}

/// Whether standard error is the stream that systemd connected to its journal (`systemd.exec(5)`).
fn journal() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = std::fs::metadata("/proc/self/fd/2") else { return false };
    stream == format!("{}:{}", stderr.dev(), stderr.ino())
}
