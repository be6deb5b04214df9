//! Between the threads and the director's loop: transitions to notification, what is tracked to the advert thread, and the
//! threads' lines to the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config::director::VrrpConfig;
use programs::Notices;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tracing::{debug, warn};
use vrrp::Report;

use crate::exchange::{Moved, ToAdverts, ToMain, lock};
use crate::notes::Note;
use crate::notify::{Event, Notifier};
use crate::refusals::Refusals;
use crate::settings::Subject;
use crate::track::{TrackName, Tracker};

/// Transitions that the director's loop has not taken; the oldest is dropped beyond.
const MOVES: usize = 4_096;
/// Refused packets have no event of their own: they are looked for this often.
const LOOK: Duration = Duration::from_secs(5);
/// The advert thread answers at once, or is dead.
const ANSWER: Duration = Duration::from_secs(1);
/// Notify commands of the last transitions may take this long.
const FINISHING: Duration = Duration::from_secs(5);

/// Transitions for the director's loop, and details of what is tracked.
#[derive(Default)]
pub(crate) struct Hall {
    moved: Mutex<VecDeque<Moved>>,
    details: Mutex<BTreeMap<Subject, String>>,
    changed: Notify,
}

impl Hall {
    /// Waits for transitions, and gives all. Dropping the future loses none.
    pub(crate) async fn next(&self) -> Vec<Moved> {
        loop {
            let moved: Vec<Moved> = lock(&self.moved).drain(..).collect();
            if !moved.is_empty() {
                return moved;
            }
            self.changed.notified().await;
        }
    }

    /// What was found when something was looked at last.
    pub(crate) fn details(&self) -> BTreeMap<Subject, String> {
        lock(&self.details).clone()
    }

    fn push(&self, new: Vec<Moved>) {
        let mut moved = lock(&self.moved);
        moved.extend(new);
        let excess = moved.len().saturating_sub(MOVES);
        moved.drain(..excess);
        drop(moved);
        self.changed.notify_one();
    }
}

/// The task.
pub(crate) struct Pump {
    news: Arc<ToMain>,
    adverts: Arc<ToAdverts>,
    hall: Arc<Hall>,
    notes: mpsc::Receiver<Note>,
    config: watch::Receiver<Arc<VrrpConfig>>,
    tracker: Tracker,
    notifier: Notifier,
    refusals: Refusals,
}

/// Asked to finish, and told when that is done.
pub(crate) type Finish = oneshot::Sender<()>;

impl Pump {
    /// Starts the task; it ends when the other end of `config` is dropped. Must be called inside a `LocalSet`.
    pub(crate) fn spawn(
        news: &Arc<ToMain>,
        adverts: &Arc<ToAdverts>,
        hall: &Arc<Hall>,
        notes: mpsc::Receiver<Note>,
        config: watch::Receiver<Arc<VrrpConfig>>,
        finish: mpsc::Receiver<Finish>,
        notices: Notices,
    ) {
        let mut pump = Self {
            news: Arc::clone(news),
            adverts: Arc::clone(adverts),
            hall: Arc::clone(hall),
            notes,
            config,
            tracker: Tracker::new(),
            notifier: Notifier::new(notices),
            refusals: Refusals::default(),
        };
        pump.configure();
        tokio::task::spawn_local(pump.run(finish));
    }

    async fn run(mut self, mut finish: mpsc::Receiver<Finish>) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.news.told.notified() => self.take_news(),
                Some(note) = self.notes.recv() => note.log(),
                (name, report) = self.tracker.next() => self.report(name, report),
                changed = self.config.changed() => match changed {
                    Ok(()) => self.configure(),
                    Err(_) => return,
                },
                Some(done) = finish.recv() => {
                    self.take_news();
                    self.notifier.finish(FINISHING).await;
                    // whoever asked may have lost patience
                    let _ = done.send(());
                }
                _ = ticks.tick() => self.look().await,
            }
        }
    }

    fn configure(&mut self) {
        let config = Arc::clone(&self.config.borrow_and_update());
        self.tracker.set(&config);
        self.notifier.set(&config);
        let known = self.tracker.reports().into_iter().map(|(name, report)| (subject(name), report));
        self.adverts.put(|inbox| inbox.reports.extend(known));
    }

    fn take_news(&mut self) {
        let (moved, remarks) =
            self.news.with(|news| (std::mem::take(&mut news.moved), std::mem::take(&mut news.remarks)));
        for remark in remarks {
            debug!("{remark}");
        }
        if moved.is_empty() {
            return;
        }
        for Moved { router, transition, priority } in &moved {
            self.notifier.push(&Event::of(router, transition.to, *priority));
        }
        self.hall.push(moved.into());
    }

    fn report(&mut self, name: TrackName, report: Report) {
        self.adverts.put(|inbox| {
            inbox.reports.insert(subject(name), report);
        });
        self.tell_details();
    }

    fn tell_details(&self) {
        let details = self.tracker.status().into_iter().map(|status| (subject(status.name), status.detail));
        *lock(&self.hall.details) = details.filter(|(_, detail)| !detail.is_empty()).collect();
    }

    /// What has no event.
    async fn look(&mut self) {
        self.tell_details();
        if self.config.borrow().routers.is_empty() {
            return;
        }
        let (reply, answer) = oneshot::channel();
        self.adverts.put(|inbox| inbox.ask(move |snapshot| drop(reply.send(snapshot))));
        if let Ok(Ok(snapshot)) = tokio::time::timeout(ANSWER, answer).await {
            for warning in self.refusals.news(&snapshot) {
                warn!("{warning}");
            }
        }
    }
}

fn subject(name: TrackName) -> Subject {
    match name {
        TrackName::Script(name) => Subject::Script(name),
        TrackName::File(name) => Subject::File(name),
        TrackName::Process(name) => Subject::Process(name),
    }
}
