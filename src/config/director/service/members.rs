//! What a service takes: an address, a firewall mark, or a list of either.

use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;
use core::ops::Range as Bytes;

use ipvs::{Family, Protocol, ServiceKey};

use super::range::Range;
use super::{MOST_SERVICES, SERVICE};
use crate::read::{AddressPort, Report, Role, Table, choice, host};
use crate::text::Entry;

/// A key, and where it is written.
pub(super) struct Member {
    pub(super) key: ServiceKey,
    pub(super) place: Bytes<usize>,
}

/// What could be read.
pub(super) struct Members {
    /// in the list's order; empty where nothing could be read
    pub(super) all: Vec<Member>,
    /// `addresses` or `fwmarks`
    pub(super) listed: bool,
}

impl Members {
    pub(super) fn first(&self) -> Option<ServiceKey> {
        self.all.first().map(|member| member.key)
    }
}

/// Reads `address`, `fwmark`, `addresses` or `fwmarks`; a list may have `room` members.
pub(super) fn read(
    table: Table<'_>,
    protocol: Option<Protocol>,
    room: usize,
    report: &mut Report<'_>,
) -> Members {
    let entry = table.entry();
    let one = |key: Option<ServiceKey>| Members {
        all: key.map(|key| vec![Member { key, place: entry.place() }]).unwrap_or_default(),
        listed: false,
    };
    let several = |all: Option<Vec<Member>>| Members { all: all.unwrap_or_default(), listed: true };
    let mut written =
        ["address", "addresses", "fwmark", "fwmarks"].into_iter().filter_map(|key| table.get(key));
    let Some(first) = written.next() else {
        table.require("address", SERVICE.name, "write `address = \"192.0.2.1:80\"`, or `fwmark = 1`", report);
        return one(None);
    };
    if let Some(second) = written.next() {
        refuse_both(first, second, report);
        return Members { all: Vec::new(), listed: false };
    }
    match first.key() {
        "address" => one(address(table, first, protocol, report)),
        "fwmark" => one(fwmark(table, first, report)),
        "addresses" => several(addresses(table, first, protocol, room, report)),
        _ => several(fwmarks(table, first, report)),
    }
}

fn refuse_both(first: Entry<'_>, second: Entry<'_>, report: &mut Report<'_>) {
    let (message, help) = match (first.key(), second.key()) {
        ("address", "addresses") => {
            ("a service has an `address` or `addresses`, not both", "write all of them in `addresses`")
        }
        ("fwmark", "fwmarks") => {
            ("a service has a `fwmark` or `fwmarks`, not both", "write all of them in `fwmarks`")
        }
        _ => ("a service has an `address` or a `fwmark`, not both", "leave one of the two away"),
    };
    report.error(second.key_place(), message).help(help);
}

fn address(
    table: Table<'_>,
    entry: Entry<'_>,
    protocol: Option<Protocol>,
    report: &mut Report<'_>,
) -> Option<ServiceKey> {
    refuse_family(table, report);
    let AddressPort { address, port } = AddressPort::read(entry, report)?;
    let address = host(entry, address, Role::Vip, report)?;
    let port = port.unwrap_or(0);
    check_port(table, entry, address, port, report);
    Some(ServiceKey::Address { protocol: protocol?, address, port })
}

fn refuse_family(table: Table<'_>, report: &mut Report<'_>) {
    if let Some(family) = table.get("family") {
        report
            .error(family.key_place(), "`family` is for fwmark services")
            .help("leave it away: the address has its family");
    }
}

fn check_port(table: Table<'_>, entry: Entry<'_>, address: IpAddr, port: u16, report: &mut Report<'_>) {
    if port == 0 && table.get("persistence").is_none() {
        report.error(entry.place(), "a service on every port needs `persistence`").label("no port").help(
            format_args!(
                "write the port, \"{}\", or add `persistence = \"5m\"`",
                SocketAddr::new(address, 80)
            ),
        );
    }
}

fn addresses(
    table: Table<'_>,
    entry: Entry<'_>,
    protocol: Option<Protocol>,
    room: usize,
    report: &mut Report<'_>,
) -> Option<Vec<Member>> {
    refuse_family(table, report);
    let mut all: Vec<Member> = Vec::new();
    let mut sound = true;
    for one in entry.list("addresses = [\"192.0.2.1:80\", \"192.0.2.2-9:80\"]", report)? {
        let Some(Range { addresses, port }) = Range::read(one, report) else {
            sound = false;
            continue;
        };
        if addresses.further() >= u128::try_from(room.saturating_sub(all.len())).unwrap_or(0) {
            tell_too_many(one, report);
            return None;
        }
        check_port(table, one, addresses.first(), port, report);
        sound &= same_family(one, addresses.first(), all.first(), report);
        for address in addresses.addresses() {
            let Some(address) = host(one, address, Role::Vip, report) else {
                sound = false;
                break;
            };
            let key = ServiceKey::Address { protocol: protocol?, address, port };
            all.push(Member { key, place: one.place() });
        }
    }
    refuse_empty(entry, &all, sound, "\"192.0.2.1:80\"", report);
    sound.then_some(all)
}

fn same_family(entry: Entry<'_>, address: IpAddr, first: Option<&Member>, report: &mut Report<'_>) -> bool {
    let same = first.is_none_or(|first| first.key.family() == Family::of(&address));
    if !same {
        report
            .error(entry.place(), "the addresses of a service are of one family")
            .label(format_args!("{address} is not of the first one's"))
            .help("write a [[service]] for IPv4 and one for IPv6");
    }
    same
}

pub(super) fn tell_too_many(entry: Entry<'_>, report: &mut Report<'_>) {
    report
        .error(entry.place(), format_args!("more than {MOST_SERVICES} services in all"))
        .label("each address is a service of its own in the kernel")
        .help(
            "write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`",
        );
}

fn refuse_empty(entry: Entry<'_>, all: &[Member], sound: bool, example: &str, report: &mut Report<'_>) {
    if all.is_empty() && sound {
        let key = entry.key();
        report
            .error(entry.place(), format_args!("`{key}` is empty"))
            .help(format_args!("write `{key} = [{example}]`"));
    }
}

fn fwmark(table: Table<'_>, entry: Entry<'_>, report: &mut Report<'_>) -> Option<ServiceKey> {
    let family = family(table, report)?;
    let mark = NonZeroU32::new(entry.number(1..=u32::MAX, report)?)?;
    Some(ServiceKey::Fwmark { family, mark })
}

fn fwmarks(table: Table<'_>, entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<Member>> {
    let family = family(table, report)?;
    let mut all = Vec::new();
    let mut sound = true;
    for one in entry.list("fwmarks = [1, 2]", report)? {
        match one.number(1..=u32::MAX, report).and_then(NonZeroU32::new) {
            Some(mark) => all.push(Member { key: ServiceKey::Fwmark { family, mark }, place: one.place() }),
            None => sound = false,
        }
    }
    refuse_empty(entry, &all, sound, "1, 2", report);
    sound.then_some(all)
}

fn family(table: Table<'_>, report: &mut Report<'_>) -> Option<Family> {
    if let Some(protocol) = table.get("protocol") {
        report
            .error(protocol.key_place(), "`protocol` is for services with an address")
            .help("leave it away: a fwmark service takes whatever carries the mark");
    }
    match table.get("family") {
        Some(entry) => choice(entry, &[("ipv4", Family::V4), ("ipv6", Family::V6)], report),
        None => Some(Family::V4),
    }
}
