//! `~SEQ(…)` and `~LST(…)`: the rest of the line once for each value.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What a line begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'t> {
    hex: bool,
    list: bool,
    /// before the first comma, and behind it
    names: &'t str,
    pub(super) values: &'t str,
    /// where the rest of the line begins
    pub(super) rest: usize,
}

/// Values still to come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Values {
    Sequence {
        name: String,
        next: i64,
        step: i64,
        last: i64,
        hex: bool,
    },
    /// the lists for the rounds to come, the next one last
    List {
        names: Vec<String>,
        rounds: Vec<Vec<String>>,
    },
}

/// `~SEQ(`, `~SEQx(` or `~LST(` up to the `)`; none where the line begins otherwise.
///
/// # Errors
/// What is wrong with it.
pub(super) fn head(text: &str) -> Option<Result<Head<'_>, &'static str>> {
    let list = text.starts_with("~LST");
    let behind = text.strip_prefix("~SEQ").or_else(|| text.strip_prefix("~LST"))?;
    let hex = !list && behind.starts_with('x');
    let behind = behind.get(usize::from(hex)..)?.trim_start_matches([' ', '\t']);
    let Some(inner) = behind.strip_prefix('(') else { return Some(Err("a `(` must stand behind it")) };
    let Some((inner, rest)) = inner.split_once(')') else { return Some(Err("its `)` is missing")) };
    let Some((names, values)) = split_names(inner) else {
        return Some(Err("a name, a comma and at least one value must stand between `(` and `)`"));
    };
    let rest = text.len() - rest.trim_start_matches([' ', '\t']).len();
    Some(Ok(Head { hex, list, names, values, rest }))
}

/// The names before the first comma, or in braces.
fn split_names(inner: &str) -> Option<(&str, &str)> {
    let inner = inner.trim_start();
    if let Some(braced) = inner.strip_prefix('{') {
        let (names, values) = braced.split_once('}')?;
        return Some((names, values.trim_start().strip_prefix(',')?));
    }
    inner.split_once(',')
}

impl Values {
    /// `values` is what the head has, with every `$NAME` replaced.
    pub(super) fn new(head: &Head<'_>, values: &str) -> Result<Self, &'static str> {
        let names: Vec<String> = head.names.split(',').map(|name| name.trim().to_owned()).collect();
        let right = |name: &String| super::define::name_length(name) == Some(name.len());
        if !names.iter().all(right) {
            return Err("a name has letters, digits and `_`, and begins with no digit");
        }
        if head.list { list(names, values) } else { sequence(names, values, head.hex) }
    }

    /// The next round: names with their values.
    pub(super) fn next(&mut self) -> Option<Vec<(String, String)>> {
        match self {
            Self::Sequence { name, next, step, last, hex } => {
                let done = if *step > 0 { next > last } else { next < last };
                if done {
                    return None;
                }
                let value = if *hex { format!("{next:x}") } else { next.to_string() };
                // behind the last number there is none
                *next = next.checked_add(*step).unwrap_or_else(|| {
                    *last = 0;
                    if *step > 0 { 1 } else { -1 }
                });
                Some(vec![(name.clone(), value)])
            }
            Self::List { names, rounds } => {
                let mut values = rounds.pop()?.into_iter();
                Some(names.iter().map(|name| (name.clone(), values.next().unwrap_or_default())).collect())
            }
        }
    }
}

fn list(names: Vec<String>, values: &str) -> Result<Values, &'static str> {
    let mut rounds = Vec::new();
    let mut left = values.trim();
    while !left.is_empty() {
        let (round, behind) = match left.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or("a `}` is missing")?,
            None => left.find(',').and_then(|at| left.split_at_checked(at)).unwrap_or((left, "")),
        };
        let values = round.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>();
        if values.len() > names.len() {
            return Err("there are more values than names");
        }
        rounds.push(values);
        let behind = behind.trim_start();
        left = match behind.strip_prefix(',') {
            Some(more) => more.trim(),
            None if behind.is_empty() => "",
            None => return Err("a comma is missing between two values"),
        };
    }
    rounds.reverse();
    if rounds.is_empty() { Err("there is no value") } else { Ok(Values::List { names, rounds }) }
}

/// `end`, `start, end` or `start, step, end`.
fn sequence(names: Vec<String>, values: &str, hex: bool) -> Result<Values, &'static str> {
    let numbers: Option<Vec<i64>> = values.split(',').map(|value| number(value.trim())).collect();
    let numbers = numbers.ok_or("start, step and end are whole numbers")?;
    let (next, step, last) = match numbers.as_slice() {
        [end] => (if *end < 0 { -1 } else { 1 }, if *end < 1 { -1 } else { 1 }, *end),
        [start, end] => (*start, if start <= end { 1 } else { -1 }, *end),
        [start, step, end] => (*start, *step, *end),
        _ => return Err("it takes a name, a start, a step and an end"),
    };
    if step == 0 || (next < last && step < 0) || (next > last && step > 0) {
        return Err("the step does not lead from start to end");
    }
    if hex && (next < 0 || last < 0) {
        return Err("hexadecimal numbers cannot be negative");
    }
    let mut names = names.into_iter();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(Values::Sequence { name, next, step, last, hex }),
        _ => Err("it takes one name"),
    }
}

/// Decimal, `0x…` or, with a leading 0, octal.
fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    // a second sign would be read, too
    digits.starts_with(|c: char| c.is_ascii_hexdigit()).then_some(())?;
    i64::from_str_radix(digits, radix).ok().map(|number| sign * number)
}
