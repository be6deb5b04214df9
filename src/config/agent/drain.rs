//! `[drain]`.

use core::ops::RangeInclusive;
use core::time::Duration;

use crate::read::{Foreign, Keys, Report, Table};

/// `deadline` where nothing is said.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);
const DEADLINES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(86_400);

pub(super) const DRAIN: Keys = Keys {
    name: "[drain]",
    known: &["deadline"],
    foreign: &[Foreign { key: "timeout", help: "write `deadline`" }],
};

pub(super) fn read(top: Table<'_>, report: &mut Report<'_>) -> Duration {
    top.get("drain")
        .and_then(|entry| Table::open(entry, &DRAIN, report))
        .and_then(|drain| drain.get("deadline"))
        .and_then(|entry| entry.duration(DEADLINES, report))
        .unwrap_or(DEADLINE)
}
