//! Reasons for people.

use std::io;
use std::time::Duration;

use nix::errno::Errno;

use crate::tls;

/// Longest part of an answer that a reason shows.
const SHOWN: usize = 80;

/// An I/O error as the C library words it, without number and capital: `connection refused`. One of TLS as that is worded.
pub(crate) fn io_error(error: &io::Error) -> String {
    if let Some(words) = tls::words_of(error) {
        return format!("tls: {words}");
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

/// `timed out after 3s`
pub(crate) fn timed_out(timeout: Duration) -> String {
    format!("timed out after {timeout:?}")
}

/// What a server said, in quotes, on one line and not long: `"220 mail.example.org\r\n"`, `"\u{0}\u{ff}…"`.
pub(crate) fn quoted(said: &[u8]) -> String {
    let (shown, rest) = said.split_at(said.len().min(SHOWN));
    let mut text = format!("{:?}", String::from_utf8_lossy(shown));
    if !rest.is_empty() {
        text.pop();
        text.push_str("…\"");
    }
    text
}

/// Whether `text` has `wanted` in it, anywhere. Nothing is in everything.
pub(crate) fn holds(text: &[u8], wanted: &[u8]) -> bool {
    // `windows` of 0 bytes there are none
    wanted.is_empty() || text.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests;
