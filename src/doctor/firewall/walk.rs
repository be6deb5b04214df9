//! A packet's way through the rules of a chain.
//!
//! Where it is not known whether a rule matches, both ways are followed. One of them is the usual one: a rule that names
//! something is taken to be about something else ("ip saddr 10.0.0.0/8"), and one that excepts something to be about
//! everything ("ip saddr != 10.0.0.0/8").

mod matches;

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};

use super::model::{Base, Rule, Target};
use super::together::{Elsewhere, Walked};
use super::{Keeper, Packet, Passage, Stop};
use matches::{Match, matches};

/// Chains within chains: the kernel allows 16 (`NFT_JUMP_STACK_SIZE`).
const MOST_DEPTH: usize = 16;
/// Work on one packet, in conditions of one value.
const MOST_WORK: usize = 1_000_000;

/// How a packet comes to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Never,
    /// where rules match or do not that usually do not or do
    Perhaps,
    Usually,
}

/// Where a packet is behind a rule.
struct Flow {
    /// at the next one
    on: Way,
    /// with whoever jumped to this chain
    back: Way,
}

struct Walk<'a> {
    base: &'a Base,
    packet: &'a Packet<'a>,
    accepted: Way,
    /// the rule by which it usually is dropped
    dropped: Option<String>,
    /// the last rule of which it is not known whether it matches
    unsure: Option<Rc<str>>,
    /// the one of those that lets it in
    decides: Option<Rc<str>>,
    /// the rule that rewrites it, and whether it usually comes there
    elsewhere: Option<Elsewhere>,
    /// firewalld's zone, on the usual way
    zone: Option<String>,
    /// work left; none: too much
    left: Option<usize>,
}

/// What becomes of the packet, and how much work it was. None: too much.
pub(super) fn walk(base: &Base, packet: &Packet<'_>, most: usize) -> (Option<Walked>, usize) {
    let most = most.min(MOST_WORK);
    let mut walk = Walk {
        base,
        packet,
        accepted: Way::Never,
        dropped: None,
        unsure: None,
        decides: None,
        elsewhere: None,
        zone: None,
        left: Some(most),
    };
    let out = walk.chain(base.rules(), Way::Usually, 0);
    walk.ends(out);
    let work = most.saturating_sub(walk.left.unwrap_or(0));
    (walk.left.is_some().then(|| walk.walked()), work)
}

impl Walk<'_> {
    /// How it comes to the chain's end, or back from it.
    fn chain(&mut self, rules: &[Rule], way: Way, depth: usize) -> Way {
        let Flow { on, back } = self.rules(rules, way, depth);
        on.max(back)
    }

    fn rules(&mut self, rules: &[Rule], way: Way, depth: usize) -> Flow {
        let mut flow = Flow { on: way, back: Way::Never };
        for rule in rules {
            self.left = self.left.and_then(|left| left.checked_sub(rule.work()));
            if flow.on == Way::Never || self.left.is_none() {
                break;
            }
            let matched = matches(rule, self.packet);
            let (into, past) = (matched.taken(flow.on), matched.passed(flow.on));
            if into == Way::Never {
                continue;
            }
            if matched != Match::Yes {
                self.unsure = Some(Rc::clone(&rule.text));
            }
            let behind = self.rule(rule, into, depth);
            flow = Flow { on: past.max(behind.on), back: flow.back.max(behind.back) };
        }
        flow
    }

    fn rule(&mut self, rule: &Rule, way: Way, depth: usize) -> Flow {
        let on = |on| Flow { on, back: Way::Never };
        match &rule.target {
            Target::Next => on(way),
            Target::Return => Flow { on: Way::Never, back: way },
            Target::Accept => {
                self.accept(way);
                on(Way::Never)
            }
            Target::Drop => {
                self.drop(way, &rule.text);
                on(Way::Never)
            }
            Target::Elsewhere => {
                self.send(way, &rule.text);
                on(Way::Never)
            }
            Target::Any => {
                self.unsure = Some(Rc::clone(&rule.text));
                self.accept(way.min(Way::Perhaps));
                on(way)
            }
            Target::Map(entries) => self.rules(entries, way, depth),
            Target::Jump(name) => on(self.jump(name, way, depth)),
            Target::Goto(name) => Flow { on: Way::Never, back: self.jump(name, way, depth) },
        }
    }

    fn jump(&mut self, name: &str, way: Way, depth: usize) -> Way {
        let chains = Rc::clone(&self.base.chains);
        // iptables' targets that only change or log a packet have no chain
        let Some(rules) = chains.get(name) else { return way };
        if depth >= MOST_DEPTH {
            self.left = None;
            return way;
        }
        self.note_zone(name, way);
        self.chain(rules, way, depth.saturating_add(1))
    }

    /// `filter_IN_public` of nft, `IN_public` of iptables: the first of its kind is the zone's own.
    fn note_zone(&mut self, chain: &str, way: Way) {
        let is_firewalld = matches!(self.base.keeper, Keeper::Firewalld { .. });
        if !is_firewalld || way != Way::Usually || self.zone.is_some() {
            return;
        }
        let zone = chain.strip_prefix("filter_IN_").or_else(|| chain.strip_prefix("IN_"));
        self.zone = zone.filter(|zone| !zone.starts_with("policy_")).map(ToString::to_string);
    }

    /// Out of the base chain, where its policy has the last word.
    fn ends(&mut self, way: Way) {
        if self.base.drops { self.drop(way, "policy drop") } else { self.accept(way) }
    }

    fn accept(&mut self, way: Way) {
        if way == Way::Perhaps && self.accepted == Way::Never {
            self.decides.clone_from(&self.unsure);
        }
        self.accepted = self.accepted.max(way);
    }

    fn drop(&mut self, way: Way, rule: &str) {
        if way == Way::Usually {
            self.dropped = Some(rule.to_string());
        }
    }

    fn send(&mut self, way: Way, rule: &str) {
        let usually = way == Way::Usually;
        if usually || self.elsewhere.is_none() {
            self.elsewhere = Some(Elsewhere { usually, rule: format!("{}: {rule}", self.base.name) });
        }
    }

    fn walked(mut self) -> Walked {
        let elsewhere = self.elsewhere.take();
        Walked { passage: self.passage(), elsewhere }
    }

    fn passage(self) -> Passage {
        let Some(rule) = self.dropped else { return Passage::Passes };
        if self.accepted != Way::Never {
            let decides = self.decides.as_deref().unwrap_or(&rule);
            return Passage::Depends(format!("{}: {decides}", self.base.name));
        }
        let keeper = match &self.base.keeper {
            Keeper::Firewalld { .. } => Keeper::Firewalld { zone: self.zone },
            other @ (Keeper::Ufw | Keeper::Iptables | Keeper::Nft) => other.clone(),
        };
        Passage::Dropped(Stop { chain: self.base.name.clone(), rule, keeper })
    }
}
