//! Programs that are run: `notify`, `command`.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Notify;
use crate::read::{Foreign, Keys, Report, Table, shown};
use crate::text::{Entry, Kind};

pub(in crate::director) const NOTIFY: Keys = Keys {
    name: "`notify`",
    known: &["any", "master", "backup", "fault", "stop"],
    foreign: &[
        Foreign { key: "notify_master", help: "write `master`" },
        Foreign { key: "notify_backup", help: "write `backup`" },
        Foreign { key: "notify_fault", help: "write `fault`" },
        Foreign { key: "notify_stop", help: "write `stop`" },
    ],
};

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Notify {
    let Some(entry) = table.get("notify") else { return Notify::default() };
    if matches!(entry.kind(), Kind::String(_) | Kind::Array) {
        entry
            .mismatch("a table", report)
            .help("write `notify = { any = \"/path\" }` for every transition, or `master`, `backup`, `fault`, `stop`");
        return Notify::default();
    }
    let Some(table) = Table::open(entry, &NOTIFY, report) else { return Notify::default() };
    let mut one = |key| table.get(key).and_then(|entry| command(entry, report)).unwrap_or_default();
    Notify {
        any: one("any"),
        master: one("master"),
        backup: one("backup"),
        fault: one("fault"),
        stop: one("stop"),
    }
}

/// A full path, or a list of it and its arguments.
pub(super) fn command(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    if let Kind::String(text) = entry.kind() {
        refuse_arguments(entry, text, report)?;
        return path(entry, report).map(|path| vec![String::from(path)]);
    }
    let Kind::Array = entry.kind() else {
        entry
            .mismatch("a program", report)
            .help("write its full path, \"/path\", or a list with its arguments, [\"/path\", \"argument\"]");
        return None;
    };
    let mut words = entry.children();
    let Some(program) = words.next() else {
        report
            .error(entry.place(), format_args!("`{}` is empty", entry.key()))
            .help("write the full path of a program, or leave it away");
        return None;
    };
    let mut all = vec![String::from(path(program, report)?)];
    for word in words {
        all.push(String::from(argument(word, report)?));
    }
    Some(all)
}

/// `"/path argument"`: nothing is split at spaces, and no shell is asked.
fn refuse_arguments(entry: Entry<'_>, text: &str, report: &mut Report<'_>) -> Option<()> {
    if !text.contains(char::is_whitespace) {
        return Some(());
    }
    let words: Vec<String> = text
        .split_whitespace()
        .take(8)
        .map(|word| alloc::format!("{}", crate::print::Quoted(shown(word))))
        .collect();
    report
        .error(entry.place(), format_args!("`{}` is the path of a program, without arguments", entry.key()))
        .label("there is a space in it")
        .help(format_args!("write a list: [{}]", words.join(", ")));
    None
}

/// A full path.
pub(super) fn path<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<&'d str> {
    let path = argument(entry, report)?;
    if path.starts_with('/') && !path.ends_with('/') {
        return Some(path);
    }
    report
        .error(entry.place(), format_args!("\"{}\" is no full path", shown(path)))
        .label("does not begin with `/`, or ends with it")
        .help("write the path from the root, as in \"/etc/lvs-director/notify.sh\"");
    None
}

/// What a program can be given.
fn argument<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<&'d str> {
    let text = entry.string("\"/path\"", report)?;
    if text.contains('\0') {
        report
            .error(entry.place(), format_args!("`{}` has a NUL byte in it", entry.key()))
            .help("leave it away: no path or argument has one");
        return None;
    }
    Some(text)
}
