//! `virtual_server`: services of the table.

mod forward;
mod head;
mod merge;
mod orphan;
mod quorum;
mod real;
mod schedule;
mod sorry;

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use config::director::{RealNotify, ServiceNotify, VirtualService};
use ipvs::{Destination, DestinationKey, ServiceKey, ServiceSettings};

use super::checker::{self, Interned};
use super::group::{Groups, MOST_SERVICES, tell_too_many};
use super::mail::Mail;
use super::value::command;
use super::vrrp::said::{Said, one_a_line};
use super::vrrp::value::flag;
use crate::Mode;
use crate::keywords::Section;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;
use head::{Head, Keys};
use real::Real;

pub(super) use orphan::{Orphans, is_orphan};

/// Of all services together.
const MOST_SERVERS: usize = 1_000_000;

/// What the rest of the file says that services need.
pub(super) struct Given<'a> {
    pub(super) checks: checker::Given<'a>,
    pub(super) mail: &'a Mail,
    /// addresses that this director holds
    pub(super) held: BTreeSet<IpAddr>,
}

/// Every `virtual_server`, in the file's order.
pub(super) fn read_all(
    lines: &[Line],
    orphans: &Orphans<'_>,
    given: &Given<'_>,
    report: &mut Report,
) -> Vec<VirtualService> {
    let mut all = All {
        groups: Groups::read(lines, report),
        given,
        interned: Interned::default(),
        services: Vec::new(),
        keys: BTreeMap::new(),
        names: BTreeSet::new(),
        servers: 0,
    };
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.keyword() == "virtual_server") {
        if all.read(line, orphans.behind(at), report).is_none() {
            break;
        }
    }
    all.groups.tell_unused(report);
    all.services
}

/// What is there so far.
struct All<'a> {
    groups: Groups,
    given: &'a Given<'a>,
    interned: Interned,
    services: Vec<VirtualService>,
    /// where each is said, and its place among `services`
    keys: BTreeMap<ServiceKey, (Place, usize)>,
    /// names of groups
    names: BTreeSet<String>,
    servers: usize,
}

/// A `virtual_server` that is read, before it becomes one service or many.
struct Template {
    settings: ServiceSettings,
    quorum: u32,
    hysteresis: u32,
    sorry: Option<sorry::Sorry>,
    omega: bool,
    ha_suspend: bool,
    notify: ServiceNotify,
    alert: bool,
    reals: Vec<Real>,
}

