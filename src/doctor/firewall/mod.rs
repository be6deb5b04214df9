//! Whether this host's packet filters let a packet in: the first one of a connection from anywhere.
//!
//! The rules are those that `nft list ruleset` and `iptables-save` print. What depends on more than is known of the packet
//! (its source, a mark, a limit, a set) may match or not; an answer that hangs on such a rule says so.

mod iptables;
mod model;
mod nft;
mod together;
mod values;
mod walk;

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::net::IpAddr;

use crate::{FirewallText, Seen, Unseen};
use model::{Base, Chains};
use together::{Together, Walked};

/// Rules of a text that are read. `kube-proxy` has some ten for each service.
const MOST_RULES: usize = 200_000;
/// Work on all packets together, in conditions of one value: some seconds at most.
const MOST_WORK: usize = 50_000_000;

/// The rules of this host, read once, for any number of packets.
#[derive(Clone, Debug)]
pub struct Filters {
    nft: Result<Vec<Base>, Unseen>,
    iptables: Result<Vec<Base>, Unseen>,
    ip6tables: Result<Vec<Base>, Unseen>,
    /// work left
    left: Cell<usize>,
}

/// A packet that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// the IP protocol: 6 TCP, 17 UDP, 112 VRRP
    pub protocol: u8,
    /// where it goes to: an address of this host, now or when it is needed, or a group
    pub to: IpAddr,
    /// the port there, if the protocol has ports; none for such a protocol: any of them
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
    /// it is dropped or refused
    Dropped(Stop),
    /// it is dropped or not by a rule that depends on what is not known; holds that rule
    Depends(String),
    /// the rules could not be looked at, or one of them gives it another address or port, for which others are not judged
    Unseen(Unseen),
}

/// What keeps a packet out. Displayed as the chain and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// the chain that the kernel calls: `inet filter input` of nft, `filter INPUT` of iptables
    pub chain: String,
    /// the rule as printed, or the chain's policy
    pub rule: String,
    /// who writes the rules of this table
    pub keeper: Keeper,
}

/// Who writes the rules of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// firewalld; the zone to which the packet's interface belongs, if it is known
    Firewalld {
        /// "public"
        zone: Option<String>,
    },
    /// Ubuntu's `ufw`
    Ufw,
    /// `iptables` and `ip6tables`, of either kind
    Iptables,
    /// `nft`
    Nft,
}

/// There are more rules than are looked at.
struct TooMany;

impl Filters {
    /// Reads the rules.
    pub fn read(text: &FirewallText) -> Self {
        Self {
            nft: read(&text.nft, nft::bases, "nft list ruleset"),
            iptables: read(&text.iptables, |text| iptables::bases(text, 4), "iptables-save"),
            ip6tables: read(&text.ip6tables, |text| iptables::bases(text, 6), "ip6tables-save"),
            left: Cell::new(MOST_WORK),
        }
    }

    /// What becomes of a packet in all packet filters together: whoever drops it has the last word, unless it may be another
    /// packet by then.
    pub fn passage(&self, packet: &Packet<'_>) -> Passage {
        let older = if packet.to.is_ipv4() { &self.iptables } else { &self.ip6tables };
        let mut together = Together::default();
        for bases in [&self.nft, older] {
            match bases {
                Ok(bases) => self.through(bases, packet, &mut together),
                Err(why) => together.add(Passage::Unseen(why.clone())),
            }
        }
        together.passage()
    }

    /// All of them, also behind one that drops it: another may have rewritten it before it comes there.
    fn through(&self, bases: &[Base], packet: &Packet<'_>, together: &mut Together) {
        for base in bases.iter().filter(|base| base.takes(packet.to)) {
            let walked = self.walk(base, packet);
            together.add(walked.passage);
            together.send(walked.elsewhere);
        }
    }

    fn walk(&self, base: &Base, packet: &Packet<'_>) -> Walked {
        let (walked, work) = walk::walk(base, packet, self.left.get());
        self.left.set(self.left.get().saturating_sub(work));
        walked.unwrap_or_else(|| Walked {
            passage: Passage::Unseen(too_many("nft list ruleset; iptables-save")),
            elsewhere: None,
        })
    }
}

impl Keeper {
    fn of_iptables(chains: &Chains) -> Self {
        let has = |name: &str| chains.contains_key(name);
        if has("INPUT_ZONES") {
            return Self::Firewalld { zone: None };
        }
        if has("ufw-before-input") || has("ufw6-before-input") { Self::Ufw } else { Self::Iptables }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.chain, self.rule)
    }
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

fn read(
    text: &Seen<String>,
    bases: impl Fn(&str) -> Result<Vec<Base>, TooMany>,
    program: &str,
) -> Result<Vec<Base>, Unseen> {
    bases(text.as_result().map_err(Clone::clone)?).map_err(|TooMany| too_many(program))
}

fn too_many(program: &str) -> Unseen {
    Unseen { why: "there are more firewall rules than are judged here".into(), how: program.into() }
}
