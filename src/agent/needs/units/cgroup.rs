//! The cgroup file systems: version 2 alone, version 2 beside version 1, or version 1's named hierarchy of systemd.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::needs::processes::{Life, life};

/// Directories read in one search.
const MOST_DIRECTORIES: usize = 1_000;

/// Entries looked at in one search.
const MOST_ENTRIES: usize = 50_000;

/// Processes of a unit that are asked whether they are stopped.
const MOST_PROCESSES: usize = 64;

/// Where systemd keeps its units.
#[derive(Clone, Debug)]
pub(super) struct Hierarchy {
    root: PathBuf,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Why a unit does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// it has no cgroup: it is stopped, failed, or there is no such unit
    Gone,
    /// it has one without a process
    Empty,
    /// `cgroup.freeze`
    Frozen,
    /// every process of it
    Stopped,
    /// in words
    Unreadable(String),
}

impl Idle {
    pub(super) fn words(self) -> String {
        match self {
            Self::Gone | Self::Empty => "no process runs in it".to_owned(),
            Self::Frozen => "it is frozen".to_owned(),
            Self::Stopped => "its processes are stopped by a signal".to_owned(),
            Self::Unreadable(words) => words,
        }
    }
}

impl Hierarchy {
    /// The one below `/sys/fs/cgroup`.
    pub(super) fn find(root: &Path) -> Result<Self, String> {
        let two = [root.to_owned(), root.join("unified")];
        if let Some(root) = two.into_iter().find(|root| root.join("cgroup.controllers").exists()) {
            return Ok(Self { root, version: Version::Two });
        }
        let one = root.join("systemd");
        if one.join("cgroup.procs").exists() {
            return Ok(Self { root: one, version: Version::One });
        }
        Err(format!("there is no cgroup file system of systemd at {}: units cannot be seen", root.display()))
    }

    /// Where most units are.
    pub(super) fn usual_place(&self, name: &str) -> Option<PathBuf> {
        let slice = self.root.join("system.slice");
        let names = is_one_component(name).then(|| [name.to_owned(), escaped(name)])?;
        names.into_iter().map(|name| slice.join(name)).find(|place| place.is_dir())
    }

    /// The places of those that are found, by name; each is wanted with the name that systemd uses. Slices only are entered,
    /// the upper ones first: what is below a unit is the unit's own business.
    pub(super) fn search(&self, wanted: &[(String, String)]) -> Vec<(String, PathBuf)> {
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        let mut directories = VecDeque::from([self.root.clone()]);
        let (mut read, mut entries) = (0_usize, 0_usize);
        while let Some(directory) = directories.pop_front() {
            let Ok(listed) = fs::read_dir(&directory) else { continue };
            for entry in listed.flatten() {
                entries = entries.saturating_add(1);
                let name = entry.file_name();
                let called = |(_, real): &&(String, String)| is_called(&name, real);
                found.extend(wanted.iter().filter(called).map(|(name, _)| (name.clone(), entry.path())));
                if is_slice(&entry) {
                    directories.push_back(entry.path());
                }
            }
            read = read.saturating_add(1);
            if found.len() >= wanted.len() || read >= MOST_DIRECTORIES || entries >= MOST_ENTRIES {
                break;
            }
        }
        found
    }
}

/// Whether a process runs in this cgroup or below it.
pub(super) fn populated(hierarchy: &Hierarchy, place: &Path, proc: &Path) -> Result<(), Idle> {
    match hierarchy.version {
        Version::Two => by_events(place)?,
        Version::One => by_processes(place)?,
    }
    if all_stopped(place, proc) { Err(Idle::Stopped) } else { Ok(()) }
}

/// `cgroup.events` counts what is below too.
fn by_events(place: &Path) -> Result<(), Idle> {
    let text = fs::read_to_string(place.join("cgroup.events")).map_err(|error| unreadable(place, &error))?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.trim().parse::<u8>().ok());
    match (value("populated "), value("frozen ")) {
        (Some(1), Some(1)) => Err(Idle::Frozen),
        (Some(1), _) => Ok(()),
        _ => Err(Idle::Empty),
    }
}

fn by_processes(place: &Path) -> Result<(), Idle> {
    let mut directories = VecDeque::from([place.to_owned()]);
    let mut read = 0_usize;
    while let Some(directory) = directories.pop_front() {
        match fs::read_to_string(directory.join("cgroup.procs")) {
            Ok(text) if !text.trim().is_empty() => return Ok(()),
            // what is below may go while it is read
            Ok(_) => {}
            Err(error) if directory == place => return Err(unreadable(place, &error)),
            Err(_) => continue,
        }
        read = read.saturating_add(1);
        if read >= MOST_DIRECTORIES {
            break;
        }
        let below = fs::read_dir(&directory).into_iter().flatten().flatten();
        directories.extend(below.filter(is_directory).map(|entry| entry.path()));
    }
    Err(Idle::Empty)
}

/// A unit whose processes are all below it is not asked.
fn all_stopped(place: &Path, proc: &Path) -> bool {
    let Ok(text) = fs::read_to_string(place.join("cgroup.procs")) else { return false };
    let pids = text.lines().filter_map(|line| line.trim().parse::<u32>().ok()).filter(|pid| *pid != 0);
    let mut stopped = false;
    for pid in pids.take(MOST_PROCESSES) {
        match life(&proc.join(pid.to_string())) {
            Life::Runs => return false,
            Life::Stopped => stopped = true,
            Life::Gone => {}
        }
    }
    stopped
}

/// `ENODEV` is what an open file of a removed cgroup says.
fn unreadable(place: &Path, error: &io::Error) -> Idle {
    let gone = error.kind() == io::ErrorKind::NotFound
        || error.raw_os_error() == Some(nix::errno::Errno::ENODEV as i32);
    if gone { Idle::Gone } else { Idle::Unreadable(format!("cannot read {}: {error}", place.display())) }
}

fn is_one_component(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains('/')
}

fn is_called(found: &OsStr, name: &str) -> bool {
    found == OsStr::new(name) || found.to_str().is_some_and(|found| found == escaped(name))
}

/// systemd's `cg_escape`: a name that could be one of the kernel's own files, such as `memory.service`, gets this in front.
fn escaped(name: &str) -> String {
    format!("_{name}")
}

fn is_slice(entry: &fs::DirEntry) -> bool {
    Path::new(&entry.file_name()).extension() == Some(OsStr::new("slice")) && is_directory(entry)
}

fn is_directory(entry: &fs::DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}
