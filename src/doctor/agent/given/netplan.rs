//! netplan's YAML: `addresses` of interfaces, but not those of their `nameservers`.

use alloc::vec::Vec;

use super::{Given, IsVip, by_hand};
use crate::shared::{Line, addresses, lines};
use crate::{Facts, File};

/// A list whose last line is a comment is refused: no command is safe.
pub(super) fn given<'a>(_: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    let lines: Vec<Line<'a>> = lines(file).filter(|line| says_something(line.text)).collect();
    let named = lines.iter().enumerate().filter(|(_, line)| addresses(said(line.text)).any(is_vip));
    let held = named.filter(|(place, line)| is_held(lines.get(..*place).unwrap_or_default(), line, is_vip));
    held.map(|(_, line)| Given {
        line: line.number,
        text: line.text,
        cure: by_hand(file, line.number, line.text),
    })
    .collect()
}

fn says_something(line: &str) -> bool {
    !said(line).trim().is_empty()
}

/// Without a comment at its end.
fn said(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or(line)
}

/// Whether the key above it, in this line or an earlier one, is `addresses` of an interface.
fn is_held(above: &[Line<'_>], line: &Line<'_>, is_vip: IsVip<'_>) -> bool {
    let inline: Vec<&str> = keys(before_vip(said(line.text), is_vip)).collect();
    let mut path = inline;
    path.reverse();
    let mut inner = line.text;
    for outer in above.iter().rev() {
        if contains(outer.text, inner) {
            path.extend(keys(said(outer.text)).collect::<Vec<_>>().into_iter().rev());
            inner = outer.text;
        }
    }
    path.first() == Some(&"addresses") && !path.contains(&"nameservers")
}

/// Whether a line stands in the mapping or list that an earlier one begins.
fn contains(outer: &str, inner: &str) -> bool {
    let is_item = inner.trim_start().starts_with('-') && !outer.trim_start().starts_with('-');
    indent(outer) < indent(inner) || is_item && indent(outer) == indent(inner)
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|sign| *sign == ' ').count()
}

/// What stands before the first VIP.
fn before_vip<'a>(line: &'a str, is_vip: IsVip<'_>) -> &'a str {
    let mut start = 0_usize;
    for piece in line.split_inclusive([' ', '[', ',', '"', '\'', '{']) {
        if addresses(piece).any(is_vip) {
            break;
        }
        start = start.saturating_add(piece.len());
    }
    line.get(..start).unwrap_or(line)
}

/// Words with a colon behind them.
fn keys(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|sign: char| sign.is_whitespace() || "[]{},".contains(sign));
    words.filter_map(|word| Some(word.strip_suffix(':')?.trim_matches(['"', '\'', '-'])))
}
