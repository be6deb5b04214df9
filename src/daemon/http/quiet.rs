//! A log line that cannot flood: at most one each second.

use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

#[derive(Default)]
pub(super) struct Quiet {
    last: Cell<Option<Instant>>,
    unsaid: Cell<u64>,
}

impl Quiet {
    /// Runs `say` with the number of lines that were left out before it, unless the last one was just said.
    pub(super) fn say(&self, say: impl FnOnce(u64)) {
        let now = Instant::now();
        if self.last.get().is_some_and(|last| now.duration_since(last) < Duration::from_secs(1)) {
            self.unsaid.set(self.unsaid.get().saturating_add(1));
            return;
        }
        self.last.set(Some(now));
        say(self.unsaid.take());
    }
}

impl fmt::Debug for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quiet").finish_non_exhaustive()
    }
}
