//! `addresses` and `excluded_addresses`: what moves with a router.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use ::vrrp::{Advert, Family, Version};
use host::Scope;

use super::VirtualAddress;
use super::router::VRRP;
use crate::director::address::{Held, Holder, inside_subnet};
use crate::read::{Foreign, Keys, Prefixed, Report, Role, Table, choice, host, interface, label};
use crate::rules::is_link_local;
use crate::text::{Entry, Kind};

/// Ethernet's; an advert is never fragmented.
const MTU: u16 = 1500;

pub(in crate::director) const ADDRESS: Keys = Keys {
    name: "an address of [[vrrp]]",
    known: &["address", "interface", "label", "scope"],
    foreign: &[
        Foreign { key: "dev", help: "write `interface`" },
        Foreign { key: "device", help: "write `interface`" },
        Foreign { key: "prefix", help: "write it behind the address: \"192.0.2.1/24\"; /32 unless said" },
    ],
};
/// A takeover must not take long.
const MOST_EXCLUDED: usize = 4_000;

/// What is held already, by an `[[address]]` or a router.
pub(super) struct Taken<'h> {
    held: &'h mut Held,
    /// the same link-local address may be on many interfaces
    link_local: BTreeMap<(IpAddr, String), Holder>,
}

impl<'h> Taken<'h> {
    pub(super) const fn new(held: &'h mut Held) -> Self {
        Self { held, link_local: BTreeMap::new() }
    }

    fn insert(&mut self, address: IpAddr, interface: Option<&str>, at: usize) -> Option<Holder> {
        let holder = Holder { section: VRRP.name, at };
        if is_link_local(address) {
            return self.link_local.insert((address, String::from(interface?)), holder);
        }
        self.held.insert(address, holder)
    }
}

/// The two lists.
#[derive(Default)]
pub(super) struct Addresses {
    pub(super) addresses: Vec<VirtualAddress>,
    pub(super) excluded: Vec<VirtualAddress>,
}

impl Addresses {
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        self.addresses.iter().chain(&self.excluded).any(|one| one.address == address)
    }
}

pub(super) fn read(
    table: Table<'_>,
    interface: Option<&str>,
    version: Option<Version>,
    taken: &mut Taken<'_>,
    report: &mut Report<'_>,
) -> Addresses {
    let help = "write `addresses = [\"192.0.2.1\"]`";
    let Some(entry) = table.require("addresses", VRRP.name, help, report) else {
        return Addresses::default();
    };
    if entry.is_empty_list() {
        report
            .error(entry.place(), "`addresses` is empty")
            .label("an advert has at least one address")
            .help("write one here; the others may be in `excluded_addresses`");
    }
    let advertised = list(entry, interface, taken, report);
    check_family(table, &advertised, version, report);
    let excluded = table.get("excluded_addresses").map(|entry| list(entry, interface, taken, report));
    if let Some((entry, _)) = excluded.as_ref().and_then(|all| all.get(MOST_EXCLUDED)) {
        report
            .error(entry.place(), format_args!("more than {MOST_EXCLUDED} excluded addresses"))
            .help("leave some away: each is added and announced while the director takes over");
    }
    let plain = |all: Vec<Placed<'_>>| all.into_iter().map(|(_, address)| address).collect();
    Addresses { addresses: plain(advertised), excluded: excluded.map(plain).unwrap_or_default() }
}

type Placed<'d> = (Entry<'d>, VirtualAddress);

fn list<'d>(
    entry: Entry<'d>,
    interface: Option<&str>,
    taken: &mut Taken<'_>,
    report: &mut Report<'_>,
) -> Vec<Placed<'d>> {
    let example = alloc::format!("{} = [\"192.0.2.1\"]", entry.key());
    let entries: Vec<Entry<'d>> = entry.list(&example, report).into_iter().flatten().collect();
    entries.into_iter().filter_map(|one| Some((one, read_one(one, interface, taken, report)?))).collect()
}