impl All<'_> {
    /// Reads one, with the lines behind it that were meant for it. None where there are too many.
    fn read(&mut self, line: &Line, orphans: &[Line], report: &mut Report) -> Option<()> {
        let lines = one_a_line(line.lines(), Section::Service, report);
        let lines = with_orphans(lines, orphans, report);
        let Some(head) = Head::read(line, report) else { return Some(()) };
        let said = Said::of(&lines, Section::Service, report);
        let Some(keys) = head.keys(&said, &mut self.groups, report) else { return Some(()) };
        if said.all("real_server").is_empty() {
            if said.is_misspelt("real_server") {
                return Some(());
            }
            tell_no_servers(line, orphans, report);
            return Some(());
        }
        let Some(template) = self.template(line, &said, &keys, report) else { return Some(()) };
        if template.reals.is_empty() {
            return Some(());
        }
        self.count(line, &keys, &template, report)?;
        let name = self.expand(line, &head, keys, &template, report);
        for part in core::iter::once(line).chain(orphans) {
            report.belongs_to_service(part.whole_place(), &name);
        }
        Some(())
    }

    fn count(&mut self, line: &Line, keys: &Keys, template: &Template, report: &mut Report) -> Option<()> {
        if self.services.len().saturating_add(keys.all.len()) > MOST_SERVICES {
            tell_too_many(line.words_place(), report);
            return None;
        }
        self.servers = self.servers.saturating_add(keys.all.len().saturating_mul(template.reals.len()));
        if self.servers > MOST_SERVERS {
            report
                .error(line.words_place(), format_args!("more than {MOST_SERVERS} servers in all"))
                .label("each address of a group has all of them")
                .help("write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark 1`");
            return None;
        }
        Some(())
    }

    fn template(&self, line: &Line, said: &Said<'_>, keys: &Keys, report: &mut Report) -> Option<Template> {
        let script_user = self.given.checks.script_user;
        let mut program = |keyword: &str| match said.first(keyword, report) {
            Some(line) => command(line, script_user, report),
            None => Vec::new(),
        };
        let notify = ServiceNotify { quorum_up: program("quorum_up"), quorum_down: program("quorum_down") };
        let mut set = |keyword: &str| said.last(keyword, report).and_then(|line| flag(line, report));
        let (omega, suspend, alert) = (set("omega"), set("ha_suspend"), set("smtp_alert"));
        let defaults = real::Defaults::read(line, said, keys, report);
        let reals = real::read_all(said.all("real_server"), &defaults, self.given, report);
        let sorry = sorry::read(said, &defaults, &reals, self.given, report);
        let settings = schedule::read(line, said, keys, report)?;
        let (quorum, hysteresis) = quorum::read(said, &reals, report);
        Some(Template {
            settings,
            quorum,
            hysteresis,
            sorry,
            omega: omega.unwrap_or(false),
            ha_suspend: suspend.unwrap_or(false) && may_suspend(said, keys, report),
            notify,
            alert: self.given.mail.service(alert),
            reals,
        })
    }

    /// One service, or one for each member of a group: the first of them tells what happens. Answers what they are called.
    fn expand(
        &mut self,
        line: &Line,
        head: &Head<'_>,
        keys: Keys,
        template: &Template,
        report: &mut Report,
    ) -> String {
        let place = line.words_place();
        let mut called = None;
        let mut is_first = true;
        let parts = if head.group().is_some() { keys.parts() } else { Vec::from([("", keys.all)]) };
        for (kind, part) in parts {
            let group = head.group().map(|name| self.unique(name, kind));
            for key in part {
                called.get_or_insert_with(|| group.clone().unwrap_or_else(|| key.to_string()));
                if let Some((first, at)) = self.keys.get(&key).copied() {
                    self.again(key, place, first, at, template, report);
                    continue;
                }
                let service = self.service(key, group.as_deref(), template, is_first, report);
                is_first = false;
                self.keys.insert(key, (place, self.services.len()));
                self.services.push(service);
            }
        }
        called.unwrap_or_default()
    }

    fn service(
        &mut self,
        key: ServiceKey,
        group: Option<&str>,
        template: &Template,
        is_first: bool,
        report: &mut Report,
    ) -> VirtualService {
        let mut reals = Vec::with_capacity(template.reals.len());
        for real in &template.reals {
            let mut real = real.at(key, &mut self.interned, report);
            if !is_first {
                real.notify = RealNotify::default();
                real.alert = false;
            }
            reals.push(real);
        }
        let sorry: Option<(DestinationKey, Destination)> = template.sorry.as_ref().map(|sorry| sorry.at(key));
        let fwmark = matches!(key, ServiceKey::Fwmark { .. });
        VirtualService {
            name: group.map_or_else(|| key.to_string(), |group| format!("{group} {key}")),
            group: group.map(String::from),
            key,
            settings: template.settings.clone(),
            quorum: template.quorum,
            hysteresis: template.hysteresis,
            sorry_server: sorry,
            sorry_inhibit: template.sorry.as_ref().is_some_and(|sorry| sorry.inhibit),
            omega: template.omega,
            ha_suspend: template.ha_suspend && !fwmark,
            notify: if is_first { template.notify.clone() } else { ServiceNotify::default() },
            alert: template.alert && is_first,
            reals,
        }
    }

    /// The name of a group's services: two services of one group are told apart by what they are.
    fn unique(&mut self, name: &str, kind: &str) -> String {
        let plain = if kind.is_empty() { String::from(name) } else { format!("{name} {kind}") };
        let mut unique = plain.clone();
        let mut count = 2_u32;
        while !self.names.insert(unique.clone()) {
            unique = format!("{plain} {count}");
            count = count.saturating_add(1);
        }
        unique
    }
}

/// When mending, what stands behind an early `}` is part of the service.
fn with_orphans<'a>(lines: Cow<'a, [Line]>, orphans: &[Line], report: &Report) -> Cow<'a, [Line]> {
    if orphans.is_empty() || report.mode() != Mode::Fix {
        return lines;
    }
    let mut all = lines.into_owned();
    all.extend(orphans.iter().cloned());
    Cow::Owned(all)
}

fn tell_no_servers(line: &Line, orphans: &[Line], report: &mut Report) {
    let has_orphans = orphans.iter().any(|orphan| orphan.keyword() == "real_server");
    // said there, with the place of the early brace
    if has_orphans && report.mode() == Mode::Strict {
        return;
    }
    report
        .error(line.words_place(), "this virtual_server has no real_server")
        .label("nobody would answer")
        .help("write `real_server IP PORT {` with a check in it")
        .swallowed("keepalived leaves the whole service away")
        .mended("left away");
}

/// Whether checks can wait for an address.
fn may_suspend(said: &Said<'_>, keys: &Keys, report: &mut Report) -> bool {
    let has_address = keys.all.iter().any(|key| matches!(key, ServiceKey::Address { .. }));
    if let Some(line) = said.all("ha_suspend").first().filter(|_| !has_address) {
        report
            .warning(line.words_place(), "`ha_suspend` has no effect")
            .label("a firewall mark has no address")
            .help("leave it away");
    }
    has_address
}
