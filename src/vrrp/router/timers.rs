//! The two times of RFC 9568 and RFC 3768 section 6.1, exact to the microsecond.

use core::time::Duration;

use crate::{Interval, Priority, Settings, Version};

/// Skew_Time: how much later than the best backup one of that priority acts. Version 3 takes it from the master's interval
/// (RFC 9568 section 6.1), version 2 from one second (RFC 3768 section 6.1).
pub(crate) fn skew(version: Version, priority: Priority, interval: Interval) -> Duration {
    let whole = match version {
        Version::V2 => Duration::from_secs(1),
        Version::V3 => interval.duration(),
    };
    let micros = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(micros.saturating_mul(256 - u64::from(priority.get())) / 256)
}

/// Active_Down_Interval, Master_Down_Interval: silence of that length means that there is no master.
pub(crate) fn master_down(version: Version, priority: Priority, interval: Interval) -> Duration {
    three(interval).saturating_add(skew(version, priority, interval))
}

pub(crate) fn three(interval: Interval) -> Duration {
    interval.duration().saturating_mul(3)
}

/// How long a leaving master waits for a successor: the slowest backup takes over within that time.
pub(crate) fn succession(settings: &Settings) -> Duration {
    three(settings.interval).saturating_add(Duration::from_secs(1))
}
