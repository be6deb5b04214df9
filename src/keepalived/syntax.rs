//! The grammar: text to a tree of lines, words and blocks, as keepalived reads it.

mod braces;
mod build;
mod change;
mod comment;
mod define;
mod file;
mod flow;
mod guess;
mod include;
mod repeat;
mod replace;
mod text;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::Host;
use crate::report::Report;
use crate::source::{File, Files};

pub use guess::looks_like;
pub(crate) use tree::{Block, Line, Word};

/// What may follow a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    /// lines with keywords
    Block,
    /// lines with values: one entry each, the first word is free
    Values,
    /// no block
    Nothing,
    /// anybody's guess: not a keyword here
    Unknown,
}

/// How the words of a keyword are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// by `"` alone
    Plain,
    /// by `"` or `'`; `\` takes the character behind it as it is
    Script,
}

/// The keywords, as far as the grammar must know them. Both are asked with the keywords of the enclosing blocks, outermost first.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) opens: fn(&[&str], &str) -> Opens,
    pub(crate) quoting: fn(&[&str], &str) -> Quoting,
}

/// Reads a file and what it includes. What it cannot understand is left out and reported.
pub(crate) fn parse(
    file: File,
    host: &Host<'_>,
    files: &mut dyn Files,
    known: Known,
    report: &mut Report,
) -> Vec<Line> {
    let pieces = flow::pieces(file, host, files, report);
    build::Builder::new(known, &pieces, report).tree()
}
