//! `vrrp_sync_group`: routers that move together.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use ::vrrp::Group;
use config::director::{SyncGroup, Tracked};

use super::instance::alert;
use super::said::Said;
use super::value::{block_name, shown};
use super::{Given, Placed, notify};
use crate::Mode;
use crate::keywords::Section;
use crate::read::track::{Lists, Things, without_weighted};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// Groups as they are read.
struct Reader<'a, 'r> {
    routers: &'r mut [Placed<'a>],
    things: &'r Things,
    given: Given<'r>,
    /// routers by their name in the file
    by_name: BTreeMap<String, usize>,
    names: BTreeSet<String>,
    /// routers that are in a group
    members: BTreeMap<usize, Place>,
}

/// Every group. What a group tracks, its members track.
pub(super) fn read_all(
    lines: &[Line],
    routers: &mut [Placed<'_>],
    things: &Things,
    given: Given<'_>,
    report: &mut Report,
) -> Vec<SyncGroup> {
    let mut by_name = BTreeMap::new();
    for (at, router) in routers.iter().enumerate() {
        by_name.entry(router.said.clone()).or_insert(at);
    }
    let mut reader =
        Reader { routers, things, given, by_name, names: BTreeSet::new(), members: BTreeMap::new() };
    let groups = lines.iter().enumerate().filter(|(_, line)| line.keyword() == "vrrp_sync_group");
    groups.filter_map(|(at, line)| reader.read(line, at, report)).collect()
}

impl Reader<'_, '_> {
    fn read(&mut self, line: &Line, at: usize, report: &mut Report) -> Option<SyncGroup> {
        let name = block_name(line, report)?;
        if !self.names.insert(name.clone()) {
            report
                .error(line.words_place(), format_args!("two vrrp_sync_group are named `{name}`"))
                .label("the second of this name")
                .help("write another name")
                .swallowed("keepalived leaves the second away");
            return None;
        }
        let said = Said::of(line.lines(), Section::SyncGroup, report);
        let members = self.members(line, &said, report);
        let lists = self.things.lists(&said, at, report);
        let notify = notify::read(&said, self.given.script_user, report);
        let alert = alert(&said, self.given, report);
        let weights = said.has("sync_group_tracking_weight") || said.has("global_tracking");
        for member in &members {
            let Some(placed) = self.routers.get_mut(*member) else { continue };
            if !weights && members.len() > 1 {
                without_weighted(
                    &mut placed.router,
                    placed.line,
                    "members of a sync group have no weights of their own",
                    report,
                );
            }
            let router = &mut placed.router;
            join(&mut router.track_interfaces, &lists.interfaces);
            join(&mut router.track_scripts, &lists.scripts);
            join(&mut router.track_files, &lists.files);
            join(&mut router.track_processes, &lists.processes);
        }
        if lists.any() {
            report
                .note(line.words_place(), "what the group tracks is tracked by each of its routers")
                .help("one that is in fault takes the others with it");
        }
        let names: Vec<String> = members
            .iter()
            .filter_map(|at| self.routers.get(*at))
            .map(|placed| placed.router.name.clone())
            .collect();
        if names.len() < 2 && (!said.has("group") || is_told(&said, names.len(), report)) {
            return None;
        }
        if names.len() < 2 {
            tell_alone(line, names.first(), notify != config::director::Notify::default(), report);
            return None;
        }
        Some(SyncGroup { group: Group { name, members: names }, notify, alert })
    }

    /// The routers, by place; each is in one group, once.
    fn members(&mut self, line: &Line, said: &Said<'_>, report: &mut Report) -> Vec<usize> {
        // names that stand outside of `group` are told there
        let outside = report.mode() == Mode::Strict
            && line.lines().iter().any(|line| Section::SyncGroup.find(line.keyword()).is_none());
        if !said.has("group") && !outside {
            report
                .error(line.words_place(), "this vrrp_sync_group has no `group`")
                .label("nobody to follow")
                .help("write `group { VI_1 VI_2 }` with the names of the instances")
                .swallowed("keepalived leaves the group away");
        }
        let words = said.entries("group").flat_map(|line| &line.words);
        words.filter_map(|word| self.member(word, report)).collect()
    }

    fn member(&mut self, word: &Word, report: &mut Report) -> Option<usize> {
        let name = word.text();
        let Some(at) = self.by_name.get(name).copied() else {
            report
                .error(word.place, format_args!("there is no vrrp_instance `{}`", shown(name)))
                .help("write the name of one, or leave it away")
                .swallowed("keepalived leaves it away");
            return None;
        };
        let Some(first) = self.members.get(&at) else {
            self.members.insert(at, word.place);
            return Some(at);
        };
        let position = report.position(*first);
        report
            .error(word.place, format_args!("`{}` is in a sync group twice", shown(name)))
            .label("the second time")
            .help(format_args!("the first is in {position}: a router is in one group, once"))
            .swallowed("keepalived leaves it away");
        None
    }
}

/// Whether errors say of members why they are so few.
fn is_told(said: &Said<'_>, members: usize, report: &Report) -> bool {
    let written = said.entries("group").map(|line| line.words.len()).sum::<usize>();
    written > members && report.mode() != Mode::Lenient
}

/// What a member tracks itself stays as it is.
fn join(own: &mut Vec<Tracked>, of_group: &[Tracked]) {
    for one in of_group {
        if own.iter().all(|other| other.name != one.name) {
            own.push(one.clone());
        }
    }
}

impl Lists {
    fn any(&self) -> bool {
        ![&self.interfaces, &self.scripts, &self.files, &self.processes].into_iter().all(Vec::is_empty)
    }
}

/// A group of one follows nobody; only its programs would be missed.
fn tell_alone(line: &Line, member: Option<&String>, has_notify: bool, report: &mut Report) {
    let message = "a sync group has at least two members";
    let place = line.words_place();
    let help = match member {
        Some(member) => {
            alloc::format!("leave the group away, and write what it says into vrrp_instance {member}")
        }
        None => String::from("write the names of the instances that move together, or leave the group away"),
    };
    if member.is_some() && !has_notify {
        report.warning(place, message).label("the group is left away").help(help);
    } else {
        report.error(place, message).label("nobody to follow").help(help);
    }
}
