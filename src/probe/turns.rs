//! Work on files, one attempt at a time for each of them: a file on a disk that hangs keeps one thread, and nobody else waiting.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Whose turn it is, of those that want the same `K`.
pub(crate) struct Turns<K>(std::sync::Mutex<BTreeMap<K, Weak<Mutex<()>>>>);

impl<K: Ord> Turns<K> {
    pub(crate) const fn new() -> Self {
        Self(std::sync::Mutex::new(BTreeMap::new()))
    }

    /// Waits for the turn, which lasts until what is given is dropped: take it along into the thread that does the work.
    pub(crate) async fn take(&self, key: K) -> OwnedMutexGuard<()> {
        self.of(key).lock_owned().await
    }

    fn of(&self, key: K) -> Arc<Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&key).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(key, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests;
