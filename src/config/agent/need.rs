//! `unit` and `process` of a `[[vip]]`: what must run for it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use host::Need;

use crate::read::{Report, Table, beginning, shown};
use crate::rules::LONGEST_PROCESS;
use crate::text::{Entry, Kind};

/// `UNIT_NAME_MAX` of systemd, less the NUL.
const LONGEST_UNIT: usize = 255;
/// What systemd's other units are: none of them has processes.
const WITHOUT_PROCESS: [&str; 9] =
    ["socket", "target", "timer", "mount", "automount", "swap", "path", "device", "slice"];

/// The units, then the processes.
pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Vec<Need> {
    let mut all = Vec::new();
    for (key, read) in [("unit", unit as Read), ("process", process as Read)] {
        let Some(entry) = table.get(key) else { continue };
        for one in one_or_several(entry) {
            match read(one, report) {
                Some(need) if all.contains(&need) => {
                    report
                        .error(one.place(), format_args!("the {need} is listed twice"))
                        .help("leave one of the two");
                }
                need => all.extend(need),
            }
        }
    }
    all
}

type Read = fn(Entry<'_>, &mut Report<'_>) -> Option<Need>;

/// A value, or each of a list.
fn one_or_several(entry: Entry<'_>) -> Vec<Entry<'_>> {
    match entry.kind() {
        Kind::Array => entry.children().collect(),
        Kind::String(_)
        | Kind::Integer { .. }
        | Kind::Float
        | Kind::Boolean(_)
        | Kind::Datetime
        | Kind::Table
        | Kind::Bad => Vec::from([entry]),
    }
}

/// A unit's name; one without a type is a service, as `systemctl` has it.
fn unit(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Need> {
    let name = entry.string("unit = \"nginx.service\"", report)?;
    let (wrong, help) = match name.rsplit_once('.') {
        _ if name.is_empty() => ("is empty", String::from("write a name such as \"nginx.service\"")),
        _ if name.contains(|c: char| !is_of_unit(c)) => (
            "is no name of a unit",
            String::from("write it as `systemctl` shows it, such as \"nginx.service\""),
        ),
        _ if name.len() > LONGEST_UNIT - ".service".len() => {
            ("is too long", format!("write {LONGEST_UNIT} bytes at most"))
        }
        Some((stem, "service")) if stem.ends_with('@') => {
            ("is a template", format!("write an instance of it: \"{}1.service\"", shown(stem)))
        }
        Some((_, "service" | "scope")) => return Some(Need::Unit(String::from(name))),
        Some((stem, kind)) if WITHOUT_PROCESS.contains(&kind) => {
            ("has no process of its own", format!("write the service: \"{}.service\"", shown(stem)))
        }
        Some(_) | None => return Some(Need::Unit(format!("{name}.service"))),
    };
    report.error(entry.place(), format_args!("the unit \"{}\" {wrong}", shown(name))).help(help);
    None
}

/// `VALID_CHARS` of systemd's `unit-name.c`.
fn is_of_unit(c: char) -> bool {
    c.is_ascii_alphanumeric() || "@:-_.\\".contains(c)
}

/// A process's name; the kernel keeps its beginning.
fn process(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Need> {
    let name = entry.string("process = \"nginx\"", report)?;
    let file = name.rsplit('/').next().unwrap_or(name);
    let (wrong, help) = if name.starts_with('/') && !file.is_empty() {
        ("is a path", format!("write the name alone: \"{}\"", shown(beginning(file))))
    } else if name.is_empty() || name.contains(char::is_control) {
        ("is no name of a process", String::from("write what /proc/PID/comm has, such as \"nginx\""))
    } else {
        return Some(Need::Process(String::from(kept(entry, name, report))));
    };
    report.error(entry.place(), format_args!("`process` {wrong}")).help(help);
    None
}

fn kept<'d>(entry: Entry<'d>, name: &'d str, report: &mut Report<'_>) -> &'d str {
    let kept = beginning(name);
    if kept.len() < name.len() {
        report
            .warning(entry.place(), format_args!("`process` is longer than {LONGEST_PROCESS} bytes"))
            .label("the kernel keeps no more of a process's name")
            .help(format_args!("write what /proc/PID/comm has: \"{kept}\""));
    }
    kept
}
