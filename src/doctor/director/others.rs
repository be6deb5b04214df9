//! Other programs that write the same table and hold the same addresses.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use config::director::IpvsOn;

use super::Sight;
use crate::{Facts, Finding, Unit};

const KEEPALIVED: &str = "keepalived";
const LDIRECTORD: &str = "ldirectord";
pub(super) const REAL_SERVER: &str = "real-server-too";
const AT_BOOT: &str = "ipvsadm-at-boot";

/// Everybody else who does what a director does.
pub(super) fn findings(host: &Facts) -> Vec<Finding> {
    vec![
        rival(host, KEEPALIVED, "it writes the same table, and holds addresses by VRRP"),
        rival(host, LDIRECTORD, "it writes the same table"),
        at_boot(host),
    ]
}

/// Neither runs nor starts at boot.
fn rival(host: &Facts, name: &'static str, why: &str) -> Finding {
    let processes: Vec<u32> = match host.processes.as_result() {
        Ok(_) => host.programs_named(name).map(|process| process.pid).collect(),
        Err(unseen) => return Finding::unknown(name, "", unseen),
    };
    let unit = host.unit(&format!("{name}.service"));
    let active = unit.is_some_and(Unit::runs);
    let at_boot = starts_at_boot(host, name);
    match (processes.first(), active, at_boot) {
        (None, false, false) => Finding::fine(name, "", "does not run, and does not start at boot"),
        (_, true, _) | (_, _, true) => {
            let when = if active || !processes.is_empty() { "runs" } else { "starts at boot" };
            let cure = format!("systemctl disable --now {name}");
            Finding::wrong(name, "", format!("{when} on this host: {why}"), [cure])
        }
        (Some(_), false, false) => {
            let pids: Vec<String> = processes.iter().take(8).map(|pid| format!("{pid}")).collect();
            Finding::wrong(
                name,
                "",
                format!("runs on this host: {why}"),
                [format!("kill {}", pids.join(" "))],
            )
        }
    }
}

/// As systemd says it, or where it does not run, as the links do that are made for it.
fn starts_at_boot(host: &Facts, name: &str) -> bool {
    let unit = format!("{name}.service");
    match host.units.known() {
        Some(units) => units.get(&unit).is_some_and(Unit::starts_at_boot),
        None => host.starts_at_boot.contains(&unit) || host.starts_at_boot.contains(name),
    }
}

/// `ipvsadm-restore` puts back at boot what the table was once.
fn at_boot(host: &Facts) -> Finding {
    if !starts_at_boot(host, "ipvsadm") {
        return Finding::fine(AT_BOOT, "ipvsadm.service", "restores no table at boot");
    }
    if debian_restores(host) == Some(false) {
        return Finding::fine(AT_BOOT, "ipvsadm.service", "starts at boot, and has nothing to restore");
    }
    let is_script = host.unit("ipvsadm.service").is_some_and(|unit| unit.enabled == "generated");
    let cure = if is_script { "systemctl mask ipvsadm" } else { "systemctl disable ipvsadm" };
    let what = "restores a table at boot, whose services are then strangers here";
    Finding::wrong(AT_BOOT, "ipvsadm.service", what, [cure])
}

/// What `/etc/default/ipvsadm` says: the service of Debian reads it, that of others has no such file.
fn debian_restores(host: &Facts) -> Option<bool> {
    let file = host.files.iter().find(|file| file.path == "/etc/default/ipvsadm")?;
    let text = file.text.known()?;
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        lines.next_back().map(|value| value.trim_matches(['"', '\'', ' ']))
    };
    let daemon = value("DAEMON").unwrap_or("none");
    Some(value("AUTO") == Some("true") || daemon != "none")
}

/// A director that is a real server too: packets may go round between two such.
pub(super) fn real_server(sight: Sight<'_>) -> Vec<Finding> {
    let unit = sight.host.unit("lvs-rs-agent.service");
    let is_there = unit.is_some_and(|unit| unit.runs() || unit.starts_at_boot())
        || sight.host.processes_named("lvs-rs-agent").next().is_some();
    let finding = match (is_there, sight.config.ipvs_on) {
        (false, _) => Finding::fine(REAL_SERVER, "", "no lvs-rs-agent runs here"),
        (true, IpvsOn::Master) => Finding::fine(
            REAL_SERVER,
            "",
            "lvs-rs-agent runs here too; `ipvs_on = \"master\"` keeps packets from going round",
        ),
        (true, IpvsOn::All) => Finding::wrong(
            REAL_SERVER,
            "",
            "lvs-rs-agent runs here too: a packet that the other director sends here is balanced again, and may go round",
            [format!("# write `ipvs_on = \"master\"` at the top of {} on both directors", sight.own.path)],
        ),
    };
    vec![finding]
}
