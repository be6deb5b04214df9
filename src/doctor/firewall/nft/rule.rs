//! One rule: conditions, and what becomes of whom they match.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::iter::Peekable;

use super::statement;
use super::tokens::{values, words};
use crate::firewall::model::{Rule, Target, Test};

pub(super) type Words<'a> = Peekable<core::slice::Iter<'a, String>>;

/// A map with more entries is taken for one that is not seen.
const MOST_ENTRIES: usize = 10_000;

/// A line in a chain.
pub(super) fn read(line: &str) -> Rule {
    let mut rule = Rule { tests: Vec::new(), target: Target::Next, text: line.into() };
    let words = words(line);
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if let Some(target) = target(word, &mut words) {
            // once rewritten it stays so, whatever lets it on
            if !matches!(rule.target, Target::Elsewhere) {
                rule.target = target;
            }
            break;
        }
        statement::read(word, &mut words, &mut rule);
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

/// `{ 22 : accept, 80-90 : jump web, * : drop }`, or the name of one. `test` makes the condition of a key.
pub(super) fn map(map: &str, text: &Rc<str>, test: impl Fn(&str) -> Test) -> Target {
    let entries = values(map);
    if map.starts_with('@') || entries.len() > MOST_ENTRIES {
        return Target::Any;
    }
    let entry = |entry: &String| {
        let (key, verdict) = entry.rsplit_once(" : ").unwrap_or((entry, ""));
        let verdict = words(verdict);
        let mut verdict = verdict.iter().peekable();
        let first = verdict.next().map(String::as_str).unwrap_or_default();
        Rule {
            // what no other entry takes
            tests: if key == "*" { Vec::new() } else { vec![test(key)] },
            target: target(first, &mut verdict).unwrap_or(Target::Any),
            text: Rc::clone(text),
        }
    };
    Target::Map(entries.iter().map(entry).collect())
}
