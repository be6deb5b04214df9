//! Statements and conditions in front of a verdict.

use alloc::string::String;

use super::rule::{Words, map};
use super::tokens::values;
use crate::firewall::model::{Rule, Target, Test, What};
use crate::firewall::values::{addresses, names, ports, protocols, reaches, states, statuses};

/// Words of an expression about routes.
const ROUTE_WORDS: [&str; 7] = ["saddr", "daddr", "mark", "iif", "oif", "oifname", "."];

/// Takes what belongs to the word: conditions go into the rule, whatever only counts or logs is skipped.
pub(super) fn read(word: &str, words: &mut Words<'_>, rule: &mut Rule) {
    match word {
        "counter" => skip_pairs(words, &["packets", "bytes", "name"]),
        "log" => skip_pairs(words, &["prefix", "level", "group", "snaplen", "queue-threshold", "flags"]),
        "comment" => drop(words.next()),
        // nftables without iptables' modules prints the name of what it cannot: "# xt_recent"
        "#" => foreign(words.next().and_then(|name| name.strip_prefix("xt_")).unwrap_or_default(), rule),
        "xt" => {
            words.next();
            foreign(words.next().map(|name| name.trim_matches('"')).unwrap_or_default(), rule);
        }
        "meta" | "ip" | "ip6" | "tcp" | "udp" | "udplite" | "sctp" | "dccp" | "th" | "ct" | "icmp"
        | "icmpv6" | "igmp" | "esp" | "ah" | "gre" | "comp" => {
            let field = words.next().cloned().unwrap_or_default();
            condition(word, &field, words, rule);
        }
        "iif" | "iifname" => condition("meta", word, words, rule),
        "fib" => route(words, rule),
        "vmap" => {
            let entries = words.next().cloned().unwrap_or_default();
            rule.target = map(&entries, &rule.text, |_| Test::UNCLEAR);
        }
        "dnat" | "redirect" => rewrite(words, rule),
        _ => rule.tests.push(Test::UNCLEAR),
    }
}

/// `dnat ip to 10.0.0.8:80`, `redirect to :8080`; a map need not have an entry for it.
fn rewrite(words: &mut Words<'_>, rule: &mut Rule) {
    rule.target = Target::Elsewhere;
    if words.any(|word| word == "map") {
        rule.tests.push(Test::UNCLEAR);
    }
}

fn skip_pairs(words: &mut Words<'_>, keys: &[&str]) {
    while words.next_if(|word| keys.contains(&word.as_str())).is_some() {
        words.next();
    }
}

/// A module of iptables, in lower case what it asks, in upper case what it does.
fn foreign(name: &str, rule: &mut Rule) {
    match name {
        "REJECT" | "TARPIT" => rule.target = Target::Drop,
        "DNAT" | "REDIRECT" | "NETMAP" | "DNPT" => rule.target = Target::Elsewhere,
        name if name.chars().all(|sign| sign.is_ascii_uppercase()) => {}
        _ => rule.tests.push(Test::UNCLEAR),
    }
}

/// `tcp dport != { 22, 80 }`, `ct state vmap { … }`, `ip saddr . tcp dport @allowed`
fn condition(of: &str, field: &str, words: &mut Words<'_>, rule: &mut Rule) {
    rule.tests.extend(implied(of).map(Test::is));
    let mut joined = false;
    while words.next_if(|word| *word == ".").is_some() {
        joined = true;
        // "iifname" stands alone, others have a field
        if words.next().is_some_and(|word| !matches!(word.as_str(), "iif" | "iifname" | "oif" | "oifname")) {
            words.next();
        }
    }
    // what it changes is not what it asks
    if words.next_if(|word| *word == "set").is_some() {
        words.next();
        if matches!(field, "daddr" | "dport") {
            rule.target = Target::Elsewhere;
        }
        return;
    }
    let negated = words.next_if(|word| *word == "!=").is_some();
    words.next_if(|word| *word == "==");
    let is_map = words.next_if(|word| *word == "vmap").is_some();
    let value = words.next().map(String::as_str).unwrap_or_default();
    let test = |value: &str, negated| {
        let what = if joined { What::Unclear } else { what(of, field, value) };
        Test::new(what, negated)
    };
    if is_map {
        rule.target = map(value, &rule.text, |key| test(key, false));
    } else {
        rule.tests.push(test(value, negated));
    }
}

/// Whoever asks for a field asks for its header.
fn implied(of: &str) -> Option<What> {
    match of {
        "ip" => Some(What::Version(4)),
        "ip6" => Some(What::Version(6)),
        "tcp" | "udp" | "udplite" | "sctp" | "dccp" | "icmp" | "icmpv6" | "igmp" | "esp" | "ah" | "gre"
        | "comp" => Some(What::Protocol(protocols([of].into_iter()))),
        _ => None,
    }
}

fn what(of: &str, field: &str, value: &str) -> What {
    let values = values(value);
    let list = || values.iter().map(String::as_str);
    match (of, field) {
        ("tcp" | "udp" | "udplite" | "sctp" | "dccp" | "th", "dport") => What::Port(ports(list())),
        ("ip", "protocol") | ("ip6", "nexthdr") | ("meta", "l4proto") => What::Protocol(protocols(list())),
        ("ip" | "ip6", "daddr") => What::To(addresses(list())),
        ("ip" | "ip6", "saddr") => What::From(addresses(list())),
        ("meta", "iif" | "iifname") => What::Interface(names(list())),
        ("meta", "pkttype") => What::Reach(reaches(list())),
        ("meta", "nfproto" | "protocol") => match value {
            "ipv4" | "ip" => What::Version(4),
            "ipv6" | "ip6" => What::Version(6),
            _ => What::Unclear,
        },
        ("ct", "state") => states(list()),
        ("ct", "status") => statuses(list()),
        ("ct", "direction") => What::Always(list().any(|direction| direction == "original")),
        _ => What::Unclear,
    }
}

/// `fib daddr type local`, `fib saddr . iif oif missing`
fn route(words: &mut Words<'_>, rule: &mut Rule) {
    let mut asked = String::new();
    while let Some(word) = words.next_if(|word| ROUTE_WORDS.contains(&word.as_str())) {
        asked.push_str(word);
    }
    let is_type = words.next_if(|word| *word == "type").is_some();
    let negated = words.next_if(|word| *word == "!=").is_some();
    words.next_if(|word| *word == "==");
    let value = words.next().cloned().unwrap_or_default();
    let what = match (asked.as_str(), is_type) {
        ("daddr", true) => What::Reach(reaches(values(&value).iter().map(String::as_str))),
        _ => What::Unclear,
    };
    rule.tests.push(Test::new(what, negated));
}
