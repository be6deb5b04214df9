//! From pieces to the tree: which line opens which block.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use super::flow::Piece;
use super::text::Text;
use super::tree::{Block, Line, Word};
use super::{Known, Opens, Quoting, words};
use crate::Mode;
use crate::report::Report;
use crate::source::Place;

/// Most blocks within each other; keepalived's own reach four.
const DEEPEST: usize = 32;
/// Most words.
const MOST_WORDS: usize = 4_000_000;
/// How many pieces are looked through for the `}` that belongs to a `{`.
const LOOKED_AT: usize = 10_000;

/// A block that is open.
struct Level {
    /// the line that opened it; none for braces that stand alone
    header: Option<Line>,
    kind: Opens,
    open: Place,
    /// lines of the block around it
    around: Vec<Line>,
}

/// Makes the tree.
pub(super) struct Builder<'a> {
    known: Known,
    report: &'a mut Report,
    pieces: &'a [Piece],
    /// where in them
    at: usize,
    /// keywords of the open blocks
    path: Vec<Word>,
    levels: Vec<Level>,
    /// lines of the innermost block
    lines: Vec<Line>,
    /// the last of them may get a block: what its keyword opens
    fresh: Option<Opens>,
    /// how many `}` fewer than `{` there are
    missing: usize,
    /// there is a `{` for each `}`
    balanced: bool,
    /// `{` that opened nothing: their `}` are surplus, which is said already
    ignored: usize,
    words: usize,
    /// the last block that ended at the top
    ended: Option<(Place, Place)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(known: Known, pieces: &'a [Piece], report: &'a mut Report) -> Self {
        let count = |which: fn(&Piece) -> bool| pieces.iter().filter(|piece| which(piece)).count();
        let opens = count(|piece| matches!(piece, Piece::Open(_)));
        let closes = count(|piece| matches!(piece, Piece::Close(_)));
        Self {
            known,
            report,
            pieces,
            at: 0,
            path: Vec::new(),
            levels: Vec::new(),
            lines: Vec::new(),
            fresh: None,
            missing: opens.saturating_sub(closes),
            balanced: opens >= closes,
            ignored: 0,
            words: 0,
            ended: None,
        }
    }

    pub(super) fn tree(mut self) -> Vec<Line> {
        let pieces = self.pieces;
        for (at, piece) in pieces.iter().enumerate() {
            self.at = at;
            match piece {
                Piece::Words(text, cut) => self.statement(text, *cut),
                Piece::Open(place) => self.open(*place),
                Piece::Close(place) => self.close(*place),
            }
        }
        self.needs_brace(None);
        while let Some(level) = self.levels.last() {
            unclosed(level, self.report);
            self.leave(None);
        }
        self.lines
    }

    fn kind(&self) -> Opens {
        self.levels.last().map_or(Opens::Block, |level| level.kind)
    }

    fn statement(&mut self, text: &Text, cut: Option<Place>) {
        self.needs_brace(Some(text.place()));
        let quoting = if words::is_quoted(text.as_str()) { self.quoting(text) } else { Quoting::Plain };
        let words = words::split(text, quoting, self.report);
        self.words += words.len();
        let Some(keyword) = words.first() else { return };
        if self.words > MOST_WORDS {
            if self.words - words.len() <= MOST_WORDS {
                self.report.error(keyword.place, format!("more than {MOST_WORDS} words"));
            }
            return;
        }
        self.fresh = Some(match self.kind() {
            Opens::Block => self.opens(keyword.text()),
            Opens::Values | Opens::Nothing | Opens::Unknown => Opens::Unknown,
        });
        self.lines.push(Line { words, block: None, cut });
    }

    fn quoting(&self, text: &Text) -> Quoting {
        self.with_path(|path| (self.known.quoting)(path, words::first(text.as_str())))
    }

    fn opens(&self, keyword: &str) -> Opens {
        self.with_path(|path| (self.known.opens)(path, keyword))
    }

    fn with_path<T>(&self, ask: impl FnOnce(&[&str]) -> T) -> T {
        let mut path = [""; DEEPEST];
        for (to, word) in path.iter_mut().zip(&self.path) {
            *to = word.text();
        }
        ask(path.get(..self.path.len()).unwrap_or_default())
    }

    /// A line that opens a block, with no `{` behind it: the block begins all the same.
    fn needs_brace(&mut self, next: Option<Place>) {
        let Some(kind @ (Opens::Block | Opens::Values)) = self.fresh.take() else { return };
        let Some(line) = self.lines.last() else { return };
        let (keyword, place) = (line.keyword().to_string(), line.words_place());
        let empty = self.ends_around();
        self.report
            .error(place, format!("`{keyword}` needs a `{{`"))
            .help(format!("write `{keyword} … {{`, and a `}}` behind its last line"))
            .swallowed("keepalived goes on as if it were there")
            .mended(if empty {
                format!("`{keyword}` has no lines")
            } else {
                format!("`{keyword}` has the lines up to the next `}}`")
            });
        if empty {
            let open = Place { start: place.end, ..place };
            let block = Block { lines: Vec::new(), open, close: None };
            if let Some(line) = self.lines.last_mut() {
                line.block = Some(block);
            }
        } else if next.is_some() {
            let open = Place { start: place.end, ..place };
            self.enter(kind, open);
        }
    }

    /// Whether the `}` at hand is that of the block around: no `{` too few.
    fn ends_around(&self) -> bool {
        matches!(self.pieces.get(self.at), Some(Piece::Close(_)))
            && self.balanced
            && self.report.mode() != Mode::Lenient
    }

    fn open(&mut self, place: Place) {
        let Some(kind) = self.fresh.take() else { return self.lone_brace(place) };
        if self.levels.len() + 1 >= DEEPEST {
            self.report.error(place, format!("more than {DEEPEST} blocks within each other"));
            self.ignored += 1;
            return;
        }
        let keyword = self.lines.last().map_or("", Line::keyword).to_string();
        match kind {
            Opens::Block | Opens::Values => self.enter(kind, place),
            Opens::Nothing | Opens::Unknown => {
                if let Some(depth) = self.belongs_outside(&keyword) {
                    return self.outside(&keyword, depth, place);
                }
                // a keyword that is not known is reported by who knows the others of its block
                let is_known = kind == Opens::Nothing || self.kind() != Opens::Block;
                if is_known || self.report.mode() == Mode::Lenient {
                    self.unknown(&keyword, place);
                }
                if self.report.mode() == Mode::Lenient {
                    self.ignored += 1;
                } else {
                    self.enter(Opens::Unknown, place);
                }
            }
        }
    }

    /// A `{` with nothing before it.
    fn lone_brace(&mut self, place: Place) {
        self.report
            .error(place, "`{` with no keyword before it")
            .swallowed("keepalived leaves it out, and its `}` closes the block around it")
            .mended("left out with its `}`");
        if self.report.mode() == Mode::Lenient || self.levels.len() + 1 >= DEEPEST {
            self.ignored += 1;
            return;
        }
        let kind = self.kind();
        self.levels.push(Level { header: None, kind, open: place, around: mem::take(&mut self.lines) });
    }

    /// How many blocks around it this keyword opens a block in, where a `}` is missing before it.
    fn belongs_outside(&self, keyword: &str) -> Option<usize> {
        if self.missing == 0 || self.report.mode() == Mode::Lenient {
            return None;
        }
        self.with_path(|path| {
            let around = |depth: &usize| path.get(..*depth).unwrap_or_default();
            (0..path.len()).rev().find(|depth| (self.known.opens)(around(depth), keyword) == Opens::Block)
        })
    }

    fn outside(&mut self, keyword: &str, depth: usize, place: Place) {
        let Some(line) = self.lines.pop() else { return };
        let stands = match depth.checked_sub(1).and_then(|at| self.path.get(at)) {
            Some(around) => format!("`{keyword}` stands in `{}`", around.text()),
            None => format!("`{keyword}` stands at the top only"),
        };
        if let Some(level) = self.levels.last() {
            let (name, at) = (name(level), self.report.position(level.open));
            self.report
                .error(line.words_place(), format!("`}}` is missing: {name} of {at} is still open here"))
                .label(stands)
                .help(format!("close {name} before it"))
                .mended(format!("{name} of {at} ends here"));
        }
        while self.path.len() > depth || (depth == 0 && !self.levels.is_empty()) {
            self.leave(None);
            self.missing = self.missing.saturating_sub(1);
        }
        self.lines.push(line);
        self.enter(Opens::Block, place);
    }

    /// A block that keepalived does not know: its `}` closes the one around it.
    fn unknown(&mut self, keyword: &str, place: Place) {
        let Some(level) = self.levels.last().filter(|level| level.kind != Opens::Unknown) else { return };
        let around = format!("{} of {}", name(level), self.report.position(level.open));
        let closes = match self.partner() {
            Some(close) => format!("its `}}` on {} closes {around}", self.report.position(close)),
            None => format!("its `}}` closes {around}"),
        };
        self.report
            .error(place, format!("`{keyword}` opens no block in {}", name(level)))
            .help("leave it out, or write the keyword that was meant")
            .swallowed(format!("keepalived ignores this `{{`, and {closes}"))
            .mended(format!("`{keyword}` is left out up to its `}}`"));
    }

    /// The `}` of the `{` at hand.
    fn partner(&self) -> Option<Place> {
        let mut depth = 0_usize;
        for piece in self.pieces.get(self.at..)?.iter().take(LOOKED_AT) {
            match piece {
                Piece::Words(..) => {}
                Piece::Open(_) => depth += 1,
                Piece::Close(place) if depth <= 1 => return Some(*place),
                Piece::Close(_) => depth -= 1,
            }
        }
        None
    }

    fn close(&mut self, place: Place) {
        self.needs_brace(Some(place));
        if !self.levels.is_empty() {
            return self.leave(Some(place));
        }
        if let Some(fewer) = self.ignored.checked_sub(1) {
            self.ignored = fewer;
            return;
        }
        let before = self.ended.map(|(open, close)| {
            let (open, close) = (self.report.position(open), self.report.position(close));
            format!("the block of {open} ended on {close} already")
        });
        let draft = self
            .report
            .error(place, "`}` closes nothing")
            .swallowed("keepalived leaves it out")
            .mended("left out");
        if let Some(before) = before {
            draft.label(before);
        }
    }

    /// Begins the block of the last line.
    fn enter(&mut self, kind: Opens, open: Place) {
        let Some(header) = self.lines.pop() else { return };
        self.path.extend(header.words.first().cloned());
        self.levels.push(Level { header: Some(header), kind, open, around: mem::take(&mut self.lines) });
    }

    /// Ends the innermost block.
    fn leave(&mut self, close: Option<Place>) {
        let Some(Level { header, open, around, .. }) = self.levels.pop() else { return };
        self.fresh = None;
        let lines = mem::replace(&mut self.lines, around);
        let Some(header) = header else { return self.lines.extend(lines) };
        self.path.pop();
        if self.levels.is_empty() {
            self.ended = close.map(|close| (header.place(), close));
        }
        self.lines.push(Line { block: Some(Block { lines, open, close }), ..header });
    }
}

fn name(level: &Level) -> String {
    let keyword = level.header.as_ref().map_or("", Line::keyword);
    format!("`{keyword}`")
}

fn unclosed(level: &Level, report: &mut Report) {
    let name = name(level);
    let place = level.header.as_ref().map_or(level.open, |header| header.place().to(level.open));
    report
        .error(place, format!("{name} is never closed"))
        .label("opened here")
        .help("write its `}`")
        .swallowed("keepalived closes it at the end of the file")
        .mended(format!("{name} ends with the file"));
}
