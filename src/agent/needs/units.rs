//! Units by their cgroups: systemd makes one for each that has a process, and removes it afterwards.

mod alias;
mod cgroup;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use super::search::Pace;
use alias::real_name;
use cgroup::{Hierarchy, Idle, populated};

/// What is known of each unit.
pub(super) struct Units {
    root: PathBuf,
    proc: PathBuf,
    unit_files: Vec<PathBuf>,
    known: BTreeMap<String, PathBuf>,
    /// those that the last search did not find
    missing: BTreeSet<String>,
    pace: Pace,
}

impl Units {
    /// With the cgroup file systems, the processes and the unit files below these.
    pub(super) fn new(root: PathBuf, proc: PathBuf, unit_files: Vec<PathBuf>) -> Self {
        let (known, missing) = (BTreeMap::new(), BTreeSet::new());
        Self { root, proc, unit_files, known, missing, pace: Pace::default() }
    }

    /// Each of these.
    pub(super) fn look(&mut self, wanted: &[&str], now: Instant) -> Vec<(String, Result<(), String>)> {
        let names: BTreeSet<&str> = wanted.iter().copied().collect();
        self.known.retain(|name, _| names.contains(name.as_str()));
        self.missing.retain(|name| names.contains(name.as_str()));
        let Some(hierarchy) = (!names.is_empty()).then(|| Hierarchy::find(&self.root)) else {
            return Vec::new();
        };
        let answers = names.into_iter().map(|name| {
            let found = hierarchy.as_ref().map_err(Clone::clone);
            (name.to_owned(), found.and_then(|hierarchy| self.one(name, hierarchy, now)))
        });
        answers.collect()
    }

    fn one(&mut self, name: &str, hierarchy: &Hierarchy, now: Instant) -> Result<(), String> {
        if let Some(place) = self.known.get(name) {
            match populated(hierarchy, place, &self.proc) {
                // it may come back in another slice
                Err(Idle::Gone) => drop(self.known.remove(name)),
                found => return found.map_err(Idle::words),
            }
        }
        match self.find(name, hierarchy, now) {
            Some(place) => {
                let found = populated(hierarchy, &place, &self.proc).map_err(Idle::words);
                self.missing.remove(name);
                self.known.insert(name.to_owned(), place);
                found
            }
            None => Err(Idle::Gone.words()),
        }
    }

    fn find(&mut self, name: &str, hierarchy: &Hierarchy, now: Instant) -> Option<PathBuf> {
        if let Some(place) = hierarchy.usual_place(name) {
            return Some(place);
        }
        if self.missing.insert(name.to_owned()) {
            self.pace.reset();
        }
        // one search for all, so that many missing ones cost no more than one
        let wanted: Vec<(String, String)> = self.missing.iter().map(|name| self.alias(name)).collect();
        let found = self.pace.run(now, || hierarchy.search(&wanted))?;
        for (name, place) in found {
            self.missing.remove(&name);
            self.known.insert(name, place);
        }
        self.known.remove(name)
    }

    /// A name with the one that systemd uses for it.
    fn alias(&self, name: &str) -> (String, String) {
        (name.to_owned(), real_name(name, &self.unit_files))
    }
}
