//! What starts at boot, by the links that `systemctl enable`, `update-rc.d` and `chkconfig` make: true also where systemd does
//! not run now.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use doctor::Unseen;

use super::files::{is_absent, refused};

/// Names in one directory that are looked at.
const MOST: usize = 2000;
const RUN_LEVELS: [&str; 5] = ["etc/rc2.d", "etc/rc3.d", "etc/rc4.d", "etc/rc5.d", "etc/rc.d/rc3.d"];
const UNITS: &str = "etc/systemd/system";

/// Units by their full names, init scripts by theirs; and why these may not be all.
pub(super) fn starts_at_boot(root: &Path) -> (BTreeSet<String>, Option<Unseen>) {
    let mut look = Look { root, unseen: None };
    let mut found = BTreeSet::new();
    for level in RUN_LEVELS {
        found.extend(look.names(level).iter().filter_map(|name| script(name)).map(str::to_owned));
    }
    for directory in look.names(UNITS) {
        let end = Path::new(&directory).extension();
        if end.is_some_and(|end| end == "wants" || end == "requires") {
            found.extend(look.names(&format!("{UNITS}/{directory}")));
        }
    }
    (found, look.unseen)
}

/// `realserver` of `S99realserver`.
fn script(name: &str) -> Option<&str> {
    let rest = name.strip_prefix('S')?;
    Some(rest.trim_start_matches(|sign: char| sign.is_ascii_digit())).filter(|script| !script.is_empty())
}

/// The first that could not be looked at is enough to say so.
struct Look<'a> {
    root: &'a Path,
    unseen: Option<Unseen>,
}

impl Look<'_> {
    fn names(&mut self, directory: &str) -> Vec<String> {
        self.listed(directory).unwrap_or_else(|error| {
            if !is_absent(&error) {
                self.unseen.get_or_insert_with(|| refused(directory, &error));
            }
            Vec::new()
        })
    }

    fn listed(&self, directory: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join(directory))? {
            names.extend(entry?.file_name().into_string());
            if names.len() > MOST {
                return Err(io::Error::other(format!("more than {MOST} names")));
            }
        }
        Ok(names)
    }
}
