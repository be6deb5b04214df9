//! Replies of a mail server (RFC 5321, section 4.2).

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use crate::words;

/// Longest line; RFC 5321, 4.5.3.1.5, has 512.
const LINE: usize = 4096;
/// Lines of one reply at most.
const LINES: usize = 100;

/// A reply of one or several lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// the last line, without its end
    pub(super) line: Vec<u8>,
}

impl Reply {
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Self, String> {
        for _ in 0..LINES {
            let line = read_line(stream).await?;
            let (code, is_last) =
                parse(&line).ok_or_else(|| format!("not an SMTP answer: {}", words::quoted(&line)))?;
            if is_last {
                return Ok(Self { code, line });
            }
        }
        Err(format!("more than {LINES} lines"))
    }
}

/// `220-text`: another line follows; `220 text`, `220`: the last one.
fn parse(line: &[u8]) -> Option<(u16, bool)> {
    let (code, rest) = line.split_at_checked(3)?;
    let code = code
        .iter()
        .try_fold(0_u16, |code, byte| byte.is_ascii_digit().then(|| code * 10 + u16::from(byte - b'0')))?;
    match rest.first() {
        Some(b'-') => Some((code, false)),
        Some(b' ') | None => Some((code, true)),
        Some(_) => None,
    }
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>, String> {
    let mut line = Vec::new();
    loop {
        let data = stream.fill_buf().await.map_err(|error| words::io_error(&error))?;
        if data.is_empty() {
            return Err(closed(&line));
        }
        let end = data.iter().position(|byte| *byte == b'\n');
        let part = data.iter().take(end.unwrap_or(data.len()));
        line.extend(part);
        let used = end.map_or(data.len(), |end| end + 1);
        stream.consume(used);
        if end.is_some() {
            line.pop_if(|last| *last == b'\r');
            return Ok(line);
        }
        if line.len() > LINE {
            return Err(format!("a line without end: {}", words::quoted(&line)));
        }
    }
}

fn closed(line: &[u8]) -> String {
    match line {
        [] => "connection closed".to_owned(),
        _ => format!("connection closed within a line: {}", words::quoted(line)),
    }
}

#[cfg(test)]
mod tests;
