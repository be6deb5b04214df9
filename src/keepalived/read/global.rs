//! `global_defs`, apart from what it says about VRRP.

mod fifo;
mod sync;

use alloc::string::String;
use core::net::IpAddr;

use config::director::{Fifo, OnStop, Timeouts};

use super::mail::{self, Mail};
use super::value::user;
use super::vrrp::said::Said;
use super::vrrp::value::{at_most, name, number, value};
use crate::keywords::Section;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

pub(super) use sync::Sync;

/// `ip_vs_set_timeout` refuses what is above `INT_MAX / HZ`: 24.8 days at the usual highest HZ of 1000.
const MOST_TIMEOUT: i64 = 24 * 86_400;

/// What it says.
#[derive(Default)]
pub(super) struct Globals {
    pub(super) router_id: Option<String>,
    pub(super) mail: Mail,
    pub(super) script_user: Option<String>,
    /// `lvs_flush`
    pub(super) own_table: bool,
    pub(super) on_stop: OnStop,
    pub(super) timeouts: Option<Timeouts>,
    pub(super) sync: Option<Sync>,
    pub(super) notify_fifo: Option<Fifo>,
    pub(super) vrrp_fifo: Option<Fifo>,
    pub(super) lvs_fifo: Option<Fifo>,
    pub(super) realtime_priority: Option<u8>,
    pub(super) lock_memory: bool,
    /// the block's first line
    pub(super) place: Option<Place>,
}

impl Globals {
    pub(super) fn read(lines: &[Line], report: &mut Report) -> Self {
        let blocks = || lines.iter().filter(|line| line.keyword() == "global_defs");
        let said = Said::of_all(blocks().flat_map(Line::lines), Section::Global, report);
        let script_user = said.last("script_user", report).and_then(|line| script_user(line, report));
        let mut fifo = |name: &str| fifo::read(&said, name, script_user.as_deref(), report);
        let (notify_fifo, vrrp_fifo, lvs_fifo) =
            (fifo("notify_fifo"), fifo("vrrp_notify_fifo"), fifo("lvs_notify_fifo"));
        Self {
            router_id: said.last("router_id", report).and_then(|line| router_id(line, report)),
            mail: mail::read(&said, report),
            own_table: said.last("lvs_flush", report).is_some_and(|line| flag(line, report)),
            on_stop: match said.last("lvs_flush_on_stop", report) {
                Some(line) => on_stop(line, report),
                None => OnStop::Keep,
            },
            timeouts: said.last("lvs_timeouts", report).and_then(|line| timeouts(line, report)),
            sync: said.first("lvs_sync_daemon", report).and_then(|line| Sync::read(line, report)),
            realtime_priority: said.last("vrrp_rt_priority", report).and_then(|line| realtime(line, report)),
            lock_memory: said.last("vrrp_no_swap", report).is_some_and(|line| flag(line, report)),
            place: blocks().next().map(Line::place),
            script_user,
            notify_fifo,
            vrrp_fifo,
            lvs_fifo,
        }
    }
}

fn router_id(line: &Line, report: &mut Report) -> Option<String> {
    name(value(line, report)?, "director", report)
}

fn script_user(line: &Line, report: &mut Report) -> Option<String> {
    value_of_many(line, 2, report)?;
    user(line.values(), report)
}

/// A keyword that takes up to `most` values, and at least one.
fn value_of_many(line: &Line, most: usize, report: &mut Report) -> Option<()> {
    at_most(line, most, report);
    if line.value(0).is_none() {
        let keyword = line.keyword();
        report
            .error(line.place(), format_args!("`{keyword}` has no value"))
            .help("write it behind, or leave the line away");
        return None;
    }
    Some(())
}

/// A word that stands alone.
fn flag(line: &Line, report: &mut Report) -> bool {
    at_most(line, 0, report);
    true
}

/// With `VS` keepalived removes services, without the whole table; the end is the same.
fn on_stop(line: &Line, report: &mut Report) -> OnStop {
    at_most(line, 1, report);
    if let Some(word) = line.value(0).filter(|word| word.text() != "VS") {
        report
            .error(word.place, "`lvs_flush_on_stop` takes `VS` or nothing")
            .help("write `lvs_flush_on_stop` alone")
            .swallowed("keepalived leaves the word away");
    }
    OnStop::Remove
}

fn realtime(line: &Line, report: &mut Report) -> Option<u8> {
    let read = number(line, 1..=99, "keepalived leaves the line away", report)?;
    u8::try_from(read).ok()
}

/// `lvs_timeouts tcp 900 tcpfin 120 udp 300`
fn timeouts(line: &Line, report: &mut Report) -> Option<Timeouts> {
    let mut all = Timeouts { tcp_s: None, tcp_fin_s: None, udp_s: None };
    for pair in line.values().chunks(2) {
        let Some(word) = pair.first() else { continue };
        let slot = match word.text() {
            "tcp" => &mut all.tcp_s,
            "tcpfin" => &mut all.tcp_fin_s,
            "udp" => &mut all.udp_s,
            _ => {
                report
                    .error(
                        word.place,
                        "`lvs_timeouts` takes `tcp`, `tcpfin` and `udp`, each with seconds behind it",
                    )
                    .help("write `lvs_timeouts tcp 900 tcpfin 120 udp 300`")
                    .swallowed("keepalived leaves the word away");
                continue;
            }
        };
        let Some(seconds) = pair.get(1) else {
            report
                .error(word.place, format_args!("`{}` has no seconds behind it", word.text()))
                .help("write `tcp 900`");
            continue;
        };
        let what = word.text();
        let read = super::vrrp::value::number_of(
            seconds,
            what,
            1..=MOST_TIMEOUT,
            "keepalived leaves it away",
            report,
        );
        *slot = read.and_then(|read| u32::try_from(read).ok()).or(*slot);
    }
    (all != Timeouts { tcp_s: None, tcp_fin_s: None, udp_s: None }).then_some(all)
}

/// An address of a multicast group.
fn multicast(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().filter(IpAddr::is_multicast)
}
