//! What starts at boot, by the links that `systemctl enable`, `update-rc.d` and `chkconfig` make: true also where systemd does
//! not run now.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Names in one directory that are looked at.
const MOST: usize = 2000;
const RUN_LEVELS: [&str; 5] = ["etc/rc2.d", "etc/rc3.d", "etc/rc4.d", "etc/rc5.d", "etc/rc.d/rc3.d"];
const UNITS: &str = "etc/systemd/system";

/// Units by their full names, init scripts by theirs.
pub(super) fn starts_at_boot(root: &Path) -> BTreeSet<String> {
    let scripts = RUN_LEVELS.iter().flat_map(|level| names(&root.join(level)));
    let scripts = scripts.filter_map(|name| script(&name).map(str::to_owned));
    let wanted = names(&root.join(UNITS)).into_iter().filter(|name| {
        let end = Path::new(name).extension();
        end.is_some_and(|end| end == "wants" || end == "requires")
    });
    let units = wanted.flat_map(|directory| names(&root.join(UNITS).join(directory)));
    scripts.chain(units).collect()
}

/// `realserver` of `S99realserver`.
fn script(name: &str) -> Option<&str> {
    let rest = name.strip_prefix('S')?;
    Some(rest.trim_start_matches(|sign: char| sign.is_ascii_digit())).filter(|script| !script.is_empty())
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).take(MOST).collect()
}
