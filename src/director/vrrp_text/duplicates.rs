//! Words about other hosts that have addresses which they should not have.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use router::DuplicateStatus;

use crate::status::Status;

/// The real servers of a director, with the name that their agents say, if any.
#[derive(Default)]
pub(crate) struct Servers(BTreeMap<IpAddr, String>);

impl Servers {
    /// Of every service.
    pub(crate) fn of(status: &Status) -> Self {
        let servers = status.services.iter().flat_map(|service| &service.servers);
        let agents = status.agents.iter().map(|agent| (agent.address.as_str(), agent.host.as_str()));
        // what an agent says comes later, and counts
        Self::new(servers.map(|server| (server.address.as_str(), "")).chain(agents))
    }

    fn new<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let ip = |address: &str| address.parse().map(|address: SocketAddr| address.ip()).ok();
        Self(named.filter_map(|(address, name)| Some((ip(address)?, name.to_owned()))).collect())
    }

    /// Which of them this host is.
    fn find(&self, duplicate: &DuplicateStatus) -> Option<&str> {
        let ips = duplicate.ips.iter().filter_map(|ip| ip.parse().ok());
        ips.filter_map(|ip: IpAddr| self.0.get(&ip)).map(String::as_str).max()
    }
}

/// One of them, and what to do.
pub(crate) fn line(duplicate: &DuplicateStatus, servers: &Servers) -> String {
    let DuplicateStatus { address, mac, ips, since, last } = duplicate;
    let server = servers.find(duplicate);
    let ips = if ips.is_empty() { String::new() } else { format!(" ({})", ips.join(", ")) };
    let host = match server {
        Some("") => format!("the real server {mac}{ips}"),
        Some(name) => format!("the real server {name}, {mac}{ips}"),
        None => format!("{mac}{ips}"),
    };
    let remedy = if server.is_some() {
        "it answers ARP for it: lvs-rs-agent there prevents that, or arp_ignore=1 and arp_announce=2"
    } else {
        "take it off that machine, or compare virtual_router_id, version, password and network of the two routers"
    };
    format!("✗ {host} has {address} as well, since {since}, last heard {last}: {remedy}")
}

#[cfg(test)]
mod tests;
