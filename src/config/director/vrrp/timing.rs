//! What decides the election: version, priority, interval, preemption, password.

use core::ops::RangeInclusive;
use core::time::Duration;

use ::vrrp::{Interval, Password, Priority, Version};

use crate::read::{Keys, Report, Table, choice, format_duration};
use crate::text::{Entry, Kind};

/// keepalived's limit.
const PREEMPT_DELAYS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(1_000);
/// What a version can say is asked of [`Interval`].
const ANY: RangeInclusive<Duration> = Duration::ZERO..=Duration::MAX;

/// As keepalived has it.
pub(super) const PRIORITY: u8 = 100;

pub(in crate::director) const AUTH: Keys =
    Keys { name: "`auth`", known: &["type", "password"], foreign: &[] };

pub(super) struct Timing {
    pub(super) version: Version,
    pub(super) priority: Priority,
    pub(super) interval: Interval,
    pub(super) preempt: bool,
    pub(super) preempt_delay: Duration,
    pub(super) password: Option<Password>,
}

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Option<Timing> {
    let version = match table.get("version") {
        Some(entry) => version(entry, report),
        None => Some(Version::V3),
    };
    let priority = match table.get("priority") {
        Some(entry) => priority(entry, report),
        None => Priority::new(PRIORITY),
    };
    let interval = match (table.get("advert_interval"), version) {
        (Some(entry), Some(version)) => interval(entry, version, report),
        (Some(entry), None) => {
            entry.duration(ANY, report);
            None
        }
        (None, version) => usual_interval(version.unwrap_or(Version::V2)),
    };
    let password = table.get("auth").and_then(|entry| password(entry, version, report));
    let (preempt, preempt_delay) = preempt(table, priority, report);
    Some(Timing {
        version: version?,
        priority: priority?,
        interval: interval?,
        preempt,
        preempt_delay,
        password,
    })
}

/// What version 3 is for, and the least that version 2 can say.
pub(super) fn usual_interval(version: Version) -> Option<Interval> {
    match version {
        Version::V3 => Interval::centiseconds(10),
        Version::V2 => Interval::seconds(1),
    }
}

fn version(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Version> {
    match entry.number::<u8>(2..=3, report)? {
        2 => Some(Version::V2),
        _ => Some(Version::V3),
    }
}

fn priority(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Priority> {
    if matches!(entry.kind(), Kind::Integer { digits: "0", .. }) {
        report
            .error(entry.place(), "priority 0 is reserved")
            .label("adverts say with it that a master stops")
            .help("write 1 to 254, or 255 for the owner of the addresses");
        return None;
    }
    entry.number(1..=255, report).and_then(Priority::new)
}

/// Whole seconds or whole centiseconds.
fn interval(entry: Entry<'_>, version: Version, report: &mut Report<'_>) -> Option<Interval> {
    let duration = entry.duration(ANY, report)?;
    let (step, most) = match version {
        Version::V2 => (1_000, 255),
        Version::V3 => (10, 4_095),
    };
    let count = u16::try_from(duration.as_millis() / step).unwrap_or(u16::MAX);
    let whole = duration.as_millis() % step == 0;
    let interval = Some(count).filter(|_| whole).and_then(|count| match version {
        Version::V2 => u8::try_from(count).ok().and_then(Interval::seconds),
        Version::V3 => Interval::centiseconds(count),
    });
    if interval.is_none() {
        tell_interval(entry, version, duration, (1..=most).contains(&count), report);
    }
    interval
}

fn tell_interval(
    entry: Entry<'_>,
    version: Version,
    written: Duration,
    in_range: bool,
    report: &mut Report<'_>,
) {
    let message =
        format_args!("version {} has no advert interval of {}", version.number(), format_duration(written));
    let draft = report.error(entry.place(), message);
    let (range, step, help) = match version {
        Version::V2 => (
            "not in 1s to 255s",
            "not a whole number of seconds",
            "write \"1s\" to \"255s\", or `version = 3`, which has shorter ones",
        ),
        Version::V3 => (
            "not in 10ms to 40950ms",
            "not in steps of 10ms",
            "write \"10ms\" to \"40950ms\", in steps of 10ms",
        ),
    };
    draft.label(if in_range { step } else { range }).help(help);
}

fn preempt(table: Table<'_>, priority: Option<Priority>, report: &mut Report<'_>) -> (bool, Duration) {
    let written = table.get("preempt");
    let preempt = written.and_then(|entry| entry.boolean(report)).unwrap_or(true);
    let delay = table.get("preempt_delay");
    let duration = delay.and_then(|entry| entry.duration(PREEMPT_DELAYS, report)).unwrap_or_default();
    if let Some(entry) = delay.filter(|_| !preempt && !duration.is_zero()) {
        report
            .warning(entry.place(), "`preempt_delay` without preemption")
            .label("never waited for")
            .help("leave it away, or write `preempt = true`");
    }
    let owner = priority.is_some_and(Priority::is_owner);
    if let Some(entry) = written.filter(|_| owner && !preempt) {
        report
            .warning(entry.place(), "an owner of the addresses, priority 255, always preempts")
            .label("says nothing")
            .help("write a `priority` of 254 or less, or leave `preempt` away");
    }
    (preempt, duration)
}

fn password(entry: Entry<'_>, version: Option<Version>, report: &mut Report<'_>) -> Option<Password> {
    let table = Table::open(entry, &AUTH, report)?;
    let kind = table.require("type", AUTH.name, "write `type = \"pass\"`", report);
    if let Some(kind) = kind {
        auth_type(kind, report);
    }
    let password = table
        .require("password", AUTH.name, "write `password = \"1111\"`, 1 to 8 characters", report)
        .and_then(|entry| password_text(entry, report));
    if version == Some(Version::V3) {
        report
            .error(entry.place(), "version 3 has no authentication")
            .label("RFC 5798 removed it")
            .help("leave `auth` away, or write `version = 2`");
    }
    password
}

fn auth_type(entry: Entry<'_>, report: &mut Report<'_>) {
    if let Kind::String("ah" | "AH") = entry.kind() {
        report
            .error(entry.place(), "authentication by AH is not supported")
            .label("RFC 3768 removed it")
            .help("write `type = \"pass\"` on all routers, or no `auth`; against strangers use `unicast_peers` and a firewall");
        return;
    }
    choice(entry, &[("pass", ())], report);
}

fn password_text(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Password> {
    let text = entry.string("\"1111\"", report)?;
    let (wrong, help) = if text.is_empty() {
        ("the password is empty", "write 1 to 8 characters, or no `auth`")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        ("the password is not plain ASCII", "write letters, digits and signs: other routers see bytes")
    } else if let Some(password) = Password::new(text.as_bytes()) {
        return Some(password);
    } else {
        ("the password is longer than 8 bytes", "write the first 8 characters, which is what keepalived uses")
    };
    report.error(entry.place(), wrong).help(help);
    None
}
