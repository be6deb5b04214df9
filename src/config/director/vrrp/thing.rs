//! `[[track_script]]`, `[[track_file]]`, `[[track_process]]`: what routers can name.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::{TrackFile, TrackProcess, TrackScript, tell_same_names};
use crate::read::program;
use crate::read::{Foreign, Keys, Report, Table, beginning, choice, format_duration, shown};
use crate::rules::LONGEST_PROCESS;
use crate::text::{Entry, Kind};

pub(super) const INTERVAL: Duration = Duration::from_secs(1);
/// Faster is an attack, slower is no check.
const INTERVALS: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(86_400);
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(86_400);
const ROUNDS: RangeInclusive<u32> = 1..=1_000;

pub(in crate::director) const SCRIPT: Keys = Keys {
    name: "[[track_script]]",
    known: &["name", "command", "interval", "timeout", "rise", "fall", "user", "initially"],
    foreign: &[
        Foreign { key: "script", help: "write `command = \"/path\"`" },
        Foreign {
            key: "weight",
            help: "write it in the [[vrrp]]: `track_scripts = [{ name = \"…\", weight = -10 }]`",
        },
        Foreign { key: "init_fail", help: "write `initially = \"down\"`" },
    ],
};
pub(in crate::director) const FILE: Keys = Keys {
    name: "[[track_file]]",
    known: &["name", "path", "interval"],
    foreign: &[
        Foreign { key: "file", help: "write `path`" },
        Foreign {
            key: "weight",
            help: "write it in the [[vrrp]]: `track_files = [{ name = \"…\", weight = 1 }]`",
        },
        Foreign { key: "init_file", help: "not supported: a missing file is 0; create it by tmpfiles.d" },
    ],
};
pub(in crate::director) const PROCESS: Keys = Keys {
    name: "[[track_process]]",
    known: &["name", "process", "minimum", "interval"],
    foreign: &[
        Foreign { key: "quorum", help: "write `minimum`" },
        Foreign {
            key: "weight",
            help: "write it in the [[vrrp]]: `track_processes = [{ name = \"…\", weight = -10 }]`",
        },
        Foreign { key: "full_command", help: "not supported: `process` is what /proc/PID/comm has" },
        Foreign { key: "param_match", help: "not supported: `process` is what /proc/PID/comm has" },
    ],
};

pub(super) fn scripts(top: Table<'_>, report: &mut Report<'_>) -> Vec<TrackScript> {
    sections(top, "track_script", &SCRIPT, script, |script| &script.name, report)
}

pub(super) fn files(top: Table<'_>, report: &mut Report<'_>) -> Vec<TrackFile> {
    sections(top, "track_file", &FILE, file, |file| &file.name, report)
}

pub(super) fn processes(top: Table<'_>, report: &mut Report<'_>) -> Vec<TrackProcess> {
    sections(top, "track_process", &PROCESS, process, |process| &process.name, report)
}

/// Reports what no router tracks.
pub(super) fn warn_of_unused(
    top: Table<'_>,
    key: &str,
    keys: &Keys,
    list: &str,
    used: &BTreeSet<&str>,
    report: &mut Report<'_>,
) {
    for entry in top.get(key).into_iter().flat_map(Entry::children) {
        let name = entry.children().find(|child| child.key() == "name").map(Entry::kind);
        let Some(Kind::String(name)) = name else { continue };
        if !used.contains(name) {
            report
                .warning(entry.place(), format_args!("no router tracks {} \"{}\"", keys.name, shown(name)))
                .label("without effect")
                .help(format_args!("write it in `{list}` of a [[vrrp]], or leave it away"));
        }
    }
}

/// The sections of one kind that could be read, each with a name of its own.
fn sections<T>(
    top: Table<'_>,
    key: &str,
    keys: &Keys,
    read: impl Fn(Table<'_>, &mut Report<'_>) -> Option<T>,
    name: impl Fn(&T) -> &String,
    report: &mut Report<'_>,
) -> Vec<T> {
    let entries: Vec<Entry<'_>> = top.tables(key, keys.name, report).collect();
    let mut all = Vec::new();
    let mut places = Vec::new();
    for entry in entries {
        let Some(table) = Table::open(entry, keys, report) else { continue };
        if let Some(one) = read(table, report) {
            all.push(one);
            places.push(entry.place());
        }
    }
    tell_same_names(keys.name, all.iter().map(name).zip(places).collect(), report);
    all
}

