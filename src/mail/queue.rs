//! Changes that wait to be told, and the task that tells them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::director::MailConfig;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, info, warn};

use crate::deliver::{DeliveryError, deliver};
use crate::letter::Letter;
use crate::{MailEvent, MailStatus};

/// Changes that wait; the oldest is lost beyond.
pub(crate) const MOST_WAITING: usize = 1_024;
/// From a failed attempt to the next; doubled each time.
const PAUSE: Duration = Duration::from_secs(10);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// What could not be told for so long is no news any more.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Filled without waiting.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// the configuration or an end; a change that is the first
    news: Notify,
    /// something was told or given up
    told: Notify,
}

#[derive(Debug, Default)]
struct State {
    config: Option<Arc<MailConfig>>,
    router_id: String,
    events: VecDeque<MailEvent>,
    /// how many changes were before the first of `events`
    before: u64,
    /// when the first of `events` came
    since: Option<Instant>,
    /// of which the next mail says that nobody heard of them
    unsaid: u64,
    sent: u64,
    lost: u64,
    /// why the last attempt failed
    error: Option<String>,
    /// whom the server refused the last time
    refused: Vec<String>,
    ending: bool,
}

impl Queue {
    pub(crate) fn set(&self, config: Option<MailConfig>, router_id: &str) {
        let mut state = self.state();
        router_id.clone_into(&mut state.router_id);
        if state.config.as_deref() == config.as_ref() {
            return;
        }
        state.config = config.map(Arc::new);
        if state.config.is_none() {
            let waiting = state.events.len();
            state.drop_first(waiting);
        }
        drop(state);
        self.news.notify_one();
        self.told.notify_waiters();
    }

    pub(crate) fn push(&self, event: MailEvent) {
        let mut state = self.state();
        if state.config.is_none() {
            return;
        }
        if state.events.len() >= MOST_WAITING {
            state.drop_first(1);
            state.lose(1);
        }
        state.events.push_back(event);
        if state.since.is_none() {
            state.since = Some(Instant::now());
            drop(state);
            self.news.notify_one();
        }
    }

    pub(crate) fn status(&self) -> MailStatus {
        let state = self.state();
        let (waiting, error) = (state.events.len(), state.error.clone());
        MailStatus { waiting, sent: state.sent, lost: state.lost, error }
    }

    /// Nothing is waited for any more.
    pub(crate) fn end(&self) {
        self.state().ending = true;
        self.news.notify_one();
    }

    /// Waits until nothing is left to tell; answers whether nothing was lost on the way.
    pub(crate) async fn told(&self) -> bool {
        let lost = self.state().lost;
        loop {
            let told = self.told.notified();
            {
                let state = self.state();
                if state.events.is_empty() {
                    return state.lost == lost;
                }
            }
            told.await;
        }
    }

    /// Waits until there is something to tell, and what belongs to it has had its time to come.
    async fn ready(&self) -> (Arc<MailConfig>, Letter, u64) {
        loop {
            let news = self.news.notified();
            let Some(due) = self.due() else {
                news.await;
                continue;
            };
            if let Some(letter) = self.letter().filter(|_| due <= Instant::now()) {
                return letter;
            }
            tokio::select! {
                () = news => {}
                () = sleep_until(due) => {}
            }
        }
    }

    /// When what waits is to be told.
    fn due(&self) -> Option<Instant> {
        let state = self.state();
        let (since, config) = (state.since?, state.config.as_ref()?);
        if state.ending { Some(since) } else { since.checked_add(config.merge) }
    }

    /// All that waits, and the number of the last of it.
    fn letter(&self) -> Option<(Arc<MailConfig>, Letter, u64)> {
        let state = self.state();
        let config = state.config.clone()?;
        let events: Vec<_> = state.events.iter().cloned().collect();
        let last = state.before.saturating_add(u64::try_from(events.len()).unwrap_or(u64::MAX));
        let letter = Letter { router_id: state.router_id.clone(), events, lost: state.unsaid };
        (!letter.events.is_empty()).then_some((config, letter, last))
    }

    /// The changes up to `last` are told.
    fn sent(&self, letter: &Letter, last: u64, refused: Vec<String>) {
        let mut state = self.state();
        state.sent = state.sent.saturating_add(1);
        state.unsaid = state.unsaid.saturating_sub(letter.lost);
        state.drop_until(last);
        let before = state.error.take();
        let news = (state.refused != refused).then(|| refused.join("; "));
        state.refused = refused;
        drop(state);
        self.told.notify_waiters();
        debug!(changes = letter.events.len(), "mail sent");
        if before.is_some() {
            info!("mail is sent again");
        }
        if let Some(refused) = news.filter(|news| !news.is_empty()) {
            warn!(refused, "the mail server takes no mail for some recipients");
        }
    }

    /// Said once for each reason. Answers whether it is worth another attempt; if not, the changes are given up.
    fn failed(&self, error: &DeliveryError, last: u64, since: Instant) -> bool {
        let reason = error.to_string();
        let mut state = self.state();
        let is_known = state.error.as_ref() == Some(&reason);
        state.error = Some(reason.clone());
        let goes_on = !error.is_final && !state.ending && since.elapsed() < PATIENCE;
        let lost = if goes_on { 0 } else { state.drop_until(last) };
        state.lose(lost);
        drop(state);
        self.told.notify_waiters();
        if is_known {
            debug!(error = reason, "mail cannot be sent");
        } else {
            warn!(error = reason, "mail cannot be sent");
        }
        if lost > 0 {
            warn!(changes = lost, "changes that could not be told by mail are given up");
        }
        goes_on
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // whole after each change
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_first(&mut self, count: usize) {
        let count = count.min(self.events.len());
        self.events.drain(..count);
        self.before = self.before.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.since = self.since.filter(|_| !self.events.is_empty());
    }

    /// Answers how many were still there.
    fn drop_until(&mut self, last: u64) -> u64 {
        let count = last.saturating_sub(self.before);
        self.drop_first(usize::try_from(count).unwrap_or(usize::MAX));
        // those behind came while the others were being told
        self.since = self.since.map(|_| Instant::now());
        count
    }

    fn lose(&mut self, count: u64) {
        self.lost = self.lost.saturating_add(count);
        self.unsaid = self.unsaid.saturating_add(count);
    }
}

/// Tells what waits, for ever.
pub(crate) async fn work(queue: Arc<Queue>) {
    // of attempts that failed, one after the other
    let mut failing: Option<(Instant, Duration)> = None;
    loop {
        let (config, letter, last) = queue.ready().await;
        match deliver(&config, &letter).await {
            Ok(refused) => {
                failing = None;
                queue.sent(&letter, last, refused);
            }
            Err(error) => {
                let (since, pause) = failing.unwrap_or((Instant::now(), PAUSE));
                if queue.failed(&error, last, since) {
                    failing = Some((since, LONGEST_PAUSE.min(pause.saturating_mul(2))));
                    // another configuration, and the end, are reasons to try at once
                    let _ = timeout(pause, queue.news.notified()).await;
                } else {
                    failing = None;
                }
            }
        }
    }
}
