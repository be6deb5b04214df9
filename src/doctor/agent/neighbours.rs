//! Other daemons that would have the same addresses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use crate::shared::{names, said};
use crate::{File, Finding, Seen};

pub(super) const DAEMONS: &str = "other-daemons";

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
