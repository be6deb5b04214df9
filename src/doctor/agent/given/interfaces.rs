//! ifupdown's `interfaces(5)`: `address` of a stanza, and commands that run when its interface comes up.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Given, IsVip, by_hand};
use crate::shared::{Line, addresses, comment_out, said};
use crate::{Facts, File};

/// Words that begin a stanza.
const STANZAS: [&str; 8] =
    ["iface", "auto", "mapping", "source", "source-directory", "rename", "no-auto-down", "no-scripts"];
/// Commands of a stanza.
const COMMANDS: [&str; 3] = ["up", "post-up", "pre-up"];

/// An `iface`, or lines outside of any.
struct Stanza<'a> {
    /// the interface; empty: none
    interface: &'a str,
    lines: Vec<Line<'a>>,
}

/// A stanza without its address is refused, and with it all that are read by the same command: an alias that is there for VIPs
/// alone goes as a whole.
pub(super) fn given<'a>(_: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    let stanzas = stanzas(file);
    let of = |stanza: &Stanza<'a>| -> Vec<Given<'a>> {
        let held = stanza.lines.iter().filter(|line| gives(line.text, is_vip));
        let given = held.map(|line| Given {
            line: line.number,
            text: line.text,
            cure: cure(file, &stanzas, stanza, *line, is_vip),
        });
        given.collect()
    };
    stanzas.iter().flat_map(of).collect()
}

fn stanzas(file: &File) -> Vec<Stanza<'_>> {
    let mut stanzas: Vec<Stanza<'_>> = Vec::new();
    for line in said(file) {
        let mut words = line.text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let begins = STANZAS.contains(&first) || first.starts_with("allow-");
        let interface = words.next().filter(|_| first == "iface").unwrap_or_default();
        match stanzas.last_mut() {
            Some(stanza) if !begins => stanza.lines.push(line),
            _ => stanzas.push(Stanza { interface, lines: vec![line] }),
        }
    }
    stanzas
}

fn gives(line: &str, is_vip: IsVip<'_>) -> bool {
    match line.split_whitespace().next() {
        Some("address") => addresses(line).any(is_vip),
        Some(word) if COMMANDS.contains(&word) => {
            let adds = line.split_whitespace().any(|word| matches!(word, "add" | "replace"));
            (adds || line.contains("ifconfig")) && addresses(line).any(is_vip)
        }
        Some(_) | None => false,
    }
}

fn cure(
    file: &File,
    stanzas: &[Stanza<'_>],
    stanza: &Stanza<'_>,
    line: Line<'_>,
    is_vip: IsVip<'_>,
) -> Vec<String> {
    if !line.text.starts_with("address") {
        return command(file, line, is_vip);
    }
    let is_alias = stanza.interface.starts_with("lo:");
    let is_vips_alone =
        stanza.lines.iter().all(|line| addresses(line.text).all(is_vip) || is_mask(line.text));
    if !(is_alias && is_vips_alone) || has_joined_lines(&stanza.lines) {
        return by_hand(file, line.number, line.text);
    }
    let starts =
        stanzas.iter().flat_map(|other| &other.lines).filter(|line| starts(line.text, stanza.interface));
    let mut lines: Vec<usize> = starts.chain(&stanza.lines).map(|line| line.number).collect();
    lines.sort_unstable();
    vec![comment_out(&file.path, lines.into_iter())]
}

fn command(file: &File, line: Line<'_>, is_vip: IsVip<'_>) -> Vec<String> {
    let is_whole = addresses(line.text).all(is_vip) && !line.text.contains([';', '|', '&', '\\', '`', '$']);
    if is_whole {
        return vec![comment_out(&file.path, [line.number].into_iter())];
    }
    by_hand(file, line.number, line.text)
}

fn is_mask(line: &str) -> bool {
    ["netmask", "broadcast", "network"].iter().any(|word| line.starts_with(word))
}

fn has_joined_lines(lines: &[Line<'_>]) -> bool {
    lines.iter().any(|line| line.text.ends_with('\\'))
}

/// `auto lo:0`, and nothing else.
fn starts(line: &str, interface: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    (first == "auto" || first.starts_with("allow-")) && words.eq([interface])
}
