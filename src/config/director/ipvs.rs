//! `[ipvs]`: the table as a whole.

use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::names::Names;
use super::{IpvsConfig, OnStop, Timeouts, sync};
use crate::read::{Foreign, Keys, Report, Table, choice};
use crate::text::Entry;

pub(super) const RESYNC: Duration = Duration::from_secs(1);
const RESYNCS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);
/// `ip_vs_set_timeout` refuses what is above `INT_MAX / HZ`: 24.8 days at the usual highest HZ of 1000. 0 would
/// mean "leave it".
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(24 * 86_400);

pub(super) const IPVS: Keys = Keys {
    name: "[ipvs]",
    known: &["own_table", "manage_sysctls", "resync", "timeouts", "on_stop", "sync"],
    foreign: &[
        Foreign { key: "flush", help: "write `own_table = true`: what the file does not have is removed" },
        Foreign {
            key: "lvs_flush",
            help: "write `own_table = true`: what the file does not have is removed",
        },
        Foreign { key: "lvs_flush_on_stop", help: "write `on_stop = \"remove\"`" },
        Foreign {
            key: "lvs_timeouts",
            help: "write `timeouts = { tcp = \"15m\", tcp_fin = \"2m\", udp = \"5m\" }`",
        },
    ],
};
pub(super) const TIMEOUT_KEYS: Keys =
    Keys { name: "`timeouts`", known: &["tcp", "tcp_fin", "udp"], foreign: &[] };

pub(super) fn read(top: Table<'_>, routers: &Names<'_>, report: &mut Report<'_>) -> IpvsConfig {
    let mut config = IpvsConfig {
        own_table: false,
        manage_sysctls: true,
        resync: RESYNC,
        timeouts: None,
        on_stop: OnStop::Keep,
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
    if let Some(entry) = table.get("on_stop") {
        let words = [("keep", OnStop::Keep), ("remove", OnStop::Remove)];
        config.on_stop = choice(entry, &words, report).unwrap_or_default();
    }
    config.sync = sync::read_all(table, routers, report);
    config
}

fn timeouts(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Timeouts> {
    let table = Table::open(entry, &TIMEOUT_KEYS, report)?;
    let mut seconds = |key| table.get(key).and_then(|entry: Entry<'_>| entry.seconds(TIMEOUTS, report));
    let all = Timeouts { tcp_s: seconds("tcp"), tcp_fin_s: seconds("tcp_fin"), udp_s: seconds("udp") };
    (all != Timeouts { tcp_s: None, tcp_fin_s: None, udp_s: None }).then_some(all)
}
