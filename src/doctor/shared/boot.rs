//! What `sysctl --system` and systemd-sysctl set at boot, from their files (`sysctl.d(5)`).

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::glob::fits;
use super::said;
use crate::{Facts, File, Seen};

/// The directories, of which the first that has a name hides it in the others.
const DIRECTORIES: [&str; 5] =
    ["/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/", "/lib/sysctl.d/"];
/// Read by systemd-sysctl only where a link in `/etc/sysctl.d` leads to it.
const LAST: &str = "/etc/sysctl.conf";
const LINK: &str = "99-sysctl.conf";

/// A line of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootSysctl {
    /// the file
    pub path: String,
    /// the line, from 1
    pub line: usize,
    /// the sysctl as a path below `/proc/sys`; may hold `*`
    pub name: String,
    /// its value; empty: the line only keeps the sysctl from those with `*` (`-name`)
    pub value: String,
}

/// All that one program sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BootSysctls {
    /// in the order in which they are carried out
    lines: Vec<BootSysctl>,
    /// the last line of each name, by its place above
    last: BTreeMap<String, usize>,
    /// places of those with `*`
    patterns: Vec<usize>,
}

/// What the files say, as each of the two reads them that carry them out: first systemd-sysctl, at boot, then
/// `sysctl --system`, which has `/etc/sysctl.conf` in any case, and last.
pub fn boot_sysctls(host: &Facts) -> [BootSysctls; 2] {
    let by_name = by_name(host);
    let last = host.files.iter().find(|file| file.path == LAST);
    let link = by_name.get(LINK).filter(|link| last.is_some_and(|last| is_same(link, last))).copied();
    let named =
        |with_link: bool| {
            let files = by_name.values().copied();
            let files = files.filter(move |file| with_link || link.is_none_or(|link| link.path != file.path));
            files.map(move |file| {
                if link.is_some_and(|link| link.path == file.path) { last.unwrap_or(file) } else { file }
            })
        };
    [
        BootSysctls::of(named(true).flat_map(lines).collect()),
        BootSysctls::of(named(false).chain(last).flat_map(lines).collect()),
    ]
}

/// In the order of their names.
fn by_name(host: &Facts) -> BTreeMap<&str, &File> {
    let mut by_name = BTreeMap::new();
    for directory in DIRECTORIES {
        let inside = host.files.iter().filter_map(|file| Some((file.path.strip_prefix(directory)?, file)));
        for (name, file) in inside {
            by_name.entry(name).or_insert(file);
        }
    }
    by_name
}

/// Debian's and Red Hat's link to it.
fn is_same(link: &File, last: &File) -> bool {
    matches!((&link.text, &last.text), (Seen::Known(one), Seen::Known(other)) if one == other)
}

fn lines(file: &File) -> impl Iterator<Item = BootSysctl> {
    said(file).filter_map(|line| {
        let (name, value) = match line.text.split_once('=') {
            Some((name, value)) => (name, value.trim()),
            None => (line.text.starts_with('-').then_some(line.text)?, ""),
        };
        Some(BootSysctl {
            path: file.path.clone(),
            line: line.number,
            name: path_of(name.trim()),
            value: value.to_owned(),
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

impl BootSysctls {
    fn of(lines: Vec<BootSysctl>) -> Self {
        let mut all = Self { lines, ..Self::default() };
        for (place, line) in all.lines.iter().enumerate() {
            if line.name.contains(['*', '?']) {
                all.patterns.push(place);
            }
            all.last.insert(line.name.clone(), place);
        }
        all
    }

    /// Every line in the order in which they are carried out.
    pub fn iter(&self) -> impl Iterator<Item = &BootSysctl> {
        self.lines.iter()
    }

    /// The line that decides what a sysctl is after all of them: the last that names it, or else the last whose `*` fits. None:
    /// no file says anything of it.
    pub fn decides(&self, path: &str) -> Option<&BootSysctl> {
        let named = self.last.get(path).and_then(|place| self.lines.get(*place));
        if named.is_some() {
            return named.filter(|line| !line.value.is_empty());
        }
        let patterns = self.patterns.iter().rev().filter_map(|place| self.lines.get(*place));
        patterns.into_iter().find(|line| fits(&line.name, path))
    }
}

impl BootSysctl {
    /// The line, as it may stand in its file.
    pub fn text(&self) -> String {
        format!("{} = {}", self.name, self.value)
    }
}

#[cfg(test)]
mod tests;
