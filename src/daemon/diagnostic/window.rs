//! The part of a text that is shown for a finding.

mod secret;

use std::ops::Range;

/// Most characters of a line that are shown before its mark, and of the mark and what follows together.
const BEFORE: usize = 60;
const AFTER: usize = 60;

/// One line, cut to what can be read.
pub(super) struct Window {
    pub(super) source: String,
    /// the marked bytes of `source`, within it and on character boundaries
    pub(super) span: Range<usize>,
    /// of the mark's beginning in the whole text, both from 1
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Window {
    /// The line on which `span` begins. A span that lies elsewhere than in the text or within a character is
    /// moved to the nearest place that exists; one of several lines ends with its first.
    pub(super) fn around(text: &str, span: &Range<usize>) -> Self {
        let start = floor(text, span.start);
        let (before, after) = text.split_at_checked(start).unwrap_or((text, ""));
        let (line, prefix) =
            (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default());
        let rest = after.split(['\n', '\r']).next().unwrap_or_default();
        let marked = floor(rest, span.end.saturating_sub(start));
        let column = prefix.chars().count() + 1;
        let masked = secret::masked(&[prefix, rest].concat());
        let (prefix, rest) = masked.split_at_checked(prefix.len()).unwrap_or((prefix, rest));
        Self::cut(prefix, rest, marked, line, column)
    }

    /// The column of the mark in `source`, from 1.
    pub(super) fn shown_column(&self) -> usize {
        self.source.char_indices().take_while(|(place, _)| *place < self.span.start).count() + 1
    }

    fn cut(prefix: &str, rest: &str, marked: usize, line: usize, column: usize) -> Self {
        let skipped = prefix.chars().count().saturating_sub(BEFORE);
        let mut source = String::new();
        if skipped > 0 {
            source.push('…');
        }
        source.extend(prefix.chars().skip(skipped).map(visible));
        let start = source.len();
        let mut end = start;
        for (place, character) in rest.char_indices().take(AFTER) {
            source.push(visible(character));
            if place < marked {
                end = source.len();
            }
        }
        if rest.chars().nth(AFTER).is_some() {
            source.push('…');
        }
        Self { source, span: start..end, line, column }
    }
}

fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

fn floor(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place = place.saturating_sub(1);
    }
    place
}
