//! Reasons for people.

use std::io;
use std::time::Duration;

use nix::errno::Errno;

/// An I/O error as the C library words it, without number and capital: `connection refused`.
pub(crate) fn io_error(error: &io::Error) -> String {
    let Some(code) = error.raw_os_error() else { return error.kind().to_string() };
    let words = Errno::from_raw(code).desc();
    let mut letters = words.chars();
    match letters.next() {
        // an abbreviation stays as it is
        Some(first) if !letters.clone().next().is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        Some(_) | None => words.to_owned(),
    }
}

/// `timed out after 3s`
pub(crate) fn timed_out(timeout: Duration) -> String {
    format!("timed out after {timeout:?}")
}
