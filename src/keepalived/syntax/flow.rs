//! From files to pieces: lines in the order in which keepalived sees them, cut at braces.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Display;

use super::define::Definitions;
use super::file::{Input, Physical};
use super::include::{self, Opened};
use super::repeat::Values;
use super::text::Text;
use super::{braces, change};
use crate::report::Report;
use crate::source::{File, Files, Place};
use crate::{Host, Mode};

/// Most pieces of a configuration; those that `~SEQ` and definitions make count twice.
const MOST_PIECES: usize = 1_000_000;
/// Most steps: lines made, and replacements by the bytes that they move.
const MOST_STEPS: usize = 512 << 20;
/// What a made line costs, however short.
const LINE: usize = 1000;
/// Most lines that wait for others to end; only definitions that use themselves come near.
const DEEPEST: usize = 1000;

/// What stands between two ends of a line or braces.
pub(super) enum Piece {
    /// never empty; with what a comment sign cuts off
    Words(Text, Option<Place>),
    Open(Place),
    Close(Place),
}

/// Where the next line comes from.
pub(super) enum Frame {
    File(Input),
    /// files that a line at a place includes
    Files(vec::IntoIter<File>, Place),
    /// what stands behind a brace
    Rest(Line),
    /// the lines of a definition, from a byte on, used at a place
    Lines(Rc<str>, usize, Place),
    Repeat(Values, Text),
}

/// A line on its way.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) text: Text,
    pub(super) cut: Option<Place>,
    /// the `\` at its end
    pub(super) goes_on: Option<Place>,
    pub(super) dollar: bool,
    /// by a definition or a repetition
    pub(super) made: bool,
}

/// The way from files to pieces.
pub(super) struct Flow<'a> {
    pub(super) host: &'a Host<'a>,
    pub(super) files: &'a mut dyn Files,
    pub(super) report: &'a mut Report,
    /// the last one gives the next line
    pub(super) frames: Vec<Frame>,
    pub(super) definitions: Definitions<'a>,
    pub(super) opened: Opened,
    /// names that are reported already
    pub(super) unknown: BTreeSet<String>,
    pieces: Vec<Piece>,
    /// what they take
    room: usize,
    steps: usize,
}

/// All pieces of a file and what it includes.
pub(super) fn pieces<'a>(
    file: File,
    host: &'a Host<'a>,
    files: &'a mut dyn Files,
    report: &'a mut Report,
) -> Vec<Piece> {
    let mut flow = Flow {
        host,
        files,
        report,
        frames: Vec::new(),
        definitions: Definitions::new(host),
        opened: Opened::default(),
        unknown: BTreeSet::new(),
        pieces: Vec::new(),
        room: 0,
        steps: 0,
    };
    flow.next_file(file, Place { source: 0, start: 0, end: 0 });
    while let Some(line) = flow.next() {
        flow.line(line);
    }
    flow.pieces
}

