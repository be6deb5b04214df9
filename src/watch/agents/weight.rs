//! What a host may carry, taken over not too often: each change is a write to the table.

use core::time::Duration;

/// Shortest time between two changes
const LEAST: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Weight {
    /// in percent
    told: Option<u8>,
    taken: Option<u8>,
    /// when `taken` changed last
    at: Option<Duration>,
}

impl Weight {
    pub(super) fn taken(&self) -> Option<u8> {
        self.taken
    }

    /// Returns whether the weight that counts changed.
    pub(super) fn tell(&mut self, percent: Option<u8>, now: Duration) -> bool {
        self.told = percent;
        self.handle_timeout(now)
    }

    pub(super) fn due(&self) -> Option<Duration> {
        let waits = self.told != self.taken;
        waits.then(|| self.at.map_or(Duration::ZERO, |at| at.saturating_add(LEAST)))
    }

    /// As [`Weight::tell`].
    pub(super) fn handle_timeout(&mut self, now: Duration) -> bool {
        let is_due = self.due().is_some_and(|due| now >= due);
        if is_due {
            self.taken = self.told;
            self.at = Some(now);
        }
        is_due
    }
}
