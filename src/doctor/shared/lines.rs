//! Lines of configuration files.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use crate::{File, Seen};

/// A line that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// from 1
    pub(crate) number: usize,
    pub(crate) text: &'a str,
}

/// The lines of a file that are neither empty nor comments; none of one that cannot be read.
pub(crate) fn said(file: &File) -> impl Iterator<Item = Line<'_>> {
    let text = match &file.text {
        Seen::Known(text) => text.as_str(),
        Seen::Unseen(_) => "",
    };
    let lines = text
        .lines()
        .enumerate()
        .map(|(place, text)| Line { number: place.saturating_add(1), text: text.trim() });
    lines.filter(|line| !line.text.is_empty() && !line.text.starts_with(['#', ';', '!']))
}

/// Whether a line names this address, not only one that it is a part of.
pub(crate) fn names(line: &str, address: IpAddr) -> bool {
    let words = line.split(|sign: char| !(sign.is_ascii_hexdigit() || matches!(sign, '.' | ':')));
    words.map(|word| word.trim_end_matches([':', '.'])).any(|word| word.parse() == Ok(address))
}

/// A command that makes comments of these lines.
pub(crate) fn comment_out(path: &str, lines: impl Iterator<Item = usize>) -> String {
    let mut script = String::new();
    for number in lines {
        let gap = if script.is_empty() { "" } else { ";" };
        script.push_str(&format!("{gap}{number}s/^/# /"));
    }
    format!("sed -i '{script}' {path}")
}
