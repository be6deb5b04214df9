//! How to let something through the firewall that is in use here.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::firewall::{Keeper, Stop};

/// What is to come in. Both hold the address to which it goes: the VIP, or the group of adverts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// "tcp" or "udp" to a port
    Port(&'a str, u16, IpAddr),
    /// a protocol with all its ports, if it has any: "vrrp", "tcp"
    Protocol(&'a str, IpAddr),
}

/// Commands that let it in by the way of whoever keeps the rules, which else are written anew without it.
pub fn opening(stop: &Stop, wanted: Wanted<'_>) -> Vec<String> {
    match &stop.keeper {
        Keeper::Firewalld { zone } => firewalld(stop, zone.as_deref(), wanted),
        Keeper::Ufw => ufw(wanted),
        Keeper::Iptables => iptables(stop, wanted),
        Keeper::Nft => nft(stop, wanted),
    }
}

impl Wanted<'_> {
    fn to(self) -> IpAddr {
        match self {
            Self::Port(_, _, to) | Self::Protocol(_, to) => to,
        }
    }

    fn protocol(&self) -> &str {
        match self {
            Self::Port(protocol, _, _) | Self::Protocol(protocol, _) => protocol,
        }
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Port(_, port, _) => Some(port),
            Self::Protocol(_, _) => None,
        }
    }
}

/// A zone's own rule that refuses this alone stays in front of what is added.
fn firewalld(stop: &Stop, zone: Option<&str>, wanted: Wanted<'_>) -> Vec<String> {
    let zone = zone.map(|zone| format!(" --zone={zone}")).unwrap_or_default();
    let add = match wanted {
        Wanted::Port(protocol, port, _) => format!("--add-port={port}/{protocol}"),
        Wanted::Protocol("vrrp", _) => "--add-protocol=vrrp".to_owned(),
        // a protocol of the zone would open it for every address
        Wanted::Protocol(protocol, to) => {
            let family = if to.is_ipv4() { "ipv4" } else { "ipv6" };
            let rule = format!("family={family} destination address={to} protocol value={protocol} accept");
            format!("--add-rich-rule='rule {rule}'")
        }
    };
    let mut cure = Vec::new();
    if !is_general(&stop.rule) {
        cure.push(format!("firewall-cmd{zone} --list-all"));
        cure.push("# take the rule out that refuses it".to_owned());
    }
    // now, and after a restart: a reload would take rules along that somebody has added for now alone
    cure.push(format!("firewall-cmd{zone} {add}"));
    cure.push(format!("firewall-cmd --permanent{zone} {add}"));
    cure
}

/// Of a whole zone, or of the chain: `reject with icmpx admin-prohibited`, `-A IN_drop -j DROP`.
fn is_general(rule: &str) -> bool {
    let words = rule.split(' ').skip_while(|word| matches!(*word, "policy" | "-A" | "counter"));
    let mut words = words.skip_while(|word| word.starts_with("IN_") || *word == "INPUT");
    matches!(words.next(), Some("drop" | "reject" | "-j"))
}

/// In front of what refuses it. Of the protocols without ports ufw knows VRRP since 0.36.2, and it does not know SCTP.
fn ufw(wanted: Wanted<'_>) -> Vec<String> {
    let (protocol, to) = (wanted.protocol(), wanted.to());
    let port = wanted.port().map(|port| format!(" port {port}")).unwrap_or_default();
    let allow = format!("ufw prepend allow proto {protocol} to {to}{port}");
    match protocol {
        "tcp" | "udp" => vec![allow],
        "vrrp" => {
            vec![allow, format!("# where ufw is older than 0.36.2 and refuses that: {}", ufw_line(wanted))]
        }
        _ => vec![format!("# {}", ufw_line(wanted))],
    }
}

fn ufw_line(wanted: Wanted<'_>) -> String {
    let (chain, file) =
        if wanted.to().is_ipv4() { ("ufw", "before.rules") } else { ("ufw6", "before6.rules") };
    let rule = iptables_rule(wanted);
    format!(
        "above COMMIT of *filter in /etc/ufw/{file} write: -A {chain}-before-input {rule}; then: ufw reload"
    )
}

fn iptables(stop: &Stop, wanted: Wanted<'_>) -> Vec<String> {
    let (program, file) =
        if wanted.to().is_ipv4() { ("iptables", "rules.v4") } else { ("ip6tables", "rules.v6") };
    // the last two words: nft has a family in front of them
    let mut words = stop.chain.rsplit(' ');
    let chain = words.next().unwrap_or("INPUT");
    let table = words.next().unwrap_or("filter");
    vec![
        format!("{program} -t {table} -I {chain} {}", iptables_rule(wanted)),
        format!("# and where your rules are kept: {program}-save > /etc/iptables/{file} on Debian"),
    ]
}

fn iptables_rule(wanted: Wanted<'_>) -> String {
    let port = wanted.port().map(|port| format!(" --dport {port}")).unwrap_or_default();
    format!("-d {} -p {}{port} -j ACCEPT", wanted.to(), number(wanted.protocol()))
}

fn nft(stop: &Stop, wanted: Wanted<'_>) -> Vec<String> {
    let (protocol, to) = (wanted.protocol(), wanted.to());
    let family = if to.is_ipv4() { "ip" } else { "ip6" };
    let what = match wanted.port() {
        Some(port) => format!("{protocol} dport {port}"),
        None => format!("meta l4proto {}", number(protocol)),
    };
    vec![
        format!("nft insert rule {} {family} daddr {to} {what} accept", stop.chain),
        "# and into /etc/nftables.conf, or wherever your rules are kept".to_owned(),
    ]
}

/// Its name needs /etc/protocols, which small systems do not have.
fn number(protocol: &str) -> String {
    if protocol == "vrrp" { "112".to_owned() } else { protocol.to_owned() }
}

#[cfg(test)]
mod tests;
