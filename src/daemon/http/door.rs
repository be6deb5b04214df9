//! What the connections of a listener have in common.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::Handler;
use super::tls::ServerTls;

/// Changes here hold for the connections and requests that come after them.
pub(super) struct Door {
    pub(super) handler: Handler,
    post: Cell<fn(&str) -> bool>,
    tls: RefCell<Option<ServerTls>>,
}

impl Door {
    /// Takes no POST from the network, and is plain.
    pub(super) fn new(handler: Handler) -> Rc<Self> {
        Rc::new(Self { handler, post: Cell::new(|_| false), tls: RefCell::default() })
    }

    pub(super) fn allow_post(&self, paths: fn(&str) -> bool) {
        self.post.set(paths);
    }

    pub(super) fn takes_post(&self, path: &str) -> bool {
        (self.post.get())(path)
    }

    pub(super) fn set_tls(&self, tls: Option<ServerTls>) {
        self.tls.replace(tls);
    }

    pub(super) fn tls(&self) -> Option<ServerTls> {
        self.tls.borrow().clone()
    }
}
