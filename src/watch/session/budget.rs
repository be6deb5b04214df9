//! How much may come in some time.

use core::time::Duration;

const BYTES_EACH_10_S: u64 = 16 << 20;
const EVENTS_EACH_S: u64 = 200;
/// What a director finds waiting after it was stopped for some seconds
const EVENTS_AT_ONCE: u64 = 5 * EVENTS_EACH_S;

/// Refilled with time. In thousandths, so that it grows by whole numbers each millisecond.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    most: u64,
    each_ms: u64,
    /// refilled up to then
    at: Duration,
}

impl Budget {
    pub(super) fn of_bytes(now: Duration) -> Self {
        let most = BYTES_EACH_10_S * 1000;
        Self { left: most, most, each_ms: BYTES_EACH_10_S / 10, at: now }
    }

    /// One second's worth at first; more comes at once only after a pause.
    pub(super) fn of_events(now: Duration) -> Self {
        Self { left: EVENTS_EACH_S * 1000, most: EVENTS_AT_ONCE * 1000, each_ms: EVENTS_EACH_S, at: now }
    }

    /// Whether there is as much.
    pub(super) fn take(&mut self, count: usize, now: Duration) -> bool {
        self.refill(now);
        let wanted = u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(1000);
        let enough = wanted <= self.left;
        self.left = self.left.saturating_sub(wanted);
        enough
    }

    fn refill(&mut self, now: Duration) {
        let passed_ms = u64::try_from(now.saturating_sub(self.at).as_millis()).unwrap_or(u64::MAX);
        // whole milliseconds only: the rest counts the next time
        self.at = self.at.saturating_add(Duration::from_millis(passed_ms));
        self.left = self.left.saturating_add(passed_ms.saturating_mul(self.each_ms)).min(self.most);
    }
}
