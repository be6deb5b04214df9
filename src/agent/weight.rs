//! What this host may carry, in percent of the weight that directors have configured for it.

mod load;
mod source;
mod steady;
#[cfg(test)]
mod tests;

use std::time::Duration;

use config::agent::{WeightConfig, WeightSource};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use source::Source;
use steady::{Bounds, Steady};

/// Failures in a row after which the last value is too old to be believed.
const MOST_FAILURES: u32 = 5;

/// Finding out goes on as long as this is kept.
#[derive(Debug)]
pub(crate) struct Weighing {
    task: Option<JoinHandle<()>>,
    /// whoever waits for a change waits on where nothing changes
    _told: watch::Sender<Option<u8>>,
}

/// Begins to find it out, on the thread's `LocalSet`. None is told where nothing is configured, before the first value, and when
/// none could be had for long: all of it then.
pub(crate) fn start(config: Option<WeightConfig>) -> (watch::Receiver<Option<u8>>, Weighing) {
    let (told, receiver) = watch::channel(None);
    let task = config.and_then(|config| begin(config, told.clone()));
    (receiver, Weighing { task, _told: told })
}

fn begin(config: WeightConfig, told: watch::Sender<Option<u8>>) -> Option<JoinHandle<()>> {
    let bounds = Bounds::new(config.least, config.most);
    let source = match config.source {
        WeightSource::Fixed(percent) => {
            told.send_replace(Some(bounds.hold(percent)));
            return None;
        }
        WeightSource::File(path) => Source::file(path),
        WeightSource::Script(script) => Source::script(script),
        WeightSource::Load { full } => Source::load(full, bounds),
    };
    let weigher = Weigher::new(bounds, config.smooth);
    Some(tokio::task::spawn_local(weigh(source, weigher, config.interval, told)))
}

impl Drop for Weighing {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn weigh(mut source: Source, mut weigher: Weigher, every: Duration, told: watch::Sender<Option<u8>>) {
    let start = Instant::now();
    let mut turns = interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let found = source.measure().await;
        let (weight, event) = weigher.take(found, start.elapsed());
        if let Some(event) = event {
            log(&source, &event);
        }
        told.send_if_modified(|last| std::mem::replace(last, weight) != weight);
    }
}

/// What is told after each measurement.
struct Weigher {
    steady: Steady,
    failures: u32,
}

/// Worth saying once.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    /// the first failure of a row
    Failed(String),
    /// so many in a row that all of the weight is told
    GivenUp(String),
    /// after a failure
    Works(u8),
}

impl Weigher {
    fn new(bounds: Bounds, smooth: Duration) -> Self {
        Self { steady: Steady::new(bounds, smooth), failures: 0 }
    }

    fn take(&mut self, found: Result<u8, String>, now: Duration) -> (Option<u8>, Option<Event>) {
        match found {
            Ok(percent) => {
                let failed = std::mem::take(&mut self.failures) > 0;
                let told = self.steady.take(percent, now);
                (Some(told), failed.then_some(Event::Works(told)))
            }
            Err(reason) => {
                self.failures = self.failures.saturating_add(1);
                let event = match self.failures {
                    1 => Some(Event::Failed(reason)),
                    MOST_FAILURES => Some(Event::GivenUp(reason)),
                    _ => None,
                };
                if self.failures >= MOST_FAILURES {
                    self.steady.forget();
                }
                (self.steady.told(), event)
            }
        }
    }
}

fn log(source: &Source, event: &Event) {
    let from = source.name();
    match event {
        Event::Failed(reason) => {
            tracing::info!(from, %reason, "the weight cannot be found out, the last one stays");
        }
        Event::GivenUp(reason) => {
            tracing::warn!(from, %reason, failures = MOST_FAILURES, "the weight cannot be found out, all of it is told");
        }
        Event::Works(percent) => tracing::info!(from, percent, "the weight can be found out again"),
    }
}
