//! The head of the answer: a stream of events in plain bytes, or nothing.

use alloc::format;
use alloc::vec::Vec;

use httparse::{EMPTY_HEADER, Header, Response, Status};

use crate::Broken;
use crate::request::{LONGEST_HEAD, MOST_HEADERS};

/// Longest words of a status that are repeated, in characters
const LONGEST_WORDS: usize = 100;

/// What came of it so far.
#[derive(Debug, Default)]
pub(super) struct Head {
    buffer: Vec<u8>,
}

impl Head {
    /// Returns what stands behind the head as soon as it is complete.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<&'a [u8]>, Broken> {
        let before = self.buffer.len();
        let room = LONGEST_HEAD.saturating_sub(before).min(bytes.len());
        self.buffer.extend(bytes.iter().take(room));
        match complete_len(&self.buffer)? {
            Some(len) => Ok(bytes.get(len.saturating_sub(before)..)),
            None if self.buffer.len() >= LONGEST_HEAD => Err(Broken::LongHead),
            None => Ok(None),
        }
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity()
    }
}

fn complete_len(head: &[u8]) -> Result<Option<usize>, Broken> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    match response.parse(head).map_err(|_| Broken::NoHttp)? {
        Status::Partial => Ok(None),
        Status::Complete(len) => judge(&response).map(|()| Some(len)),
    }
}

fn judge(response: &Response<'_, '_>) -> Result<(), Broken> {
    if response.code != Some(200) {
        let words = response.reason.unwrap_or_default().chars().take(LONGEST_WORDS);
        let mut text = format!("{} ", response.code.unwrap_or_default());
        text.extend(words);
        return Err(Broken::Refused(text.trim_end().into()));
    }
    let is_stream = values(response.headers, "content-type").any(is_event_stream);
    let is_coded = ["transfer-encoding", "content-encoding"]
        .into_iter()
        .any(|name| values(response.headers, name).any(|value| !value.eq_ignore_ascii_case(b"identity")));
    if is_stream && !is_coded { Ok(()) } else { Err(Broken::NoStream) }
}

fn values<'a>(headers: &'a [Header<'_>], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// With or without parameters: `text/event-stream; charset=utf-8`.
fn is_event_stream(value: &[u8]) -> bool {
    let media = value.split(|byte| *byte == b';').next().unwrap_or_default();
    media.trim_ascii().eq_ignore_ascii_case(b"text/event-stream")
}
