//! `notify` of services and servers: programs that are run when they change.

use super::{RealNotify, ServiceNotify};
use crate::read::program::command;
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::Kind;

pub(super) const SERVICE: Keys = Keys {
    name: "`notify` of a service",
    known: &["quorum_up", "quorum_down"],
    foreign: &[
        Foreign {
            key: "up",
            help: "write `quorum_up`; `up` and `down` are a server's: write them in [[service.real]]",
        },
        Foreign {
            key: "down",
            help: "write `quorum_down`; `up` and `down` are a server's: write them in [[service.real]]",
        },
    ],
};
pub(super) const REAL: Keys = Keys {
    name: "`notify` of a server",
    known: &["up", "down"],
    foreign: &[
        Foreign { key: "notify_up", help: "write `up`" },
        Foreign { key: "notify_down", help: "write `down`" },
        Foreign { key: "quorum_up", help: "it is the service's: write it in [[service]]" },
        Foreign { key: "quorum_down", help: "it is the service's: write it in [[service]]" },
    ],
};

pub(super) fn service(table: Table<'_>, report: &mut Report<'_>) -> ServiceNotify {
    let Some(table) = open(table, &SERVICE, "{ quorum_up = \"/path\", quorum_down = \"/path\" }", report)
    else {
        return ServiceNotify::default();
    };
    let mut one = |key| table.get(key).and_then(|entry| command(entry, report)).unwrap_or_default();
    ServiceNotify { quorum_up: one("quorum_up"), quorum_down: one("quorum_down") }
}

pub(super) fn real(table: Table<'_>, report: &mut Report<'_>) -> RealNotify {
    let Some(table) = open(table, &REAL, "{ up = \"/path\", down = \"/path\" }", report) else {
        return RealNotify::default();
    };
    let mut one = |key| table.get(key).and_then(|entry| command(entry, report)).unwrap_or_default();
    RealNotify { up: one("up"), down: one("down") }
}

fn open<'d>(table: Table<'d>, keys: &Keys, example: &str, report: &mut Report<'_>) -> Option<Table<'d>> {
    let entry = table.get("notify")?;
    if matches!(entry.kind(), Kind::String(_) | Kind::Array) {
        entry.mismatch("a table", report).help(format_args!("write `notify = {example}`"));
        return None;
    }
    Table::open(entry, keys, report)
}
