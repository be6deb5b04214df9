//! Whether threads that work for the loop still do.

use std::collections::BTreeMap;
use std::time::Duration;

/// How often each thread had come to its letter box when that was last different, and since when it is so.
#[derive(Default)]
pub(crate) struct Pulse {
    seen: BTreeMap<&'static str, (u64, Duration)>,
}

impl Pulse {
    /// `taken`: each thread, and how often it came to its box. Something was put there after the last look, so that one which has
    /// not come for `limit` is stuck: its name.
    pub(crate) fn stuck(
        &mut self,
        taken: impl IntoIterator<Item = (&'static str, u64)>,
        limit: Duration,
        now: Duration,
    ) -> Option<&'static str> {
        let mut stuck = None;
        for (name, count) in taken {
            let (last, since) = self.seen.entry(name).or_insert((count, now));
            if *last != count {
                (*last, *since) = (count, now);
            }
            if now.saturating_sub(*since) >= limit {
                stuck.get_or_insert(name);
            }
        }
        stuck
    }
}

#[cfg(test)]
mod tests;
