//! A packet's way through the rules.

use alloc::format;
use alloc::string::String;

use super::model::{Base, Rule, Target, Test, What};
use super::{Packet, Passage};

/// Chains within chains: the kernel allows 16 (`NFT_JUMP_STACK_SIZE`).
const MOST_DEPTH: usize = 16;
/// Rules that are looked at in all.
const MOST_RULES: usize = 100_000;

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Perhaps,
}

/// How a chain ends.
enum End {
    Accepted,
    Dropped(String),
    /// back to whoever jumped here
    Back,
}

struct Walk<'a> {
    base: &'a Base,
    packet: &'a Packet<'a>,
    /// the first rule that would let it in if it matches
    perhaps: Option<String>,
    left: usize,
}

pub(super) fn walk(base: &Base, packet: &Packet<'_>) -> Passage {
    let mut walk = Walk { base, packet, perhaps: None, left: MOST_RULES };
    let end = walk.chain(&base.rules, true, 0);
    let dropped = match end {
        End::Dropped(rule) => rule,
        End::Back if base.drops => format!("{}: policy drop", base.name),
        End::Accepted | End::Back => return Passage::Passes,
    };
    walk.perhaps.map_or(Passage::Dropped(dropped), Passage::Depends)
}

impl Walk<'_> {
    /// `surely`: whether the packet surely gets here.
    fn chain(&mut self, rules: &[Rule], surely: bool, depth: usize) -> End {
        for rule in rules {
            let Some(left) = self.left.checked_sub(1) else { return End::Accepted };
            self.left = left;
            let matched = match matches(rule, self.packet) {
                Match::No => continue,
                Match::Yes => surely,
                Match::Perhaps => false,
            };
            match self.rule(rule, matched, depth) {
                Some(end) if matched => return end,
                Some(_) | None => {}
            }
        }
        End::Back
    }

    /// None: on to the next rule.
    fn rule(&mut self, rule: &Rule, surely: bool, depth: usize) -> Option<End> {
        match &rule.target {
            Target::Next => None,
            Target::Return => Some(End::Back),
            Target::Accept => {
                if !surely {
                    self.note(rule);
                }
                Some(End::Accepted)
            }
            Target::Any => {
                self.note(rule);
                None
            }
            Target::Drop => Some(End::Dropped(format!("{}: {}", self.base.name, rule.text))),
            Target::Jump(name) => match self.jump(name, surely, depth) {
                End::Back => None,
                end @ (End::Accepted | End::Dropped(_)) => Some(end),
            },
            Target::Goto(name) => Some(self.jump(name, surely, depth)),
        }
    }

    fn jump(&mut self, name: &str, surely: bool, depth: usize) -> End {
        let chains = self.base.chains.clone();
        match chains.get(name) {
            Some(rules) if depth < MOST_DEPTH => self.chain(rules, surely, depth.saturating_add(1)),
            Some(_) | None => End::Back,
        }
    }

    fn note(&mut self, rule: &Rule) {
        if self.perhaps.is_none() {
            self.perhaps = Some(format!("{}: {}", self.base.name, rule.text));
        }
    }
}

fn matches(rule: &Rule, packet: &Packet<'_>) -> Match {
    let mut all = Match::Yes;
    for found in rule.tests.iter().map(|test| holds(test, packet)) {
        match found {
            Match::No => return Match::No,
            Match::Perhaps => all = Match::Perhaps,
            Match::Yes => {}
        }
    }
    all
}

fn holds(test: &Test, packet: &Packet<'_>) -> Match {
    let found = match &test.what {
        What::Protocol(some) => among(some.as_deref(), |range| range.contains(&packet.protocol)),
        What::Port(some) => match packet.port {
            Some(port) => among(some.as_deref(), |range| range.contains(&port)),
            // a protocol without ports
            None => return Match::No,
        },
        What::To(some) => among(some.as_deref(), |subnet| crate::facts::contains(*subnet, packet.to)),
        What::From(some) => match packet.from {
            Some(from) => among(some.as_deref(), |subnet| crate::facts::contains(*subnet, from)),
            None => from_anywhere(some.as_deref()),
        },
        What::Interface(some) => interface(some.as_deref(), packet.interface),
        What::New(new) => known(*new),
        What::Unclear => Match::Perhaps,
    };
    match (found, test.negated) {
        (Match::Yes, true) => Match::No,
        (Match::No, true) => Match::Yes,
        (found, _) => found,
    }
}

fn among<T>(some: Option<&[T]>, fits: impl Fn(&T) -> bool) -> Match {
    some.map_or(Match::Perhaps, |some| known(some.iter().any(fits)))
}

fn known(yes: bool) -> Match {
    if yes { Match::Yes } else { Match::No }
}

fn from_anywhere(some: Option<&[(core::net::IpAddr, u8)]>) -> Match {
    let everything = some.is_some_and(|some| some.iter().any(|(_, prefix)| *prefix == 0));
    // packets from this host's own loopback addresses come by loopback only
    let nothing = some.is_some_and(|some| some.iter().all(|(from, _)| from.is_loopback()));
    match (everything, nothing) {
        (true, _) => Match::Yes,
        (false, true) => Match::No,
        (false, false) => Match::Perhaps,
    }
}

fn interface(some: Option<&[String]>, name: Option<&str>) -> Match {
    let Some(some) = some else { return Match::Perhaps };
    let fits = |pattern: &String, name: &str| match pattern.strip_suffix(['*', '+']) {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    };
    match name {
        Some(name) => known(some.iter().any(|pattern| fits(pattern, name))),
        None if some.iter().all(|pattern| pattern == "lo") => Match::No,
        None => Match::Perhaps,
    }
}
