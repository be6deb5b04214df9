//! Files of systemd-networkd that take a VIP's device along with other interfaces: each restart then takes the VIPs off. What
//! others have put on lo it leaves there.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use super::ini::{Entry, entries};
use super::places::{is_used, unread};
use crate::shared::{fits, quoted};
use crate::{Facts, File, Finding};

pub(super) const ID: &str = "networkd-vip";

/// The directories, of which the first that has a name hides it in the others.
const PLACES: [&str; 4] = [
    "/etc/systemd/network/",
    "/run/systemd/network/",
    "/usr/local/lib/systemd/network/",
    "/usr/lib/systemd/network/",
];

/// None is about a device of VIPs, or it leaves there what others have put there.
pub(super) fn files(sight: Sight<'_>) -> Vec<Finding> {
    if !is_used(sight.host, "systemd-networkd.service", "systemd-networkd") {
        let why = "systemd-networkd neither runs nor starts at boot";
        return vec![Finding::not_applicable(ID, "", why)];
    }
    let devices: BTreeSet<&str> =
        sight.vips().map(|vip| vip.device.as_str()).filter(|device| *device != "lo").collect();
    if devices.is_empty() {
        return vec![Finding::fine(ID, "", "systemd-networkd leaves the VIPs on lo alone")];
    }
    let by_name = by_name(sight.host);
    let mut bad: Vec<Finding> = devices.into_iter().filter_map(|device| taken(&by_name, device)).collect();
    bad.extend(unread(ID, sight.host, &PLACES));
    if bad.is_empty() {
        return vec![Finding::fine(ID, "", "no file of systemd-networkd takes VIPs off")];
    }
    bad
}

/// Of files for one interface the first counts.
fn taken(by_name: &BTreeMap<&str, &File>, device: &str) -> Option<Finding> {
    let mut named = by_name.iter().filter(|(name, _)| name.ends_with(".network"));
    let (name, file) = named.find(|(_, file)| is_about(file, device))?;
    (!keeps(file, &drop_ins(by_name, name))).then(|| grabbed(name, file, device))
}

/// Files and drop-ins by their paths below the directories.
fn by_name(host: &Facts) -> BTreeMap<&str, &File> {
    let mut by_name = BTreeMap::new();
    for place in PLACES {
        for file in &host.files {
            if let Some(name) = file.path.strip_prefix(place) {
                by_name.entry(name).or_insert(file);
            }
        }
    }
    by_name
}

fn drop_ins<'a>(by_name: &BTreeMap<&str, &'a File>, name: &str) -> Vec<&'a File> {
    let directory = format!("{name}.d/");
    by_name.iter().filter(|(path, _)| path.starts_with(directory.as_str())).map(|(_, file)| *file).collect()
}

/// A drop-in leaves alone what others have written, and is there also for a file that is made anew at each boot.
fn grabbed(name: &str, file: &File, device: &str) -> Finding {
    let what = format!(
        "is about {device} too: systemd-networkd takes the VIPs off each time it starts, until the agent puts them back"
    );
    let directory = format!("/etc/systemd/network/{name}.d");
    let cure: [String; 3] = [
        format!("mkdir -p {}", quoted(&directory)),
        format!(
            "printf '[Network]\\nKeepConfiguration=yes\\n' >{}",
            quoted(&format!("{directory}/lvs-rs-agent.conf"))
        ),
        "networkctl reload".into(),
    ];
    Finding::wrong(ID, &file.path, what, cure)
}

/// The last word counts; with `Unmanaged=yes` networkd leaves the interface alone.
fn keeps(file: &File, drop_ins: &[&File]) -> bool {
    let all: Vec<Entry<'_>> = [file].into_iter().chain(drop_ins.iter().copied()).flat_map(entries).collect();
    let last = |section: &str, key: &str| {
        let mut found = all.iter().rev().filter(|entry| entry.section == section && entry.key == key);
        found.next().map(|entry| entry.value)
    };
    matches!(last("Network", "KeepConfiguration"), Some("yes" | "true" | "1" | "on" | "static"))
        || matches!(last("Link", "Unmanaged"), Some("yes" | "true" | "1" | "on"))
}

/// Whether its conditions may all hold for this dummy.
fn is_about(file: &File, device: &str) -> bool {
    // an empty one hides another of its name
    if entries(file).next().is_none() {
        return false;
    }
    // one without conditions is refused by newer versions, and takes every interface with older ones
    entries(file).filter(|entry| entry.section == "Match").all(|entry| is_met(&entry, device))
}

fn is_met(condition: &Entry<'_>, device: &str) -> bool {
    let is_not = condition.value.starts_with('!');
    let values = || condition.value.trim_start_matches('!').split_whitespace();
    let meets = |own: &str| values().any(|pattern| fits(pattern, own)) != is_not;
    match condition.key {
        "Name" | "OriginalName" => meets(device),
        "Type" => meets("ether"),
        "Kind" | "Driver" => meets("dummy"),
        // a dummy has no path, no network of its own, and an address that nobody has given it
        "Path" | "MACAddress" | "PermanentMACAddress" | "SSID" | "BSSID" => is_not,
        _ => true,
    }
}
