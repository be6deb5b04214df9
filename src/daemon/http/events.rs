//! Server-sent events (HTML standard, section 9.2).

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use hyper::body::{Bytes, Frame};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::limit;
use super::table::Watch;

pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Infallible>>>>;

/// What one watcher gets: `event: hello` if there is one, `event: state` with the value at once and with each new one (of
/// several between two writes the latest), and `event: heartbeat`, whose data are the milliseconds until the next at most.
pub struct Events {
    /// the value, and each new one; the stream ends when its sender is dropped
    pub states: watch::Receiver<Arc<str>>,
    /// data of the first event
    pub hello: Option<String>,
    /// between two heartbeats; 10 ms at least
    pub heartbeat: Duration,
    /// dropped when the stream ends, however it ends, and at once where none begins (HEAD, too many watchers)
    pub guard: Option<Box<dyn Any>>,
}

impl Events {
    /// No hello, a heartbeat each second, no guard.
    pub fn new(states: watch::Receiver<Arc<str>>) -> Self {
        Self { states, hello: None, heartbeat: limit::HEARTBEAT, guard: None }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Events");
        debug.field("hello", &self.hello).field("heartbeat", &self.heartbeat).finish_non_exhaustive()
    }
}

struct Source {
    hello: Option<String>,
    states: watch::Receiver<Arc<str>>,
    heartbeat: Interval,
    _guard: Option<Box<dyn Any>>,
    _watch: Watch,
}

/// The stream of one watcher.
pub(super) fn stream(events: Events, watch: Watch) -> Frames {
    let Events { mut states, hello, heartbeat, guard } = events;
    states.mark_changed();
    let heartbeat = beats(heartbeat.max(limit::FASTEST_HEARTBEAT), watch.epoch());
    let source = Source { hello, states, heartbeat, _guard: guard, _watch: watch };
    Box::pin(unfold(source, |mut source| async move {
        let text = source.next().await?;
        Some((Ok(Frame::data(Bytes::from(text))), source))
    }))
}

/// In step with the other streams of the listener, so that the process wakes once for all of them. The first comes early
/// rather than late.
fn beats(every: Duration, epoch: Instant) -> Interval {
    let now = Instant::now();
    let into = now.duration_since(epoch).as_nanos().checked_rem(every.as_nanos()).unwrap_or_default();
    let left = every.saturating_sub(Duration::from_nanos(u64::try_from(into).unwrap_or_default()));
    let mut beats = interval_at(now + left, every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
    beats
}

impl Source {
    /// None: nobody sends any more.
    async fn next(&mut self) -> Option<String> {
        if let Some(hello) = self.hello.take() {
            return Some(event("hello", &hello));
        }
        tokio::select! {
            biased;
            changed = self.states.changed() => {
                changed.ok()?;
                Some(event("state", &self.states.borrow_and_update()))
            }
            _ = self.heartbeat.tick() => Some(event("heartbeat", &self.heartbeat.period().as_millis().to_string())),
        }
    }
}

/// Each line of the data needs its own `data:`, or the rest would be lost.
fn event(name: &str, data: &str) -> String {
    let mut text = format!("event: {name}\n");
    for line in data.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text
}
