//! ifupdown's `interfaces(5)`: `address` of a stanza, and commands that run when its interface comes up.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Given, IsVip, by_hand};
use crate::shared::{Line, addresses, comment_out, edit, said, shown};
use crate::{Facts, File};

/// Words that begin a stanza.
const STANZAS: [&str; 8] =
    ["iface", "auto", "mapping", "source", "source-directory", "rename", "no-auto-down", "no-scripts"];
/// Where it reads.
const PLACE: &str = "/etc/network/interfaces";
/// What a stanza says that gives an address and does nothing else, besides its `address`.
const OF_AN_ALIAS: [&str; 4] = ["iface", "netmask", "broadcast", "network"];
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
pub(super) fn given<'a>(host: &'a Facts, file: &'a File, is_vip: IsVip<'_>) -> Vec<Given<'a>> {
    let stanzas = stanzas(file);
    let of = |stanza: &Stanza<'a>| -> Vec<Given<'a>> {
        let held = stanza.lines.iter().filter(|line| gives(line.text, is_vip));
        let given = held.map(|line| Given {
            line: line.number,
            text: line.text,
            cure: cure(host, file, &stanzas, stanza, *line, is_vip),
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
    host: &Facts,
    file: &File,
    stanzas: &[Stanza<'_>],
    stanza: &Stanza<'_>,
    line: Line<'_>,
    is_vip: IsVip<'_>,
) -> Vec<String> {
    if !line.text.starts_with("address") {
        return command(file, line, is_vip);
    }
    let of_same = || stanzas.iter().filter(|other| other.interface == stanza.interface);
    let is_alias = stanza.interface.starts_with("lo:");
    if !(is_alias && of_same().all(|other| is_vips_alone(other, is_vip))) {
        return by_hand(file, line.number, line.text);
    }
    let starts = starts(host, stanza.interface);
    if starts.iter().any(|(other, start)| other.path != file.path || names_others(start.text)) {
        return stanza_by_hand(file, stanza, &starts);
    }
    let mut lines: Vec<usize> =
        starts.iter().map(|(_, start)| start).chain(&stanza.lines).map(|line| line.number).collect();
    lines.sort_unstable();
    vec![comment_out(&file.path, lines.into_iter())]
}

/// A line that starts the interface and is left behind without its stanza makes networking.service fail at boot.
fn stanza_by_hand(file: &File, stanza: &Stanza<'_>, starts: &[(&File, Line<'_>)]) -> Vec<String> {
    let stanza_lines =
        stanza.lines.iter().map(|line| edit(&file.path, line.number, "take this out", line.text));
    let what = format!("take {} out", shown(stanza.interface));
    stanza_lines
        .chain(starts.iter().map(|(file, line)| edit(&file.path, line.number, &what, line.text)))
        .collect()
}

fn command(file: &File, line: Line<'_>, is_vip: IsVip<'_>) -> Vec<String> {
    let is_whole = addresses(line.text).all(is_vip) && !line.text.contains([';', '|', '&', '\\', '`', '$']);
    if is_whole {
        return vec![comment_out(&file.path, [line.number].into_iter())];
    }
    by_hand(file, line.number, line.text)
}

/// Whether nothing else goes with it: another address, a command, an option.
fn is_vips_alone(stanza: &Stanza<'_>, is_vip: IsVip<'_>) -> bool {
    let harmless = |line: &Line<'_>| match line.text.split_whitespace().next() {
        Some("address") => addresses(line.text).all(is_vip),
        Some(word) => OF_AN_ALIAS.contains(&word),
        None => true,
    };
    let has_vip = stanza.lines.iter().any(|line| gives(line.text, is_vip));
    has_vip && stanza.lines.iter().all(|line| harmless(line) && !is_joined(line.text))
}

fn is_joined(line: &str) -> bool {
    line.ends_with('\\')
}

/// The lines of all files of ifupdown that start this interface. One that is joined with the next might.
fn starts<'a>(host: &'a Facts, interface: &str) -> Vec<(&'a File, Line<'a>)> {
    let files = host.files.iter().filter(|file| file.path.starts_with(PLACE));
    let all = files.flat_map(|file| said(file).map(move |line| (file, line)));
    all.filter(|(_, line)| started(line.text).any(|name| name == interface || name == "\\")).collect()
}

/// The interfaces of `auto` and `allow-hotplug`.
fn started(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    words.filter(move |_| first == "auto" || first.starts_with("allow-"))
}

fn names_others(line: &str) -> bool {
    started(line).nth(1).is_some() || is_joined(line)
}
