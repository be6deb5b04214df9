//! `include` and its stricter kin.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::flow::{Flow, Frame, Line};
use crate::source::{File, Place};

/// Most files within each other.
const DEEPEST: usize = 16;
/// Most included files.
const MOST_FILES: usize = 4096;
/// Most bytes of all files.
const MOST_BYTES: usize = 32 << 20;

/// What has been opened so far.
#[derive(Default)]
pub(super) struct Opened {
    files: usize,
    bytes: usize,
}

/// A statement that includes.
struct Include<'t> {
    /// what must be there
    strict: Strict,
    pattern: &'t str,
    /// where the text behind the pattern begins
    behind: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    /// `include`, `includer`: a pattern without wildcards names a file
    Name,
    /// `includem`, `includew`, `includea`: any pattern names one
    Any,
    /// `includeb`: each of the words in braces does
    Each,
}

/// Whether a line begins like one.
pub(super) fn is_include(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<Include<'_>> {
    let behind = text.strip_prefix("include")?;
    let (variant, rest) = behind.split_at_checked(behind.find([' ', '\t'])?)?;
    let strict = match variant {
        "" | "r" => Strict::Name,
        "m" | "w" | "a" => Strict::Any,
        "b" => Strict::Each,
        _ => return None,
    };
    let name = rest.trim_start_matches([' ', '\t']);
    let (pattern, behind) = match name.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        Some(parts) => parts,
        None => name.split_at_checked(name.find([' ', '\t']).unwrap_or(name.len()))?,
    };
    let behind = text.len() - behind.trim_start_matches([' ', '\t']).len();
    (!pattern.is_empty()).then_some(Include { strict, pattern, behind })
}

impl Flow<'_> {
    /// Takes a line that includes files; answers whether it is one.
    pub(super) fn include(&mut self, line: &Line) -> bool {
        let text = line.text.as_str();
        let Some(include) = parse(text) else { return false };
        let place = line.text.place();
        if include.behind < text.len() && !self.stands_alone(line, include.behind) {
            return true;
        }
        let Some(files) = self.files_of(&include, place) else { return true };
        if files.is_empty() {
            self.nothing(&include, place);
        }
        self.frames.push(Frame::Files(files.into_iter(), place));
        true
    }

    /// The rest of a line behind the name; when lenient there is no such file.
    fn stands_alone(&mut self, line: &Line, behind: usize) -> bool {
        let rest = line.text.from(behind);
        self.report
            .error(rest.place(), "text behind the name of the file")
            .help("`include` and its file need a line of their own")
            .swallowed("keepalived takes it as part of the name and finds no such file")
            .mended("read as if it stood on the next line");
        if self.is_lenient() {
            return false;
        }
        self.frames.push(Frame::Rest(Line { text: rest, ..line.clone() }));
        true
    }

    fn files_of(&mut self, include: &Include<'_>, place: Place) -> Option<Vec<File>> {
        let from = self.path().to_string();
        let opened = match include.strict {
            Strict::Each => self.each(include, &from, place),
            Strict::Name | Strict::Any => self.files.open(include.pattern, &from),
        };
        opened
            .map_err(|why| {
                // it may well be a file that keepalived reads: without it the configuration would be another
                drop(self.report.error(place, format!("cannot include {}: {why}", include.pattern)));
            })
            .ok()
    }

    /// Every alternative of the first braces has a file of its own.
    fn each(&mut self, include: &Include<'_>, from: &str, place: Place) -> Result<Vec<File>, String> {
        let parts =
            include.pattern.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
        let Some((before, (words, behind))) = parts.filter(|(_, (words, _))| !words.contains('{')) else {
            return self.files.open(include.pattern, from);
        };
        let mut all = Vec::new();
        for word in words.split(',').take(MOST_FILES) {
            let pattern = format!("{before}{word}{behind}");
            let files = self.files.open(&pattern, from)?;
            if files.is_empty() {
                self.report.error(place, format!("includeb {}: no file {pattern}", include.pattern));
            }
            all.extend(files);
        }
        Ok(all)
    }

    fn nothing(&mut self, include: &Include<'_>, place: Place) {
        let pattern = include.pattern;
        match include.strict {
            Strict::Name if pattern.contains(['*', '?', '[', '{']) => {}
            Strict::Name => {
                self.report
                    .error(place, format!("no file {pattern} to include"))
                    .help("a relative name starts in the folder of the file that includes")
                    .swallowed("keepalived goes on without it");
            }
            Strict::Any | Strict::Each => {
                self.report.error(place, format!("no file matches {pattern}"));
            }
        }
    }

    /// Opens the next of the files that a line at `place` names.
    pub(super) fn next_file(&mut self, file: File, place: Place) {
        let within = self.paths().any(|path| path == file.path);
        let depth = self.paths().count();
        self.opened.files += 1;
        self.opened.bytes = self.opened.bytes.saturating_add(file.text.len());
        if within {
            self.report.error(place, format!("{} includes itself", file.path));
        } else if depth >= DEEPEST {
            self.report.error(place, format!("{DEEPEST} files include each other"));
        } else if self.opened.files > MOST_FILES {
            self.end(place, format!("more than {MOST_FILES} files"));
        } else if self.opened.bytes > MOST_BYTES {
            self.end(place, format!("more than {MOST_BYTES} bytes"));
        } else {
            self.open(file);
        }
    }
}
