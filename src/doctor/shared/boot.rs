//! What `sysctl --system` and systemd-sysctl set at boot, from their files (`sysctl.d(5)`).

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::said;
use crate::{Facts, File};

/// The directories, of which the first that has a name hides it in the others.
const DIRECTORIES: [&str; 4] =
    ["/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/"];
/// Read last.
const LAST: &str = "/etc/sysctl.conf";

/// A line of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootSysctl {
    /// the file
    pub path: String,
    /// the line, from 1
    pub line: usize,
    /// the sysctl as a path below `/proc/sys`; may hold `*`
    pub name: String,
    /// its value
    pub value: String,
}

/// Every line in the order in which they are carried out: of two for one sysctl the last one counts.
pub fn boot_sysctls(host: &Facts) -> Vec<BootSysctl> {
    let mut by_name: BTreeMap<&str, &File> = BTreeMap::new();
    for directory in DIRECTORIES {
        let inside = host.files.iter().filter_map(|file| Some((file.path.strip_prefix(directory)?, file)));
        for (name, file) in inside {
            by_name.entry(name).or_insert(file);
        }
    }
    let last = host.files.iter().filter(|file| file.path == LAST);
    by_name.into_values().chain(last).flat_map(lines).collect()
}

fn lines(file: &File) -> impl Iterator<Item = BootSysctl> {
    said(file).filter_map(|line| {
        let (name, value) = line.text.split_once('=')?;
        Some(BootSysctl {
            path: file.path.clone(),
            line: line.number,
            name: path_of(name.trim()),
            value: value.trim().to_owned(),
        })
    })
}

/// `net.ipv4.conf.eth0/100.rp_filter` and `net/ipv4/conf/eth0.100/rp_filter` are the same: the first of the two signs parts.
fn path_of(name: &str) -> String {
    // a minus: whether it works does not matter
    let name = name.strip_prefix('-').unwrap_or(name);
    if name.find('/').unwrap_or(usize::MAX) < name.find('.').unwrap_or(usize::MAX) {
        return name.to_owned();
    }
    let other = |sign| match sign {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    name.chars().map(other).collect()
}
