//! Everything about VRRP in the order in which the parts need each other.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::{Range, RangeInclusive};
use core::time::Duration;

use super::address::Taken;
use super::router::{self, Read};
use super::track::{self, Known, Services};
use super::{RouterConfig, Tracked, VrrpConfig, fifo, group, thing};
use crate::director::VirtualService;
use crate::director::address::Held;
use crate::director::mail::Alerts;
use crate::director::names::Names;
use crate::director::repeated::repeated;
use crate::read::{Foreign, Keys, Report, Table};

const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);

pub(in crate::director) const SCRIPTS: Keys = Keys {
    name: "[scripts]",
    known: &["user", "timeout", "fifo", "vrrp_fifo", "lvs_fifo"],
    foreign: &[
        Foreign { key: "script_user", help: "write `user`" },
        Foreign { key: "notify_fifo", help: "write `fifo`" },
        Foreign { key: "vrrp_notify_fifo", help: "write `vrrp_fifo`" },
        Foreign { key: "lvs_notify_fifo", help: "write `lvs_fifo`" },
        Foreign {
            key: "notify_fifo_script",
            help: "write `fifo = { path = \"/path\", reader = \"/path\" }`",
        },
        Foreign {
            key: "vrrp_notify_fifo_script",
            help: "write `vrrp_fifo = { path = \"/path\", reader = \"/path\" }`",
        },
        Foreign {
            key: "lvs_notify_fifo_script",
            help: "write `lvs_fifo = { path = \"/path\", reader = \"/path\" }`",
        },
        Foreign { key: "enable_script_security", help: "leave it away: it is always so" },
    ],
};
pub(in crate::director) const REALTIME: Keys = Keys {
    name: "[realtime]",
    known: &["priority", "lock_memory"],
    foreign: &[
        Foreign { key: "vrrp_rt_priority", help: "write `priority`" },
        Foreign { key: "vrrp_no_swap", help: "write `lock_memory = true`" },
    ],
};

/// What could be read before the services are known.
pub(in crate::director) struct Unfinished<'d> {
    config: VrrpConfig,
    routers: Vec<Read<'d>>,
}

/// Reads everything but `track_services`, and notes what the routers hold.
pub(in crate::director) fn read<'d>(
    top: Table<'d>,
    routers: &Names<'d>,
    held: &mut Held,
    alerts: Alerts,
    report: &mut Report<'_>,
) -> Unfinished<'d> {
    let mut config = VrrpConfig::default();
    scripts(top, &mut config, report);
    realtime(top, &mut config, report);
    config.scripts = thing::scripts(top, report);
    config.files = thing::files(top, report);
    config.processes = thing::processes(top, report);
    config.groups = group::read_all(top, routers, alerts, report);
    let known = Known::of(top);
    let routers = router::read_all(top, &known, &mut Taken::new(held), alerts, report);
    Unfinished { config, routers }
}

impl Unfinished<'_> {
    /// `[scripts] user`.
    pub(in crate::director) fn script_user(&self) -> Option<&str> {
        self.config.script_user.as_deref()
    }

    /// Reads what the routers say about services.
    pub(in crate::director) fn finish(
        self,
        top: Table<'_>,
        services: &[VirtualService],
        report: &mut Report<'_>,
    ) -> VrrpConfig {
        let services = Services::of(top, services);
        let mut config = self.config;
        for Read { entry, router } in self.routers {
            let tracked = track::services(entry, router.as_ref(), &services, report);
            if let Some(mut router) = router {
                router.track_services = tracked;
                config.routers.push(router);
            }
        }
        // a name with a mistake in it tracks nothing
        if !report.has_errors() {
            warn_of_unused(top, &config.routers, report);
        }
        config
    }
}

fn warn_of_unused(top: Table<'_>, routers: &[RouterConfig], report: &mut Report<'_>) {
    let used = |tracked: fn(&RouterConfig) -> &Vec<Tracked>| {
        routers.iter().flat_map(tracked).map(|one| one.name.as_str()).collect()
    };
    let (scripts, files, processes) =
        (used(|one| &one.track_scripts), used(|one| &one.track_files), used(|one| &one.track_processes));
    thing::warn_of_unused(top, "track_script", &thing::SCRIPT, "track_scripts", &scripts, report);
    thing::warn_of_unused(top, "track_file", &thing::FILE, "track_files", &files, report);
    thing::warn_of_unused(top, "track_process", &thing::PROCESS, "track_processes", &processes, report);
}

fn scripts(top: Table<'_>, config: &mut VrrpConfig, report: &mut Report<'_>) {
    let Some(table) = top.get("scripts").and_then(|entry| Table::open(entry, &SCRIPTS, report)) else {
        return;
    };
    config.script_user = table.get("user").and_then(|entry| entry.name(report));
    if let Some(timeout) = table.get("timeout").and_then(|entry| entry.duration(TIMEOUTS, report)) {
        config.notify_timeout = timeout;
    }
    let mut seen = BTreeMap::new();
    config.notify_fifo = fifo::read(table, "fifo", &mut seen, report);
    config.vrrp_fifo = fifo::read(table, "vrrp_fifo", &mut seen, report);
    config.lvs_fifo = fifo::read(table, "lvs_fifo", &mut seen, report);
}

fn realtime(top: Table<'_>, config: &mut VrrpConfig, report: &mut Report<'_>) {
    let Some(table) = top.get("realtime").and_then(|entry| Table::open(entry, &REALTIME, report)) else {
        return;
    };
    // the range of SCHED_FIFO, sched(7)
    config.realtime_priority = table.get("priority").and_then(|entry| entry.number(1..=99, report));
    config.lock_memory = table.get("lock_memory").and_then(|entry| entry.boolean(report)).unwrap_or(false);
}

/// Reports names that are there twice in one kind of section.
pub(super) fn tell_same_names(section: &str, names: Vec<(&String, Range<usize>)>, report: &mut Report<'_>) {
    for ((name, place), first) in repeated(names) {
        let line = report.line(first.start);
        report
            .error(place, format_args!("two {section} are named \"{name}\""))
            .label("the second of this name")
            .help(format_args!("the first is in line {line}: write another `name`"));
    }
}
