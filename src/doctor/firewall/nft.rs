//! What `nft list ruleset` prints.

mod rule;
mod statement;
mod tokens;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::model::{Base, Chains};
use super::{Keeper, TooMany};
use tokens::{Block, blocks};

/// The chains for what comes in, of IPv4 and IPv6.
pub(super) fn bases(text: &str) -> Result<Vec<Base>, TooMany> {
    let mut left = super::MOST_RULES;
    let mut bases = Vec::new();
    for table in blocks(text).iter().filter(|table| is_of(table, &["inet", "ip", "ip6"])) {
        let chains: Vec<Block> = chains(table).collect();
        let rules = chains.iter().map(|chain| chain.lines.len()).sum();
        left = left.checked_sub(rules).ok_or(TooMany)?;
        bases.extend(of_table(&table.head, chains));
    }
    Ok(bases)
}

/// The rules of tables of the family arp.
pub(super) fn arp_rule_lines(text: &str) -> Vec<String> {
    let tables = blocks(text).into_iter().filter(|table| is_of(table, &["arp"]));
    let lines = tables.flat_map(|table| chains(&table).flat_map(|chain| chain.lines).collect::<Vec<_>>());
    lines.filter(|line| !line.starts_with("type ")).collect()
}

/// `table inet filter`
fn is_of(table: &Block, families: &[&str]) -> bool {
    let mut words = table.head.split_whitespace();
    words.next() == Some("table") && words.next().is_some_and(|family| families.contains(&family))
}

fn of_table(head: &str, blocks: Vec<Block>) -> Vec<Base> {
    let mut chains = Chains::new();
    let mut called = Vec::new();
    for chain in blocks {
        let name = chain.head.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let (heads, rules): (Vec<_>, Vec<_>) = chain.lines.iter().partition(|line| line.starts_with("type "));
        if let Some(head) = heads.first().filter(|head| is_called(head)) {
            called.push((name.clone(), head.contains("policy drop")));
        }
        chains.insert(name, rules.into_iter().map(|line| rule::read(line)).collect());
    }
    let table = head.trim_start_matches("table ");
    let (keeper, version, chains) = (keeper(table, &chains), version(table), Rc::new(chains));
    let bases = called.into_iter().map(|(chain, drops)| Base {
        name: format!("{table} {chain}"),
        version,
        drops,
        chain,
        chains: Rc::clone(&chains),
        keeper: keeper.clone(),
    });
    bases.collect()
}

fn chains(table: &Block) -> impl Iterator<Item = Block> + use<> {
    table.inside().into_iter().filter(|block| block.head.starts_with("chain "))
}

/// `type filter hook input priority filter; policy drop;`
fn is_called(head: &str) -> bool {
    head.contains(" hook input ") || head.contains(" hook prerouting ")
}

fn version(table: &str) -> Option<u8> {
    match table.split(' ').next() {
        Some("ip") => Some(4),
        Some("ip6") => Some(6),
        _ => None,
    }
}

/// iptables of the newer kind keeps its rules here, in tables and chains of the older names.
fn keeper(table: &str, chains: &Chains) -> Keeper {
    let mut words = table.split(' ');
    match (words.next(), words.next()) {
        (_, Some("firewalld")) => Keeper::Firewalld { zone: None },
        (Some("ip" | "ip6"), Some("filter" | "raw" | "mangle" | "nat" | "security"))
            if chains.keys().any(|name| matches!(name.as_str(), "INPUT" | "PREROUTING")) =>
        {
            Keeper::of_iptables(chains)
        }
        _ => Keeper::Nft,
    }
}
