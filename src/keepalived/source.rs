//! Texts: the file, what it includes, and places in them.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::ops::Range;

/// A text with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// as it is shown to people; patterns of `include` are relative to its folder
    pub path: String,
    /// its content; places count in its bytes
    pub text: String,
}

/// Where included files come from.
pub trait Files {
    /// Every file that `pattern` names, sorted by path; none is no error here. `from` is the path of the file that includes
    /// them: a relative pattern starts in its folder.
    ///
    /// # Errors
    /// What went wrong in words, for a pattern that cannot be understood or a file that is there and cannot be read.
    fn open(&mut self, pattern: &str, from: &str) -> Result<Vec<File>, String>;
}

/// For a text that stands alone: every `include` finds nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn open(&mut self, _pattern: &str, _from: &str) -> Result<Vec<File>, String> {
        Ok(Vec::new())
    }
}

/// Bytes of one source. What `$NAME`, `~SEQ` or `@id` made has the place of its use in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) source: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Place {
    /// From the start of this to the end of `last`; only this one if they are of different sources.
    pub(crate) fn to(self, last: Self) -> Self {
        if self.source == last.source { Self { end: self.end.max(last.end), ..self } } else { self }
    }

    pub(crate) fn range(self) -> Range<usize> {
        wide(self.start)..wide(self.end)
    }

    /// What is made of several places may run backwards; a mark must not.
    pub(crate) fn ordered(self) -> Self {
        Self { start: self.start.min(self.end), end: self.end.max(self.start), ..self }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// A byte of a source as places hold it; sources are far shorter than 4 GiB.
pub(crate) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A u32 fits a usize wherever this runs.
pub(crate) fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// A text being read: its words share it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: Rc<str>,
    /// where lines begin; empty until somebody asks
    lines: OnceCell<Vec<u32>>,
}

impl Source {
    pub(crate) const fn new(path: String, text: Rc<str>) -> Self {
        Self { path, text, lines: OnceCell::new() }
    }

    /// The line of a byte, counted from 1.
    pub(crate) fn line(&self, at: u32) -> usize {
        let breaks = || self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = || core::iter::once(0).chain(breaks().map(|(at, _)| narrow(at + 1))).collect();
        self.lines.get_or_init(starts).partition_point(|start| *start <= at)
    }
}
