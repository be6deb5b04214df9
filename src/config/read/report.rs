//! Collects findings, bounded.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;
use core::ops::Range;

use crate::{Diagnostic, Severity};

/// Findings shown of one severity; a person reads no more, and the next run shows the others.
const SHOWN: usize = 20;
/// Findings kept until they are sorted by place.
const KEPT: usize = 500;

/// What was found about one text.
pub(crate) struct Report<'t> {
    text: &'t str,
    kept: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    /// where lines begin; empty until somebody asks
    lines: Vec<usize>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, kept: Vec::new(), errors: 0, warnings: 0, lines: Vec::new() }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Whether anything refuses the text.
    pub(crate) const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The line of a byte, counted from 1.
    pub(crate) fn line(&mut self, at: usize) -> usize {
        if self.lines.is_empty() {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            self.lines = core::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        }
        self.lines.partition_point(|start| *start <= at)
    }

    pub(crate) fn error(&mut self, place: Range<usize>, message: impl Display) -> Draft<'_> {
        self.add(Severity::Error, Some(place), message)
    }

    pub(crate) fn error_nowhere(&mut self, message: impl Display) -> Draft<'_> {
        self.add(Severity::Error, None, message)
    }

    pub(crate) fn warning(&mut self, place: Range<usize>, message: impl Display) -> Draft<'_> {
        self.add(Severity::Warning, Some(place), message)
    }

    /// Reads something once more: what was said of it already is not said again.
    pub(crate) fn again<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.kept.len();
        let value = read(self);
        let new = self.kept.split_off(before);
        for one in new {
            if self.kept.contains(&one) {
                match one.severity {
                    Severity::Error => self.errors -= 1,
                    Severity::Warning => self.warnings -= 1,
                }
            } else {
                self.kept.push(one);
            }
        }
        value
    }

    /// Sorted by place: on success the warnings, else errors and warnings.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        // what has no place is about the whole file and comes last
        self.kept.sort_by_key(|one| one.span.as_ref().map_or((usize::MAX, 0), |span| (span.start, span.end)));
        let failed = self.errors > 0;
        let mut shown = Vec::new();
        let (mut errors, mut warnings) = (0, 0);
        for one in self.kept {
            let seen = match one.severity {
                Severity::Error => &mut errors,
                Severity::Warning => &mut warnings,
            };
            *seen += 1;
            if *seen <= SHOWN {
                shown.push(one);
            }
        }
        shown.extend(rest(Severity::Error, self.errors));
        shown.extend(rest(Severity::Warning, self.warnings));
        match value {
            Some(value) if !failed => Ok((value, shown)),
            Some(_) | None => Err(shown),
        }
    }

    fn add(&mut self, severity: Severity, place: Option<Range<usize>>, message: impl Display) -> Draft<'_> {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        if self.kept.len() >= KEPT {
            return Draft(None);
        }
        let message = message.to_string();
        self.kept.push(Diagnostic { severity, message, span: place, label: None, help: None });
        Draft(self.kept.last_mut())
    }
}

fn rest(severity: Severity, count: usize) -> Option<Diagnostic> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    let plural = if more == 1 { "" } else { "s" };
    let message = format!("and {more} more {severity}{plural}");
    Some(Diagnostic { severity, message, span: None, label: None, help: None })
}

/// A finding that is still being written; nothing where the report is full.
pub(crate) struct Draft<'r>(Option<&'r mut Diagnostic>);

impl Draft<'_> {
    /// Whether anybody will read it: advice may cost more than the finding.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Short words beside the marked place.
    pub(crate) fn label(mut self, words: impl Display) -> Self {
        if let Some(one) = &mut self.0 {
            one.label = Some(words.to_string());
        }
        self
    }

    /// What to write instead.
    pub(crate) fn help(mut self, words: impl Display) -> Self {
        if let Some(one) = &mut self.0 {
            one.help = Some(words.to_string());
        }
        self
    }
}
