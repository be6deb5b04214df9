//! The grammar, trap by trap.

mod chance;
mod changes;
mod comments;
mod guess;
mod includes;
mod places;
mod quoting;

mod structure;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Known, Line, Opens, Quoting, parse};
use crate::report::{Finding, Kind, Report};
use crate::{File, Files, Host, Mode};

pub(super) const HOST: Host<'static> = Host { id: "main", instance: None, seed: 7 };

/// Keywords enough for the grammar.
pub(super) const KNOWN: Known = Known { opens, quoting };

fn opens(path: &[&str], word: &str) -> Opens {
    match (path, word) {
        ([], "service" | "router" | "defs") | (["service"], "real") | (["service", "real"], "check") => {
            Opens::Block
        }
        (["router"], "addresses") | (["defs"], "mails") => Opens::Values,
        ([], "top") | (["service"], "delay") | (["service", "real"], "weight") | (["router"], "state") => {
            Opens::Nothing
        }
        _ => Opens::Unknown,
    }
}

fn quoting(_: &[&str], word: &str) -> Quoting {
    if word == "script" { Quoting::Script } else { Quoting::Plain }
}

/// What a text was read as.
pub(super) struct Parsed {
    /// blocks in braces, lines apart by `; `, quoted words in quotes
    pub(super) tree: String,
    pub(super) lines: Vec<Line>,
    /// `error at 3: message | label | help`, by order of their places
    pub(super) findings: Vec<String>,
    pub(super) found: Vec<Finding>,
    pub(super) sources: Vec<File>,
}

pub(super) fn strict(text: &str) -> Parsed {
    with(text, Mode::Strict, &mut NoneAtAll::new())
}

pub(super) fn lenient(text: &str) -> Parsed {
    with(text, Mode::Lenient, &mut NoneAtAll::new())
}

pub(super) fn fix(text: &str) -> Parsed {
    with(text, Mode::Fix, &mut NoneAtAll::new())
}

/// Named files, found by their exact names or by a `*` at the end.
pub(super) type NoneAtAll = BTreeMap<String, String>;

impl Files for NoneAtAll {
    fn open(&mut self, pattern: &str, from: &str) -> Result<Vec<File>, String> {
        if pattern == "broken" {
            return Err("permission denied".to_string());
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = if pattern.starts_with('/') { pattern.to_string() } else { format!("{folder}/{pattern}") };
        let fits = |name: &str| path.strip_suffix('*').map_or(name == path, |start| name.starts_with(start));
        let files = self.iter().filter(|(name, _)| fits(name));
        Ok(files.map(|(path, text)| File { path: path.clone(), text: text.clone() }).collect())
    }
}

pub(super) fn with(text: &str, mode: Mode, files: &mut dyn Files) -> Parsed {
    let mut report = Report::new(mode);
    let file = File { path: "/etc/main.conf".to_string(), text: text.to_string() };
    let lines = parse(file, &HOST, files, KNOWN, &mut report);
    let reading = report.finish(None);
    let findings = reading.findings.iter().map(|one| finding(one, &reading.sources)).collect();
    Parsed { tree: show(&lines), lines, findings, found: reading.findings, sources: reading.sources }
}

fn finding(one: &Finding, sources: &[File]) -> String {
    let kind = match one.kind {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Note => "note",
    };
    let text = &sources[one.source].text;
    let at = one.diagnostic.span.as_ref().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
    let mut shown = format!("{kind} at {at}: {}", one.diagnostic.message);
    for more in [&one.diagnostic.label, &one.diagnostic.help].into_iter().flatten() {
        shown.push_str(" | ");
        shown.push_str(more);
    }
    shown
}

pub(super) fn show(lines: &[Line]) -> String {
    lines.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn one(line: &Line) -> String {
    let word = |word: &super::Word| {
        if word.quoted { format!("\"{}\"", word.text()) } else { word.text().to_string() }
    };
    let mut shown = line.words.iter().map(word).collect::<Vec<_>>().join(" ");
    if let Some(block) = &line.block {
        let close = if block.close.is_some() { "}" } else { "" };
        shown.push_str(&format!(" {{ {} {close}", show(&block.lines)));
    }
    shown
}
