//! One rule.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::iter::Peekable;
use core::str::Split;

use crate::firewall::model::{Rule, Target, Test, What};
use crate::firewall::values::{addresses, names, ports, protocols, reaches, states};

/// Modules of which the options say what they look for; without any it is the protocol's.
const SPOKEN_FOR: [&str; 11] = [
    "tcp",
    "udp",
    "udplite",
    "sctp",
    "multiport",
    "conntrack",
    "state",
    "comment",
    "addrtype",
    "pkttype",
    "iprange",
];

/// What stands behind `-A CHAIN`.
pub(super) fn read(rule: &str, line: &str) -> Rule {
    let words = words(rule);
    let mut rule = Rule { tests: Vec::new(), target: Target::Next, text: line.into() };
    let mut words = words.into_iter().peekable();
    let mut negated = false;
    while let Some(word) = words.next() {
        if word == "!" {
            negated = true;
            continue;
        }
        let value = words.next_if(is_value).unwrap_or_default();
        match word {
            "-j" | "-g" => {
                rule.target = target(word, value);
                // what follows belongs to the target
                break;
            }
            "-m" if SPOKEN_FOR.contains(&value) => {}
            "--comment" => {}
            _ => rule.tests.push(Test::new(what(word, value, &mut words), negated)),
        }
        negated = false;
    }
    rule
}

/// Words, of which quoted ones may hold blanks.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => end_of_quote(quoted).saturating_add(1),
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// Behind the quote that no backslash precedes.
fn end_of_quote(quoted: &str) -> usize {
    let mut escaped = false;
    for (at, sign) in quoted.char_indices() {
        match sign {
            '"' if !escaped => return at.saturating_add(1),
            _ => escaped = sign == '\\' && !escaped,
        }
    }
    quoted.len()
}

fn is_value(word: &&str) -> bool {
    !word.starts_with('-') && *word != "!"
}

fn what<'a>(option: &str, value: &str, words: &mut Peekable<impl Iterator<Item = &'a str>>) -> What {
    let list = || value.split(',');
    match option {
        "-p" => What::Protocol(protocols(list())),
        "--dport" | "--dports" | "--destination-ports" => What::Port(ports(list())),
        "-d" | "--dst-range" => What::To(addresses(list())),
        "-s" | "--src-range" => What::From(addresses(list())),
        "-i" => What::Interface(names([value].into_iter())),
        "--ctstate" | "--state" => states(list()),
        "--dst-type" | "--pkt-type" => What::Reach(reaches(list())),
        "--syn" => What::Always(true),
        "--tcp-flags" => first_has(list(), words.next_if(is_value).unwrap_or_default().split(',')),
        _ => What::Unclear,
    }
}

/// Of those that are looked at, the first packet of a connection has SYN alone.
fn first_has<'a>(looked_at: impl Iterator<Item = &'a str>, set: Split<'a, char>) -> What {
    let mut looked_at = looked_at;
    let expected = if looked_at.any(|flag| matches!(flag, "SYN" | "ALL")) { "SYN" } else { "NONE" };
    What::Always(set.eq([expected]))
}

fn target(option: &str, name: &str) -> Target {
    match (option, name) {
        ("-j", "ACCEPT") => Target::Accept,
        ("-j", "DROP" | "REJECT" | "TARPIT") => Target::Drop,
        ("-j", "RETURN") => Target::Return,
        ("-j", "NFQUEUE" | "QUEUE") => Target::Any,
        ("-j", "DNAT" | "REDIRECT" | "NETMAP" | "DNPT") => Target::Elsewhere,
        // also those that only change or log it: a chain of that name is not there
        ("-j", name) => Target::Jump(name.to_owned()),
        (_, name) => Target::Goto(name.to_owned()),
    }
}
