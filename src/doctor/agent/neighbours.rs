//! Other daemons that would have the same addresses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use core::net::IpAddr;

use super::Sight;
use super::ini::entries;
use crate::shared::{names, said, shown};
use crate::{File, Finding, Seen};

pub(super) const DAEMONS: &str = "other-daemons";

/// A daemon that may be here beside the agent.
struct Other {
    name: &'static str,
    unit: &'static str,
    /// which says what addresses it would hold; none: always others' VIPs
    file: Option<&'static str>,
}

const LVS_DIRECTOR: &str = "lvs-director";

const OTHERS: [Other; 3] = [
    Other { name: "keepalived", unit: "keepalived.service", file: Some("/etc/keepalived/keepalived.conf") },
    Other { name: "ldirectord", unit: "ldirectord.service", file: None },
    Other { name: LVS_DIRECTOR, unit: "lvs-director.service", file: Some("/etc/lvs-director/director.toml") },
];

/// None that would hold a VIP for which this host is a real server.
pub(super) fn daemons(sight: Sight<'_>) -> Vec<Finding> {
    let found: Vec<Finding> = OTHERS.iter().filter_map(|other| daemon(sight, other)).collect();
    if !found.is_empty() {
        return found;
    }
    let starts = sight.host.boot_unseen.as_ref().map_or(Ok(()), Err);
    match sight.host.processes.as_result().and(starts) {
        Ok(()) => vec![Finding::fine(DAEMONS, "", "neither keepalived, ldirectord nor lvs-director is here")],
        Err(unseen) => vec![Finding::unknown(DAEMONS, "", unseen)],
    }
}

/// A daemon that runs here and holds this VIP, or may hold it: then the VIP is not to be taken from it.
pub(super) fn holder(sight: Sight<'_>, vip: IpAddr) -> Option<&'static str> {
    let may_hold =
        |other: &&Other| other.file.is_some_and(|path| runs(sight, other) && may_name(sight, path, vip));
    OTHERS.iter().find(may_hold).map(|other| other.name)
}

fn runs(sight: Sight<'_>, other: &Other) -> bool {
    sight.host.programs_named(other.name).next().is_some()
        || sight.host.unit(other.unit).is_some_and(crate::Unit::runs)
}

/// One that has not been seen, or that includes others, may name any address.
fn may_name(sight: Sight<'_>, path: &str, vip: IpAddr) -> bool {
    let Some(file) = file(sight, path).filter(|file| file.text.known().is_some()) else { return true };
    said(file).any(|line| names(line.text, vip) || line.text.starts_with("include"))
}

fn daemon(sight: Sight<'_>, other: &Other) -> Option<Finding> {
    let name = other.name;
    let pids: Vec<String> = sight.host.programs_named(name).map(|process| process.pid.to_string()).collect();
    let starts = sight.host.starts_at_boot.contains(other.unit);
    let how = match (pids.is_empty(), starts) {
        (false, _) => "runs here too",
        (true, true) => "starts here at boot",
        (true, false) => return None,
    };
    let cure = ending(sight, other.unit, &pids);
    let Some(path) = other.file else {
        let what = format!("{how}: it balances what comes to this host");
        return Some(Finding::wrong(DAEMONS, name, what, cure));
    };
    let Some(file) = file(sight, path) else {
        return Some(Finding::fine(DAEMONS, name, format!("{how}, without {path}")));
    };
    Some(match &file.text {
        Seen::Unseen(unseen) => Finding::unknown(DAEMONS, name, unseen),
        Seen::Known(_) if !names_vip(sight, file) => {
            Finding::fine(DAEMONS, name, format!("{how}; {path} names no VIP of this host"))
        }
        Seen::Known(_) if name == LVS_DIRECTOR => director(how, file, &cure),
        Seen::Known(_) => {
            let what =
                format!("{how}, and {path} names a VIP of this host: it would hold it and answer for it");
            Finding::wrong(DAEMONS, name, what, gently(sight, cure))
        }
    })
}

fn file<'a>(sight: Sight<'a>, path: &str) -> Option<&'a File> {
    sight.host.files.iter().find(|file| file.path == path)
}

/// A host may be a director of what it serves. Whether it is to be one, only its operator knows: nothing is stopped.
fn director(how: &str, file: &File, ending: &[String]) -> Finding {
    if balances_as_master_alone(file) {
        let seen = format!("{how}; `ipvs_on = \"master\"` keeps packets from going round");
        return Finding::fine(DAEMONS, LVS_DIRECTOR, seen);
    }
    let path = shown(&file.path);
    let what = format!(
        "{how}, and {path} names a VIP of this host: a packet that the other director sends here is balanced again, and may go round"
    );
    let advice = format!("# write `ipvs_on = \"master\"` at the top of {path} on both directors");
    let ending = ending.iter().map(|line| unless_director(line));
    Finding::wrong(DAEMONS, LVS_DIRECTOR, what, [advice].into_iter().chain(ending))
}

/// `ipvs_on = "master"` above every table.
fn balances_as_master_alone(file: &File) -> bool {
    let mut top = entries(file).take_while(|entry| entry.section.is_empty());
    top.any(|entry| {
        let value = entry.value.split('#').next().unwrap_or_default().trim();
        entry.key == "ipvs_on" && matches!(value, "\"master\"" | "'master'")
    })
}

/// One that holds a VIP now may be the one that clients come by.
fn gently(sight: Sight<'_>, cure: Vec<String>) -> Vec<String> {
    let elsewhere =
        |vip: &host::Vip| sight.host.holders(vip.address).any(|(link, _)| link.name != vip.device);
    if !sight.vips().any(elsewhere) {
        return cure;
    }
    cure.iter().map(|line| unless_director(line)).collect()
}

fn unless_director(command: &str) -> String {
    format!("# if this host is to be no director: {command}")
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
