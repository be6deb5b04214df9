//! What a memcached says of itself (its doc/protocol.txt).

use health::CheckSpec;
use tokio::time::Instant;

use crate::dialogue::{Decoded, Dialogue, quoted};

/// Longest line, in bytes.
const LINE: usize = 1024;

/// Asks for the version. One that wants a login first (`-Y`) serves, too: whoever has the login. It takes no `quit` before that.
pub(crate) async fn check(spec: &CheckSpec, deadline: Instant) -> Result<(), String> {
    let mut dialogue = Dialogue::open(spec, deadline, "version").await?;
    dialogue.send(b"version\r\n").await?;
    let answer = dialogue.receive(line).await?;
    if answer.starts_with(b"VERSION ") {
        dialogue.leave(b"quit\r\n").await;
        return Ok(());
    }
    if answer == b"CLIENT_ERROR unauthenticated" {
        return Ok(());
    }
    Err(dialogue.fault(format_args!("{}, wanted VERSION", quoted(&answer))))
}

/// A line without its end.
fn line(bytes: &[u8]) -> Decoded<Vec<u8>> {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end <= LINE => {
            let line = bytes.get(..end).unwrap_or_default();
            Ok(Some((line.strip_suffix(b"\r").unwrap_or(line).to_vec(), end + 1)))
        }
        None if bytes.len() <= LINE => Ok(None),
        Some(_) | None => Err(format!("a line longer than {LINE} bytes")),
    }
}
