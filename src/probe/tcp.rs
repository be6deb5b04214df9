//! Bytes sent, bytes expected.

use health::{CheckSpec, TcpCheck};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::phase::Limit;
use crate::{connect, words};

/// Longest part of an answer that is looked at.
const LIMIT: usize = 64 * 1024;
const STEP: usize = 4096;

/// A TCP check. One that says and expects nothing is as cheap as a connection can be.
pub(crate) async fn check(spec: &CheckSpec, tcp: &TcpCheck, deadline: Instant) -> Result<(), String> {
    if tcp.send.is_empty() && tcp.expect.is_empty() {
        return connect::and_close(spec, deadline).await;
    }
    Box::pin(talk(spec, tcp, deadline)).await
}

async fn talk(spec: &CheckSpec, tcp: &TcpCheck, deadline: Instant) -> Result<(), String> {
    let mut stream = connect::open(spec, deadline).await?;
    let limit = Limit::reply(spec, deadline);
    limit.wait("sending", send(&mut stream, &tcp.send)).await?;
    if tcp.expect.is_empty() {
        return Ok(());
    }
    let mut answer = Answer::new(&tcp.expect);
    match limit.bound(answer.read(&mut stream)).await {
        Some(result) => result,
        None => Err(format!("{} waiting for {}", limit.words(), answer.state())),
    }
}

async fn send(stream: &mut TcpStream, text: &[u8]) -> Result<(), String> {
    stream.write_all(text).await.map_err(|error| format!("send: {}", words::io_error(&error)))
}

/// What has come so far, and what should.
struct Answer<'a> {
    got: Vec<u8>,
    expected: &'a [u8],
}

impl<'a> Answer<'a> {
    const fn new(expected: &'a [u8]) -> Self {
        Self { got: Vec::new(), expected }
    }

    async fn read(&mut self, stream: &mut TcpStream) -> Result<(), String> {
        let mut step = [0; STEP];
        while self.got.len() < LIMIT {
            let length = stream.read(&mut step).await.map_err(|error| {
                format!("answer: {}, waiting for {}", words::io_error(&error), self.state())
            })?;
            if length == 0 {
                return Err(format!("answer: connection closed, waiting for {}", self.state()));
            }
            if self.add(step.get(..length).unwrap_or_default()) {
                return Ok(());
            }
        }
        Err(format!("answer: no {} within its first 64 KiB", words::quoted(self.expected)))
    }

    /// Whether what is expected has come.
    fn add(&mut self, data: &[u8]) -> bool {
        // it may have begun in what came before
        let from = self.got.len().saturating_sub(self.expected.len().saturating_sub(1));
        let room = LIMIT.saturating_sub(self.got.len());
        self.got.extend(data.iter().take(room));
        words::holds(self.got.get(from..).unwrap_or_default(), self.expected)
    }

    /// `"PONG", got "-LOADING"`
    fn state(&self) -> String {
        let got = if self.got.is_empty() { "nothing".to_owned() } else { words::quoted(&self.got) };
        format!("{}, got {got}", words::quoted(self.expected))
    }
}
