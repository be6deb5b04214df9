//! keepalived.conf to typed configuration: every value with its place, every mistake as a diagnostic.
//!
//! This room never reads a file or asks the time (`no_std`): texts come in, values and diagnostics go out. It reads in three
//! steps: `source` collects the text and what it includes, `syntax` makes a tree of words with places, `read` makes the
//! director's configuration of the tree.
#![no_std]

extern crate alloc;

mod keywords;
mod read;
mod report;
mod source;
mod syntax;

use alloc::vec::Vec;

use config::director::{Comments, DirectorConfig};

pub use report::{Finding, Kind};
pub use source::{File, Files, NoFiles};
pub use syntax::looks_like;

use report::Report;

/// What becomes of mistakes that keepalived takes without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// they refuse the file
    Strict,
    /// what keepalived makes of them is taken, with a warning
    Lenient,
    /// what the author meant is taken where it is clear, with a warning
    Fix,
}

/// The machine that the file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// what `@id` lines are compared with: keepalived's `-i`, by default the host's short name
    pub id: &'a str,
    /// `${_INSTANCE}`: keepalived's `-i` or `instance`
    pub instance: Option<&'a str>,
    /// chance for `${_RANDOM}`
    pub seed: u64,
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// none where an error stands
    pub config: Option<DirectorConfig>,
    /// sorted by place, limited in number: the last of a kind may say how many more there are
    pub findings: Vec<Finding>,
    /// the file and what it includes; [`Finding::source`] counts in them
    pub sources: Vec<File>,
    /// warnings and notes as comments for the written form of `config`
    pub comments: Comments,
}

/// Reads a keepalived.conf, and what it includes by `files`. Never fails as a whole: one run reports everything that is wrong.
pub fn read(file: File, host: Host<'_>, mode: Mode, files: &mut dyn Files) -> Reading {
    let mut report = Report::new(mode);
    let lines = syntax::parse(file, &host, files, keywords::KNOWN, &mut report);
    let config = read::read(&lines, &mut report);
    report.finish(config)
}
