//! What the HTTP side and the control socket share with the daemon's loop.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use ::watch::{Confirm, Status};

use crate::core::Director;

/// What is published, and the ways back to the loop.
pub(crate) struct Published {
    status: RefCell<Status>,
    events: watch::Sender<Arc<str>>,
    commands: mpsc::Sender<Command>,
    reloads: mpsc::Sender<Asked>,
    words: mpsc::Sender<Word>,
    /// the streams of directors
    live: RefCell<BTreeSet<String>>,
    /// streams so far
    streams: Cell<u64>,
    /// the configured deadline of drains
    deadline: Cell<Duration>,
}

/// The loop's ends.
pub(crate) struct Heard {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) reloads: mpsc::Receiver<Asked>,
    pub(crate) words: mpsc::Receiver<Word>,
}

/// Somebody waits for the configuration to be read again.
pub(crate) type Asked = oneshot::Sender<Reloaded>;

/// What became of that.
pub(crate) enum Reloaded {
    /// in force, with a line about it and the file's warnings
    Taken(String),
    /// everything there is to print
    Refused(String),
}

/// An operator's wish.
pub(crate) struct Command {
    pub(crate) wish: Wish,
    /// told when it is done and published
    pub(crate) done: oneshot::Sender<()>,
}

/// See [`Command`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Drain {
        vip: Option<IpAddr>,
        deadline: Option<Duration>,
        /// the unit is stopped
        stops: bool,
    },
    Undrain(Option<IpAddr>),
}

/// What comes of directors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Came { watch: String, director: Director },
    Went { watch: String },
    Confirmed { watch: String, said: Confirm },
}

/// As many operators as may wait; more wait before they are heard.
const WAITING: usize = 8;

/// Words that may wait, and streams, each of which keeps a place for its end. With 128 streams on each of 16 listeners
/// half of it is left for words.
const WORDS: usize = 4096;

/// Why a director's word is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// no such stream
    Unknown,
    /// too many, or the daemon is ending
    Busy,
}

impl Published {
    /// With the loop's ends.
    pub(crate) fn new(status: Status, deadline: Duration) -> (Self, Heard) {
        let (commands, heard) = mpsc::channel(WAITING);
        let (reloads, asked) = mpsc::channel(WAITING);
        let (words, said) = mpsc::channel(WORDS);
        let (events, _) = watch::channel(json(&status).into());
        let (live, streams) = (RefCell::default(), Cell::default());
        let (status, deadline) = (RefCell::new(status), Cell::new(deadline));
        let published = Self { status, events, commands, reloads, words, live, streams, deadline };
        (published, Heard { commands: heard, reloads: asked, words: said })
    }

    /// Replaces what everyone sees.
    pub(crate) fn publish(&self, status: Status) {
        self.events.send_replace(json(&status).into());
        self.status.replace(status);
    }

    /// What everyone sees.
    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The deadline of drains, for whoever waits for one.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline.get()
    }

    /// After the file was read again.
    pub(crate) fn set_deadline(&self, deadline: Duration) {
        self.deadline.set(deadline);
    }

    /// How many streams of directors there are.
    pub(crate) fn directors(&self) -> usize {
        self.live.borrow().len()
    }

    /// Follows it.
    pub(crate) fn follow(&self) -> watch::Receiver<Arc<str>> {
        self.events.subscribe()
    }

    /// A director's stream begins, and ends when the answer is dropped.
    pub(crate) fn stream(self: &Rc<Self>, director: Director) -> Result<Stream, Refusal> {
        let busy = |_| Refusal::Busy;
        let end = self.words.clone().try_reserve_owned().map_err(|_| Refusal::Busy)?;
        self.streams.set(self.streams.get().wrapping_add(1));
        let watch = chance(self.streams.get());
        self.words.try_send(Word::Came { watch: watch.clone(), director }).map_err(busy)?;
        self.live.borrow_mut().insert(watch.clone());
        Ok(Stream { published: Rc::clone(self), watch, end: Some(end) })
    }

    /// A director says how its table stands. What is about VIPs that are not ours does not wait for the loop: a body has room
    /// for thousands of them.
    pub(crate) fn confirm(&self, watch: &str, mut said: Confirm) -> Result<(), Refusal> {
        if !self.live.borrow().contains(watch) {
            return Err(Refusal::Unknown);
        }
        let status = self.status.borrow();
        said.vips.retain(|address, _| status.vip(*address).is_some());
        // its stream says who it is
        said.director.clear();
        said.director.shrink_to_fit();
        let word = Word::Confirmed { watch: watch.to_owned(), said };
        self.words.try_send(word).map_err(|_| Refusal::Busy)
    }

    /// Asks the loop, and waits until it is done. False: the daemon is ending.
    pub(crate) async fn ask(&self, wish: Wish) -> bool {
        let (done, told) = oneshot::channel();
        self.commands.send(Command { wish, done }).await.is_ok() && told.await.is_ok()
    }

    /// Has the configuration read again, and waits for what becomes of it. None: the daemon is ending.
    pub(crate) async fn reload(&self) -> Option<Reloaded> {
        let (asked, told) = oneshot::channel();
        self.reloads.send(asked).await.ok()?;
        told.await.ok()
    }
}

/// A director's stream. Dropping it tells the loop, for which a place is kept, so that no end is ever lost.
pub(crate) struct Stream {
    published: Rc<Published>,
    watch: String,
    end: Option<mpsc::OwnedPermit<Word>>,
}

impl Stream {
    /// By what the director says which stream it answers.
    pub(crate) fn watch(&self) -> &str {
        &self.watch
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.published.live.borrow_mut().remove(&self.watch);
        if let Some(end) = self.end.take() {
            end.send(Word::Went { watch: std::mem::take(&mut self.watch) });
        }
    }
}

/// 16 hexadecimal digits that nobody can foresee: the standard library's keys come from the kernel's chance.
pub(crate) fn chance(of: u64) -> String {
    format!("{:016x}", RandomState::new().hash_one(of))
}

/// A status as one line. Nothing in it can fail to be JSON; an empty object would be read as not ready.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
