//! What is to be written, between those who log and the thread that writes.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What waits at most, in bytes: some twenty thousand transitions.
pub(super) const LIMIT: usize = 8 << 20;

/// What one item takes beside its bytes.
const OVERHEAD: usize = 64;

/// What is written in one go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// an event
    Event(Event),
    /// so many events before the next one found no room
    Lost(u64),
}

/// An event, ready to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// as an entry of the journal; empty where there is none
    pub(super) entry: Vec<u8>,
    /// as a line, with its end
    pub(super) line: Vec<u8>,
}

/// A queue with a limit. Putting never waits for the one who takes.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// something is there, or nothing more comes
    filled: Condvar,
    /// everything is written
    emptied: Condvar,
    limit: usize,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    bytes: usize,
    lost: u64,
    /// no room until half of it is free, so that the losses of one burst are told together
    is_full: bool,
    /// the item taken last is not written yet
    is_writing: bool,
    is_closed: bool,
}

impl Queue {
    /// One that holds so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        let (filled, emptied) = (Condvar::new(), Condvar::new());
        Self { state: Mutex::default(), filled, emptied, limit }
    }

    /// Adds an event. One that finds no room is lost, and counted.
    pub(super) fn put(&self, event: Event) {
        let mut state = self.state();
        state.is_full &= state.bytes > self.limit / 2;
        let bytes = event.bytes();
        if state.is_full || state.bytes + bytes > self.limit {
            state.is_full = true;
            state.lost += 1;
            return;
        }
        if let Some(lost) = state.take_lost() {
            state.items.push_back(lost);
        }
        state.bytes += bytes;
        state.items.push_back(Item::Event(event));
        drop(state);
        self.filled.notify_one();
    }

    /// The next to write; what was taken before is written. Waits for it; none: the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Item> {
        let mut state = self.state();
        state.is_writing = false;
        loop {
            let next = state.items.pop_front().or_else(|| state.take_lost());
            if let Some(item) = next {
                state.bytes -= item.bytes();
                state.is_writing = true;
                return Some(item);
            }
            self.emptied.notify_all();
            if state.is_closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until everything is written, at most so long. False: something is not.
    pub(super) fn drain(&self, limit: Duration) -> bool {
        let is_busy = |state: &mut State| state.is_writing || !state.items.is_empty() || state.lost > 0;
        let waited = self.emptied.wait_timeout_while(self.state(), limit, is_busy);
        let (_state, timed) = waited.unwrap_or_else(PoisonError::into_inner);
        !timed.timed_out()
    }

    /// Nothing more is waited for by [`Self::take`].
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.filled.notify_all();
    }

    /// Whoever panicked meanwhile left it as good as it was.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_lost(&mut self) -> Option<Item> {
        let lost = std::mem::take(&mut self.lost);
        (lost > 0).then_some(Item::Lost(lost))
    }
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Event(event) => event.bytes(),
            // there is one for half the queue at most
            Self::Lost(_) => 0,
        }
    }
}

impl Event {
    fn bytes(&self) -> usize {
        self.entry.len() + self.line.len() + OVERHEAD
    }
}

#[cfg(test)]
mod tests;
