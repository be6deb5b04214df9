//! `/v1/watch`: directors follow, and say back how their tables stand. Words about themselves, never a command.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

use daemon::http::{Events, Method, Peer, Reply, Request};
use serde::Serialize;
use watch::{Confirm, FORMAT};

use super::problem;
use crate::control::{Published, Refusal, json};
use crate::core::Director;

/// Where a director says something back: this, and the stream's name.
const PREFIX: &str = "/v1/watch/";

/// `heartbeat=`, in milliseconds: no faster, so that nobody makes this daemon busy; no slower, or nobody knows.
const HEARTBEATS_MS: std::ops::RangeInclusive<u64> = 50..=1000;

/// Where nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Longest name of a director in bytes: a host's name has 253 at most.
const NAME: usize = 255;

/// Which paths take a POST from the network.
pub(super) fn takes_post(path: &str) -> bool {
    answered(path).is_some()
}

/// Data of the first event.
#[derive(Serialize)]
struct Hello<'a> {
    watch: &'a str,
    format: u32,
}

/// What stands behind `?`. What is not known is for others.
#[derive(Debug, Default)]
struct Asked {
    heartbeat: Option<Duration>,
    director: Option<String>,
}

/// Follows. Who says no name is told everything and asked for nothing.
pub(super) fn follow(published: &Rc<Published>, request: &Request) -> Reply {
    let asked = match read(request.query.as_deref().unwrap_or_default()) {
        Ok(asked) => asked,
        Err(wrong) => return problem(400, wrong, Vec::new()),
    };
    let mut events = Events::new(published.follow());
    events.heartbeat = asked.heartbeat.unwrap_or(HEARTBEAT);
    if let Some(name) = asked.director.filter(|_| request.method == Method::GET) {
        match published.stream(Director { name, address: address(request.peer) }) {
            Ok(stream) => {
                events.hello = Some(json(&Hello { watch: stream.watch(), format: FORMAT }));
                events.guard = Some(Box::new(stream));
            }
            Err(Refusal::Unknown | Refusal::Busy) => return busy(),
        }
    }
    Reply::Events(events)
}

/// Takes what a director says back.
pub(super) fn confirm(published: &Published, watch: &str, body: &[u8]) -> Reply {
    let said: Confirm = match serde_json::from_slice(body) {
        Ok(said) => said,
        Err(error) => return problem(400, error.to_string(), Vec::new()),
    };
    match published.confirm(watch, said) {
        Ok(()) => Reply::text(204, ""),
        Err(Refusal::Unknown) => problem(404, "this stream has ended".to_owned(), Vec::new()),
        Err(Refusal::Busy) => busy(),
    }
}

/// The stream that a POST answers.
pub(super) fn answered(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX).filter(|watch| !watch.is_empty())
}

fn busy() -> Reply {
    problem(503, "too many follow".to_owned(), Vec::new())
}

fn address(peer: Peer) -> IpAddr {
    match peer {
        Peer::Network(address) => address.ip().to_canonical(),
        Peer::Local { .. } => IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn read(query: &str) -> Result<Asked, String> {
    let mut asked = Asked::default();
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "heartbeat" => asked.heartbeat = Some(heartbeat(value)?),
            "director" => asked.director = Some(name(value)?),
            _ => {}
        }
    }
    Ok(asked)
}

fn heartbeat(value: &str) -> Result<Duration, String> {
    let wanted: u64 = value.parse().map_err(|_| "heartbeat is a number of milliseconds".to_owned())?;
    Ok(Duration::from_millis(wanted.clamp(*HEARTBEATS_MS.start(), *HEARTBEATS_MS.end())))
}

fn name(value: &str) -> Result<String, String> {
    let name = decoded(value).and_then(|bytes| String::from_utf8(bytes).ok());
    let good = |name: &String| !name.is_empty() && name.len() <= NAME && !name.chars().any(char::is_control);
    name.filter(good)
        .ok_or_else(|| format!("director is a name of 1 to {NAME} bytes without control characters"))
}

/// Percent-encoding (RFC 3986, section 2.1).
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hexadecimal(rest.next()?)?, hexadecimal(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests;
