//! What the HTTP side and the control socket share with the daemon's loop.

use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use ::watch::Status;

/// What is published, and the way back to the loop.
pub(crate) struct Published {
    status: RefCell<Status>,
    events: watch::Sender<Arc<str>>,
    commands: mpsc::Sender<Command>,
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
    Drain(Option<IpAddr>),
    Undrain(Option<IpAddr>),
}

/// As many operators as may wait; more wait before they are heard.
const WAITING: usize = 8;

impl Published {
    /// With the loop's end of the commands.
    pub(crate) fn new(status: Status) -> (Self, mpsc::Receiver<Command>) {
        let (commands, heard) = mpsc::channel(WAITING);
        let (events, _) = watch::channel(json(&status).into());
        (Self { status: RefCell::new(status), events, commands }, heard)
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

    /// Follows it.
    pub(crate) fn follow(&self) -> watch::Receiver<Arc<str>> {
        self.events.subscribe()
    }

    /// Asks the loop, and waits until it is done. False: the daemon is ending.
    pub(crate) async fn ask(&self, wish: Wish) -> bool {
        let (done, told) = oneshot::channel();
        self.commands.send(Command { wish, done }).await.is_ok() && told.await.is_ok()
    }
}

/// A status as one line. Nothing in it can fail to be JSON; an empty object would be read as not ready.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
