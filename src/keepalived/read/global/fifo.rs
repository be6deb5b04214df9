//! Named pipes and their readers.

use alloc::vec::Vec;

use config::director::Fifo;

use crate::read::value::{command, path};
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::at_most;
use crate::report::Report;
use crate::syntax::Line;

/// `notify_fifo NAME [user [group]]` and `notify_fifo_script PROGRAM [user [group]]`; the first of each counts.
pub(super) fn read(
    said: &Said<'_>,
    name: &str,
    script_user: Option<&str>,
    report: &mut Report,
) -> Option<Fifo> {
    let script = alloc::format!("{name}_script");
    let reader = said.first(&script, report);
    let Some(line) = said.first(name, report) else {
        if let Some(line) = reader {
            tell_alone(line, name, report);
        }
        return None;
    };
    at_most(line, 3, report);
    let Some(word) = line.value(0) else {
        report
            .error(line.place(), alloc::format!("`{name}` has no value"))
            .help(alloc::format!("write `{name} /run/lvs.fifo`"));
        return None;
    };
    if let (Some(first), Some(last)) = (line.value(1), line.values().last()) {
        report
            .note(first.place.to(last.place), "the pipe belongs to root")
            .help("a user of its own is not looked at");
    }
    let path = path(word, "named pipe", report)?;
    let reader = reader.map_or_else(Vec::new, |line| command(line, script_user, report));
    Some(Fifo { path, reader })
}

fn tell_alone(line: &Line, name: &str, report: &mut Report) {
    report
        .error(line.words_place(), alloc::format!("`{}` without `{name}`", line.keyword()))
        .label("there is no pipe to read from")
        .help(alloc::format!("write `{name} /run/lvs.fifo` too"))
        .swallowed("keepalived leaves it away");
}
