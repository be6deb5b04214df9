//! How to let something through the firewall that is in use here.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::Facts;

/// What is to come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// "tcp" or "udp" to a port
    Port(&'a str, u16, IpAddr),
    /// a protocol without ports, as firewalld, nft and iptables call it: "vrrp"
    Protocol(&'a str),
}

/// Commands. `rule` is what [`crate::firewall::Passage::Dropped`] holds.
pub fn opening(host: &Facts, rule: &str, wanted: Wanted<'_>) -> Vec<String> {
    let runs = |unit: &str| host.unit(unit).is_some_and(crate::Unit::runs);
    if runs("firewalld.service") || host.processes_named("firewalld").next().is_some() {
        let what = match wanted {
            Wanted::Port(protocol, port, _) => format!("--add-port={port}/{protocol}"),
            Wanted::Protocol(name) => format!("--add-protocol={name}"),
        };
        return vec![format!("firewall-cmd --permanent {what}"), "firewall-cmd --reload".into()];
    }
    let chain = rule.split(": ").next().unwrap_or_default();
    let mut words = chain.split(' ');
    let is_nft = words.next().is_some_and(|family| matches!(family, "inet" | "ip" | "ip6"));
    if is_nft { nft(chain, wanted) } else { iptables(words.next().unwrap_or("INPUT"), chain, wanted) }
}

fn nft(chain: &str, wanted: Wanted<'_>) -> Vec<String> {
    let what = match wanted {
        Wanted::Port(protocol, port, to) => format!("{} daddr {to} {protocol} dport {port}", family(to)),
        Wanted::Protocol(name) => format!("meta l4proto {name}"),
    };
    vec![
        format!("nft insert rule {chain} {what} accept"),
        "# and into /etc/nftables.conf, or wherever your rules are kept".into(),
    ]
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "ip" } else { "ip6" }
}

fn iptables(chain: &str, full: &str, wanted: Wanted<'_>) -> Vec<String> {
    let table = full.split(' ').next().unwrap_or("filter");
    let (program, what) = match wanted {
        Wanted::Port(protocol, port, to) => {
            let program = if to.is_ipv4() { "iptables" } else { "ip6tables" };
            (program, format!("-d {to} -p {protocol} --dport {port}"))
        }
        Wanted::Protocol(name) => ("iptables", format!("-p {name}")),
    };
    vec![
        format!("{program} -t {table} -I {chain} {what} -j ACCEPT"),
        "# and where your rules are kept: iptables-save > /etc/iptables/rules.v4 on Debian".into(),
    ]
}
