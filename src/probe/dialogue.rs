//! A conversation on one connection, with limits on its time and on every answer.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use health::CheckSpec;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::phase::Limit;
use crate::{connect, words};

/// Longest message of a server, in bytes. The longest that is asked for, a MySQL replica's status, has a few thousand.
pub(crate) const MOST: usize = 256 << 10;
/// Read at once.
const CHUNK: usize = 4096;
/// How long the server has to close the connection after the goodbye: who closes first keeps the port for a minute
/// (TIME_WAIT), and ports of a director that checks much are few.
const FAREWELL: Duration = Duration::from_secs(1);
/// Longest part of a server's words that a reason repeats, in characters.
const QUOTED: usize = 200;

/// Why no role is looked at without a login.
pub(crate) const ROLE_WITHOUT_LOGIN: &str = "role: only who is logged in can ask for it";

/// A message and how many bytes it took; none: more bytes are needed. The error says why no bytes will make one.
pub(crate) type Decoded<T> = Result<Option<(T, usize)>, String>;

/// What is said and heard on a connection.
pub(crate) struct Dialogue {
    stream: TcpStream,
    limit: Limit,
    phase: &'static str,
    /// heard, and not yet a message
    unread: Vec<u8>,
}

impl Dialogue {
    /// Connects. All that follows shares the check's limit for replies. `phase` names what comes first in reasons.
    pub(crate) async fn open(
        spec: &CheckSpec,
        deadline: Instant,
        phase: &'static str,
    ) -> Result<Self, String> {
        let stream = connect::open(spec, deadline).await?;
        Ok(Self { stream, limit: Limit::reply(spec, deadline), phase, unread: Vec::new() })
    }

    /// Names what follows in reasons: `greeting`, `login`.
    pub(crate) fn phase(&mut self, phase: &'static str) {
        self.phase = phase;
    }

    /// A reason: `greeting: …`
    pub(crate) fn fault(&self, what: impl Display) -> String {
        format!("{}: {what}", self.phase)
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        let sent = self.limit.bound(self.stream.write_all(bytes)).await;
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(self.fault(words::io_error(&error))),
            None => Err(self.fault(self.limit.words())),
        }
    }

    /// The next message, by `decode`, which gets what was heard so far.
    pub(crate) async fn receive<T>(
        &mut self,
        mut decode: impl FnMut(&[u8]) -> Decoded<T>,
    ) -> Result<T, String> {
        loop {
            if let Some((message, used)) = decode(&self.unread).map_err(|error| self.fault(error))? {
                self.unread.drain(..used.min(self.unread.len()));
                return Ok(message);
            }
            if self.unread.len() > MOST {
                return Err(self.fault(format_args!("an answer larger than {} KiB", MOST >> 10)));
            }
            self.hear().await?;
        }
    }

    /// What `work` gives within the limit.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        self.limit.bound(work).await.ok_or_else(|| self.fault(self.limit.words()))
    }

    /// Says goodbye and lets the server close the connection. Nothing of it can fail the check any more.
    pub(crate) async fn leave(mut self, goodbye: &[u8]) {
        let farewell = async {
            self.stream.write_all(goodbye).await?;
            let mut heard = 0;
            let mut chunk = [0; CHUNK];
            while heard <= MOST {
                match self.stream.read(&mut chunk).await? {
                    0 => break,
                    length => heard += length,
                }
            }
            io::Result::Ok(())
        };
        let _ = self.limit.bound(timeout(FAREWELL, farewell)).await;
    }

    async fn hear(&mut self) -> Result<(), String> {
        let mut chunk = [0; CHUNK];
        let read = self.limit.bound(self.stream.read(&mut chunk)).await;
        match read {
            Some(Ok(0)) if self.unread.is_empty() => Err(self.fault("connection closed before the answer")),
            Some(Ok(0)) => Err(self.fault("connection closed within the answer")),
            Some(Ok(length)) => {
                self.unread.extend_from_slice(chunk.get(..length).unwrap_or_default());
                Ok(())
            }
            Some(Err(error)) => Err(self.fault(words::io_error(&error))),
            None => Err(self.fault(self.limit.words())),
        }
    }
}

/// A server's words for a reason: in quotes, on one line, not too many.
pub(crate) fn quoted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let clean = |char: char| if char.is_control() { ' ' } else { char };
    let mut words: String = text.trim().chars().map(clean).take(QUOTED + 1).collect();
    if let Some((cut, _)) = words.char_indices().nth(QUOTED) {
        words.truncate(cut);
        words.push('…');
    }
    format!("\"{words}\"")
}
