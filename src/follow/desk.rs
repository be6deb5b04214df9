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
    latest: RefCell<Option<Rc<Confirm>>>,
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
    },
}

impl Desk {
    pub(crate) fn new(agent: SocketAddr) -> Rc<Self> {
        Rc::new(Self {
            agent,
            line: RefCell::new(Line::Down),
            latest: RefCell::default(),
            newer: Notify::new(),
            clerk: Cell::default(),
        })
    }

    /// The stream has said what it is called.
    pub(crate) fn open(self: &Rc<Self>, watch: String, terms: &Rc<Terms>) {
        self.clerk.take();
        self.line.replace(Line::Up { watch, terms: Rc::clone(terms) });
        self.hire();
    }

    /// The stream has ended, and what was to be said over it is void.
    pub(crate) fn close(&self) {
        self.clerk.take();
        self.line.replace(Line::Down);
        self.latest.take();
    }

    /// The stream is ended here to be made anew.
    pub(crate) fn pause(&self) {
        self.clerk.take();
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
        self.newer.notify_one();
        self.hire();
    }

    /// Begins to send what lies there, unless that is going on.
    fn hire(self: &Rc<Self>) {
        let clerk = self.clerk.take().or_else(|| {
            let Line::Up { watch, terms } = &*self.line.borrow() else { return None };
            self.latest.borrow().as_ref()?;
            Some(Task::spawn(Rc::clone(self).deliver(watch.clone(), Rc::clone(terms))))
        });
        self.clerk.set(clerk);
    }

    async fn deliver(self: Rc<Self>, watch: String, terms: Rc<Terms>) {
        let mut backoff = Backoff::new(chance());
        loop {
            let Some(confirm) = self.latest.borrow().clone() else { break };
            if self.is_done(&post::send(self.agent, &watch, &confirm, &terms).await) {
                self.forget(&confirm);
                continue;
            }
            // a newer one is tried at once
            let _ = timeout(backoff.next(), self.newer.notified()).await;
        }
        // nothing has been laid there since it was found empty; dropping the own task within itself only marks it
        self.clerk.take();
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

    fn forget(&self, confirm: &Rc<Confirm>) {
        let mut latest = self.latest.borrow_mut();
        if latest.as_ref().is_some_and(|latest| Rc::ptr_eq(latest, confirm)) {
            *latest = None;
        }
    }
}
