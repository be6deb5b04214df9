//! Lines for the log from threads that must not log themselves: a log that nobody reads would hold them up.

use std::error::Error;

use tokio::sync::mpsc;
use tracing::{info, warn};

/// Lines that wait; further ones are dropped.
const MOST: usize = 1_024;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    Info(String),
    Warn(String),
}

impl Note {
    /// Into the log.
    pub(crate) fn log(self) {
        match self {
            Self::Info(text) => info!("{text}"),
            Self::Warn(text) => warn!("{text}"),
        }
    }
}

/// Where threads put their lines.
#[derive(Clone)]
pub(crate) struct Notes(Option<mpsc::Sender<Note>>);

impl Notes {
    /// For a command that prints its errors itself.
    pub(crate) const fn nowhere() -> Self {
        Self(None)
    }

    pub(crate) fn info(&self, text: String) {
        self.push(Note::Info(text));
    }

    pub(crate) fn warn(&self, text: String) {
        self.push(Note::Warn(text));
    }

    fn push(&self, note: Note) {
        if let Some(notes) = &self.0 {
            // full: whoever reads is far behind, and the newest lines say what the older did
            let _ = notes.try_send(note);
        }
    }
}

/// An error with its causes, and what a person can do about it, on one line.
pub(crate) fn hinted(error: &dyn Error, hint: Option<&str>) -> String {
    let error = daemon::errors::one_line(error);
    match hint {
        Some(hint) => format!("{error} ({hint})"),
        None => error,
    }
}

pub(crate) fn channel() -> (Notes, mpsc::Receiver<Note>) {
    let (sender, receiver) = mpsc::channel(MOST);
    (Notes(Some(sender)), receiver)
}

#[cfg(test)]
mod tests;
