//! `[[vrrp]]`: one virtual router.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use ::vrrp::{Family, Vrid};

use super::address::Taken;
use super::timing::Timing;
use super::track::Known;
use super::transport::Transport;
use super::{RouterConfig, address, announce, notify, route, timing, track, transport};
use crate::director::mail::Alerts;
use crate::director::repeated::repeated;
use crate::read::{Foreign, Keys, Report, Table, interface};
use crate::text::Entry;

pub(in crate::director) const VRRP: Keys = Keys {
    name: "[[vrrp]]",
    known: &[
        "name",
        "interface",
        "virtual_router_id",
        "version",
        "priority",
        "advert_interval",
        "preempt",
        "preempt_delay",
        "auth",
        "addresses",
        "excluded_addresses",
        "routes",
        "unicast_peers",
        "source",
        "multicast_group",
        "check_addresses",
        "pseudo_header",
        "announce",
        "track_interfaces",
        "track_scripts",
        "track_files",
        "track_processes",
        "track_services",
        "notify",
        "alert",
    ],
    foreign: &[
        Foreign { key: "state", help: "there is none: `priority` decides who is master" },
        Foreign { key: "vrid", help: "write `virtual_router_id`" },
        Foreign { key: "address", help: "write `addresses = [\"192.0.2.1\"]`" },
        Foreign { key: "virtual_ipaddress", help: "write `addresses = [\"192.0.2.1\"]`" },
        Foreign { key: "virtual_ipaddress_excluded", help: "write `excluded_addresses`" },
        Foreign {
            key: "virtual_routes",
            help: "write `routes = [{ to = \"10.0.0.0/8\", via = \"192.0.2.1\" }]`",
        },
        Foreign {
            key: "virtual_rules",
            help: "not supported: keep routing rules in the network's configuration",
        },
        Foreign { key: "advert_int", help: "write `advert_interval = \"1s\"`" },
        Foreign {
            key: "authentication",
            help: "write `auth = { type = \"pass\", password = \"…\" }`, version 2 only",
        },
        Foreign { key: "auth_type", help: "write `auth = { type = \"pass\", password = \"…\" }`" },
        Foreign { key: "auth_pass", help: "write `auth = { type = \"pass\", password = \"…\" }`" },
        Foreign { key: "password", help: "write `auth = { type = \"pass\", password = \"…\" }`" },
        Foreign { key: "nopreempt", help: "write `preempt = false`" },
        Foreign { key: "unicast_src_ip", help: "write `source`" },
        Foreign { key: "mcast_src_ip", help: "write `source`" },
        Foreign { key: "unicast_peer", help: "write `unicast_peers = [\"192.0.2.3\"]`" },
        Foreign {
            key: "unicast_ttl",
            help: "leave it away: adverts are sent with TTL 255 and accepted with no other",
        },
        Foreign { key: "mcast_dst_ip", help: "write `multicast_group`" },
        Foreign {
            key: "skip_check_adv_addr",
            help: "write `check_addresses`: false accepts another address list",
        },
        Foreign { key: "strict_mode", help: "leave it away: what the RFC forbids is refused always" },
        Foreign { key: "native_ipv6", help: "leave it away: the first of `addresses` decides the family" },
        Foreign { key: "track_interface", help: "write `track_interfaces = [\"eth1\"]`" },
        Foreign { key: "track_script", help: "write `track_scripts`, and the script as [[track_script]]" },
        Foreign { key: "track_file", help: "write `track_files`, and the file as [[track_file]]" },
        Foreign {
            key: "track_process",
            help: "write `track_processes`, and the process as [[track_process]]",
        },
        Foreign { key: "track_bfd", help: "BFD is not supported: leave it away" },
        Foreign {
            key: "dont_track_primary",
            help: "not supported: without its interface a router is in fault",
        },
        Foreign { key: "notify_master", help: "write `notify = { master = \"/path\" }`" },
        Foreign { key: "notify_backup", help: "write `notify = { backup = \"/path\" }`" },
        Foreign { key: "notify_fault", help: "write `notify = { fault = \"/path\" }`" },
        Foreign { key: "notify_stop", help: "write `notify = { stop = \"/path\" }`" },
        Foreign { key: "garp_master_delay", help: "write `announce = { delay = \"5s\" }`" },
        Foreign { key: "garp_master_repeat", help: "write `announce = { repeat = 5 }`" },
        Foreign { key: "garp_master_refresh", help: "write `announce = { refresh = \"60s\" }`" },
        Foreign { key: "garp_master_refresh_repeat", help: "write `announce = { refresh_repeat = 1 }`" },
        Foreign { key: "garp_lower_prio_delay", help: "write `announce = { rival_delay = \"5s\" }`" },
        Foreign { key: "garp_lower_prio_repeat", help: "write `announce = { rival_repeat = 5 }`" },
        Foreign {
            key: "use_vmac",
            help: "not supported: the addresses have the interface's own MAC, and gratuitous ARP tells the network",
        },
        Foreign { key: "use_ipvlan", help: "not supported: the addresses are on the interface itself" },
        Foreign {
            key: "accept",
            help: "leave it away: a master accepts packets to its addresses, or it could not balance them",
        },
        Foreign {
            key: "no_accept",
            help: "not supported: a master that does not accept packets to its addresses cannot balance them",
        },
        Foreign { key: "smtp_alert", help: "write `alert = true`, and [mail]" },
        Foreign { key: "lvs_sync_daemon_interface", help: "write [[ipvs.sync]] with role = \"vrrp\"" },
    ],
};

