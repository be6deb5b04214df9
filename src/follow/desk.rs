//! What is to be said to one agent, until it is said.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::sync::Notify;
use tokio::time::timeout;
use tracing::{debug, warn};
use watch::{Backoff, Confirm};

use crate::follower::{Task, chance};
use crate::life::Terms;
use crate::post::{self, Answer};

/// One confirmation at most waits here, and one at most is on its way: two at once could overtake each other.
pub(crate) struct Desk {
    agent: SocketAddr,
    line: RefCell<Line>,
    /// kept when the agent has taken it, for a stream that follows on this one
    latest: RefCell<Option<Rc<Confirm>>>,
    /// the latest is still to be taken
    is_due: Cell<bool>,
    /// of the agent, as its last state told
    instance: RefCell<Option<String>>,
    newer: Notify,
    /// none: nothing is on its way
    clerk: Cell<Option<Task>>,
}

/// Whether and where something can be said.
enum Line {
    /// no stream, or the agent gave no hello
    Down,
    /// the stream is being made anew, and what is to be said waits
    Paused,
    Up {
        /// the watch that confirmations are for
        watch: String,
        terms: Rc<Terms>,
        /// the first state came, which says whether the agent is still the same
        is_heard: bool,
    },
}

impl Desk {
    pub(crate) fn new(agent: SocketAddr) -> Rc<Self> {
        Rc::new(Self {
            agent,
            line: RefCell::new(Line::Down),
            latest: RefCell::default(),
            is_due: Cell::default(),
            instance: RefCell::default(),
            newer: Notify::new(),
            clerk: Cell::default(),
        })
    }

    /// The stream has said what it is called.
    pub(crate) fn open(&self, watch: String, terms: &Rc<Terms>) {
        self.clerk.take();
        self.line.replace(Line::Up { watch, terms: Rc::clone(terms), is_heard: false });
    }

    /// A state came. What was to be said to the agent before it was started anew is void: its states are counted anew too.
    pub(crate) fn hear(self: &Rc<Self>, instance: &str) {
        if self.instance.borrow().as_deref() != Some(instance) {
            self.instance.replace(Some(instance.to_owned()));
            self.latest.take();
        }
        if let Line::Up { is_heard, .. } = &mut *self.line.borrow_mut() {
            *is_heard = true;
        }
        self.hire();
    }

    /// The stream has ended, and what was to be said over it is void.
    pub(crate) fn close(&self) {
        self.clerk.take();
        self.line.replace(Line::Down);
        self.latest.take();
        self.instance.take();
    }

    /// The stream is ended here to be made anew. The agent takes that for another director's beginning and wants to be told again
    /// what it was told before, and whoever said it does not know.
    pub(crate) fn pause(&self) {
        self.clerk.take();
        self.is_due.set(true);
        let mut line = self.line.borrow_mut();
        if matches!(*line, Line::Up { .. }) {
            *line = Line::Paused;
        }
    }

    /// Puts a confirmation in the place of the one that lies there.
    pub(crate) fn lay(self: &Rc<Self>, confirm: Confirm) {
        if matches!(*self.line.borrow(), Line::Down) {
            return;
        }
        self.latest.replace(Some(Rc::new(confirm)));
        self.is_due.set(true);
        self.newer.notify_one();
        self.hire();
    }

    /// Begins to send what lies there, unless that is going on.
    fn hire(self: &Rc<Self>) {
        let clerk = self.clerk.take().or_else(|| {
            let Line::Up { watch, terms, is_heard: true } = &*self.line.borrow() else { return None };
            self.due()?;
            Some(Task::spawn(Rc::clone(self).deliver(watch.clone(), Rc::clone(terms))))
        });
        self.clerk.set(clerk);
    }

    async fn deliver(self: Rc<Self>, watch: String, terms: Rc<Terms>) {
        let mut backoff = Backoff::new(chance());
        while let Some(confirm) = self.due() {
            if self.is_done(&post::send(self.agent, &watch, &confirm, &terms).await) {
                self.tick_off(&confirm);
                continue;
            }
            // a newer one is tried at once
            let _ = timeout(backoff.next(), self.newer.notified()).await;
        }
        // nothing has been laid there since then; dropping the own task within itself only marks it
        self.clerk.take();
    }

    fn due(&self) -> Option<Rc<Confirm>> {
        self.latest.borrow().clone().filter(|_| self.is_due.get())
    }

    /// Unless a newer one lies there.
    fn tick_off(&self, confirm: &Rc<Confirm>) {
        if self.latest.borrow().as_ref().is_some_and(|latest| Rc::ptr_eq(latest, confirm)) {
            self.is_due.set(false);
        }
    }

    /// Whether there is no use in sending it once more.
    fn is_done(&self, answer: &Result<Answer, String>) -> bool {
        let agent = self.agent;
        match answer {
            Ok(Answer::Taken) => true,
            // the stream will end too
            Ok(Answer::Unknown) => {
                debug!(%agent, "the agent does not know the stream that is confirmed");
                true
            }
            Ok(Answer::Other(status)) => {
                warn!(%agent, status, "the agent does not take what is confirmed");
                status / 100 == 4
            }
            Err(reason) => {
                debug!(%agent, reason, "cannot confirm");
                false
            }
        }
    }
}
