//! What `iptables-save` and `ip6tables-save` print.

mod rule;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::model::{Base, Chains};
use super::{Keeper, TooMany};

/// Chains that the kernel calls for what comes in.
const CALLED: [&str; 2] = ["PREROUTING", "INPUT"];

/// The chains for what comes in, of all tables, for IP of this version.
pub(super) fn bases(text: &str, version: u8) -> Result<Vec<Base>, TooMany> {
    if text.lines().filter(|line| line.starts_with("-A ")).count() > super::MOST_RULES {
        return Err(TooMany);
    }
    Ok(tables(text).into_iter().flat_map(|table| table.bases(version)).collect())
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
    chains: Chains,
}

impl Table {
    fn bases(self, version: u8) -> Vec<Base> {
        let keeper = Keeper::of_iptables(&self.chains);
        let (name, chains) = (self.name, Rc::new(self.chains));
        let called = CALLED.iter().filter_map(|chain| {
            let drops = *self.policies.get(*chain)?;
            Some(Base {
                name: format!("{name} {chain}"),
                version: Some(version),
                drops,
                chain: (*chain).to_owned(),
                chains: Rc::clone(&chains),
                keeper: keeper.clone(),
            })
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
            let drops = words.next() == Some("DROP");
            table.chains.entry(chain.clone()).or_default();
            table.policies.insert(chain, drops);
        } else if let Some(added) = line.strip_prefix("-A ") {
            let (chain, rule) = added.split_once(' ').unwrap_or((added, ""));
            table.chains.entry(chain.to_owned()).or_default().push(rule::read(rule, line));
        }
    }
    tables
}
