//! `[ipvs]`: the table as a whole.

use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::time::Duration;

use super::names::Names;
use super::{IpvsConfig, OnStop, PATH_MARK, PATH_MARKS, Timeouts, sync};
use crate::read::{Foreign, Keys, Report, Table, choice, shown};
use crate::text::{Entry, Kind};

pub(super) const RESYNC: Duration = Duration::from_secs(1);
const RESYNCS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);
/// `ip_vs_set_timeout` refuses what is above `INT_MAX / HZ`: 24.8 days at the usual highest HZ of 1000. 0 would
/// mean "leave it".
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(24 * 86_400);

pub(super) const IPVS: Keys = Keys {
    name: "[ipvs]",
    known: &["own_table", "manage_sysctls", "resync", "timeouts", "on_stop", "path_mark", "sync"],
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
        path_mark: PATH_MARK,
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
    if let Some(mark) = table.get("path_mark").and_then(|entry| path_mark(entry, report)) {
        config.path_mark = mark;
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

/// A number, or a string of hexadecimal digits; all marks of the range fit.
fn path_mark(entry: Entry<'_>, report: &mut Report<'_>) -> Option<u32> {
    let most = u32::MAX - (PATH_MARKS - 1);
    let Kind::String(text) = entry.kind() else { return entry.number(1..=most, report) };
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let mark = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let mark = mark.filter(|mark| (1..=most).contains(mark));
    if mark.is_none() {
        report
            .error(entry.place(), format_args!("\"{}\" is no mark, or leaves no room behind it", shown(text)))
            .label(format_args!("{PATH_MARKS} marks from here on are kept for path checks"))
            .help(format_args!("write a number from 1 to {most}, as in \"{PATH_MARK:#010x}\""));
    }
    mark
}
