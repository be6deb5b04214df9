//! When a check is made, and how long it may take.

use core::ops::RangeInclusive;
use core::time::Duration;

use health::CheckSpec;

use crate::read::{Report, Table, format_duration};
use crate::text::Entry;

/// Faster is an attack, slower is no check.
const INTERVALS: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(86_400);
const DELAYS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(86_400);
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(86_400);
const ROUNDS: RangeInclusive<u32> = 1..=1_000;

pub(super) fn read(table: Table<'_>, spec: &mut CheckSpec, report: &mut Report<'_>) {
    let mut duration = |key, range| table.get(key).and_then(|entry: Entry<'_>| entry.duration(range, report));
    spec.interval = duration("interval", INTERVALS).unwrap_or(spec.interval);
    spec.interval_down = duration("interval_down", INTERVALS).unwrap_or(spec.interval);
    spec.interval_retry = duration("interval_retry", DELAYS);
    spec.warmup = duration("warmup", DELAYS);
    spec.timeout = duration("timeout", TIMEOUTS).unwrap_or_else(|| usual_timeout(spec));
    spec.connect_timeout = duration("connect_timeout", TIMEOUTS);
    spec.reply_timeout = duration("reply_timeout", TIMEOUTS);
    let mut rounds = |key| table.get(key).and_then(|entry: Entry<'_>| entry.number(ROUNDS, report));
    spec.fall = rounds("fall").unwrap_or(spec.fall);
    spec.rise = rounds("rise").unwrap_or(spec.rise);
    warn_of_phases(table, spec, report);
    warn_of_overlap(table, spec, report);
}

/// 3 s, or the interval where that is shorter.
pub(in crate::director) fn usual_timeout(spec: &CheckSpec) -> Duration {
    CheckSpec::new(spec.target, health::CheckKind::Ping).timeout.min(spec.interval)
}

/// A phase that may take longer than the whole says nothing.
fn warn_of_phases(table: Table<'_>, spec: &CheckSpec, report: &mut Report<'_>) {
    let timeout = format_duration(spec.timeout);
    for (key, phase) in [("connect_timeout", spec.connect_timeout), ("reply_timeout", spec.reply_timeout)] {
        let (Some(entry), Some(phase)) = (table.get(key), phase) else { continue };
        if phase > spec.timeout {
            report
                .warning(
                    entry.place(),
                    format_args!("the {key} {} is longer than the timeout {timeout}", format_duration(phase)),
                )
                .label("never reached")
                .help(format_args!("write `timeout = \"{}\"` or more", format_duration(phase)));
        }
    }
}

/// The next attempt waits for the one before: the interval is then not what is written. Where the phases have limits of
/// their own, they are what an attempt takes as a rule.
fn warn_of_overlap(table: Table<'_>, spec: &CheckSpec, report: &mut Report<'_>) {
    let (key, longest) = match spec.connect_timeout.max(spec.reply_timeout) {
        Some(phase) if Some(phase) == spec.connect_timeout => ("connect_timeout", phase.min(spec.timeout)),
        Some(phase) => ("reply_timeout", phase.min(spec.timeout)),
        None => ("timeout", spec.timeout),
    };
    if longest <= spec.interval {
        return;
    }
    let entry = table.get(key).or_else(|| table.get("interval")).unwrap_or_else(|| table.entry());
    let (longest, interval) = (format_duration(longest), format_duration(spec.interval));
    report
        .warning(entry.place(), format_args!("the {key} {longest} is longer than the interval {interval}"))
        .label("an attempt may still run when the next is due")
        .help(format_args!("write `{key} = \"{interval}\"` or less"));
}
