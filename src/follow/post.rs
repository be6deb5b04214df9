//! One confirmation over a connection of its own.

use std::net::SocketAddr;

use daemon::errors::one_line;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use watch::{Confirm, confirm_request, status_code};

use crate::life::Terms;
use crate::socket::Socket;
use crate::{connect, words};

/// Bytes of an answer that are read at once.
const READ: usize = 512;

/// What the agent says to it.
pub(crate) enum Answer {
    /// 2xx
    Taken,
    /// 404: the stream is gone
    Unknown,
    Other(u16),
}

/// Words when there is no answer.
pub(crate) async fn send(
    agent: SocketAddr,
    watch: &str,
    confirm: &Confirm,
    terms: &Terms,
) -> Result<Answer, String> {
    let mut socket = connect::open(agent, terms.tls.as_deref(), terms.limits).await?;
    socket.reset();
    let request = confirm_request(agent, watch, confirm);
    let limit = terms.limits.confirm;
    match timeout(limit, exchange(&mut socket, &request)).await {
        Ok(status) => status.map(Answer::of),
        Err(_) => Err(format!("no answer within {limit:?}")),
    }
}

impl Answer {
    fn of(status: u16) -> Self {
        match status {
            200..300 => Self::Taken,
            404 => Self::Unknown,
            other => Self::Other(other),
        }
    }
}

/// The answer's status. What follows it is not read.
async fn exchange(socket: &mut Socket, request: &[u8]) -> Result<u16, String> {
    let sent = async {
        socket.write_all(request).await?;
        socket.flush().await
    };
    sent.await.map_err(|error| words::io_error(&error))?;
    let mut answer = Vec::new();
    loop {
        // ends by itself: there is a status within 8 KiB, or the answer is refused
        if let Some(status) = status_code(&answer).map_err(|broken| one_line(&broken))? {
            return Ok(status);
        }
        answer.reserve(READ);
        let read = socket.read_buf(&mut answer).await.map_err(|error| words::io_error(&error))?;
        if read == 0 {
            return Err("closed by the agent".to_owned());
        }
    }
}
