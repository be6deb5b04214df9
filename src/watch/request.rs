//! Requests to an agent as bytes. HTTP/1.0, so that an answer ends with its connection and nothing is chunked.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::net::SocketAddr;
use core::time::Duration;

use crate::{Broken, Confirm};

/// Longest head of an answer, in bytes
pub(crate) const LONGEST_HEAD: usize = 8 << 10;
pub(crate) const MOST_HEADERS: usize = 64;

/// `GET /v1/watch`, as the director of this `router_id`, with a heartbeat at least each `heartbeat`.
pub fn request(agent: SocketAddr, director: &str, heartbeat: Duration) -> Vec<u8> {
    let (director, host) = (percent_encoded(director), host(agent));
    let heartbeat = heartbeat.as_millis();
    format!(
        "GET /v1/watch?heartbeat={heartbeat}&director={director} HTTP/1.0\r\nHost: {host}\r\n\
         Accept: text/event-stream\r\n\r\n"
    )
    .into_bytes()
}

/// `POST /v1/watch/ID`; `watch` is the ID as [`crate::Event::Hello`] gave it.
pub fn confirm_request(agent: SocketAddr, watch: &str, confirm: &Confirm) -> Vec<u8> {
    // text keys and plain values: there is nothing that could not be written
    let body = serde_json::to_vec(confirm).unwrap_or_default();
    let (watch, host, len) = (percent_encoded(watch), host(agent), body.len());
    let mut request = format!(
        "POST /v1/watch/{watch} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {len}\r\n\r\n"
    )
    .into_bytes();
    request.extend(body);
    request
}

/// The status of an answer whose first bytes these are; none: there must be more.
///
/// # Errors
/// The bytes are no HTTP, or there is no status within 8 KiB.
pub fn status_code(answer: &[u8]) -> Result<Option<u16>, Broken> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(answer).map_err(|_| Broken::NoHttp)?;
    match response.code {
        None if answer.len() >= LONGEST_HEAD => Err(Broken::LongHead),
        code => Ok(code),
    }
}

/// As in a `Host` header: an IPv6 address in brackets and without its scope, which means nothing to others.
fn host(agent: SocketAddr) -> SocketAddr {
    SocketAddr::new(agent.ip(), agent.port())
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // writing to a String never fails
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
