//! One rule.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter::Peekable;

use super::tokens::{values, words};
use crate::firewall::model::{Rule, Target, Test, What};
use crate::firewall::values::{names, ports, protocols, subnets};

type Words<'a> = Peekable<core::slice::Iter<'a, String>>;

/// A line in a chain.
pub(super) fn read(line: &str) -> Rule {
    let mut rule = Rule { tests: Vec::new(), target: Target::Next, text: line.to_owned() };
    let words = words(line);
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if let Some(target) = target(word, &mut words) {
            rule.target = target;
            break;
        }
        statement(word, &mut words, &mut rule);
    }
    rule
}

fn target(word: &str, words: &mut Words<'_>) -> Option<Target> {
    let mut name = || words.next().cloned().unwrap_or_default();
    Some(match word {
        "accept" => Target::Accept,
        "drop" | "reject" => Target::Drop,
        "return" => Target::Return,
        "continue" => Target::Next,
        "queue" => Target::Any,
        "jump" => Target::Jump(name()),
        "goto" => Target::Goto(name()),
        _ => return None,
    })
}

fn statement(word: &str, words: &mut Words<'_>, rule: &mut Rule) {
    match word {
        // each of these is a statement, no condition; what belongs to it is skipped by its own words
        "counter" => skip_pairs(words, &["packets", "bytes"]),
        "log" => skip_pairs(words, &["prefix", "level", "group", "snaplen", "queue-threshold", "flags"]),
        "comment" => drop(words.next()),
        "meta" | "ip" | "ip6" | "tcp" | "udp" | "th" | "ct" | "udplite" | "sctp" => {
            let field = words.next().map(String::as_str).unwrap_or_default();
            condition(word, field, words, rule);
        }
        "iif" | "iifname" => condition("meta", word, words, rule),
        _ => rule.tests.push(Test::UNCLEAR),
    }
}

fn skip_pairs(words: &mut Words<'_>, keys: &[&str]) {
    while words.next_if(|word| keys.contains(&word.as_str())).is_some() {
        words.next();
    }
}

/// `tcp dport != { 22, 80 }`, `ct state vmap { … }`
fn condition(of: &str, field: &str, words: &mut Words<'_>, rule: &mut Rule) {
    let negated = words.next_if(|word| *word == "!=").is_some();
    words.next_if(|word| *word == "==");
    let is_map = words.next_if(|word| *word == "vmap").is_some();
    let value = words.next().map(String::as_str).unwrap_or_default();
    if let "tcp" | "udp" | "udplite" | "sctp" = of {
        rule.tests.push(Test::new(What::Protocol(protocols([of].into_iter())), false));
    }
    if is_map {
        verdict_map(of, field, value, rule);
        return;
    }
    let values = values(value);
    let list = || values.iter().map(String::as_str);
    let what = match (of, field) {
        ("tcp" | "udp" | "udplite" | "sctp" | "th", "dport") => What::Port(ports(list())),
        ("ip", "protocol") | ("ip6", "nexthdr") | ("meta", "l4proto") => What::Protocol(protocols(list())),
        ("ip" | "ip6", "daddr") => What::To(subnets(list())),
        ("ip" | "ip6", "saddr") => What::From(subnets(list())),
        ("meta", "iif" | "iifname") => What::Interface(names(list())),
        ("ct", "state") => What::New(list().any(|state| state == "new")),
        _ => What::Unclear,
    };
    rule.tests.push(Test::new(what, negated));
}

/// Of a new connection `ct state` has one verdict or none; any other map may have each of its own.
fn verdict_map(of: &str, field: &str, map: &str, rule: &mut Rule) {
    let entries = values(map);
    if (of, field) != ("ct", "state") {
        rule.tests.push(Test::UNCLEAR);
        let accepts = entries.iter().any(|entry| !entry.ends_with(": drop"));
        rule.target = if accepts { Target::Any } else { Target::Next };
        return;
    }
    let verdict = entries.iter().find_map(|entry| {
        let (state, verdict) = entry.split_once(':')?;
        (state.trim() == "new").then(|| verdict.trim())
    });
    let Some(verdict) = verdict else { return };
    let verdict = words(verdict);
    let mut verdict = verdict.iter().peekable();
    let first = verdict.next().map(String::as_str).unwrap_or_default();
    rule.target = target(first, &mut verdict).unwrap_or(Target::Any);
}
