//! Files of the operating system, by where they lie.

use alloc::vec;
use alloc::vec::Vec;

use crate::{Facts, File, Finding, Seen};

/// Those in these directories; a name without a slash at its end is that of one file, or how some begin.
pub(super) fn inside<'a>(host: &'a Facts, places: &'a [&str]) -> impl Iterator<Item = &'a File> {
    host.files.iter().filter(|file| places.iter().any(|place| file.path.starts_with(place)))
}

/// Files that cannot be read, and those in directories that cannot be listed, might hold what is looked for.
pub(super) fn unread(id: &'static str, host: &Facts, places: &[&str]) -> Vec<Finding> {
    let is_above = |path: &str| path.ends_with('/') && places.iter().any(|place| place.starts_with(path));
    let above =
        host.files.iter().filter(|file| is_above(&file.path) && !places.contains(&file.path.as_str()));
    let hidden = inside(host, places).chain(above).filter_map(|file| match &file.text {
        Seen::Unseen(unseen) => Some(Finding::unknown(id, &file.path, unseen)),
        Seen::Known(_) => None,
    });
    hidden.collect()
}

pub(super) fn none_or(id: &'static str, findings: Vec<Finding>, fine: &str) -> Vec<Finding> {
    if findings.is_empty() { vec![Finding::fine(id, "", fine)] } else { findings }
}

/// Whether a daemon of the operating system reads its files: it runs, or starts at boot. True where that cannot be told.
pub(super) fn is_used(host: &Facts, unit: &str, process: &str) -> bool {
    let by_unit = host.unit(unit).is_some_and(|unit| unit.runs() || unit.starts_at_boot());
    let runs = host.processes_named(process).next().is_some();
    let nothing_known = host.units.known().is_none() && host.processes.known().is_none();
    by_unit || runs || host.starts_at_boot.contains(unit) || host.boot_unseen.is_some() || nothing_known
}
