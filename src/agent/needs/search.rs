//! How often something may be searched for.

use std::time::{Duration, Instant};

/// A search may come again after so many times what the last one took.
const REST: u32 = 20;

/// And never sooner than this.
const SHORTEST_REST: Duration = Duration::from_millis(20);

/// And never later than this, however long one takes.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// When the next search is allowed.
#[derive(Default)]
pub(super) struct Pace(Option<Instant>);

impl Pace {
    /// Searches if it is time for it.
    pub(super) fn run<T>(&mut self, now: Instant, search: impl FnOnce() -> T) -> Option<T> {
        if self.0.is_some_and(|due| now < due) {
            return None;
        }
        let began = Instant::now();
        let found = search();
        let rest = began.elapsed().saturating_mul(REST).clamp(SHORTEST_REST, LONGEST_REST);
        self.0 = now.checked_add(rest);
        Some(found)
    }

    /// The next one may come at once: what is searched for is another thing.
    pub(super) fn reset(&mut self) {
        self.0 = None;
    }
}
