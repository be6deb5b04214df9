//! What a block says, by keyword.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::Mode;
use crate::keywords::Section;
use crate::read::judge::{keyword, meant};
use crate::report::Report;
use crate::syntax::Line;

/// The lines of a block by keyword, in the file's order.
pub(in crate::read) struct Said<'a> {
    by: BTreeMap<&'static str, Vec<&'a Line>>,
    /// keywords that errors about unknown ones guess
    misspelt: Vec<&'static str>,
}

impl<'a> Said<'a> {
    /// Every line whose keyword means something in `section`. The others are reported.
    pub(in crate::read) fn of(lines: &'a [Line], section: Section, report: &mut Report) -> Self {
        Self::of_all(lines.iter(), section, report)
    }

    /// The same of several blocks that are one.
    pub(in crate::read) fn of_all(
        lines: impl Iterator<Item = &'a Line>,
        section: Section,
        report: &mut Report,
    ) -> Self {
        let mut by = BTreeMap::<&str, Vec<&Line>>::new();
        let mut misspelt = Vec::new();
        for line in lines {
            if let Some(known) = keyword(section, line, report) {
                by.entry(known.name).or_default().push(line);
            } else if report.mode() == Mode::Strict && section.find(line.keyword()).is_none() {
                misspelt.extend(meant(section, line, report).map(|meant| meant.name));
            }
        }
        Self { by, misspelt }
    }

    /// Whether an error about an unknown keyword has said already why this one is missing.
    pub(in crate::read) fn is_misspelt(&self, keyword: &str) -> bool {
        self.misspelt.contains(&keyword)
    }

    /// Every line of a keyword.
    pub(in crate::read) fn all(&self, keyword: &str) -> &[&'a Line] {
        self.by.get(keyword).map_or(&[], Vec::as_slice)
    }

    /// The line of a keyword that counts once: the last, as keepalived takes it.
    pub(in crate::read) fn last(&self, keyword: &str, report: &mut Report) -> Option<&'a Line> {
        let (last, others) = self.all(keyword).split_last()?;
        if let Some(first) = others.first() {
            let position = report.position(first.place());
            report
                .warning(last.place(), format_args!("`{keyword}` is said twice"))
                .label("the last one counts")
                .help(format_args!("leave the one in {position} away"));
        }
        Some(last)
    }

    /// The line of a keyword of which keepalived takes the first.
    pub(in crate::read) fn first(&self, keyword: &str, report: &mut Report) -> Option<&'a Line> {
        let (first, others) = self.all(keyword).split_first()?;
        if let Some(other) = others.first() {
            let position = report.position(first.place());
            report
                .warning(other.place(), format_args!("`{keyword}` is said twice"))
                .label("the first one counts")
                .help(format_args!("leave this away: {position} says it already"));
        }
        Some(first)
    }

    pub(in crate::read) fn has(&self, keyword: &str) -> bool {
        self.by.contains_key(keyword)
    }

    /// The entries of every block of this keyword.
    pub(in crate::read) fn entries(&self, keyword: &str) -> impl Iterator<Item = &'a Line> {
        self.all(keyword).iter().flat_map(|line| line.lines())
    }
}

/// One statement a line: when mending, `auth_type PASS auth_pass 1111` becomes two lines.
pub(in crate::read) fn one_a_line<'a>(
    lines: &'a [Line],
    section: Section,
    report: &mut Report,
) -> Cow<'a, [Line]> {
    let joined = |line: &Line| {
        line.values().iter().skip(1).any(|word| !word.quoted && section.find(word.text()).is_some())
    };
    if report.mode() != Mode::Fix || !lines.iter().any(joined) {
        return Cow::Borrowed(lines);
    }
    let mut all = Vec::new();
    for line in lines {
        if !joined(line) {
            all.push(line.clone());
            continue;
        }
        report.warning(line.words_place(), "mended: one statement a line").label("several on one line");
        all.extend(split(line, section));
    }
    Cow::Owned(all)
}

fn split(line: &Line, section: Section) -> Vec<Line> {
    let mut parts: Vec<Line> = Vec::new();
    for word in &line.words {
        let begins = !word.quoted
            && section.find(word.text()).is_some()
            && parts.last().is_none_or(|part| part.words.len() > 1);
        match parts.last_mut() {
            Some(part) if !begins => part.words.push(word.clone()),
            Some(_) | None => {
                let words = alloc::vec![word.clone()];
                parts.push(Line { words, block: None, cut: None });
            }
        }
    }
    if let Some(last) = parts.last_mut() {
        last.block.clone_from(&line.block);
        last.cut = line.cut;
    }
    parts
}
