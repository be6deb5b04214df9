//! Other daemons that would have the same addresses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use crate::shared::{names, said};
use crate::{File, Finding, Seen};

pub(super) const DAEMONS: &str = "other-daemons";
pub(super) const NETWORKD: &str = "networkd-lo";

/// A daemon, its unit, and the file that says which addresses it would hold; none: always others' VIPs.
const OTHERS: [(&str, &str, Option<&str>); 3] = [
    ("keepalived", "keepalived.service", Some("/etc/keepalived/keepalived.conf")),
    ("ldirectord", "ldirectord.service", None),
    ("lvs-director", "lvs-director.service", Some("/etc/lvs-director/director.toml")),
];

/// None that would hold a VIP for which this host is a real server.
pub(super) fn daemons(sight: Sight<'_>) -> Vec<Finding> {
    let found: Vec<Finding> =
        OTHERS.iter().filter_map(|(name, unit, file)| daemon(sight, name, unit, *file)).collect();
    if !found.is_empty() {
        return found;
    }
    match sight.host.processes.as_result() {
        Ok(_) => vec![Finding::fine(DAEMONS, "", "neither keepalived, ldirectord nor lvs-director is here")],
        Err(unseen) => vec![Finding::unknown(DAEMONS, "", unseen)],
    }
}

fn daemon(sight: Sight<'_>, name: &str, unit: &str, file: Option<&str>) -> Option<Finding> {
    let pids: Vec<String> = sight.host.programs_named(name).map(|process| process.pid.to_string()).collect();
    let starts = sight.host.starts_at_boot.contains(unit);
    let how = match (pids.is_empty(), starts) {
        (false, _) => "runs here too",
        (true, true) => "starts here at boot",
        (true, false) => return None,
    };
    let cure = ending(sight, unit, &pids);
    let Some(path) = file else {
        return Some(Finding::wrong(
            DAEMONS,
            name,
            format!("{how}: it balances what comes to this host"),
            cure,
        ));
    };
    let Some(file) = sight.host.files.iter().find(|file| file.path == path) else {
        return Some(Finding::fine(DAEMONS, name, format!("{how}, without {path}")));
    };
    Some(match &file.text {
        Seen::Unseen(unseen) => Finding::unknown(DAEMONS, name, unseen),
        Seen::Known(_) if names_vip(sight, file) => {
            let what =
                format!("{how}, and {path} names a VIP of this host: it would hold it and answer for it");
            Finding::wrong(DAEMONS, name, what, cure)
        }
        Seen::Known(_) => Finding::fine(DAEMONS, name, format!("{how}; {path} names no VIP of this host")),
    })
}

/// A process that is no unit's has to be ended by itself.
fn ending(sight: Sight<'_>, unit: &str, pids: &[String]) -> Vec<String> {
    let is_units = sight.host.unit(unit).is_some_and(crate::Unit::runs);
    let mut cure = Vec::new();
    if is_units || sight.host.starts_at_boot.contains(unit) {
        cure.push(format!("systemctl disable --now {unit}"));
    }
    if !is_units && !pids.is_empty() {
        cure.push(format!("kill {}", pids.join(" ")));
    }
    cure
}

fn names_vip(sight: Sight<'_>, file: &File) -> bool {
    said(file).any(|line| sight.vips().any(|vip| names(line.text, vip.address)))
}

/// A file of systemd-networkd that takes lo along with other interfaces: each restart then takes the VIPs off.
pub(super) fn networkd(sight: Sight<'_>) -> Vec<Finding> {
    let places = ["/etc/systemd/network/", "/run/systemd/network/"];
    let files =
        sight.host.files.iter().filter(|file| places.iter().any(|place| file.path.starts_with(place)));
    let bad: Vec<Finding> = files.filter(|file| takes_lo(file)).map(grabbed).collect();
    if bad.is_empty() {
        vec![Finding::fine(NETWORKD, "", "no file of systemd-networkd is about lo")]
    } else {
        bad
    }
}

fn grabbed(file: &File) -> Finding {
    let keep = "KeepConfiguration=yes";
    let cure = if said(file).any(|line| line.text == "[Network]") {
        format!("sed -i '/^\\[Network\\]/a {keep}' {}", file.path)
    } else {
        format!("printf '\\n[Network]\\n{keep}\\n' >>{}", file.path)
    };
    let what = "is about lo too: systemd-networkd takes the VIPs off each time it starts, until the agent puts them back";
    Finding::wrong(NETWORKD, &file.path, what, [cure.as_str(), "networkctl reload"])
}

fn takes_lo(file: &File) -> bool {
    let lines: Vec<&str> = said(file).map(|line| line.text).collect();
    let keeps =
        lines.iter().any(|line| matches!(*line, "KeepConfiguration=yes" | "KeepConfiguration=static"));
    let mut section = "";
    let (mut conditions, mut lo) = (0_usize, true);
    for line in lines {
        if line.starts_with('[') {
            section = line;
        } else if section == "[Match]" {
            conditions = conditions.saturating_add(1);
            lo &= fits_lo(line);
        }
    }
    // one without conditions is refused by newer versions, and takes every interface with older ones
    (conditions == 0 || lo) && !keeps
}

/// Whether a condition may hold for lo.
fn fits_lo(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else { return true };
    match key.trim() {
        "Name" | "OriginalName" => {
            let mut patterns = value.split_whitespace();
            let not = value.trim().starts_with('!');
            let fits =
                patterns.any(|pattern| matches!(pattern.trim_start_matches('!'), "*" | "lo" | "l*" | "lo*"));
            fits != not
        }
        "Type" => value.split_whitespace().any(|kind| kind == "loopback"),
        // loopback has no driver, no path, no address and no kind
        "Driver" | "Path" | "MACAddress" | "PermanentMACAddress" | "Kind" | "SSID" | "BSSID" => false,
        _ => true,
    }
}
