//! When a check is made, and how long it may take: said of a service, a server or a check, the innermost counts.

use core::ops::RangeInclusive;
use core::time::Duration;

use health::CheckSpec;

use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{flag, number, seconds};
use crate::report::Report;

/// Faster is an attack, slower is no check.
const INTERVALS: RangeInclusive<Duration> = Duration::from_millis(10)..=DAY;
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(1)..=DAY;
const DELAYS: RangeInclusive<Duration> = Duration::ZERO..=DAY;
const DAY: Duration = Duration::from_secs(86_400);
/// More failures in a row are never waited for.
const MOST_RETRIES: i64 = 999;
const DROPS: &str = "keepalived leaves the line away";

/// keepalived's own.
const DELAY_LOOP: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What is said.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::read) struct Timing {
    pub(super) delay_loop: Option<Duration>,
    connect_timeout: Option<Duration>,
    retry: Option<u32>,
    delay_before_retry: Option<Duration>,
    warmup: Option<Duration>,
    pub(in crate::read) alpha: Option<bool>,
}

/// What keepalived has where nothing is said, and what an attempt is made of.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    retry: u32,
    /// none: as `delay_loop`
    delay_before_retry: Option<Duration>,
    /// how often `connect_timeout` an attempt may take: once for each phase
    phases: u32,
    /// whether the phases have limits of their own
    limits: Phases,
}

/// What `connect_timeout` limits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phases {
    /// the attempt as a whole
    None,
    /// the connection
    Connection,
    /// the connection, and what is answered on it
    Answer,
}

impl Shape {
    const USUAL: Self = Self {
        retry: 1,
        delay_before_retry: Some(Duration::from_secs(1)),
        phases: 1,
        limits: Phases::Connection,
    };
    pub(super) const TCP: Self = Self::USUAL;
    pub(super) const HTTP: Self = Self {
        delay_before_retry: Some(Duration::from_secs(3)),
        phases: 2,
        limits: Phases::Answer,
        ..Self::USUAL
    };
    pub(super) const HTTPS: Self = Self { phases: 3, ..Self::HTTP };
    pub(super) const SMTP: Self = Self { phases: 2, limits: Phases::Answer, ..Self::USUAL };
    pub(super) const DNS: Self =
        Self { retry: 3, delay_before_retry: None, limits: Phases::None, ..Self::USUAL };
    pub(super) const DATAGRAM: Self = Self { limits: Phases::None, ..Self::USUAL };
    /// its time limit is its own
    pub(super) const PROGRAM: Self = Self { retry: 0, limits: Phases::None, ..Self::USUAL };
}

impl Timing {
    pub(in crate::read) fn read(said: &Said<'_>, report: &mut Report) -> Self {
        let mut time = |keyword: &str, range| {
            said.last(keyword, report).and_then(|line| seconds(line, range, DROPS, report))
        };
        let (delay_loop, connect_timeout) =
            (time("delay_loop", INTERVALS), time("connect_timeout", TIMEOUTS));
        let (delay_before_retry, warmup) = (time("delay_before_retry", DELAYS), time("warmup", DELAYS));
        let retry = said.last("retry", report).and_then(|line| number(line, 0..=MOST_RETRIES, DROPS, report));
        let alpha = said.last("alpha", report).and_then(|line| flag(line, report));
        let retry = retry.and_then(|retry| u32::try_from(retry).ok());
        Self { delay_loop, connect_timeout, retry, delay_before_retry, warmup, alpha }
    }

    /// What is said here, else what is said around it.
    pub(in crate::read) fn or(self, around: Self) -> Self {
        Self {
            delay_loop: self.delay_loop.or(around.delay_loop),
            connect_timeout: self.connect_timeout.or(around.connect_timeout),
            retry: self.retry.or(around.retry),
            delay_before_retry: self.delay_before_retry.or(around.delay_before_retry),
            warmup: self.warmup.or(around.warmup),
            alpha: self.alpha.or(around.alpha),
        }
    }

    pub(super) fn interval(&self) -> Duration {
        self.delay_loop.unwrap_or(DELAY_LOOP)
    }

    /// The check at these times.
    pub(super) fn apply(self, mut spec: CheckSpec, shape: Shape) -> CheckSpec {
        let interval = self.interval();
        let phase = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let retry = self.retry.unwrap_or(shape.retry);
        let delay = self.delay_before_retry.or(shape.delay_before_retry).unwrap_or(interval);
        spec.interval = interval;
        spec.interval_down = interval;
        // without retries there is nothing that it would say
        spec.interval_retry = Some(delay).filter(|_| retry > 0);
        spec.warmup = self.warmup;
        spec.timeout = (phase * shape.phases).min(DAY);
        spec.connect_timeout = Some(phase).filter(|_| shape.limits != Phases::None);
        spec.reply_timeout = Some(phase).filter(|_| shape.limits == Phases::Answer);
        spec.fall = retry.saturating_add(1);
        spec.rise = 1;
        spec
    }
}