/// A `[[vrrp]]` and, where it could be read, what it says.
pub(super) struct Read<'d> {
    pub(super) entry: Entry<'d>,
    pub(super) router: Option<RouterConfig>,
}

/// Every router, but for its `track_services`: services are read later, because a server must not have an address that is
/// held here.
pub(super) fn read_all<'d>(
    top: Table<'d>,
    known: &Known<'d>,
    taken: &mut Taken<'_>,
    alerts: Alerts,
    report: &mut Report<'_>,
) -> Vec<Read<'d>> {
    let entries: Vec<Entry<'_>> = top.tables("vrrp", VRRP.name, report).collect();
    let all = entries
        .into_iter()
        .map(|entry| Read { entry, router: read(entry, known, taken, alerts, report) })
        .collect::<Vec<_>>();
    tell_repeated(&all, report);
    all
}

fn read(
    entry: Entry<'_>,
    known: &Known<'_>,
    taken: &mut Taken<'_>,
    alerts: Alerts,
    report: &mut Report<'_>,
) -> Option<RouterConfig> {
    let table = Table::open(entry, &VRRP, report)?;
    let name = table
        .require("name", VRRP.name, "write `name = \"VI_1\"`", report)
        .and_then(|entry| name(entry, report));
    let interface = table
        .require("interface", VRRP.name, "write the interface of its adverts: `interface = \"eth0\"`", report)
        .and_then(|entry| interface(entry, report));
    let vrid = table
        .require(
            "virtual_router_id",
            VRRP.name,
            "write the number that all its routers share: `virtual_router_id = 51`",
            report,
        )
        .and_then(|entry| entry.number(1..=255, report))
        .and_then(Vrid::new);
    let timing = timing::read(table, report);
    let version = timing.as_ref().map(|timing| timing.version);
    let addresses = address::read(table, interface.as_deref(), version, taken, report);
    let family = addresses.addresses.first().map(|first| Family::of(first.address));
    let transport = transport::read(table, version.zip(family), &addresses, report);
    let announcing = announce::read(table, report);
    let routes = route::read(table, report);
    let tracks = track::read(table, known, report);
    let notify = notify::read(table, report);
    let alert = alerts.read(table, alerts.about.routers, report);
    if let Some(timing) = &timing {
        track::warn_of_owner(table, timing.priority, report);
    }
    let Timing { version, priority, interval, preempt, preempt_delay, password } = timing?;
    let Transport { peers, source, group, check_addresses, pseudo_header } = transport;
    Some(RouterConfig {
        name: name?,
        interface: interface?,
        vrid: vrid?,
        version,
        priority,
        interval,
        preempt,
        preempt_delay,
        password,
        addresses: addresses.addresses,
        excluded: addresses.excluded,
        routes,
        peers,
        source,
        group,
        check_addresses,
        pseudo_header,
        announcing,
        track_interfaces: tracks.interfaces,
        track_scripts: tracks.scripts,
        track_files: tracks.files,
        track_processes: tracks.processes,
        track_services: Vec::new(),
        notify,
        alert,
    })
}

/// A name that stands between quotes in the lines of `[scripts] fifo`.
pub(super) fn name(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.name(report)?;
    if name.contains('"') {
        report
            .error(entry.place(), format_args!("`{}` has a quotation mark in it", entry.key()))
            .help("leave it away: the lines of `fifo` put names in quotes");
        return None;
    }
    Some(name)
}

fn tell_repeated(all: &[Read<'_>], report: &mut Report<'_>) {
    let placed = || all.iter().filter_map(|one| Some((one.router.as_ref()?, one.entry.place())));
    super::tell_same_names(
        VRRP.name,
        placed().map(|(router, place)| (&router.name, place)).collect(),
        report,
    );
    let ids = placed().filter_map(|(router, place)| {
        let family = Family::of(router.addresses.first()?.address);
        Some(((&router.interface, family, router.vrid), place))
    });
    let ids: Vec<(_, Range<usize>)> = ids.collect();
    for (((interface, _, vrid), place), first) in repeated(ids) {
        let line = report.line(first.start);
        report
            .error(place, format_args!("the virtual router {vrid} is twice on {interface}"))
            .label("the second time")
            .help(format_args!(
                "the first is in line {line}: write another `virtual_router_id`, or all addresses there"
            ));
    }
}
