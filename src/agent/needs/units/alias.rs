//! Other names of a unit: `mysql.service` is a link to `mariadb.service`, and the cgroup has the latter's name.

use std::fs;
use std::path::PathBuf;

/// Links followed.
const MOST_LINKS: usize = 4;

/// What systemd calls this unit: the name itself where no link says otherwise.
pub(super) fn real_name(name: &str, unit_files: &[PathBuf]) -> String {
    let mut name = name.to_owned();
    for _ in 0..MOST_LINKS {
        match unit_files.iter().find_map(|directory| linked(directory, &name)) {
            Some(other) => name = other,
            None => break,
        }
    }
    name
}

/// A masked unit is a link to `/dev/null`, which is no name of a unit.
fn linked(directory: &std::path::Path, name: &str) -> Option<String> {
    let target = fs::read_link(directory.join(name)).ok()?;
    let other = target.file_name()?.to_str()?;
    let same_kind = other.rsplit_once('.')?.1 == name.rsplit_once('.')?.1;
    (same_kind && other != name).then(|| other.to_owned())
}
