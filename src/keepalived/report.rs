//! Collects findings, bounded, and judges them by the mode.

mod comments;
mod draft;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use config::director::DirectorConfig;
use config::{Diagnostic, Severity};

use crate::source::{File, Place, Source};
use crate::{Mode, Reading};

pub(crate) use draft::Draft;

/// Findings shown of one kind; a person reads no more, and the next run shows the others.
const SHOWN: usize = 100;
/// Findings kept of one kind until they are sorted by place.
const KEPT: usize = 1000;

/// What kind of finding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// refuses the file
    Error,
    /// the file is taken, and means what its author meant, or has no counterpart that matters
    Warning,
    /// works differently than under keepalived: for who changes over, not for every start
    Note,
}

/// One finding about one of the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// errors, warnings or notes
    pub kind: Kind,
    /// the source it is about: an index into [`Reading::sources`]
    pub source: usize,
    /// what it is; a note has the severity of a warning
    pub diagnostic: Diagnostic,
}

/// What was found so far.
pub(crate) struct Report {
    mode: Mode,
    sources: Vec<Source>,
    kept: Vec<Finding>,
    counts: Counts,
    owners: Vec<comments::Owner>,
}

impl Report {
    pub(crate) const fn new(mode: Mode) -> Self {
        Self {
            mode,
            sources: Vec::new(),
            kept: Vec::new(),
            counts: Counts { errors: 0, warnings: 0, notes: 0 },
            owners: Vec::new(),
        }
    }

    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    /// A mistake: the file is refused, unless the draft says more and the mode is kinder.
    pub(crate) fn error(&mut self, place: Place, message: impl Display) -> Draft<'_> {
        Draft::new(self, Kind::Error, Some(place), message)
    }

    /// A mistake of the whole file.
    pub(crate) fn error_nowhere(&mut self, message: impl Display) -> Draft<'_> {
        Draft::new(self, Kind::Error, None, message)
    }

    pub(crate) fn warning(&mut self, place: Place, message: impl Display) -> Draft<'_> {
        Draft::new(self, Kind::Warning, Some(place), message)
    }

    pub(crate) fn note(&mut self, place: Place, message: impl Display) -> Draft<'_> {
        Draft::new(self, Kind::Note, Some(place), message)
    }

    /// Whether anything refuses the file.
    pub(crate) const fn has_errors(&self) -> bool {
        self.counts.errors > 0
    }

    /// Whether further errors are only counted.
    pub(crate) const fn is_full(&self) -> bool {
        self.counts.errors >= KEPT
    }

    /// What is found within the block `place` (from its keyword to its `}`) is a comment of this router.
    pub(crate) fn belongs_to_router(&mut self, place: Place, name: &str) {
        self.owners.push(comments::Owner::router(place, name));
    }

    /// What is found within the block `place` (from its keyword to its `}`) is a comment of this service or group.
    pub(crate) fn belongs_to_service(&mut self, place: Place, name: &str) {
        self.owners.push(comments::Owner::service(place, name));
    }

    /// A place in words: `line 12`, or `line 12 of /etc/keepalived/real.conf` in an included file.
    pub(crate) fn position(&self, place: Place) -> String {
        let line = self.line(place);
        match self.source(place.source) {
            Some(source) if place.source > 0 => format!("line {line} of {}", source.path),
            Some(_) | None => format!("line {line}"),
        }
    }

    /// The line of a place, counted from 1.
    pub(crate) fn line(&self, place: Place) -> usize {
        self.source(place.source).map_or(0, |source| source.line(place.start))
    }

    /// What stands at a place, as it is in the file.
    pub(crate) fn text(&self, place: Place) -> &str {
        self.source(place.source).and_then(|source| source.text.get(place.range())).unwrap_or_default()
    }

    /// Takes a text; places in it name it by the answer.
    pub(crate) fn add_source(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn source(&self, index: u32) -> Option<&Source> {
        usize::try_from(index).ok().and_then(|index| self.sources.get(index))
    }

    /// Findings sorted by place; `config` only where nothing refuses it.
    pub(crate) fn finish(mut self, config: Option<DirectorConfig>) -> Reading {
        let config = config.filter(|_| !self.has_errors());
        // what has no place is about the whole file and comes last
        let at = |one: &Finding| one.diagnostic.span.as_ref().map(|span| (one.source, span.start, span.end));
        self.kept.sort_by_key(|one| at(one).unwrap_or((usize::MAX, 0, 0)));
        let mut seen = Counts::default();
        self.kept.retain(|one| seen.add(one.kind) <= SHOWN);
        let comments = self.comments();
        for kind in [Kind::Error, Kind::Warning, Kind::Note] {
            self.kept.extend(rest(kind, *self.counts.of(kind)));
        }
        let files = |one: Source| File { path: one.path, text: one.text.to_string() };
        let sources = self.sources.into_iter().map(files).collect();
        Reading { config, findings: self.kept, sources, comments }
    }

    fn add(&mut self, finding: Finding) {
        if self.counts.add(finding.kind) <= KEPT {
            self.kept.push(finding);
        }
    }
}

#[derive(Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Counts {
    fn of(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Error => &mut self.errors,
            Kind::Warning => &mut self.warnings,
            Kind::Note => &mut self.notes,
        }
    }

    fn add(&mut self, kind: Kind) -> usize {
        let count = self.of(kind);
        *count += 1;
        *count
    }
}

fn rest(kind: Kind, count: usize) -> Option<Finding> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    let plural = if more == 1 { "" } else { "s" };
    let (severity, name) = match kind {
        Kind::Error => (Severity::Error, "error"),
        Kind::Warning => (Severity::Warning, "warning"),
        Kind::Note => (Severity::Warning, "note"),
    };
    let message = format!("and {more} more {name}{plural}");
    Some(Finding {
        kind,
        source: 0,
        diagnostic: Diagnostic { severity, message, span: None, label: None, help: None },
    })
}
