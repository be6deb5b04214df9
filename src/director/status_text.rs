//! The status as `ipvsadm -Ln` would print it, with the reason behind each line.

use std::fmt::Write;

use router::AddressStatus;

use crate::oneshot::counted;
use crate::path::PathView;
use crate::status::{AgentStatus, MailView, ServerStatus, ServiceStatus, Status, Stranger, TableStatus};
use crate::vrrp_text::{Servers, duplicates};

/// Agents that are not heard and that are named before the others are counted.
const AGENTS: usize = 20;

/// The whole status as text for a person.
pub(crate) fn text(status: &Status) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = header(&mut out, status);
    for service in &status.services {
        let _ = service_lines(&mut out, service);
    }
    for stranger in &status.strangers {
        let _ = stranger_line(&mut out, stranger);
    }
    out
}

fn header(out: &mut String, status: &Status) -> std::fmt::Result {
    let Status { version, router_id, started, config, table, addresses, vrrp, mail, paths, agents, .. } =
        status;
    writeln!(out, "lvs-director {version} on {router_id}, since {started}")?;
    writeln!(out, "config  {} of {}", config.path, config.loaded)?;
    if let Some(refused) = &config.refused {
        writeln!(out, "        ✗ the newest reload was refused: {refused}")?;
    }
    writeln!(out, "table   {}", table_line(table))?;
    for refused in &table.refused {
        writeln!(out, "        ✗ {}: {}", refused.change, refused.error)?;
    }
    if let Some(paths) = paths {
        writeln!(out, "paths   {}", path_line(paths))?;
    }
    if !agents.is_empty() {
        agent_lines(out, agents)?;
    }
    if let Some(mail) = mail {
        writeln!(out, "mail    {}", mail_line(mail))?;
    }
    let servers = Servers::of(status);
    for address in addresses {
        writeln!(out, "address {}", address_line(address))?;
        for duplicate in &address.duplicates {
            writeln!(out, "        {}", duplicates::line(duplicate, &servers))?;
        }
    }
    if let Some(vrrp) = vrrp {
        crate::vrrp_text::section(out, vrrp, &servers)?;
    }
    writeln!(out, "Prot LocalAddress:Port Scheduler Flags")?;
    writeln!(out, "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn")
}

fn table_line(table: &TableStatus) -> String {
    let counts = format!("{} written, {} put back", table.written, table.repaired);
    match &table.error {
        Some(error) => format!("✗ {error} ({counts})"),
        None if table.settled => format!("✓ as wanted ({counts})"),
        None => format!("✗ not yet as wanted ({counts})"),
    }
}

/// Those that are not heard, a line each; many are counted.
fn agent_lines(out: &mut String, agents: &[AgentStatus]) -> std::fmt::Result {
    let unheard: Vec<&AgentStatus> = agents.iter().filter(|agent| agent.state != "heard").collect();
    let mark = if unheard.is_empty() { '✓' } else { '✗' };
    let heard = agents.len() - unheard.len();
    writeln!(out, "agents  {mark} {heard} of {} heard", agents.len())?;
    for agent in unheard.iter().take(AGENTS) {
        let AgentStatus { address, state, since, host, reason, dead, .. } = agent;
        let host = if host.is_empty() { String::new() } else { format!(" ({host})") };
        let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let dead = if *dead { ", its host answers nothing" } else { "" };
        writeln!(out, "        ✗ {address}{host} {state} since {since}{reason}{dead}")?;
    }
    match unheard.len().saturating_sub(AGENTS) {
        0 => Ok(()),
        more => writeln!(out, "        ✗ and {} more", counted(more, "agent")),
    }
}

fn mail_line(mail: &MailView) -> String {
    let MailView { waiting, sent, lost, error } = mail;
    let counts = format!("{sent} sent, {} waiting, {lost} lost", counted(*waiting, "change"));
    match error {
        Some(error) => format!("✗ {error} ({counts})"),
        None => format!("✓ {counts}"),
    }
}

fn path_line(paths: &PathView) -> String {
    let PathView { checks, servers, waiting, refused, bypassed } = *paths;
    let servers = counted(servers, "real server");
    let counts = format!("{} of {servers} by the VIP", counted(checks, "check"));
    match refused {
        _ if bypassed => format!("✗ {counts}: not run, net.ipv4.vs.backup_only keeps them from IPVS"),
        _ if waiting => format!("✗ {counts}: the table does not have their services yet"),
        0 => format!("✓ {counts}: the table has their services"),
        refused => format!("✗ {counts}: the kernel refuses the services of {refused}"),
    }
}

fn address_line(address: &AddressStatus) -> String {
    let AddressStatus { address, interface, held, error, .. } = address;
    match error {
        Some(error) => format!("✗ {address} on {interface}: {error}"),
        None if *held => format!("✓ {address} on {interface}"),
        None => format!("✗ {address} on {interface}: not there yet"),
    }
}

fn service_lines(out: &mut String, service: &ServiceStatus) -> std::fmt::Result {
    let (protocol, address) = service.key.split_once(' ').unwrap_or(("", &service.key));
    let line = format!("{protocol:<4} {address} {} {}", service.scheduler, service.flags);
    let line = line.trim_end();
    writeln!(out, "{line:<70} # {}: {}", service.name, quorum_words(service))?;
    for server in &service.servers {
        writeln!(out, "{}", server_line(server))?;
    }
    Ok(())
}

fn stranger_line(out: &mut String, stranger: &Stranger) -> std::fmt::Result {
    let Stranger { key, destinations, active } = stranger;
    let (protocol, address) = key.split_once(' ').unwrap_or(("", key));
    let line = format!("{protocol:<4} {address}");
    let servers = counted(*destinations, "real server");
    writeln!(out, "{line:<70} # not ours: {servers}, {}", format_args!("{active} active connections"))
}

fn quorum_words(service: &ServiceStatus) -> String {
    let up = service.servers.iter().filter(|server| server.state == "up").count();
    let all = service.servers.iter().filter(|server| server.state != "sorry").count();
    let ServiceStatus { weight_up, quorum_need, quorum, here, .. } = service;
    let place = if *here { "" } else { ", not here: its address is not" };
    if *quorum {
        format!("{up} of {all} up{place}")
    } else {
        format!("{up} of {all} up, quorum lost (weight {weight_up} of {quorum_need}){place}")
    }
}

fn server_line(server: &ServerStatus) -> String {
    let ServerStatus { address, forward, state, weight: _, entry, why, agent } = server;
    let line = match entry {
        Some(entry) => {
            let (weight, active, inactive) = (entry.weight, entry.active, entry.inactive);
            format!("  -> {address:<28} {forward:<7} {weight:<6} {active:<10} {inactive:<10}")
        }
        None => format!("  -- {address:<28} {:<7} {:<6} {:<10} {:<10}", "-", "-", "-", "-"),
    };
    let agent = agent.as_ref().map(|agent| format!("agent {}", agent.words()));
    let both = if why.is_empty() || agent.is_none() { "" } else { "; " };
    format!("{line} # {state} {why}{both}{}", agent.unwrap_or_default()).trim_end().to_owned()
}
