//! `vrrp_instance`: one virtual router.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ::vrrp::{Family, Priority, Version, Vrid};
use config::director::{RouterConfig, VirtualAddress};

use super::globals::{self, Globals};
use super::said::{Said, one_a_line};
use super::value::{block_name, flag, number, value};
use super::vips::Vips;
use super::{Given, Placed, announce, auth, interval, notify, preempt, route, transport};
use crate::Mode;
use crate::keywords::Section;
use crate::read::address::{self, Taken};
use crate::read::track::Things;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// Instances as they are read.
pub(super) struct Instances<'a, 'g> {
    globals: &'g Globals,
    things: &'g Things,
    given: Given<'g>,
    routers: Vec<Placed<'a>>,
    sync: Vec<(Word, String)>,
    names: BTreeMap<String, Place>,
}

impl<'a, 'g> Instances<'a, 'g> {
    pub(super) const fn new(globals: &'g Globals, things: &'g Things, given: Given<'g>) -> Self {
        Self { globals, things, given, routers: Vec::new(), sync: Vec::new(), names: BTreeMap::new() }
    }

    /// Reads one; `at` is its place among the root lines.
    pub(super) fn read(&mut self, line: &'a Line, at: usize, taken: &mut Taken, report: &mut Report) {
        let Some(said) = block_name(line, report) else { return };
        let Some(name) = self.unique(line, said.clone(), report) else { return };
        report.belongs_to_router(line.whole_place(), &name);
        let lines = one_a_line(line.lines(), Section::Instance, report);
        let all = Said::of(&lines, Section::Instance, report);
        let sync = all.first("lvs_sync_daemon_interface", report);
        if let Some(word) = sync.and_then(|line| value(line, report)) {
            self.sync.push((word.clone(), name.clone()));
        }
        let reader =
            Reader { globals: self.globals, things: self.things, given: self.given, at, line, said: &all };
        if let Some(router) = reader.router(name, taken, report) {
            self.routers.push(Placed { router, line, said });
        }
    }

    /// What could be read; routers that are one on the wire are reported.
    pub(super) fn finish(self, report: &mut Report) -> (Vec<Placed<'a>>, Vec<(Word, String)>) {
        let mut seen = BTreeMap::new();
        for Placed { router, line, .. } in &self.routers {
            let Some(first) = router.addresses.first() else { continue };
            let key = (router.interface.clone(), Family::of(first.address), router.vrid);
            let Some(first) = seen.insert(key, line.words_place()) else { continue };
            let position = report.position(first);
            report
                .error(
                    line.words_place(),
                    format_args!("the virtual router {} is twice on {}", router.vrid, router.interface),
                )
                .label("the second time")
                .help(format_args!(
                    "the first is in {position}: write another `virtual_router_id`, or all addresses there"
                ));
        }
        (self.routers, self.sync)
    }

    /// The name, unless another has it.
    fn unique(&mut self, line: &Line, name: String, report: &mut Report) -> Option<String> {
        let place = line.words_place();
        let Some(first) = self.names.get(&name).copied() else {
            self.names.insert(name.clone(), place);
            return Some(name);
        };
        let other = (2_u32..1000)
            .map(|count| format!("{name}_{count}"))
            .find(|other| !self.names.contains_key(other));
        let other = other.filter(|other| other.chars().count() <= 64);
        let position = report.position(first);
        let draft = report
            .error(place, format_args!("two vrrp_instance are named `{name}`"))
            .label("the second of this name")
            .help(format_args!("the first is in {position}: write another name"))
            .swallowed("keepalived leaves the second away");
        let other = other?;
        drop(draft.mended(format_args!("named `{other}`")));
        self.names.insert(other.clone(), place);
        Some(other).filter(|_| report.mode() == Mode::Fix)
    }
}

/// What one instance is read with.
struct Reader<'a, 's> {
    globals: &'s Globals,
    things: &'s Things,
    given: Given<'s>,
    at: usize,
    line: &'a Line,
    said: &'s Said<'s>,
}

