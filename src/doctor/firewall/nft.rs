//! What `nft list ruleset` prints.

mod rule;
mod tokens;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::model::{Base, Rule};
use tokens::{Block, blocks};

/// The chains for what comes in, of the tables for this family.
pub(super) fn bases(text: &str, ipv4: bool) -> Vec<Base> {
    let families = ["inet", if ipv4 { "ip" } else { "ip6" }];
    let tables = blocks(text).into_iter().filter(|table| is_of(table, &families));
    tables.flat_map(|table| of_table(&table)).collect()
}

/// The rules of tables of the family arp.
pub(super) fn arp_rule_lines(text: &str) -> Vec<String> {
    let tables = blocks(text).into_iter().filter(|table| is_of(table, &["arp"]));
    let chains = tables.flat_map(|table| chains(&table));
    chains.flat_map(|chain| chain.lines).filter(|line| !line.starts_with("type ")).collect()
}

/// `table inet filter`
fn is_of(table: &Block, families: &[&str]) -> bool {
    let mut words = table.head.split_whitespace();
    words.next() == Some("table") && words.next().is_some_and(|family| families.contains(&family))
}

fn of_table(table: &Block) -> Vec<Base> {
    let mut all: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    let mut called = Vec::new();
    for chain in chains(table) {
        let name = chain.head.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let (heads, rules): (Vec<_>, Vec<_>) = chain.lines.iter().partition(|line| line.starts_with("type "));
        if let Some(head) = heads.first().filter(|head| is_called(head)) {
            called.push((name.clone(), head.contains("policy drop")));
        }
        all.insert(name, rules.into_iter().map(|line| rule::read(line)).collect());
    }
    let (all, table) = (Rc::new(all), table.head.trim_start_matches("table ").to_owned());
    let bases = called.into_iter().map(|(name, drops)| Base {
        rules: all.get(&name).cloned().unwrap_or_default(),
        name: format!("{table} {name}"),
        drops,
        chains: Rc::clone(&all),
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
