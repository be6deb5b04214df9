//! `[[service]]`.

mod group;
mod keys;
mod marks;
mod members;
mod quorum;
pub(super) mod range;
mod unique;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::Range;

use ipvs::{Forward, Protocol, ServiceKey, Weight};

pub(super) use self::keys::SERVICE;

use self::group::Servers;
use self::members::{Member, Members};
use super::address::Held;
use super::agents::Wish;
use super::check::{Interned, Templates};
use super::mail::Alerts;
use super::real::{self, Defaults};
use super::target::{Of, forward};
use super::{VirtualService, notify, path, schedule};
use crate::read::{Report, Table, choice};
use crate::text::Entry;

/// Each is a service in the kernel, with a list of servers.
const MOST_SERVICES: usize = 65_536;
/// Of all services together.
const MOST_SERVERS: usize = 1_000_000;

/// What services are read in the light of.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// addresses that this director holds
    pub(super) held: &'a Held,
    /// `[scripts] user`
    pub(super) script_user: Option<&'a str>,
    pub(super) alerts: Alerts,
    /// `[agents]`, for services that say nothing
    pub(super) wish: &'a Wish,
    /// `[ipvs] path_mark`
    pub(super) path_mark: u32,
}

/// The services of one section.
struct Section {
    services: Vec<VirtualService>,
    places: Vec<Range<usize>>,
    place: Range<usize>,
}

/// The services that could be read.
pub(super) fn read_all(top: Table<'_>, around: Around<'_>, report: &mut Report<'_>) -> Vec<VirtualService> {
    let entries: Vec<Entry<'_>> = top.tables("service", SERVICE.name, report).collect();
    let mut interned = Interned::default();
    let mut count = Count::default();
    let mut sections = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(section) = read(entry, around, &mut interned, &mut count, report) {
            sections.push(section);
        }
    }
    unique::tell_repeated(&sections, report);
    marks::refuse_kept(&sections, around.path_mark, report);
    let mut services: Vec<VirtualService> =
        sections.into_iter().flat_map(|section| section.services).collect();
    path::settle(&mut services, around.path_mark, report);
    services
}

/// What is there so far.
#[derive(Default)]
struct Count {
    services: usize,
    servers: usize,
}

impl Count {
    /// Whether one more section fits, and if so counts it.
    fn add(&mut self, table: Table<'_>, members: usize, report: &mut Report<'_>) -> Option<()> {
        self.services = self.services.saturating_add(members);
        if self.services > MOST_SERVICES {
            members::tell_too_many(table.entry(), report);
            return None;
        }
        let servers = table.get("real").map_or(0, |entry| entry.children().count());
        self.servers = self.servers.saturating_add(members.saturating_mul(servers));
        if self.servers > MOST_SERVERS {
            report
                .error(table.entry().place(), format_args!("more than {MOST_SERVERS} servers in all"))
                .label("each address of a list has all of them")
                .help("write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`");
            return None;
        }
        Some(())
    }
}

fn read(
    entry: Entry<'_>,
    around: Around<'_>,
    interned: &mut Interned,
    count: &mut Count,
    report: &mut Report<'_>,
) -> Option<Section> {
    let table = Table::open(entry, &SERVICE, report)?;
    let protocol = match table.get("protocol") {
        Some(entry) => {
            let words = [("tcp", Protocol::Tcp), ("udp", Protocol::Udp), ("sctp", Protocol::Sctp)];
            choice(entry, &words, report)
        }
        None => Some(Protocol::Tcp),
    };
    let members = members::read(table, protocol, MOST_SERVICES, report);
    count.add(table, members.all.len().max(1), report)?;
    let vips = if members.listed { members.all.iter().filter_map(vip).collect() } else { BTreeSet::new() };
    let mut defaults = defaults(table, members.first(), &vips, around, report)?;
    let first = read_one(table, &members, protocol, &mut defaults, interned, report)?;
    let places = members.all.iter().map(|member| member.place.clone()).collect();
    let others = other_ports(table, &members, &mut defaults, interned, report);
    let services =
        if members.listed { group::expand(first, &members.all, others) } else { Vec::from([first]) };
    Some(Section { services, places, place: entry.place() })
}

fn vip(member: &Member) -> Option<IpAddr> {
    match member.key {
        ServiceKey::Address { address, .. } => Some(address),
        ServiceKey::Fwmark { .. } => None,
    }
}