fn script(table: Table<'_>, report: &mut Report<'_>) -> Option<TrackScript> {
    let name = name(table, &SCRIPT, report);
    let help = "write `command = \"/path\"`, or a list with its arguments";
    let command =
        table.require("command", SCRIPT.name, help, report).and_then(|entry| program::command(entry, report));
    let interval = interval(table, report);
    let timeout = table.get("timeout").and_then(|entry| entry.duration(TIMEOUTS, report));
    let mut rounds = |key| table.get(key).and_then(|entry| entry.number(ROUNDS, report)).unwrap_or(1);
    let (rise, fall) = (rounds("rise"), rounds("fall"));
    let user = table.get("user").and_then(|entry| entry.name(report));
    let initially_up = table
        .get("initially")
        .and_then(|entry| choice(entry, &[("up", true), ("down", false)], report))
        .unwrap_or(true);
    warn_of_overlap(table, interval, timeout, report);
    let timeout = timeout.unwrap_or(interval);
    Some(TrackScript { name: name?, command: command?, interval, timeout, rise, fall, user, initially_up })
}

/// The next run waits for the one before: the interval is then not what is written.
fn warn_of_overlap(table: Table<'_>, interval: Duration, timeout: Option<Duration>, report: &mut Report<'_>) {
    let (Some(entry), Some(timeout)) = (table.get("timeout"), timeout.filter(|timeout| *timeout > interval))
    else {
        return;
    };
    let (timeout, interval) = (format_duration(timeout), format_duration(interval));
    report
        .warning(entry.place(), format_args!("the timeout {timeout} is longer than the interval {interval}"))
        .label("a run may still go on when the next is due")
        .help(format_args!("write `timeout = \"{interval}\"` or less"));
}

fn file(table: Table<'_>, report: &mut Report<'_>) -> Option<TrackFile> {
    let name = name(table, &FILE, report);
    let path = table
        .require("path", FILE.name, "write `path = \"/run/lvs-director/weight\"`", report)
        .and_then(|entry| program::path(entry, report));
    let interval = interval(table, report);
    Some(TrackFile { name: name?, path: String::from(path?), interval })
}

fn process(table: Table<'_>, report: &mut Report<'_>) -> Option<TrackProcess> {
    let name = name(table, &PROCESS, report);
    let process = table
        .require("process", PROCESS.name, "write `process = \"nginx\"`", report)
        .and_then(|entry| comm(entry, report));
    let minimum = table.get("minimum").and_then(|entry| entry.number(1..=100_000, report)).unwrap_or(1);
    let interval = interval(table, report);
    Some(TrackProcess { name: name?, process: process?, minimum, interval })
}

fn name(table: Table<'_>, keys: &Keys, report: &mut Report<'_>) -> Option<String> {
    table
        .require("name", keys.name, "write the `name` by which a [[vrrp]] tracks it", report)
        .and_then(|entry| entry.name(report))
}

fn interval(table: Table<'_>, report: &mut Report<'_>) -> Duration {
    table.get("interval").and_then(|entry| entry.duration(INTERVALS, report)).unwrap_or(INTERVAL)
}

/// The name that the kernel knows a process by.
fn comm(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.name(report)?;
    let file = name.rsplit('/').next().unwrap_or(&name);
    let (wrong, help) = if name.starts_with('/') {
        ("is a path", alloc::format!("write the name alone: \"{}\"", shown(beginning(file))))
    } else if name.len() > LONGEST_PROCESS {
        ("is longer than 15 bytes", alloc::format!("write what /proc/PID/comm has: \"{}\"", beginning(&name)))
    } else {
        return Some(name);
    };
    report.error(entry.place(), format_args!("`process` {wrong}")).help(help);
    None
}
