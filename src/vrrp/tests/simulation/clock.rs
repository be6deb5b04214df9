//! A router's own idea of time: it runs a little fast or slow, and started at another moment.

use std::time::Duration;

const MILLION: u64 = 1_000_000;

#[derive(Clone, Copy)]
pub(crate) struct Clock {
    offset: u64,
    /// how many microseconds it counts in a true second
    rate: u64,
}

impl Clock {
    /// `drift_ppm`: 0 to 2 * `MOST_DRIFT_PPM`, half of it is none.
    pub(crate) fn new(offset: Duration, drift_ppm: u64) -> Self {
        Self { offset: nanos(offset), rate: MILLION - MOST_DRIFT_PPM + drift_ppm }
    }

    pub(crate) fn local(self, truth: Duration) -> Duration {
        Duration::from_nanos(self.offset + nanos(truth) * self.rate / MILLION)
    }

    /// The first true moment at which this clock shows that.
    pub(crate) fn truth(self, local: Duration) -> Duration {
        let counted = nanos(local).saturating_sub(self.offset);
        Duration::from_nanos((counted * MILLION).div_ceil(self.rate))
    }
}

/// Parts in a million by which a clock is wrong at most
pub(crate) const MOST_DRIFT_PPM: u64 = 1000;

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap()
}
