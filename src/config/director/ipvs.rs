//! `[ipvs]`: the table as a whole.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::{IpvsConfig, SyncDaemon, SyncRole, Timeouts};
use crate::read::{Foreign, Keys, Report, Table, address, choice, interface};
use crate::text::Entry;

const RESYNC: Duration = Duration::from_secs(1);
const RESYNCS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);
/// `ip_vs_set_timeout` refuses what is above `INT_MAX / HZ`: 24.8 days at the usual highest HZ of 1000. 0 would
/// mean "leave it".
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(24 * 86_400);
/// The kernel brings it between the interface's MTU and what a datagram holds.
const SYNC_MAX_LEN: u32 = 65_507;

pub(super) const IPVS: Keys = Keys {
    name: "[ipvs]",
    known: &["own_table", "manage_sysctls", "resync", "timeouts", "sync"],
    foreign: &[Foreign {
        key: "flush",
        help: "write `own_table = true`: what the file does not have is removed",
    }],
};
pub(super) const TIMEOUT_KEYS: Keys =
    Keys { name: "`timeouts`", known: &["tcp", "tcp_fin", "udp"], foreign: &[] };
pub(super) const SYNC: Keys = Keys {
    name: "[[ipvs.sync]]",
    known: &["role", "interface", "id", "group", "port", "ttl", "max_len"],
    foreign: &[
        Foreign { key: "state", help: "write `role = \"master\"` or `role = \"backup\"`" },
        Foreign { key: "syncid", help: "write `id`" },
    ],
};

pub(super) fn read(top: Table<'_>, report: &mut Report<'_>) -> IpvsConfig {
    let mut config = IpvsConfig {
        own_table: false,
        manage_sysctls: true,
        resync: RESYNC,
        timeouts: None,
        sync: Vec::new(),
    };
    let Some(table) = top.get("ipvs").and_then(|entry| Table::open(entry, &IPVS, report)) else {
        return config;
    };
    if let Some(own) = table.get("own_table").and_then(|entry| entry.boolean(report)) {
        config.own_table = own;
    }
    if let Some(manage) = table.get("manage_sysctls").and_then(|entry| entry.boolean(report)) {
        config.manage_sysctls = manage;
    }
    if let Some(resync) = table.get("resync").and_then(|entry| entry.duration(RESYNCS, report)) {
        config.resync = resync;
    }
    config.timeouts = table.get("timeouts").and_then(|entry| timeouts(entry, report));
    config.sync = sync_daemons(table, report);
    config
}

fn timeouts(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Timeouts> {
    let table = Table::open(entry, &TIMEOUT_KEYS, report)?;
    let mut seconds = |key| table.get(key).and_then(|entry: Entry<'_>| entry.seconds(TIMEOUTS, report));
    let all = Timeouts { tcp_s: seconds("tcp"), tcp_fin_s: seconds("tcp_fin"), udp_s: seconds("udp") };
    (all != Timeouts { tcp_s: None, tcp_fin_s: None, udp_s: None }).then_some(all)
}

fn sync_daemons(table: Table<'_>, report: &mut Report<'_>) -> Vec<SyncDaemon> {
    let entries: Vec<Entry<'_>> = table.tables("sync", "[[ipvs.sync]]", report).collect();
    let mut daemons: Vec<SyncDaemon> = Vec::new();
    for entry in entries {
        let Some(daemon) = sync_daemon(entry, report) else { continue };
        if daemons.iter().any(|other| other.role == daemon.role) {
            report
                .error(entry.place(), "the kernel has one sync daemon of each role")
                .label("the second of its role")
                .help("keep one [[ipvs.sync]] with role = \"master\" and one with role = \"backup\"");
            continue;
        }
        daemons.push(daemon);
    }
    daemons
}

fn sync_daemon(entry: Entry<'_>, report: &mut Report<'_>) -> Option<SyncDaemon> {
    let table = Table::open(entry, &SYNC, report)?;
    let role = table
        .require("role", SYNC.name, "write `role = \"master\"` or `role = \"backup\"`", report)
        .and_then(|entry| {
            choice(entry, &[("master", SyncRole::Master), ("backup", SyncRole::Backup)], report)
        });
    let interface = table
        .require("interface", SYNC.name, "write `interface = \"eth0\"`", report)
        .and_then(|entry| interface(entry, report));
    let id = table.get("id").and_then(|entry| entry.number(0..=255, report)).unwrap_or(0);
    let group = table.get("group").and_then(|entry| group(entry, report));
    let port = table.get("port").and_then(|entry| entry.number(1..=65_535, report));
    let ttl = table.get("ttl").and_then(|entry| entry.number(1..=255, report));
    let max_len = table.get("max_len").and_then(|entry| entry.number(1..=SYNC_MAX_LEN, report));
    Some(SyncDaemon { catch_up: None, role: role?, interface: interface?, id, group, port, ttl, max_len })
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
