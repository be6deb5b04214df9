//! `[[ipvs.sync]]`: the kernel's connection sync daemons.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::names::Names;
use super::{SyncDaemon, SyncRole};
use crate::read::{Foreign, Keys, Report, Table, address, choice, duration_or_never, interface};
use crate::text::Entry;

/// The kernel brings it between the interface's MTU and what a datagram holds.
const MAX_LEN: u32 = 65_507;
pub(super) const CATCH_UP: Duration = Duration::from_secs(5);
/// More often would be a load of its own at a million connections.
const CATCH_UPS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);

pub(super) const SYNC: Keys = Keys {
    name: "[[ipvs.sync]]",
    known: &["role", "vrrp", "catch_up", "interface", "id", "group", "port", "ttl", "max_len"],
    foreign: &[
        Foreign { key: "state", help: "write `role = \"master\"`, `role = \"backup\"` or `role = \"vrrp\"`" },
        Foreign { key: "syncid", help: "write `id`" },
        Foreign { key: "vrrp_instance", help: "write `role = \"vrrp\"` and `vrrp`" },
    ],
};

/// `role`, before it is known whom it follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Master,
    Backup,
    Vrrp,
}

pub(super) fn read_all(table: Table<'_>, routers: &Names<'_>, report: &mut Report<'_>) -> Vec<SyncDaemon> {
    let entries: Vec<Entry<'_>> = table.tables("sync", SYNC.name, report).collect();
    let mut daemons: Vec<SyncDaemon> = Vec::new();
    for entry in entries {
        let Some(daemon) = read(entry, routers, report) else { continue };
        if let Some((message, help)) =
            daemons.iter().find_map(|other| why_not_beside(&other.role, &daemon.role))
        {
            report.error(entry.place(), message).label("the second of its role").help(help);
            continue;
        }
        daemons.push(daemon);
    }
    daemons
}

/// The kernel has one that sends and one that receives.
fn why_not_beside(one: &SyncRole, two: &SyncRole) -> Option<(&'static str, &'static str)> {
    match (one, two) {
        (SyncRole::Follow(_), _) | (_, SyncRole::Follow(_)) => Some((
            "a sync daemon that follows a router is both: it sends while master, else it receives",
            "keep the one with role = \"vrrp\" alone",
        )),
        (SyncRole::Master, SyncRole::Backup) | (SyncRole::Backup, SyncRole::Master) => None,
        (SyncRole::Master, SyncRole::Master) | (SyncRole::Backup, SyncRole::Backup) => Some((
            "the kernel has one sync daemon of each role",
            "keep one [[ipvs.sync]] with role = \"master\" and one with role = \"backup\"",
        )),
    }
}

fn read(entry: Entry<'_>, routers: &Names<'_>, report: &mut Report<'_>) -> Option<SyncDaemon> {
    let table = Table::open(entry, &SYNC, report)?;
    let word = table
        .require(
            "role",
            SYNC.name,
            "write `role = \"vrrp\"` to follow a [[vrrp]], or \"master\" or \"backup\"",
            report,
        )
        .and_then(|entry| {
            let words = [("master", Word::Master), ("backup", Word::Backup), ("vrrp", Word::Vrrp)];
            choice(entry, &words, report)
        });
    let follows = follows(table, word, routers, report);
    let catch_up = match table.get("catch_up") {
        Some(entry) => duration_or_never(entry, CATCH_UPS, report).unwrap_or(Some(CATCH_UP)),
        None => Some(CATCH_UP),
    };
    let interface = table
        .require("interface", SYNC.name, "write `interface = \"eth0\"`", report)
        .and_then(|entry| interface(entry, report));
    let id = table.get("id").and_then(|entry| entry.number(0..=255, report)).unwrap_or(0);
    let group = table.get("group").and_then(|entry| group(entry, report));
    let port = table.get("port").and_then(|entry| entry.number(1..=65_535, report));
    let ttl = table.get("ttl").and_then(|entry| entry.number(1..=255, report));
    let max_len = table.get("max_len").and_then(|entry| entry.number(1..=MAX_LEN, report));
    let (role, catch_up) = match word? {
        Word::Master => (SyncRole::Master, None),
        Word::Backup => (SyncRole::Backup, None),
        Word::Vrrp => (SyncRole::Follow(follows?), catch_up),
    };
    Some(SyncDaemon { role, catch_up, interface: interface?, id, group, port, ttl, max_len })
}

/// The router that is followed; the keys that only a follower has.
fn follows(
    table: Table<'_>,
    word: Option<Word>,
    routers: &Names<'_>,
    report: &mut Report<'_>,
) -> Option<String> {
    if word == Some(Word::Vrrp) {
        let entry = table.require(
            "vrrp",
            SYNC.name,
            "write the name of the [[vrrp]] that it follows: `vrrp = \"VI_1\"`",
            report,
        )?;
        let name = entry.name(report)?;
        return routers.check(entry, &name, report).map(|()| name);
    }
    for stray in ["vrrp", "catch_up"].into_iter().filter_map(|key| table.get(key)) {
        report
            .error(
                stray.key_place(),
                format_args!("`{}` belongs to a sync daemon that follows a router", stray.key()),
            )
            .help("write `role = \"vrrp\"`, or leave it away");
    }
    None
}

fn group(entry: Entry<'_>, report: &mut Report<'_>) -> Option<IpAddr> {
    let group = address(entry, report)?;
    if !group.is_multicast() {
        report
            .error(entry.place(), format_args!("{group} is no multicast group"))
            .help("write one of 224.0.0.0/4 or ff00::/8, or leave `group` away for 224.0.0.81");
        return None;
    }
    Some(group)
}
