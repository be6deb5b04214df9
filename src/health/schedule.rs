//! When the next attempt of a check is due.

use core::time::Duration;

use crate::CheckSpec;
use crate::chance::Chance;

/// First attempts of checks that begin together are this far apart: 4 checks start at once for the eye, 4,000
/// within a second.
const FIRST_STEP: Duration = Duration::from_micros(250);

/// No interval is shorter, so that an interval of zero cannot spin.
const SHORTEST: Duration = Duration::from_millis(1);

/// Where the `nth` check of those that are new at `now` makes its first attempt.
pub(crate) fn begin(now: Duration, nth: u32, spec: &CheckSpec, chance: &mut Chance) -> Duration {
    spec.warmup
        .map_or_else(|| first(now, nth, spec.interval), |longest| now.saturating_add(chance.within(longest)))
}

/// Where the `nth` check of those that begin at `now` makes its first attempt: within one interval of `now`, so
/// that no number of checks puts any of them off for longer.
pub(crate) fn first(now: Duration, nth: u32, interval: Duration) -> Duration {
    now.saturating_add(remainder(FIRST_STEP.saturating_mul(nth), interval.max(SHORTEST)))
}

/// Where the attempt after the first is due: anywhere within an interval, so that checks that began together
/// are spread from then on.
pub(crate) fn second(first: Duration, interval: Duration, now: Duration, chance: &mut Chance) -> Duration {
    let interval = interval.max(SHORTEST);
    catch_up(first.saturating_add(chance.within(interval)), interval, now)
}

/// Where the attempt after the one that was due at `due` is due: an interval from start to start, whatever the
/// attempt took.
pub(crate) fn next(due: Duration, interval: Duration, now: Duration) -> Duration {
    let interval = interval.max(SHORTEST);
    catch_up(due.saturating_add(interval), interval, now)
}

/// Where the attempt after one that failed at `now` is due, where such are repeated: counted from its end, so that a
/// server which takes its time is not asked without pause.
pub(crate) fn retry(after: Duration, now: Duration) -> Duration {
    now.saturating_add(after.max(SHORTEST))
}

/// Leaves out the attempts that were missed: the result is `due` or whole intervals later, and less than an
/// interval before `now`.
pub(crate) fn catch_up(due: Duration, interval: Duration, now: Duration) -> Duration {
    let late = now.saturating_sub(due);
    let missed = late.saturating_sub(remainder(late, interval.max(SHORTEST)));
    due.saturating_add(missed)
}

fn remainder(value: Duration, step: Duration) -> Duration {
    let rest = value.as_nanos().checked_rem(step.as_nanos()).unwrap_or(0);
    Duration::from_nanos(u64::try_from(rest).unwrap_or(u64::MAX))
}
