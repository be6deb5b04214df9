//! Things that are costly to make and wanted again at the next attempt.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What was made from `K`, of which the `limit` used last are kept.
pub(crate) struct Cache<K, V> {
    limit: usize,
    kept: Mutex<Kept<K, V>>,
}

struct Kept<K, V> {
    uses: u64,
    entries: BTreeMap<K, (V, u64)>,
}

impl<K: Ord + Clone, V: Clone> Cache<K, V> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::new(Kept { uses: 0, entries: BTreeMap::new() }) }
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let uses = kept.uses;
        let (value, used) = kept.entries.get_mut(key)?;
        *used = uses;
        Some(value.clone())
    }

    pub(crate) fn put(&self, key: K, value: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let uses = kept.uses;
        kept.entries.insert(key, (value, uses));
        if kept.entries.len() > self.limit {
            let oldest = kept.entries.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                kept.entries.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests;
