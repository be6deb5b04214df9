//! Stretches of text that know where they come from.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::source::{Place, narrow};

/// A stretch of text. Cheap to copy: stretches share the text they are of.
#[derive(Clone, Debug)]
pub(super) struct Text {
    whole: Rc<str>,
    range: Range<usize>,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    /// the whole is a source: its own bytes are the places
    Source(u32),
    /// all of it was made at this place
    Made(Place),
    /// some of it was made: spans in order, the first begins at 0
    Mixed(Rc<[Span]>),
}

/// From a byte of the whole on, to the next span.
#[derive(Clone, Copy, Debug)]
struct Span {
    at: usize,
    place: Place,
    /// byte for byte as in the source, from the start of the place on
    exact: bool,
}

impl Text {
    pub(super) fn of_source(whole: &Rc<str>, source: u32, range: Range<usize>) -> Self {
        Self { whole: Rc::clone(whole), range, origin: Origin::Source(source) }
    }

    pub(super) fn made(whole: &Rc<str>, range: Range<usize>, place: Place) -> Self {
        Self { whole: Rc::clone(whole), range, origin: Origin::Made(place) }
    }

    /// Whether it is a source's own, not made.
    pub(super) const fn is_of_source(&self) -> bool {
        matches!(self.origin, Origin::Source(_))
    }

    pub(super) fn as_str(&self) -> &str {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }

    pub(super) fn whole(&self) -> &Rc<str> {
        &self.whole
    }

    /// Where it begins in the whole.
    pub(super) const fn start(&self) -> usize {
        self.range.start
    }

    /// A part, counted from its own start.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let start = self.range.start + range.start;
        let end = (self.range.start + range.end).min(self.range.end);
        Self { range: start..end, ..self.clone() }
    }

    pub(super) fn from(&self, start: usize) -> Self {
        self.part(start..self.range.len())
    }

    /// Without blanks and tabs at its ends.
    pub(super) fn trimmed(&self) -> Self {
        let text = self.as_str();
        let start = text.len() - text.trim_start_matches(BLANKS).len();
        self.part(start..start.max(text.trim_end_matches(BLANKS).len()))
    }

    pub(super) fn place(&self) -> Place {
        self.place_of(0..self.range.len())
    }

    /// The place of a part, counted from its own start.
    pub(super) fn place_of(&self, range: Range<usize>) -> Place {
        let range = self.range.start + range.start..self.range.start + range.end;
        match &self.origin {
            Origin::Source(source) => {
                Place { source: *source, start: narrow(range.start), end: narrow(range.end) }
            }
            Origin::Made(place) => *place,
            Origin::Mixed(spans) => place_in(spans, range),
        }
    }
}

/// What keepalived trims at the ends of a line.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// A text that is being changed.
pub(super) struct Buffer {
    text: String,
    spans: Vec<Span>,
}

impl Buffer {
    pub(super) fn new(text: &Text) -> Self {
        let spans = match &text.origin {
            Origin::Source(_) => alloc::vec![Span { at: 0, place: text.place(), exact: true }],
            Origin::Made(place) => alloc::vec![Span { at: 0, place: *place, exact: false }],
            Origin::Mixed(spans) => part_of(spans, text.range.clone()),
        };
        Self { text: text.as_str().into(), spans }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn place_of(&self, range: Range<usize>) -> Place {
        place_in(&self.spans, range)
    }

    /// Puts `value` in place of a part; it has that part's place.
    pub(super) fn replace(&mut self, range: Range<usize>, value: &str) {
        let made = Span { at: range.start, place: self.place_of(range.clone()), exact: false };
        let behind = part_of(&self.spans, range.end..self.text.len());
        let end = range.start + value.len();
        self.spans.retain(|span| span.at < range.start);
        self.spans.push(made);
        self.spans.extend(behind.into_iter().map(|span| Span { at: span.at + end, ..span }));
        self.text.replace_range(range, value);
    }

    /// Puts another text behind it.
    pub(super) fn append(&mut self, text: &Text) {
        let at = self.text.len();
        let spans = Self::new(text).spans;
        self.spans.extend(spans.into_iter().map(|span| Span { at: span.at + at, ..span }));
        self.text.push_str(text.as_str());
    }

    pub(super) fn into_text(self) -> Text {
        let range = 0..self.text.len();
        Text { whole: self.text.into(), range, origin: Origin::Mixed(self.spans.into()) }
    }
}

fn place_in(spans: &[Span], range: Range<usize>) -> Place {
    let span = |at: usize| {
        let behind = spans.partition_point(|span| span.at <= at);
        behind.checked_sub(1).and_then(|index| spans.get(index)).or(spans.first())
    };
    let (Some(first), Some(last)) = (span(range.start), span(range.end.max(range.start + 1) - 1)) else {
        return Place { source: 0, start: 0, end: 0 };
    };
    let exact = |span: &Span, at: usize| span.place.start.saturating_add(narrow(at.saturating_sub(span.at)));
    let start = if first.exact { exact(first, range.start) } else { first.place.start };
    let end = if last.exact { exact(last, range.end) } else { last.place.end };
    Place {
        source: first.place.source,
        start,
        end: if last.place.source == first.place.source { end } else { start },
    }
    .ordered()
}

/// Spans of a part, counted from its start.
fn part_of(spans: &[Span], range: Range<usize>) -> Vec<Span> {
    let behind = spans.partition_point(|span| span.at <= range.start);
    let from = behind.saturating_sub(1);
    let within = spans.get(from..).unwrap_or_default().iter().filter(|span| span.at <= range.end);
    within.map(|span| moved(span, range.start)).collect()
}

fn moved(span: &Span, start: usize) -> Span {
    let before = start.saturating_sub(span.at);
    let place = Place { start: span.place.start + if span.exact { narrow(before) } else { 0 }, ..span.place };
    Span { at: span.at.saturating_sub(start), place, ..*span }
}
