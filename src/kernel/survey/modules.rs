//! Kernel modules: loaded, built in, and those that `modprobe` would find.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use doctor::{Modules, Seen};

/// By `/proc/modules` and the running kernel's directory in `/lib/modules`.
pub(super) fn modules(root: &Path) -> Modules {
    let release = fs::read_to_string(root.join("proc/sys/kernel/osrelease")).unwrap_or_default();
    let place = root.join("lib/modules").join(release.trim());
    let built_in = names_in(&place.join("modules.builtin"), file_name);
    let loaded = names_in(&root.join("proc/modules"), first_word);
    let files = names_in(&place.join("modules.dep"), file_name);
    let unlisted = || {
        let why = format!("{} does not say which modules there are", place.display());
        Seen::unseen(why, "install the kernel's modules, or run this outside the container")
    };
    Modules {
        loaded: match (&loaded, &built_in) {
            (Some(loaded), Some(built_in)) => Seen::Known(loaded | built_in),
            // what is built in is not known
            (_, None) => unlisted(),
            // a kernel that loads none has no list
            (None, Some(built_in)) => Seen::Known(built_in.clone()),
        },
        available: match (files, built_in) {
            (Some(files), built_in) => {
                Seen::Known(&(&files | &built_in.unwrap_or_default()) | &loaded.unwrap_or_default())
            }
            (None, _) => unlisted(),
        },
    }
}

fn names_in(file: &Path, name: fn(&str) -> Option<&str>) -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(file).ok()?;
    Some(text.lines().filter_map(name).map(|name| name.replace('-', "_")).collect())
}

fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

/// `ip_vs` of `kernel/net/netfilter/ipvs/ip_vs.ko.xz: …`.
fn file_name(line: &str) -> Option<&str> {
    let path = line.split(':').next()?;
    let (name, _) = path.rsplit('/').next()?.split_once(".ko")?;
    Some(name)
}
