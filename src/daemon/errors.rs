//! An error and its causes for people.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

/// Writes the error with its causes, and a hint, to standard error.
pub fn print_chain(error: &dyn Error, hint: Option<&str>) {
    // standard error may be closed; there is no better place to say so
    let _ = std::io::stderr().lock().write_all(chain(error, hint).as_bytes());
}

/// `error: what failed`, then each cause on a line of its own, then `hint: …`.
pub fn chain(error: &dyn Error, hint: Option<&str>) -> String {
    let mut text = format!("error: {error}\n");
    let mut cause = error.source();
    while let Some(error) = cause {
        // writing to a String cannot fail
        let _ = writeln!(text, "  caused by: {error}");
        cause = error.source();
    }
    if let Some(hint) = hint {
        let _ = writeln!(text, "hint: {hint}");
    }
    text
}

/// The error with its causes on one line, for a log field: `what failed: cause: cause of the cause`.
pub fn one_line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // writing to a String cannot fail
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
