//! Time for the cores, which count from the daemon's start, and for people, who use UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A monotonic clock that began at zero when it was started.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start; never goes back.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }

    /// When `moment` of this clock comes, for `tokio::time::sleep_until`. A moment further away than a year
    /// becomes a year.
    pub fn instant(&self, moment: Duration) -> Instant {
        self.0.checked_add(moment).unwrap_or_else(|| Instant::now() + YEAR)
    }

    /// `moment` of this clock in UTC as RFC 3339 has it: `2026-11-22T10:04:05.678Z`. Told by the system's clock
    /// as it is set when asked, so a clock that was put right puts old moments right too.
    pub fn wall(&self, moment: Duration) -> String {
        let (now, system) = (self.now(), SystemTime::now());
        let then = match moment.checked_sub(now) {
            Some(ahead) => system.checked_add(ahead),
            None => system.checked_sub(now.saturating_sub(moment)),
        };
        rfc3339(then.unwrap_or(UNIX_EPOCH))
    }
}

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// A time in UTC with milliseconds; times before 1970 become 1970.
pub fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// Year, month and day of a day that is `days` after 1970-01-01, by the Gregorian calendar. Years are counted
/// from March, so that the leap day is a year's last.
const fn civil(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097; // days in 400 years
    let since_era = days + 719_468; // 0000-03-01 to 1970-01-01
    let (era, of_era) = (since_era / ERA, since_era % ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}
