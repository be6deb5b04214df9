//! `notify`: programs that are run at transitions.

use super::Notify;
use crate::read::program::command;
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::Kind;

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
