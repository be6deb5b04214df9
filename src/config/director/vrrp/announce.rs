//! `announce`: when a master tells the network where its addresses are.

use core::ops::RangeInclusive;
use core::time::Duration;

use ::vrrp::Announcing;

use crate::read::{Foreign, Keys, Report, Table, duration_or_never};
use crate::text::Entry;

/// More is a storm.
const REPEATS: RangeInclusive<u8> = 1..=20;
const DELAYS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3_600);
const REFRESHES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);

pub(in crate::director) const ANNOUNCE: Keys = Keys {
    name: "`announce`",
    known: &["repeat", "delay", "refresh", "refresh_repeat", "rival_delay", "rival_repeat"],
    foreign: &[Foreign { key: "interval", help: "write `refresh`" }],
};

/// keepalived's bursts, and a refresh, which it leaves out: a switch that forgets is told again.
pub(super) const USUAL: Announcing = Announcing {
    repeat: 5,
    delay: Duration::from_secs(5),
    refresh: Some(Duration::from_secs(60)),
    refresh_repeat: 1,
    rival_delay: Duration::from_secs(5),
    rival_repeat: 5,
};

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Announcing {
    let opened = table.get("announce").and_then(|entry| Table::open(entry, &ANNOUNCE, report));
    let Some(table) = opened else { return USUAL };
    let mut repeat =
        |key, usual| table.get(key).and_then(|entry| entry.number(REPEATS, report)).unwrap_or(usual);
    let (first, refresh, rival) = (
        repeat("repeat", USUAL.repeat),
        repeat("refresh_repeat", USUAL.refresh_repeat),
        repeat("rival_repeat", USUAL.rival_repeat),
    );
    let mut delay = |key, usual| {
        table.get(key).and_then(|entry: Entry<'_>| entry.duration(DELAYS, report)).unwrap_or(usual)
    };
    Announcing {
        repeat: first,
        delay: delay("delay", USUAL.delay),
        rival_delay: delay("rival_delay", USUAL.rival_delay),
        refresh: match table.get("refresh") {
            Some(entry) => duration_or_never(entry, REFRESHES, report).unwrap_or(USUAL.refresh),
            None => USUAL.refresh,
        },
        refresh_repeat: refresh,
        rival_repeat: rival,
    }
}
