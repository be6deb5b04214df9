//! The core's clock. It runs from one boot to the next, so that a deadline means the same after a restart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use daemon::clock::Clock;

/// Monotonic time since boot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    clock: Clock,
    /// since boot, when it was started
    base: Duration,
}

impl Time {
    /// Starts with the time since boot, or with zero where it cannot be known: deadlines begin anew then.
    pub(crate) fn start() -> Self {
        let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        Self { clock: Clock::start(), base: uptime(&text).unwrap_or_default() }
    }

    pub(crate) fn now(&self) -> Duration {
        self.base + self.clock.now()
    }

    /// Ends at that moment; never where there is none.
    pub(crate) async fn until(self, moment: Option<Duration>) {
        match moment {
            Some(moment) => {
                tokio::time::sleep_until(self.clock.instant(moment.saturating_sub(self.base))).await;
            }
            None => std::future::pending().await,
        }
    }
}

/// The first number of `proc_uptime(5)`, in seconds with hundredths.
fn uptime(text: &str) -> Option<Duration> {
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// For people.
pub(crate) fn unix_time_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_is_read_or_not_known() {
        assert_eq!(uptime("350735.47 234388.90\n"), Some(Duration::from_millis(350_735_470)));
        for wrong in ["", "x 1", "-1 0", "inf 0"] {
            assert_eq!(uptime(wrong), None, "{wrong}");
        }
    }
}
