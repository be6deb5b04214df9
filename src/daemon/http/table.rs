//! The connections of one listener.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::activity::{Activity, Phase};
use super::limit;
use super::quiet::Quiet;

#[derive(Debug)]
pub(super) struct Table {
    /// what heartbeats keep step with
    epoch: Instant,
    open: RefCell<BTreeMap<u64, (Rc<Activity>, AbortHandle)>>,
    watchers: Cell<usize>,
    /// for what clients do wrong
    pub(super) quiet: Quiet,
}

impl Table {
    pub(super) fn new() -> Self {
        let (open, watchers, quiet) = (RefCell::default(), Cell::default(), Quiet::default());
        Self { epoch: Instant::now(), open, watchers, quiet }
    }

    /// Closes the connection that has been idle longest if there are as many as there may be.
    pub(super) fn make_room(&self) {
        if self.open.borrow().len() >= limit::CONNECTIONS {
            self.close_one();
        }
    }

    /// Closes the connection that has been idle longest, or, where none is idle, the one that has been busy
    /// longest; one that watches never.
    pub(super) fn close_one(&self) {
        let oldest = self.open.borrow().iter().filter_map(|(id, (activity, _))| rank(activity, *id)).min();
        let Some((_, _, id)) = oldest else { return };
        if let Some((_, task)) = self.open.borrow_mut().remove(&id) {
            task.abort();
        }
    }

    pub(super) fn add(&self, id: u64, activity: Rc<Activity>, task: AbortHandle) {
        self.open.borrow_mut().insert(id, (activity, task));
    }

    pub(super) fn remove(&self, id: u64) {
        self.open.borrow_mut().remove(&id);
    }

    /// None: as many watch as may.
    pub(super) fn watch(self: &Rc<Self>, activity: &Rc<Activity>) -> Option<Watch> {
        let watchers = self.watchers.get();
        if watchers >= limit::WATCHERS {
            return None;
        }
        self.watchers.set(watchers + 1);
        activity.enter(Phase::Watch);
        Some(Watch { table: Rc::clone(self), activity: Rc::clone(activity) })
    }
}

fn rank(activity: &Activity, id: u64) -> Option<(bool, Instant, u64)> {
    match activity.phase() {
        Phase::Head | Phase::Body | Phase::Idle => Some((false, activity.since(), id)),
        Phase::Busy => Some((true, activity.since(), id)),
        Phase::Watch => None,
    }
}

/// Counts as a watcher until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    table: Rc<Table>,
    activity: Rc<Activity>,
}

impl Watch {
    pub(super) fn epoch(&self) -> Instant {
        self.table.epoch
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.table.watchers.set(self.table.watchers.get().saturating_sub(1));
        self.activity.enter(Phase::Idle);
    }
}
