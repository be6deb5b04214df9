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
use crate::shared::{addresses, edit, fits, quoted, shown};
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
    let mut bad: Vec<Finding> =
        devices.into_iter().filter_map(|device| taken(sight, &by_name, device)).collect();
    bad.extend(unread(ID, sight.host, &PLACES));
    if bad.is_empty() {
        return vec![Finding::fine(ID, "", "no file of systemd-networkd takes VIPs off")];
    }
    bad
}

/// Of files for one interface the first counts.
fn taken(sight: Sight<'_>, by_name: &BTreeMap<&str, &File>, device: &str) -> Option<Finding> {
    let mut named = by_name.iter().filter(|(name, _)| name.ends_with(".network"));
    let (name, file) = named.find(|(_, file)| is_about(file, device))?;
    let files: Vec<&File> = [*file].into_iter().chain(drop_ins(by_name, name)).collect();
    let has_ipv6 = sight.vips().any(|vip| vip.device == device && vip.address.is_ipv6());
    (!keeps(&files, has_ipv6)).then(|| {
        let what = format!(
            "is about {device} too: systemd-networkd takes the VIPs off each time it starts, until the agent puts them back"
        );
        Finding::wrong(ID, &file.path, what, cure(sight, name, &files, device))
    })
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

/// A file of its own, before all others, by which networkd leaves the device alone. `KeepConfiguration=` would not do:
/// "static" does not keep an IPv6 VIP, "yes" keeps addresses of DHCP on other interfaces of the file when they have expired.
fn cure(sight: Sight<'_>, name: &str, files: &[&File], device: &str) -> Vec<String> {
    let mut cure: Vec<String> = files.iter().flat_map(|file| others(sight, file, device)).collect();
    let names = ["00", "0"].map(|first| format!("{first}-lvs-rs-agent-{device}.network"));
    let Some(own) = names.iter().find(|own| own.as_str() < name) else {
        cure.push(format!("# give {} a name that comes after {}", shown(name), names.join(" or ")));
        return cure;
    };
    let text = format!("[Match]\\nName={device}\\n[Link]\\nUnmanaged=yes\\n");
    let commands: [String; 3] = [
        "mkdir -p /etc/systemd/network".into(),
        format!("printf {} >{}", quoted(&text), quoted(&format!("/etc/systemd/network/{own}"))),
        "networkctl reload".into(),
    ];
    // what the file gives would be lost with it
    if cure.is_empty() {
        return commands.into();
    }
    cure.extend(commands.map(|line| format!("# then: {line}")));
    cure
}

/// What a file gives to this device alone, beside VIPs.
fn others(sight: Sight<'_>, file: &File, device: &str) -> Vec<String> {
    let gives = |entry: &Entry<'_>| {
        let is_vip = || addresses(entry.value).next().is_some_and(|address| sight.is_vip(address));
        matches!(entry.section, "Network" | "Address") && entry.key == "Address" && !is_vip()
    };
    let what = format!("{device} is for VIPs alone: give this to another interface");
    let given = entries(file).filter(gives);
    given.map(|entry| edit(&file.path, entry.line.number, &what, entry.line.text)).collect()
}

/// The last word counts; with `Unmanaged=yes` networkd leaves the interface alone. An IPv6 VIP is deprecated, so networkd takes
/// it for one that somebody has given for a time, which "static" does not keep.
fn keeps(files: &[&File], has_ipv6: bool) -> bool {
    let all: Vec<Entry<'_>> = files.iter().flat_map(|file| entries(file)).collect();
    let last = |section: &str, key: &str| {
        let mut found = all.iter().rev().filter(|entry| entry.section == section && entry.key == key);
        found.next().map(|entry| entry.value)
    };
    match last("Network", "KeepConfiguration") {
        Some("yes" | "true" | "1" | "on") => return true,
        Some("static") if !has_ipv6 => return true,
        _ => {}
    }
    matches!(last("Link", "Unmanaged"), Some("yes" | "true" | "1" | "on"))
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