impl Flow<'_> {
    pub(super) fn open(&mut self, file: File) {
        let input = Input::new(file, self.report);
        self.frames.push(Frame::File(input));
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.report.mode() == Mode::Lenient
    }

    /// The files that are being read, each included by the one before.
    pub(super) fn paths(&self) -> impl DoubleEndedIterator<Item = &str> {
        let source = |frame: &Frame| match frame {
            Frame::File(input) => Some(input.source),
            Frame::Files(..) | Frame::Rest(_) | Frame::Lines(..) | Frame::Repeat(..) => None,
        };
        let sources = self.frames.iter().filter_map(source);
        sources.filter_map(|source| self.report.source(source)).map(|source| source.path.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.paths().next_back().unwrap_or_default()
    }

    /// The next physical line, where the file that is being read has one; for what goes on behind the end of a line.
    pub(super) fn following(&mut self) -> Option<Physical> {
        match self.frames.last_mut()? {
            Frame::File(input) => input.next(self.report),
            Frame::Files(..) | Frame::Rest(_) | Frame::Lines(..) | Frame::Repeat(..) => None,
        }
    }

    /// Counts work; at the limit everything ends.
    pub(super) fn charge(&mut self, steps: usize, place: Place) {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MOST_STEPS {
            self.end(place, "more than can be worked through");
        }
    }

    pub(super) fn end(&mut self, place: Place, what: impl Display) {
        self.report
            .error(place, format!("the configuration grows to {what}"))
            .help("see what `include`, `~SEQ`, `~LST` and definitions of several lines make of it");
        self.frames.clear();
        self.steps = 0;
    }

    /// The next line that is not empty.
    fn next(&mut self) -> Option<Line> {
        while !self.frames.is_empty() {
            let line = self.step();
            let line = line.filter(|line| !line.text.as_str().is_empty() || line.goes_on.is_some());
            if line.is_some() {
                return line;
            }
        }
        None
    }

    /// One line of the innermost frame, which ends where it has none.
    fn step(&mut self) -> Option<Line> {
        let line = match self.frames.last_mut()? {
            Frame::File(input) => input.next(self.report).map(Line::from),
            Frame::Files(files, place) => {
                let place = *place;
                if let Some(file) = files.next() {
                    self.next_file(file, place);
                    return None;
                }
                None
            }
            Frame::Rest(_) => return self.rest(),
            Frame::Lines(value, at, place) => change::next_line(value, at, *place).map(Line::made),
            Frame::Repeat(values, text) => values.next().map(|round| {
                for (name, value) in round {
                    self.definitions.set(&name, &value, false);
                }
                Line::made(text.clone())
            }),
        };
        match &line {
            None => drop(self.frames.pop()),
            Some(line) if line.made => self.charge(LINE, line.text.place()),
            // a file has no more lines than bytes
            Some(_) => {}
        }
        line
    }

    fn rest(&mut self) -> Option<Line> {
        match self.frames.pop()? {
            Frame::Rest(line) => Some(line),
            Frame::File(_) | Frame::Files(..) | Frame::Lines(..) | Frame::Repeat(..) => None,
        }
    }

    /// A line through all that may change it.
    fn line(&mut self, line: Line) {
        if self.frames.len() > DEEPEST {
            return self.end(line.text.place(), "lines within lines without end");
        }
        let Some(line) = self.changed(line) else { return };
        if !self.include(&line) {
            self.cut(line);
        }
    }

    /// Cuts a line at its braces. What stands behind one may again be anything.
    fn cut(&mut self, mut line: Line) {
        let variables = !self.is_lenient();
        while !line.text.as_str().is_empty() {
            if line.dollar {
                let end = braces::first(line.text.as_str(), true).unwrap_or(line.text.as_str().len());
                self.unreplaced(&line.text.part(0..end));
            }
            let Some(at) = braces::first(line.text.as_str(), variables) else {
                self.push(Piece::Words(line.text, line.cut));
                return;
            };
            let words = line.text.part(0..at).trimmed();
            if !words.as_str().is_empty() {
                self.push(Piece::Words(words, None));
            }
            let place = line.text.place_of(at..at + 1);
            let open = line.text.as_str().as_bytes().get(at) == Some(&b'{');
            self.push(if open { Piece::Open(place) } else { Piece::Close(place) });
            line.text = line.text.from(at + 1).trimmed();
            if is_special(line.text.as_str()) {
                return self.frames.push(Frame::Rest(line));
            }
        }
    }

    fn push(&mut self, piece: Piece) {
        let (place, room) = match &piece {
            // it has a text of its own
            Piece::Words(text, _) if !text.is_of_source() => (text.place(), 2),
            Piece::Words(text, _) => (text.place(), 1),
            Piece::Open(place) | Piece::Close(place) => (*place, 1),
        };
        self.room = self.room.saturating_add(room);
        if self.room <= MOST_PIECES {
            self.pieces.push(piece);
        } else if !self.frames.is_empty() {
            self.end(place, format!("more than {} lines", self.pieces.len()));
        }
    }
}

fn is_special(text: &str) -> bool {
    text.starts_with(['@', '$', '~']) || include::is_include(text)
}

impl Line {
    pub(super) fn made(text: Text) -> Self {
        Self { dollar: text.as_str().contains('$'), text, cut: None, goes_on: None, made: true }
    }
}

impl From<Physical> for Line {
    fn from(physical: Physical) -> Self {
        let Physical { text, cut, goes_on, dollar, empty: _ } = physical;
        Self { text, cut, goes_on, dollar, made: false }
    }
}
