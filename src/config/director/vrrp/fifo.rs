//! Named pipes that get a line for each transition.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::Fifo;
use crate::read::program::{command, path};
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::Kind;

pub(in crate::director) const FIFO: Keys = Keys {
    name: "a fifo",
    known: &["path", "reader"],
    foreign: &[Foreign { key: "script", help: "write `reader`" }],
};

/// `"/path"`, or `{ path = "/path", reader = […] }`; `seen` are those that were read, with the byte where they are written.
pub(super) fn read<'d>(
    table: Table<'d>,
    key: &str,
    seen: &mut BTreeMap<&'d str, usize>,
    report: &mut Report<'_>,
) -> Option<Fifo> {
    let entry = table.get(key)?;
    let (written, reader) = if entry.kind() == Kind::Table {
        let table = Table::open(entry, &FIFO, report)?;
        let reader = match table.get("reader") {
            Some(entry) => command(entry, report)?,
            None => Vec::new(),
        };
        (
            table.require("path", FIFO.name, "write `path = \"/run/lvs-director/notify.fifo\"`", report)?,
            reader,
        )
    } else {
        (entry, Vec::new())
    };
    let path = path(written, report)?;
    if let Some(first) = seen.insert(path, written.place().start) {
        let line = report.line(first);
        report
            .error(written.place(), format_args!("\"{path}\" is the path of two fifos"))
            .label("the second time")
            .help(format_args!(
                "the first is in line {line}: write another, or `fifo` alone, which gets all lines"
            ));
    }
    Some(Fifo { path: String::from(path), reader })
}