impl Reader<'_, '_> {
    fn router(&self, name: String, taken: &mut Taken, report: &mut Report) -> Option<RouterConfig> {
        let said = self.said;
        let interface = self.interface(report);
        let usual = interface.as_deref().unwrap_or_else(|| self.globals.default_interface());
        let vrid = self.vrid(report);
        let strict = self.strict(report);
        let priority = preempt::priority(self.line, said, report);
        let mut held = Vips::read(self.line, said, usual, taken, report)?;
        let family = Family::of(held.addresses.first()?.address);
        let version = self.version(family, &held.addresses, report);
        held.fit(version, family, report);
        let Vips { addresses, excluded, .. } = held;
        let interval = interval::read(said.last("advert_int", report), version, report);
        let password = auth::read(said, version, strict, report);
        let (preempt, preempt_delay) = preempt::read(said, priority, strict, report);
        let holds = |ip| addresses.iter().chain(&excluded).any(|one| one.address == ip);
        let transport = transport::read(said, family, self.globals, &holds, report);
        let mut announcing = announce::Said::default();
        for line in
            announce::KEYWORDS.iter().filter_map(|keyword| said.last(keyword, report)).collect::<Vec<_>>()
        {
            announcing.take(line, "", report);
        }
        let tracked = self.things.lists(said, self.at, report);
        let notify = notify::read(said, self.given.script_user, report);
        let alert = alert(said, self.given, report);
        let mut router = RouterConfig {
            name,
            interface: interface?,
            vrid: vrid?,
            version,
            priority,
            interval: interval?,
            preempt,
            preempt_delay,
            password,
            addresses,
            excluded,
            routes: route::read(said.entries("virtual_routes"), report),
            peers: transport.peers,
            source: transport.source,
            group: transport.group,
            check_addresses: true,
            pseudo_header: (version, family) != (Version::V3, Family::V4) || !self.bare_checksum(report),
            announcing: announcing.finish(self.globals.announcing.clone(), false),
            track_interfaces: tracked.interfaces,
            track_scripts: tracked.scripts,
            track_files: tracked.files,
            track_processes: tracked.processes,
            track_services: Vec::new(),
            notify,
            alert,
        };
        if priority == Priority::OWNER {
            crate::read::track::without_weighted(
                &mut router,
                self.line,
                "priority 255 is never raised or lowered",
                report,
            );
        }
        Some(router)
    }

    fn interface(&self, report: &mut Report) -> Option<String> {
        if let Some(line) = self.said.last("interface", report) {
            return value(line, report).and_then(|word| address::interface(word, report));
        }
        if self.said.is_misspelt("interface") {
            return None;
        }
        report
            .error(self.line.words_place(), "this vrrp_instance has no `interface`")
            .label("`interface` is missing")
            .help("write the interface of its adverts: `interface eth0`");
        None
    }

    fn vrid(&self, report: &mut Report) -> Option<Vrid> {
        if let Some(line) = self.said.last("virtual_router_id", report) {
            let read = number(line, 1..=255, "", report)?;
            return u8::try_from(read).ok().and_then(Vrid::new);
        }
        if self.said.is_misspelt("virtual_router_id") {
            return None;
        }
        report
            .error(self.line.words_place(), "this vrrp_instance has no `virtual_router_id`")
            .label("`virtual_router_id` is missing")
            .help("write the number that all its routers share: `virtual_router_id 51`");
        None
    }

    fn strict(&self, report: &mut Report) -> bool {
        let strict = match self.said.last("strict_mode", report) {
            Some(line) => flag(line, report).unwrap_or(self.globals.strict),
            None => self.globals.strict,
        };
        if strict {
            report
                .warning(self.line.words_place(), "strict mode works differently here")
                .label("its addresses are answered on, also by a master of a lower priority than 255")
                .help("leave `vrrp_strict` away: without accepting packets to its addresses a director balances nothing");
        }
        strict
    }

    fn bare_checksum(&self, report: &mut Report) -> bool {
        let line = self.said.last("v3_checksum_as_v2", report);
        line.and_then(|line| flag(line, report)).unwrap_or(self.globals.bare_checksum)
    }

    fn version(&self, family: Family, addresses: &[VirtualAddress], report: &mut Report) -> Version {
        let line = self.said.last("version", report);
        let said = line.and_then(|line| Some((line, globals::version(line, report)?)));
        let version = said.map_or(self.globals.version, |(_, version)| version);
        if family == Family::V4 || version == Version::V3 {
            return version;
        }
        if let (Some((line, _)), Some(first)) = (said, addresses.first()) {
            report
                .warning(line.words_place(), "version 2 has no IPv6: version 3 is taken")
                .label(format_args!("{} is IPv6", first.address))
                .help("write `version 3`, or leave the line away");
        }
        Version::V3
    }
}

/// `smtp_alert`: nothing where there is no mail.
pub(super) fn alert(said: &Said<'_>, given: Given<'_>, report: &mut Report) -> bool {
    let own = said.last("smtp_alert", report).and_then(|line| flag(line, report));
    given.alert.is_some_and(|usual| own.unwrap_or(usual))
}
