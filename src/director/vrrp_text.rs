//! The virtual routers as text: a part of `status` for a person, and the lines of `vrrp` for a script.

pub(crate) mod duplicates;

use std::fmt::{Result, Write};
use std::process::ExitCode;

use router::{RouterStatus, TrackStatus, VipStatus};

use crate::status::VrrpView;
pub(crate) use duplicates::Servers;

/// The part of `status`.
pub(crate) fn section(out: &mut String, vrrp: &VrrpView, servers: &Servers) -> Result {
    let VrrpView { readiness, status } = vrrp;
    writeln!(out, "vrrp    services are {readiness}{}", consequence(readiness))?;
    if let Some(error) = &status.error {
        writeln!(out, "        ✗ {error}")?;
    }
    if !status.unknown.is_empty() {
        let all = status.unknown.values().sum::<u64>();
        writeln!(out, "        {} for no router here: {}", packets(all), reasons(&status.unknown))?;
    }
    if status.fifo_lines_dropped > 0 {
        let lines = status.fifo_lines_dropped;
        writeln!(
            out,
            "        ✗ {lines} lines for the named pipe were dropped: nobody reads it, or too slowly"
        )?;
    }
    status.routers.iter().try_for_each(|router| lines(out, router, servers))
}

fn consequence(readiness: &str) -> &'static str {
    match readiness {
        "serving" => "",
        "installed" => ": addresses are taken only where nobody else has them",
        _ => ": addresses are not taken",
    }
}

fn lines(out: &mut String, router: &RouterStatus, servers: &Servers) -> Result {
    let RouterStatus { name, interface, version, virtual_router_id, state, since, reason, .. } = router;
    let place = format_args!("{interface}, VRRPv{version}, id {virtual_router_id}");
    writeln!(out, "router  {name} ({place}): {state} since {since}: {reason}")?;
    writeln!(out, "        {}", election(router))?;
    for fault in &router.faults {
        writeln!(out, "        ✗ fault: {fault}")?;
    }
    for address in &router.addresses {
        writeln!(out, "        {}", address_line(address, state))?;
    }
    for error in router.route_errors.iter().chain(&router.error) {
        writeln!(out, "        ✗ {error}")?;
    }
    for track in &router.tracks {
        writeln!(out, "        {}", track_line(track))?;
    }
    for duplicate in &router.duplicates {
        writeln!(out, "        {}", duplicates::line(duplicate, servers))?;
    }
    traffic(out, router)
}

fn election(router: &RouterStatus) -> String {
    let RouterStatus { priority, effective_priority, advert_interval_ms, master_interval_ms, .. } = router;
    let mut words = format!("priority {effective_priority}");
    if priority != effective_priority {
        words += &format!(" (configured {priority})");
    }
    match &router.master {
        _ if router.state == "master" => words += ", is master here",
        Some(master) => {
            words += &format!(
                ", master {} with priority {}, advertises each {master_interval_ms} ms",
                master.address, master.priority
            );
        }
        None => words += ", no master known",
    }
    words += &format!(", own adverts each {advert_interval_ms} ms");
    words + &router.group.as_ref().map(|group| format!(", in sync group {group}")).unwrap_or_default()
}

fn address_line(address: &VipStatus, state: &str) -> String {
    let VipStatus { address, interface, held, error } = address;
    match (error, *held) {
        (Some(error), _) => format!("✗ {address} on {interface}: {error}"),
        (None, true) => format!("✓ {address} on {interface}"),
        (None, false) if state == "master" => format!("✗ {address} on {interface}: not there yet"),
        (None, false) => format!("- {address} not here"),
    }
}

fn track_line(track: &TrackStatus) -> String {
    let TrackStatus { what, report, weight, detail } = track;
    let detail = if detail.is_empty() { String::new() } else { format!(", {detail}") };
    let weight = if *weight == 0 { String::new() } else { format!(" (weight {weight})") };
    format!("{what}: {report}{weight}{detail}")
}

fn traffic(out: &mut String, router: &RouterStatus) -> Result {
    let RouterStatus { adverts_sent, adverts_received, became_master, rivals_heard, .. } = router;
    write!(out, "        adverts: {adverts_sent} sent, {adverts_received} received; ")?;
    writeln!(out, "master {}, {} heard meanwhile", times(*became_master), rivals(*rivals_heard))?;
    if router.refused.is_empty() {
        return Ok(());
    }
    let all = router.refused.values().sum::<u64>();
    write!(out, "        ✗ {} refused: {}", packets(all), reasons(&router.refused))?;
    match &router.last_refused {
        Some(last) => writeln!(out, "; the last ({}) from {} at {}", last.reason, last.from, last.at),
        None => writeln!(out),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn packets(count: u64) -> String {
    format!("{count} packet{}", if count == 1 { "" } else { "s" })
}

fn rivals(count: u64) -> String {
    format!("{count} advert{} of others", if count == 1 { "" } else { "s" })
}

fn reasons(counts: &std::collections::BTreeMap<String, u64>) -> String {
    let words: Vec<String> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    words.join(", ")
}

/// One line of `vrrp`.
pub(crate) fn script_line(router: &RouterStatus) -> String {
    let bare = |address: &VipStatus| address.address.split('/').next().unwrap_or_default().to_owned();
    let addresses: Vec<String> = router.addresses.iter().map(bare).collect();
    let master = router.master.as_ref().map_or("-", |master| master.address.as_str());
    let RouterStatus { state, effective_priority, since, reason, .. } = router;
    let name = router.name.replace(char::is_whitespace, "_");
    format!("{name} {state} {effective_priority} {} {master} {since} {reason}\n", addresses.join(","))
}

/// The exit code that stands for a state.
pub(crate) fn exit_code(state: &str) -> ExitCode {
    ExitCode::from(match state {
        "master" => 0,
        "backup" => 3,
        "fault" => 4,
        _ => 5,
    })
}

#[cfg(test)]
mod tests;
