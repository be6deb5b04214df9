//! Whether this host's packet filters let a packet in: the first one of a connection from anywhere.
//!
//! The rules are those that `nft list ruleset` and `iptables-save` print. What depends on more than is known of the packet
//! (its source, a mark, a limit, a set) may match or not; an answer that hangs on such a rule says so.

mod iptables;
mod model;
mod nft;
mod values;
mod walk;

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::{FirewallText, Seen, Unseen};
use model::Base;

/// A packet that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// the IP protocol: 6 TCP, 17 UDP, 112 VRRP
    pub protocol: u8,
    /// where it goes to
    pub to: IpAddr,
    /// the port there, if the protocol has ports
    pub port: Option<u16>,
    /// who sends it; none: anyone
    pub from: Option<IpAddr>,
    /// the interface by which it comes; none: any but loopback
    pub interface: Option<&'a str>,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// it comes in, or nothing is known that would keep it out for everybody
    Passes,
    /// it is dropped or refused; holds the rule, or the chain's policy
    Dropped(String),
    /// it is dropped unless a rule lets it in that depends on what is not known; holds that rule
    Depends(String),
    /// the rules could not be looked at
    Unseen(Unseen),
}

/// What becomes of a packet in all packet filters together: whoever drops it has the last word.
pub fn passage(rules: &FirewallText, packet: &Packet<'_>) -> Passage {
    let older = if packet.to.is_ipv4() { &rules.iptables } else { &rules.ip6tables };
    let nft = rules.nft.as_result().map(|text| nft::bases(text, packet.to.is_ipv4()));
    let older = older.as_result().map(|text| iptables::bases(text));
    let mut unseen = None;
    let mut depends = None;
    for bases in [nft, older] {
        match bases.map(|bases| through_all(&bases, packet)) {
            Ok(Passage::Passes) => {}
            Ok(Passage::Depends(rule)) => depends = depends.or(Some(rule)),
            Ok(dropped) => return dropped,
            Err(why) => unseen = unseen.or(Some(why)),
        }
    }
    match (unseen, depends) {
        (Some(why), _) => Passage::Unseen(why.clone()),
        (None, Some(rule)) => Passage::Depends(rule),
        (None, None) => Passage::Passes,
    }
}

/// Whether there is any rule at all, as far as it can be seen.
pub fn is_empty(rules: &FirewallText) -> bool {
    [&rules.nft, &rules.iptables, &rules.ip6tables]
        .iter()
        .all(|text| text.known().is_some_and(String::is_empty))
}

/// The words of `arptables-save` and of nft's tables of the family arp that are rules.
pub fn arp_rules(rules: &FirewallText) -> Seen<Vec<String>> {
    match (rules.arptables.as_result(), rules.nft.as_result()) {
        (Err(unseen), _) | (_, Err(unseen)) => Seen::Unseen(unseen.clone()),
        (Ok(arptables), Ok(nft)) => {
            let mut found = iptables::rule_lines(arptables);
            found.extend(nft::arp_rule_lines(nft));
            Seen::Known(found)
        }
    }
}

fn through_all(bases: &[Base], packet: &Packet<'_>) -> Passage {
    let mut depends = None;
    for base in bases {
        match walk::walk(base, packet) {
            Passage::Passes | Passage::Unseen(_) => {}
            Passage::Depends(rule) => depends = depends.or(Some(rule)),
            Passage::Dropped(rule) => return Passage::Dropped(rule),
        }
    }
    depends.map_or(Passage::Passes, Passage::Depends)
}
