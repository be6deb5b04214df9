//! Lines of configuration files, and how to change them.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use crate::{File, Seen};

/// Characters of a line that are shown.
const MOST_SHOWN: usize = 80;

/// A line that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// from 1
    pub(crate) number: usize,
    pub(crate) text: &'a str,
}

/// Every line of a file, as it stands there; none of one that cannot be read.
pub(crate) fn lines(file: &File) -> impl Iterator<Item = Line<'_>> {
    let text = match &file.text {
        Seen::Known(text) => text.as_str(),
        Seen::Unseen(_) => "",
    };
    text.lines().enumerate().map(|(place, text)| Line { number: place.saturating_add(1), text })
}

/// The lines that are neither empty nor comments, without the blanks around them.
pub(crate) fn said(file: &File) -> impl Iterator<Item = Line<'_>> {
    let trimmed = lines(file).map(|line| Line { text: line.text.trim(), ..line });
    trimmed.filter(|line| !line.text.is_empty() && !line.text.starts_with(['#', ';', '!']))
}

/// Whether a line names this address, not only one that it is a part of.
pub(crate) fn names(line: &str, address: IpAddr) -> bool {
    addresses(line).any(|found| found == address)
}

/// The addresses that a line names, in their order.
pub(crate) fn addresses(line: &str) -> impl Iterator<Item = IpAddr> {
    let words = line.split(|sign: char| !(sign.is_ascii_hexdigit() || matches!(sign, '.' | ':')));
    words.filter_map(|word| word.trim_end_matches([':', '.']).parse().ok())
}

/// A command that makes comments of these lines. Only for lines that the rest of the file can do without.
pub(crate) fn comment_out(path: &str, lines: impl Iterator<Item = usize>) -> String {
    put_before(path, "# ", lines)
}

/// A command that puts these signs, none of them `/` or `'`, before these lines.
pub(crate) fn put_before(path: &str, signs: &str, lines: impl Iterator<Item = usize>) -> String {
    let mut script = String::new();
    for number in lines {
        let gap = if script.is_empty() { "" } else { ";" };
        script.push_str(&format!("{gap}{number}s/^/{signs}/"));
    }
    // a link stays one: what it leads to is edited
    format!("sed -i --follow-symlinks '{script}' {}", quoted(path))
}

/// What to do by hand to a line for which no command is safe.
pub(crate) fn edit(path: &str, number: usize, what: &str, text: &str) -> String {
    format!("# edit {}, line {number}: {what}: {}", shown(path), shown(text))
}

/// The beginning of a line, without what a terminal would obey.
pub(crate) fn shown(text: &str) -> String {
    let clean = text.trim().chars().map(|sign| if sign.is_control() { '?' } else { sign });
    clean.take(MOST_SHOWN).collect()
}

/// As one word of a shell.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "_./:@%+=,-".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