fn defaults<'a>(
    table: Table<'_>,
    key: Option<ServiceKey>,
    vips: &'a BTreeSet<IpAddr>,
    around: Around<'a>,
    report: &mut Report<'_>,
) -> Option<Defaults<'a>> {
    let checks = Templates::read(table, around.script_user, report);
    Some(Defaults {
        of: Of { key, vips, held: around.held },
        forward: forward(table, Forward::Direct, report),
        alpha: real::flag(table, "alpha", true, report).unwrap_or(true),
        inhibit: real::flag(table, "inhibit", false, report).unwrap_or(false),
        weight: table.get("weight").and_then(|entry| real::weight(entry, report)).or(Weight::new(1))?,
        checks: checks.unwrap_or_else(|| Templates::default_for(key, table.entry().place())),
        script_user: around.script_user,
        alerts: around.alerts,
        wish: around.wish.below(table, report),
    })
}

/// The service of an `address` or `fwmark`, or the first of a list; of a list it has no name of its own yet.
fn read_one(
    table: Table<'_>,
    members: &Members,
    protocol: Option<Protocol>,
    defaults: &mut Defaults<'_>,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> Option<VirtualService> {
    let key = members.first();
    // what a fwmark catches is not known here
    let protocol = protocol.filter(|_| matches!(key, Some(ServiceKey::Address { .. })));
    let settings = schedule::read(table, key, protocol, report);
    let name = name(table, key, members.listed, report);
    let servers = servers(table, defaults, interned, report);
    let quorum = table.get("quorum").map_or(Some(1), |entry| entry.number(1..=u32::MAX, report));
    let hysteresis = table.get("hysteresis").map_or(Some(0), |entry| entry.number(0..=u32::MAX, report));
    let sorry_inhibit = table.get("sorry_server").is_some_and(|entry| real::sorry_inhibit(entry, report));
    let omega = real::flag(table, "omega", false, report);
    let ha_suspend = ha_suspend(table, key, report);
    let notify = notify::service(table, report);
    let alert = defaults.alerts.read(table, defaults.alerts.about.services, report);
    let (name, servers) = (name?, servers?);
    let service = VirtualService {
        group: members.listed.then(|| name.clone()),
        name,
        key: key?,
        settings: settings?,
        quorum: quorum?,
        hysteresis: hysteresis?,
        sorry_server: servers.sorry,
        sorry_inhibit,
        omega: omega?,
        ha_suspend: ha_suspend?,
        notify,
        alert,
        reals: servers.reals,
    };
    quorum::warn_of_quorum(table, &service, report);
    quorum::refuse_sorry_real(table, &service, report);
    Some(service)
}

fn name(table: Table<'_>, key: Option<ServiceKey>, listed: bool, report: &mut Report<'_>) -> Option<String> {
    match table.get("name") {
        Some(entry) => entry.name(report),
        None if listed => {
            let help = "write a `name`: its services are called by it and their address";
            table.require("name", "a [[service]] with a list", help, report);
            None
        }
        None => key.map(|key| key.to_string()),
    }
}

fn servers(
    table: Table<'_>,
    defaults: &mut Defaults<'_>,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> Option<Servers> {
    let reals = real::read_all(table, defaults, interned, report);
    let sorry = match table.get("sorry_server") {
        Some(entry) => real::sorry(entry, defaults, report).map(Some),
        None => Some(None),
    };
    Some(Servers { reals, sorry: sorry? })
}

/// The servers at every port of a list that is not the first one's. What was said about the first is not said again.
fn other_ports(
    table: Table<'_>,
    members: &Members,
    defaults: &mut Defaults<'_>,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> BTreeMap<u16, Servers> {
    let mut others = BTreeMap::new();
    let Some(first) = members.first().map(group::port) else { return others };
    for member in &members.all {
        let port = group::port(member.key);
        if port == first || others.contains_key(&port) || report.has_errors() {
            continue;
        }
        defaults.of.key = Some(member.key);
        let read = report.again(|report| servers(table, defaults, interned, report));
        others.extend(read.map(|servers| (port, servers)));
    }
    others
}

/// A mark is on no interface.
fn ha_suspend(table: Table<'_>, key: Option<ServiceKey>, report: &mut Report<'_>) -> Option<bool> {
    let wanted = real::flag(table, "ha_suspend", false, report)?;
    if let (true, Some(ServiceKey::Fwmark { .. }), Some(entry)) = (wanted, key, table.get("ha_suspend")) {
        report
            .error(entry.place(), "`ha_suspend` is for services with an address")
            .label("a firewall mark is held by nobody")
            .help("leave it away: the servers are checked always");
    }
    Some(wanted)
}
