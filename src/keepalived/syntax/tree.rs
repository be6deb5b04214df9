//! What a text is made of.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

use super::text::Text;
use crate::source::{Place, narrow, wide};

/// A word without its quotes. Cheap to copy: words share the text they are of.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    whole: Rc<str>,
    start: u32,
    end: u32,
    /// with its quotes
    pub(crate) place: Place,
    pub(crate) quoted: bool,
}

impl Word {
    /// A word that is a text of its own, as if it stood at `place`.
    pub(crate) fn new(text: &str, place: Place) -> Self {
        Self { whole: text.into(), start: 0, end: narrow(text.len()), place, quoted: false }
    }

    pub(super) fn made(text: &str, place: Place) -> Self {
        Self { quoted: true, ..Self::new(text, place) }
    }

    /// A part of a line; the place is that of another part, with the quotes.
    pub(super) fn of(line: &Text, text: Range<usize>, place: Range<usize>, quoted: bool) -> Self {
        let (start, end) = (narrow(line.start() + text.start), narrow(line.start() + text.end));
        Self { whole: Rc::clone(line.whole()), start, end, place: line.place_of(place), quoted }
    }

    pub(crate) fn text(&self) -> &str {
        self.whole.get(wide(self.start)..wide(self.end)).unwrap_or_default()
    }
}

/// One statement: a keyword and its values, or an entry of a block of values.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// at least one
    pub(crate) words: Vec<Word>,
    /// what stands in braces behind the words
    pub(crate) block: Option<Block>,
    /// a comment sign stands directly behind the last word or within it, with what it cuts off: `ab!cd`
    pub(crate) cut: Option<Place>,
}

/// The lines within braces.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) lines: Vec<Line>,
    /// the `{`
    pub(crate) open: Place,
    /// the `}`; none where the text ends before
    pub(crate) close: Option<Place>,
}

impl Line {
    /// The first word.
    pub(crate) fn keyword(&self) -> &str {
        self.words.first().map_or("", Word::text)
    }

    /// The words behind the first.
    pub(crate) fn values(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The value number `at`, the first is 0.
    pub(crate) fn value(&self, at: usize) -> Option<&Word> {
        self.values().get(at)
    }

    /// The lines of its block; none without one.
    pub(crate) fn lines(&self) -> &[Line] {
        self.block.as_ref().map_or(&[], |block| &block.lines)
    }

    /// The place of the first word.
    pub(crate) fn place(&self) -> Place {
        self.words.first().map_or(Place { source: 0, start: 0, end: 0 }, |word| word.place)
    }

    /// From the first word to the last.
    pub(crate) fn words_place(&self) -> Place {
        self.words.last().map_or_else(|| self.place(), |last| self.place().to(last.place))
    }

    /// From the first word to the `}` of its block, or to the last word.
    pub(crate) fn whole_place(&self) -> Place {
        let close = self.block.as_ref().and_then(|block| block.close);
        let last = self.lines().last().map(Self::whole_place);
        self.place().to(close.or(last).unwrap_or_else(|| self.words_place()))
    }
}
