//! `[weight]`: what this host may carry.

use alloc::string::String;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::{WeightConfig, WeightScript, WeightSource};
use crate::read::{Foreign, Keys, Report, Table, program, word};
use crate::text::{Entry, Kind};

pub(super) const LEAST: u8 = 1;
pub(super) const MOST: u8 = 100;
pub(super) const SMOOTH: Duration = Duration::from_secs(10);
pub(super) const INTERVAL: Duration = Duration::from_secs(5);
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);
pub(super) const FULL: u32 = 100;
const SMOOTHS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3_600);
const INTERVALS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(60);
const FULLS: RangeInclusive<u32> = 1..=10_000;
const TYPES: [&str; 4] = ["fixed", "file", "script", "load"];

macro_rules! measured {
    ($name:literal, $($own:literal),+) => {
        Keys { name: $name, known: &["type", $($own),+, "least", "most", "smooth", "interval"], foreign: FOREIGN }
    };
}

pub(super) const FIXED: Keys = Keys { name: "a fixed weight", known: &["type", "percent"], foreign: FOREIGN };
pub(super) const FILE: Keys = measured!("a weight from a file", "path");
pub(super) const SCRIPT: Keys = measured!("a weight from a script", "command", "timeout", "user");
pub(super) const LOAD: Keys = measured!("a weight from the load", "full");

/// Asked only about keys that a type does not know.
const FOREIGN: &[Foreign] = &[
    Foreign { key: "percent", help: "`percent` is for type \"fixed\"" },
    Foreign { key: "path", help: "`path` is for type \"file\"" },
    Foreign { key: "command", help: "`command` is for type \"script\"" },
    Foreign { key: "timeout", help: "`timeout` is for type \"script\"" },
    Foreign { key: "user", help: "`user` is for type \"script\"" },
    Foreign { key: "full", help: "`full` is for type \"load\"" },
    Foreign { key: "least", help: "leave it away: a fixed weight is `percent`" },
    Foreign { key: "most", help: "leave it away: a fixed weight is `percent`" },
    Foreign { key: "smooth", help: "leave it away: a fixed weight does not change" },
    Foreign { key: "interval", help: "leave it away: a fixed weight does not change" },
    Foreign { key: "weight", help: "write `type = \"fixed\"` and `percent`" },
    Foreign { key: "from", help: "write `type`: \"fixed\", \"file\", \"script\" or \"load\"" },
    Foreign { key: "weight_from", help: "write `type`: \"fixed\", \"file\", \"script\" or \"load\"" },
    Foreign { key: "file", help: "write `type = \"file\"` and `path = \"/path\"`" },
    Foreign { key: "script", help: "write `type = \"script\"` and `command = [\"/path\", \"argument\"]`" },
    Foreign { key: "load", help: "write `type = \"load\"`" },
    Foreign { key: "min", help: "write `least`" },
    Foreign { key: "max", help: "write `most`" },
];

pub(super) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<WeightConfig> {
    let written = entry.children().find(|child| entry.kind() == Kind::Table && child.key() == "type");
    let Some(written) = written else {
        tell_no_type(entry, report);
        return None;
    };
    match word(written, &TYPES, report)? {
        "fixed" => fixed(entry, report),
        "file" => measured(entry, &FILE, file, report),
        "script" => measured(entry, &SCRIPT, script, report),
        _ => measured(entry, &LOAD, load, report),
    }
}

fn tell_no_type(entry: Entry<'_>, report: &mut Report<'_>) {
    let help = "write where it comes from: `type = \"fixed\"`, \"file\", \"script\" or \"load\"";
    match entry.kind() {
        Kind::Table => {
            report.error(entry.place(), "[weight] has no `type`").label("`type` is missing").help(help);
        }
        Kind::Bad => {}
        Kind::Integer { .. } => {
            entry
                .mismatch("a table", report)
                .help("write a [weight] section with `type = \"fixed\"` and `percent`");
        }
        Kind::String(_) | Kind::Float | Kind::Boolean(_) | Kind::Datetime | Kind::Array => {
            entry.mismatch("a table", report).help("write a [weight] section");
        }
    }
}

/// As it is said: nothing bounds it or smooths it.
fn fixed(entry: Entry<'_>, report: &mut Report<'_>) -> Option<WeightConfig> {
    let table = Table::open(entry, &FIXED, report)?;
    let percent = table
        .require("percent", FIXED.name, "write `percent = 50`", report)
        .and_then(|entry| entry.number(0..=100_u8, report))?;
    let source = WeightSource::Fixed(percent);
    Some(WeightConfig { source, least: 0, most: MOST, smooth: Duration::ZERO, interval: INTERVAL })
}

fn measured<'d>(
    entry: Entry<'d>,
    keys: &Keys,
    source: impl Fn(Table<'d>, &mut Report<'_>) -> Option<WeightSource>,
    report: &mut Report<'_>,
) -> Option<WeightConfig> {
    let table = Table::open(entry, keys, report)?;
    let source = source(table, report);
    let least = table.get("least").map_or(Some(LEAST), |entry| entry.number(0..=100_u8, report));
    let most = table.get("most").map_or(Some(MOST), |entry| entry.number(1..=100_u8, report));
    let mut duration =
        |key, range, usual| table.get(key).map_or(Some(usual), |entry| entry.duration(range, report));
    let smooth = duration("smooth", SMOOTHS, SMOOTH);
    let interval = duration("interval", INTERVALS, INTERVAL);
    let (least, most) = (least?, most?);
    refuse_crossed(table, least, most, report)?;
    Some(WeightConfig { source: source?, least, most, smooth: smooth?, interval: interval? })
}

fn refuse_crossed(table: Table<'_>, least: u8, most: u8, report: &mut Report<'_>) -> Option<()> {
    if least <= most {
        return Some(());
    }
    let place = table.get("least").or_else(|| table.get("most")).unwrap_or_else(|| table.entry()).place();
    report
        .error(place, format_args!("`least` {least} is above `most`, {most}"))
        .help(format_args!("write a `least` of {most} or less"));
    None
}

fn file(table: Table<'_>, report: &mut Report<'_>) -> Option<WeightSource> {
    let help = "write the full path of the file: `path = \"/run/weight\"`";
    let path = table.require("path", FILE.name, help, report).and_then(|entry| program::path(entry, report));
    Some(WeightSource::File(String::from(path?)))
}

fn script(table: Table<'_>, report: &mut Report<'_>) -> Option<WeightSource> {
    let help = "write `command = \"/path\"`, or a list with its arguments";
    let command =
        table.require("command", SCRIPT.name, help, report).and_then(|entry| program::command(entry, report));
    let timeout = table.get("timeout").map_or(Some(TIMEOUT), |entry| entry.duration(TIMEOUTS, report));
    let user = table.get("user").map(|entry| entry.name(report).ok_or(())).transpose();
    Some(WeightSource::Script(WeightScript { command: command?, timeout: timeout?, user: user.ok()? }))
}

fn load(table: Table<'_>, report: &mut Report<'_>) -> Option<WeightSource> {
    let Some(entry) = table.get("full") else { return Some(WeightSource::Load { full: FULL }) };
    if entry.kind() == Kind::Float {
        entry
            .mismatch("a whole number of hundredths", report)
            .help("write 100 for one runnable process on each processor, 150 for one and a half");
        return None;
    }
    Some(WeightSource::Load { full: entry.number(FULLS, report)? })
}
