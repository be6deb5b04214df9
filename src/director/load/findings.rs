//! Findings about a file and what it includes, as text for people.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::ops::Range;

use config::{Diagnostic, Severity};
use keepalived::{File, Kind};

use crate::oneshot::counted;
use crate::scripts::Wrong;

/// The renderer counts those beyond instead of showing them; who found them has a limit already.
const AT_ONCE: usize = 20;
/// Findings of one kind that a reading gives; beyond these it counts them.
const MOST: usize = 100;
/// Things outside that are not as they should be: the others are counted.
const OUTSIDE: usize = 20;

/// Something to tell about one of the sources.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    source: usize,
    diagnostic: Diagnostic,
}

impl Finding {
    /// About the file itself.
    pub(super) fn of_the_file(diagnostic: Diagnostic) -> Self {
        Self { source: 0, diagnostic }
    }
}

/// Everything there is to tell, and the texts that it is about.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) sources: Vec<File>,
    pub(super) findings: Vec<Finding>,
}

impl Found {
    /// Nothing yet.
    pub(super) fn of(file: File) -> Self {
        Self { sources: vec![file], findings: Vec::new() }
    }

    /// Errors and warnings; what works differently than under keepalived is for the result of `import` alone.
    pub(super) fn read(findings: Vec<keepalived::Finding>, sources: Vec<File>) -> Self {
        let shown = findings.into_iter().filter(|finding| match finding.kind {
            Kind::Error | Kind::Warning => true,
            Kind::Note => false,
        });
        let findings = shown.map(|one| Finding { source: one.source, diagnostic: one.diagnostic }).collect();
        Self { sources, findings }
    }

    /// Adds what is wrong outside, with the place that names it.
    pub(super) fn add(&mut self, wrong: Vec<Wrong>, severity: Severity) {
        let more = wrong.len().saturating_sub(OUTSIDE);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for Wrong { words, named } in wrong.into_iter().take(OUTSIDE) {
            let nth = seen.entry(named.clone()).or_default();
            let place = self.place(&named, *nth);
            *nth += 1;
            let (source, span) = place.map_or((0, None), |(source, span)| (source, Some(span)));
            self.findings.push(Finding { source, diagnostic: plain(severity, words, span) });
        }
        if more > 0 {
            self.findings.push(Finding::of_the_file(plain(
                severity,
                format!("and {more} more like these"),
                None,
            )));
        }
    }

    /// Where the files name something for the nth time, or the last.
    fn place(&self, named: &str, nth: usize) -> Option<(usize, Range<usize>)> {
        let all = self.sources.iter().enumerate().flat_map(|(index, file)| {
            mentions(&file.text, named).map(move |start| (index, start..start + named.len()))
        });
        all.take(nth + 1).last()
    }

    /// All of them, in their order.
    pub(super) fn rendered(&self) -> String {
        let of_one_source = self.findings.chunk_by(|one, next| one.source == next.source);
        let parts = of_one_source.flat_map(|part| part.chunks(AT_ONCE)).map(|part| self.part(part));
        parts.collect::<Vec<String>>().join("\n")
    }

    fn part(&self, part: &[Finding]) -> String {
        let Some(file) = part.first().and_then(|finding| self.sources.get(finding.source)) else {
            return String::new();
        };
        let diagnostics: Vec<Diagnostic> = part.iter().map(|finding| finding.diagnostic.clone()).collect();
        let is_colored = std::io::stderr().is_terminal();
        daemon::diagnostic::render(&file.path, &file.text, &diagnostics, is_colored)
    }

    /// `2 errors, 1 warning`
    pub(super) fn counts(&self) -> String {
        let of = |severity| self.findings.iter().filter(|one| one.diagnostic.severity == severity).count();
        let words = |count: usize, noun| match count {
            0..=MOST => counted(count, noun),
            _ => format!("more than {MOST} {noun}s"),
        };
        let errors = words(of(Severity::Error), "error");
        match of(Severity::Warning) {
            0 => errors,
            warnings => format!("{errors}, {}", words(warnings, "warning")),
        }
    }

    /// `/etc/lvs-director/director.toml:3: what is wrong`
    pub(super) fn first_error(&self) -> String {
        let first = self.findings.iter().find(|one| one.diagnostic.severity == Severity::Error);
        let words = first.and_then(|first| {
            let File { path, text } = self.sources.get(first.source)?;
            Some(daemon::diagnostic::one_line(path, text, &first.diagnostic))
        });
        words.unwrap_or_default()
    }
}

fn plain(severity: Severity, message: String, span: Option<Range<usize>>) -> Diagnostic {
    Diagnostic { severity, message, span, label: None, help: None }
}

/// Where a text has these words as a whole, but in comments.
fn mentions(text: &str, words: &str) -> impl Iterator<Item = usize> {
    text.match_indices(words).map(|(start, _)| start).filter(move |start| {
        let (before, rest) = text.split_at_checked(*start).unwrap_or_default();
        let after = rest.get(words.len()..).unwrap_or_default();
        let is_word = |character: char| character.is_alphanumeric() || "/._-".contains(character);
        let line = before.rsplit('\n').next().unwrap_or_default();
        !words.is_empty()
            && !before.ends_with(is_word)
            && !after.starts_with(is_word)
            && !line.contains(['#', '!'])
    })
}
