//! What `iptables-save` and `ip6tables-save` print.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::model::{Base, Rule, Target, Test, What};
use super::values::{names, ports, protocols, subnets};

/// Chains that the kernel calls for what comes in.
const CALLED: [&str; 2] = ["PREROUTING", "INPUT"];

/// The chains for what comes in, of all tables.
pub(super) fn bases(text: &str) -> Vec<Base> {
    tables(text).into_iter().flat_map(Table::bases).collect()
}

/// The lines that add a rule.
pub(super) fn rule_lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.starts_with("-A ")).map(ToOwned::to_owned).collect()
}

#[derive(Default)]
struct Table {
    name: String,
    /// whether their policy is to drop
    policies: BTreeMap<String, bool>,
    chains: BTreeMap<String, Vec<Rule>>,
}

impl Table {
    fn bases(self) -> Vec<Base> {
        let (name, chains) = (self.name, Rc::new(self.chains));
        let called = CALLED.iter().filter_map(|chain| {
            let drops = *self.policies.get(*chain)?;
            let rules = chains.get(*chain).cloned().unwrap_or_default();
            Some(Base { name: format!("{name} {chain}"), drops, rules, chains: Rc::clone(&chains) })
        });
        called.collect()
    }
}

fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('*') {
            tables.push(Table { name: name.trim().to_owned(), ..Table::default() });
            continue;
        }
        let Some(table) = tables.last_mut() else { continue };
        if let Some(declared) = line.strip_prefix(':') {
            let mut words = declared.split_whitespace();
            let chain = words.next().unwrap_or_default().to_owned();
            table.policies.insert(chain, words.next() == Some("DROP"));
        } else if let Some(rule) = line.strip_prefix("-A ") {
            let words = words(rule);
            if let Some((chain, rest)) = words.split_first() {
                table.chains.entry((*chain).to_owned()).or_default().push(read(rest, line));
            }
        }
    }
    tables
}

/// Words, of which quoted ones may hold blanks.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(rest.len(), |end| end.saturating_add(2)),
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

fn read(words: &[&str], line: &str) -> Rule {
    let mut rule = Rule { tests: Vec::new(), target: Target::Next, text: line.to_owned() };
    let mut words = words.iter().copied().peekable();
    let mut negated = false;
    while let Some(word) = words.next() {
        if word == "!" {
            negated = true;
            continue;
        }
        let value = words.next_if(|next| !next.starts_with('-') && *next != "!").unwrap_or_default();
        let list = || value.split(',');
        let what = match word {
            "-p" => What::Protocol(protocols(list())),
            "--dport" | "--dports" | "--destination-ports" => What::Port(ports(list())),
            "-d" => What::To(subnets(list())),
            "-s" => What::From(subnets(list())),
            "-i" => What::Interface(names([value].into_iter())),
            "--ctstate" | "--state" => What::New(list().any(|state| state == "NEW")),
            "-j" | "-g" => {
                rule.target = target(word, value);
                // what follows belongs to the target
                break;
            }
            // the module's own options say what it looks for; without any it is the protocol's
            "-m" if matches!(value, "tcp" | "udp" | "multiport" | "conntrack" | "state" | "comment") => {
                continue;
            }
            "--comment" => continue,
            _ => What::Unclear,
        };
        rule.tests.push(Test::new(what, negated));
        negated = false;
    }
    rule
}

fn target(word: &str, name: &str) -> Target {
    match (word, name) {
        ("-j", "ACCEPT") => Target::Accept,
        ("-j", "DROP" | "REJECT") => Target::Drop,
        ("-j", "RETURN") => Target::Return,
        ("-j", "NFQUEUE" | "QUEUE") => Target::Any,
        // also those that only change or log it: a chain of that name is not there
        ("-j", name) => Target::Jump(name.to_owned()),
        (_, name) => Target::Goto(name.to_owned()),
    }
}