/// `"192.0.2.1"`, or a table.
fn read_one(
    entry: Entry<'_>,
    usual: Option<&str>,
    taken: &mut Taken<'_>,
    report: &mut Report<'_>,
) -> Option<VirtualAddress> {
    let table = match entry.kind() {
        Kind::Table => Some(Table::open(entry, &ADDRESS, report)?),
        Kind::String(_)
        | Kind::Integer { .. }
        | Kind::Float
        | Kind::Boolean(_)
        | Kind::Datetime
        | Kind::Array
        | Kind::Bad => None,
    };
    let written = match table {
        Some(table) => table.require("address", ADDRESS.name, "write `address = \"192.0.2.1\"`", report)?,
        None => entry,
    };
    let own = table.and_then(|table| table.get("interface"));
    let device = match own {
        Some(entry) => interface(entry, report),
        None => usual.map(String::from),
    };
    let (address, prefix) = address(written, report)?;
    if let Some(first) = taken.insert(address, device.as_deref(), written.place().start) {
        tell_taken(written, address, first, report);
    }
    let get = |key| table.and_then(|table| table.get(key));
    let label = match (get("label"), &device) {
        (Some(entry), Some(device)) => Some(label(entry, device, &address, report)?),
        (Some(_) | None, _) => None,
    };
    let scope = get("scope").and_then(|entry| scope(entry, address, report)).unwrap_or(Scope::Global);
    Some(VirtualAddress { address, prefix, interface: device.unwrap_or_default(), label, scope })
}

fn address(entry: Entry<'_>, report: &mut Report<'_>) -> Option<(IpAddr, u8)> {
    let Prefixed { address, prefix } = Prefixed::read(entry, report)?;
    if !is_link_local(address) {
        host(entry, address, Role::Vip, report)?;
    }
    let prefix = prefix.unwrap_or(if address.is_ipv4() { 32 } else { 128 });
    inside_subnet(entry, address, prefix, report)?;
    Some((address, prefix))
}

fn scope(entry: Entry<'_>, address: IpAddr, report: &mut Report<'_>) -> Option<Scope> {
    let words = [("global", Scope::Global), ("link", Scope::Link), ("host", Scope::Host)];
    let scope = choice(entry, &words, report)?;
    if address.is_ipv6() {
        report
            .error(entry.place(), "`scope` is for IPv4 only")
            .help("leave it away: an IPv6 address has its scope in itself");
    }
    Some(scope)
}

fn tell_taken(entry: Entry<'_>, address: IpAddr, first: Holder, report: &mut Report<'_>) {
    let line = report.line(first.at);
    let section = first.section;
    let draft = report.error(entry.place(), format_args!("{address} is held twice")).label("the second time");
    if section == VRRP.name {
        draft.help(format_args!("the first is in line {line}: one router holds an address, and has it once"));
    } else {
        draft.help(format_args!(
            "line {line} has it in {section}, which holds it all the time: leave it away there"
        ));
    }
}

/// All addresses of an advert are of one family, and fit.
fn check_family(table: Table<'_>, all: &[Placed<'_>], version: Option<Version>, report: &mut Report<'_>) {
    let Some((first, address)) = all.first().map(|(entry, one)| (*entry, one.address)) else { return };
    let family = Family::of(address);
    for (entry, other) in all.iter().filter(|(_, other)| Family::of(other.address) != family) {
        report
            .error(entry.place(), "the addresses of an advert are of one family")
            .label(format_args!(
                "{} is {}, the first is {}",
                other.address,
                word(Family::of(other.address)),
                word(family)
            ))
            .help("write it in `excluded_addresses`, or give it a [[vrrp]] of its own");
    }
    if family == Family::V6 && version == Some(Version::V2) {
        let place = table.get("version").unwrap_or(first).place();
        report
            .error(place, "version 2 has no IPv6")
            .label(format_args!("{address} is IPv6"))
            .help("write `version = 3`, or leave `version` away");
        return;
    }
    if family == Family::V6 && !is_link_local(address) {
        report
            .warning(first.place(), "the first IPv6 address of an advert should be a link-local one")
            .label("RFC 9568 section 5.2.9")
            .help("write one that all its routers share before it, such as \"fe80::1\"");
    }
    if let Some(version) = version {
        check_count(all, version, family, report);
    }
}

fn check_count(all: &[Placed<'_>], version: Version, family: Family, report: &mut Report<'_>) {
    let most = Advert::most_addresses(version, family, MTU);
    if let Some((entry, _)) = all.get(most) {
        report
            .error(entry.place(), format_args!("{} addresses do not fit an advert", all.len()))
            .label("the first that does not fit")
            .help(format_args!(
                "{most} fit: move the others to `excluded_addresses`, which are held in the same way"
            ));
    }
}

pub(super) const fn word(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}
