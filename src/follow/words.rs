//! Reasons for people.

use std::io;

use nix::errno::Errno;

use crate::tls;

/// An I/O error as the C library words it, without number and capital: `connection refused`. One of TLS as that is worded.
pub(crate) fn io_error(error: &io::Error) -> String {
    if let Some(words) = tls::words_of(error) {
        return words;
    }
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
