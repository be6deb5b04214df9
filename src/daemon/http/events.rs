//! Server-sent events (HTML standard, section 9.2).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream::unfold;
use hyper::body::{Bytes, Frame};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::limit;
use super::table::Watch;

pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Infallible>>>>;

struct Source {
    states: watch::Receiver<Arc<str>>,
    heartbeat: Interval,
    _watch: Watch,
}

/// The stream of one watcher.
pub(super) fn stream(mut states: watch::Receiver<Arc<str>>, watch: Watch) -> Frames {
    states.mark_changed();
    let mut heartbeat = interval(limit::HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // the first tick is at once, and the state stands in for it
    heartbeat.reset();
    let source = Source { states, heartbeat, _watch: watch };
    Box::pin(unfold(source, |mut source| async move {
        let text = source.next().await?;
        Some((Ok(Frame::data(Bytes::from(text))), source))
    }))
}

impl Source {
    /// None: nobody sends any more.
    async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            changed = self.states.changed() => {
                changed.ok()?;
                Some(event("state", &self.states.borrow_and_update()))
            }
            _ = self.heartbeat.tick() => Some(event("heartbeat", "")),
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
