//! Fields as events.

use alloc::boxed::Box;
use alloc::string::String;
use core::str;
use core::time::Duration;

use serde::Deserialize;

use super::fields::{Fields, Kind};
use super::{Event, HEARTBEAT};
use crate::{Broken, FORMAT, Status};

/// Shortest heartbeat that any agent keeps; the longest is [`HEARTBEAT`]
const SHORTEST_HEARTBEAT: Duration = Duration::from_millis(50);
/// Longest ID of a watch, in bytes
const LONGEST_WATCH: usize = 64;
/// More than any host has
const MOST_VIPS: usize = 4096;

#[derive(Deserialize)]
struct Hello {
    watch: String,
}

/// None: nothing that this version knows. An agent's heartbeat changes as it says.
pub(super) fn event(fields: &Fields, heartbeat: &mut Duration) -> Result<Option<Event>, Broken> {
    let data = fields.data.as_deref();
    match (fields.kind, data) {
        (Kind::Hello, Some(data)) => hello(data).map(Some),
        (Kind::State, Some(data)) => state(data).map(Some),
        (Kind::Heartbeat, data) => {
            *heartbeat = until_next(data.unwrap_or_default());
            Ok(Some(Event::Beat))
        }
        // without data there is no event
        (Kind::Hello | Kind::State, None) | (Kind::None | Kind::Unknown, _) => Ok(None),
    }
}

fn hello(data: &[u8]) -> Result<Event, Broken> {
    let Hello { watch } = serde_json::from_slice(data).map_err(|_| Broken::Hello)?;
    let fits = (1..=LONGEST_WATCH).contains(&watch.len());
    let is_plain = watch.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits && is_plain { Ok(Event::Hello { watch }) } else { Err(Broken::Hello) }
}

fn state(data: &[u8]) -> Result<Event, Broken> {
    let status: Box<Status> = serde_json::from_slice(data).map_err(Broken::State)?;
    if status.format > FORMAT {
        return Err(Broken::Format(status.format));
    }
    if status.vips.len() > MOST_VIPS {
        return Err(Broken::TooMany("4096 VIPs"));
    }
    Ok(Event::State(status))
}

/// Older agents say nothing. What lies outside of all that may be asked for would only make a dead agent look alive.
fn until_next(data: &[u8]) -> Duration {
    let ms = str::from_utf8(data).ok().and_then(|text| text.trim().parse().ok());
    ms.map_or(HEARTBEAT, Duration::from_millis).clamp(SHORTEST_HEARTBEAT, HEARTBEAT)
}
