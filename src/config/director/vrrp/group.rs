//! `[[sync_group]]`.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use ::vrrp::Group;

use super::{SyncGroup, notify, router, tell_same_names};
use crate::director::mail::Alerts;
use crate::director::names::Names;
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::Entry;

pub(in crate::director) const GROUP: Keys = Keys {
    name: "[[sync_group]]",
    known: &["name", "members", "notify", "alert"],
    foreign: &[
        Foreign { key: "group", help: "write `members = [\"VI_1\", \"VI_2\"]`" },
        Foreign { key: "notify_master", help: "write `notify = { master = \"/path\" }`" },
        Foreign { key: "notify_backup", help: "write `notify = { backup = \"/path\" }`" },
        Foreign { key: "notify_fault", help: "write `notify = { fault = \"/path\" }`" },
        Foreign { key: "notify_stop", help: "write `notify = { stop = \"/path\" }`" },
        Foreign {
            key: "track_script",
            help: "write `track_scripts` in a [[vrrp]] of the group: all follow it",
        },
        Foreign {
            key: "track_interface",
            help: "write `track_interfaces` in a [[vrrp]] of the group: all follow it",
        },
        Foreign { key: "smtp_alert", help: "write `alert = true`, and [mail]" },
    ],
};

pub(super) fn read_all(
    top: Table<'_>,
    routers: &Names<'_>,
    alerts: Alerts,
    report: &mut Report<'_>,
) -> Vec<SyncGroup> {
    let entries: Vec<Entry<'_>> = top.tables("sync_group", GROUP.name, report).collect();
    let mut seen = BTreeMap::new();
    let mut groups = Vec::new();
    let mut places = Vec::new();
    for entry in entries {
        if let Some(group) = read(entry, routers, &mut seen, alerts, report) {
            groups.push(group);
            places.push(entry.place());
        }
    }
    let names = groups.iter().zip(places).map(|(group, place)| (&group.group.name, place));
    tell_same_names(GROUP.name, names.collect(), report);
    groups
}

/// Members of groups, with the byte where each is written.
type Seen<'d> = BTreeMap<&'d str, usize>;

fn read<'d>(
    entry: Entry<'d>,
    routers: &Names<'_>,
    seen: &mut Seen<'d>,
    alerts: Alerts,
    report: &mut Report<'_>,
) -> Option<SyncGroup> {
    let table = Table::open(entry, &GROUP, report)?;
    let name = table
        .require("name", GROUP.name, "write `name = \"VG_1\"`", report)
        .and_then(|entry| router::name(entry, report));
    let members = table
        .require("members", GROUP.name, "write `members = [\"VI_1\", \"VI_2\"]`", report)
        .and_then(|entry| members(entry, routers, seen, report));
    let notify = notify::read(table, report);
    let alert = alerts.read(table, alerts.about.routers, report);
    Some(SyncGroup { group: Group { name: name?, members: members? }, notify, alert })
}

fn members<'d>(
    entry: Entry<'d>,
    routers: &Names<'_>,
    seen: &mut Seen<'d>,
    report: &mut Report<'_>,
) -> Option<Vec<String>> {
    let mut members = Vec::new();
    let mut written = 0_usize;
    for one in entry.list("members = [\"VI_1\", \"VI_2\"]", report)? {
        written += 1;
        let Some(name) = one.string("\"VI_1\"", report) else { continue };
        if routers.check(one, name, report).is_none() {
            continue;
        }
        if let Some(first) = seen.insert(name, one.place().start) {
            let line = report.line(first);
            report
                .error(one.place(), format_args!("\"{name}\" is in a sync group twice"))
                .label("the second time")
                .help(format_args!("the first is in line {line}: a router is in one group, once"));
        }
        members.push(String::from(name));
    }
    if written < 2 {
        report
            .error(entry.place(), "a sync group has at least two members")
            .label("nobody to follow")
            .help("write the names of the [[vrrp]] sections that move together, or leave the group away");
    }
    Some(members)
}
