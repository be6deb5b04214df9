//! The lines of one file.

use alloc::format;
use alloc::rc::Rc;
use core::ops::Range;

use super::comment::{self, Parts};
use super::text::{Buffer, Text};
use crate::report::Report;
use crate::source::{File, Place, Source, narrow};

/// What `fgets` of keepalived takes of a line at once.
const READ_AT_ONCE: usize = 1022;
/// Longest line that is read at all, in bytes.
pub(super) const LONGEST: usize = 16 << 10;

/// A file that is being read.
pub(super) struct Input {
    pub(super) source: u32,
    text: Rc<str>,
    at: usize,
}

/// A line without its comment.
pub(super) struct Physical {
    pub(super) text: Text,
    pub(super) cut: Option<Place>,
    /// the `\` at its end
    pub(super) goes_on: Option<Place>,
    /// it has neither text nor comment
    pub(super) empty: bool,
    pub(super) dollar: bool,
}

impl Input {
    pub(super) fn new(file: File, report: &mut Report) -> Self {
        let text: Rc<str> = file.text.into();
        let source = report.add_source(Source::new(file.path, Rc::clone(&text)));
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if mark > 0 {
            report
                .warning(Place { source, start: 0, end: narrow(mark) }, "the file begins with a byte order mark")
                .help("save it without: keepalived takes the mark as part of the first keyword and loses its block");
        }
        Self { source, text, at: mark }
    }

    /// The next line, also an empty one.
    pub(super) fn next(&mut self, report: &mut Report) -> Option<Physical> {
        while self.at < self.text.len() {
            let range = self.range();
            let line = self.text.get(range.clone()).unwrap_or_default();
            let parts = comment::parts(line);
            if self.is_good(&range, &parts, report) {
                return Some(self.physical(&range, parts));
            }
        }
        None
    }

    /// Whether the next line that is not empty goes on behind its end.
    pub(super) fn goes_on_later(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.lines().find(|line| !line.trim().is_empty());
        line.is_some_and(|line| line.trim_end().ends_with('\\'))
    }

    /// Takes a line: its bytes without those that end it.
    fn range(&mut self) -> Range<usize> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find('\n').unwrap_or(rest.len());
        let start = self.at;
        self.at = start + len + 1;
        let line = rest.get(..len).unwrap_or_default();
        start..start + line.trim_end_matches('\r').len()
    }

    fn is_good(&self, line: &Range<usize>, parts: &Parts, report: &mut Report) -> bool {
        if line.len() > LONGEST {
            let place = self.place(line.start..line.start);
            report
                .error(place, format!("a line of {} bytes", line.len()))
                .help(format!("at most {LONGEST} are read"));
            return false;
        }
        if line.len() > READ_AT_ONCE {
            let place = self.place(line.start..line.start);
            report
                .warning(place, format!("the line has {} bytes", line.len()))
                .help("write shorter lines: keepalived leaves out or cuts those of more than 1022 bytes");
        }
        if let Some(nul) = parts.nul {
            let place = self.place(line.start + nul..line.start + nul + 1);
            report
                .error(place, "a NUL byte in the line")
                .help("write the file as plain text")
                .swallowed("keepalived leaves out the line")
                .mended("the line is left out");
        }
        parts.nul.is_none()
    }

    fn physical(&self, line: &Range<usize>, parts: Parts) -> Physical {
        let place = |part: Range<usize>| self.place(line.start + part.start..line.start + part.end);
        let empty = line.is_empty();
        Physical {
            cut: parts.cut.map(place),
            goes_on: parts.goes_on.map(|at| place(at..at + 1)),
            empty,
            dollar: parts.dollar,
            text: self.text(line.start, parts.text, &parts.escapes),
        }
    }

    fn text(&self, start: usize, text: Range<usize>, escapes: &[usize]) -> Text {
        let plain = |range: Range<usize>| {
            Text::of_source(&self.text, self.source, start + range.start..start + range.end)
        };
        let Some((first, others)) = escapes.split_first() else { return plain(text) };
        let mut buffer = Buffer::new(&plain(text.start..*first));
        let mut from = first + 1;
        for escape in others {
            buffer.append(&plain(from..*escape));
            from = escape + 1;
        }
        buffer.append(&plain(from..text.end));
        buffer.into_text()
    }

    fn place(&self, range: Range<usize>) -> Place {
        Place { source: self.source, start: narrow(range.start), end: narrow(range.end) }
    }
}

/// The folder of a path, `.` for a bare name.
pub(super) fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}
