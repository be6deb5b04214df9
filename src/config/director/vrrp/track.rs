//! What a router watches: interfaces, scripts, files, processes, services.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use ::vrrp::Priority;

use super::{RouterConfig, Tracked};
use crate::director::VirtualService;
use crate::director::names::Names;
use crate::read::{Keys, Report, Table, interface};
use crate::text::{Entry, Kind};

/// From 1 to 254 and back.
const WEIGHTS: RangeInclusive<i16> = -253..=253;
const KEYS: [&str; 5] =
    ["track_interfaces", "track_scripts", "track_files", "track_processes", "track_services"];

pub(in crate::director) const TRACKED: Keys =
    Keys { name: "something tracked", known: &["name", "weight"], foreign: &[] };

/// Names that may be tracked.
pub(super) struct Known<'d> {
    scripts: Names<'d>,
    files: Names<'d>,
    processes: Names<'d>,
}

impl<'d> Known<'d> {
    pub(super) fn of(top: Table<'d>) -> Self {
        Self {
            scripts: Names::of(top, "track_script", "[[track_script]]"),
            files: Names::of(top, "track_file", "[[track_file]]"),
            processes: Names::of(top, "track_process", "[[track_process]]"),
        }
    }
}

/// Everything but services.
pub(super) struct Tracks {
    pub(super) interfaces: Vec<Tracked>,
    pub(super) scripts: Vec<Tracked>,
    pub(super) files: Vec<Tracked>,
    pub(super) processes: Vec<Tracked>,
}

pub(super) fn read(table: Table<'_>, known: &Known<'_>, report: &mut Report<'_>) -> Tracks {
    let mut named = |key, names: &Names<'_>| match table.get(key) {
        Some(entry) => list(entry, |entry, name, report| names.check(entry, name, report), report),
        None => Vec::new(),
    };
    let (scripts, files, processes) = (
        named("track_scripts", &known.scripts),
        named("track_files", &known.files),
        named("track_processes", &known.processes),
    );
    let interfaces = match table.get("track_interfaces") {
        Some(entry) => list(entry, |entry, _, report| interface(entry, report).map(drop), report),
        None => Vec::new(),
    };
    Tracks { interfaces, scripts, files, processes }
}

/// The services that may be tracked.
pub(super) struct Services<'a> {
    all: &'a [VirtualService],
    names: Names<'a>,
    /// the first of each list by the list's name: all of one list have the same servers, so it speaks for them
    firsts: BTreeMap<&'a str, &'a str>,
}

impl<'a> Services<'a> {
    pub(super) fn of(top: Table<'a>, all: &'a [VirtualService]) -> Self {
        let names = Names::of(top, "service", "[[service]]");
        let names = names.and(all.iter().map(|service| service.name.as_str()));
        let mut firsts = BTreeMap::new();
        for service in all {
            if let Some(group) = &service.group {
                firsts.entry(group.as_str()).or_insert(service.name.as_str());
            }
        }
        Self { all, names, firsts }
    }

    /// One for each section.
    fn each(&self) -> impl Iterator<Item = &'a str> {
        let first = |service: &&VirtualService| match service
            .group
            .as_ref()
            .map(|group| self.firsts.get(group.as_str()))
        {
            Some(first) => first == Some(&service.name.as_str()),
            None => true,
        };
        self.all.iter().filter(first).map(|service| service.name.as_str())
    }
}

/// `track_services`: a list, or `true` for every service.
pub(super) fn services(
    entry: Entry<'_>,
    router: Option<&RouterConfig>,
    services: &Services<'_>,
    report: &mut Report<'_>,
) -> Vec<Tracked> {
    let Some(entry) = entry.children().find(|child| child.key() == "track_services") else {
        return Vec::new();
    };
    let tracked = match entry.kind() {
        Kind::Boolean(true) => {
            services.each().map(|name| Tracked { name: String::from(name), weight: 0 }).collect()
        }
        Kind::Boolean(false) | Kind::Bad => Vec::new(),
        Kind::Array => {
            let check = |entry: Entry<'_>, name: &str, report: &mut Report<'_>| {
                services.names.check(entry, name, report)
            };
            let named = list(entry, check, report);
            speakers(entry, named, services, report)
        }
        Kind::String(_) | Kind::Integer { .. } | Kind::Float | Kind::Datetime | Kind::Table => {
            entry
                .mismatch("a list, or true", report)
                .help("write `track_services = [\"web\"]`, or `track_services = true` for every service");
            Vec::new()
        }
    };
    if entry.kind() == Kind::Boolean(true) && services.all.is_empty() && router.is_some() {
        report
            .warning(entry.place(), "`track_services` without any [[service]]")
            .label("nothing is tracked")
            .help("leave it away");
    }
    tracked
}

/// Names of lists become those of their first services.
fn speakers(
    entry: Entry<'_>,
    named: Vec<Tracked>,
    services: &Services<'_>,
    report: &mut Report<'_>,
) -> Vec<Tracked> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::with_capacity(named.len());
    for Tracked { name, weight } in named {
        let name = services.firsts.get(name.as_str()).map_or(name, |first| String::from(*first));
        if !seen.insert(name.clone()) {
            report
                .error(entry.place(), format_args!("\"{name}\" is tracked twice"))
                .label("once by the name of its list")
                .help("leave one of the two");
            continue;
        }
        all.push(Tracked { name, weight });
    }
    all
}

/// Reports what an owner never lets happen to its priority.
pub(super) fn warn_of_owner(table: Table<'_>, priority: Priority, report: &mut Report<'_>) {
    if !priority.is_owner() {
        return;
    }
    for entry in KEYS.into_iter().filter_map(|key| table.get(key)) {
        let weights = entry.children().flat_map(Entry::children).filter(|child| child.key() == "weight");
        let weights = weights.filter(|weight| !matches!(weight.kind(), Kind::Integer { digits: "0", .. }));
        for weight in weights {
            report
                .warning(
                    weight.place(),
                    "priority 255, the owner of the addresses, is never raised or lowered",
                )
                .label("not applied")
                .help(
                    "write a `priority` of 254 or less, or no `weight`: then it is a fault while it is down",
                );
        }
    }
}

/// `"name"`, or `{ name = "…", weight = -10 }`.
fn list(
    entry: Entry<'_>,
    mut check: impl FnMut(Entry<'_>, &str, &mut Report<'_>) -> Option<()>,
    report: &mut Report<'_>,
) -> Vec<Tracked> {
    let example = alloc::format!("{} = [\"name\", {{ name = \"other\", weight = -10 }}]", entry.key());
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for one in entry.list(&example, report).into_iter().flatten() {
        let Some((named, weight)) = one_of(one, report) else { continue };
        let Some(name) = named.string("\"name\"", report) else { continue };
        if check(named, name, report).is_none() {
            continue;
        }
        if !seen.insert(name) {
            report
                .error(named.place(), format_args!("\"{name}\" is tracked twice"))
                .label("the second time")
                .help("leave one of the two");
            continue;
        }
        all.push(Tracked { name: String::from(name), weight });
    }
    all
}

/// The entry of the name, and the weight.
fn one_of<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<(Entry<'d>, i16)> {
    if entry.kind() != Kind::Table {
        return Some((entry, 0));
    }
    let table = Table::open(entry, &TRACKED, report)?;
    let weight = table.get("weight").map_or(Some(0), |entry| entry.number(WEIGHTS, report));
    let name = table.require("name", TRACKED.name, "write `name = \"…\"`", report)?;
    Some((name, weight?))
}
