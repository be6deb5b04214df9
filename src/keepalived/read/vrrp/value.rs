//! Single values: what stands behind a keyword, in range, and nothing behind it.

use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;
use core::time::Duration;

use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// The one value of a keyword; words behind it are reported.
pub(in crate::read) fn value<'a>(line: &'a Line, report: &mut Report) -> Option<&'a Word> {
    let found = line.value(0);
    if found.is_none() {
        let keyword = line.keyword();
        report
            .error(line.place(), format_args!("`{keyword}` has no value"))
            .help(format_args!("write it behind `{keyword}`, or leave the line away"));
    }
    at_most(line, 1, report);
    found
}

/// Reports the words behind the first `most` values.
pub(in crate::read) fn at_most(line: &Line, most: usize, report: &mut Report) {
    let rest = line.values().get(most..).unwrap_or_default();
    let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return };
    if is_slashes(first) {
        return tell_slashes(first, report);
    }
    report
        .error(first.place.to(last.place), format_args!("`{}` has words behind its value", line.keyword()))
        .label(if most == 0 { "it takes none" } else { "one too many" })
        .help("write one statement a line")
        .swallowed("keepalived drops them without a word");
}

/// A comment as C has it.
pub(in crate::read) fn is_slashes(word: &Word) -> bool {
    !word.quoted && word.text().starts_with("//")
}

pub(in crate::read) fn tell_slashes(word: &Word, report: &mut Report) {
    report
        .error(word.place, "`//` begins no comment")
        .label("read as words of the line")
        .help("write `#` in its place")
        .swallowed("keepalived drops the words behind a value")
        .mended("taken as a comment");
}

/// `on`, or what `keyword` alone stands for. None: keepalived would ignore the line.
pub(in crate::read) fn flag(line: &Line, report: &mut Report) -> Option<bool> {
    at_most(line, 1, report);
    let Some(word) = line.value(0) else { return Some(true) };
    if let Some(read) = boolean(word.text()) {
        return Some(read);
    }
    let meant = boolean(&word.text().to_ascii_lowercase());
    let draft = report
        .error(word.place, format_args!("`{}` is neither on nor off", shown(word.text())))
        .help("write `on`, `true` or `yes`, or `off`, `false` or `no`, in small letters")
        .swallowed("keepalived ignores the line");
    match meant {
        Some(meant) => drop(draft.mended(format_args!("taken as `{}`", if meant { "on" } else { "off" }))),
        None => drop(draft),
    }
    meant.filter(|_| report.mode() == crate::Mode::Fix)
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// The whole number of a keyword. None where there is none in `range`: keepalived then does what `otherwise` says.
pub(in crate::read) fn number(
    line: &Line,
    range: RangeInclusive<i64>,
    otherwise: &str,
    report: &mut Report,
) -> Option<i64> {
    number_of(value(line, report)?, line.keyword(), range, otherwise, report)
}

/// The number that a word is.
pub(in crate::read) fn number_of(
    word: &Word,
    what: &str,
    range: RangeInclusive<i64>,
    otherwise: &str,
    report: &mut Report,
) -> Option<i64> {
    let text = word.text();
    if let Some(read) = text.parse::<i64>().ok().filter(|read| range.contains(read)) {
        return Some(read);
    }
    let (first, last) = (range.start(), range.end());
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    let begins = text.get(..digits).and_then(|begin| begin.parse::<i64>().ok());
    let begins = begins.filter(|begin| digits < text.len() && range.contains(begin));
    let swallowed = match begins {
        Some(begin) => format!("keepalived takes {begin}"),
        None => String::from(otherwise),
    };
    let draft = report
        .error(word.place, format_args!("`{what}` takes a number from {first} to {last}"))
        .label(format_args!("`{}` is none", shown(text)))
        .help(format_args!("write a number from {first} to {last}"));
    if !swallowed.is_empty() {
        drop(draft.swallowed(swallowed));
    }
    begins
}

/// The time of a keyword: seconds with up to six decimals, in whole milliseconds.
pub(in crate::read) fn seconds(
    line: &Line,
    range: RangeInclusive<Duration>,
    otherwise: &str,
    report: &mut Report,
) -> Option<Duration> {
    let word = value(line, report)?;
    if let Some(read) = parse_seconds(word.text()).filter(|read| range.contains(read)) {
        return Some(read);
    }
    let (first, last) = (range.start().as_secs_f64(), range.end().as_secs_f64());
    let draft = report
        .error(word.place, format_args!("`{}` takes seconds, from {first} to {last}", line.keyword()))
        .label(format_args!("`{}` is not", shown(word.text())))
        .help("write a number without a unit, as in `1` or `0.5`");
    if !otherwise.is_empty() {
        drop(draft.swallowed(otherwise));
    }
    None
}

/// `2.71828` in whole milliseconds, rounded up: no time becomes zero that is not.
pub(in crate::read) fn parse_seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u32>().ok()? };
    let padded = format!("{fraction:0<6}");
    let micros = padded.get(..6)?.parse::<u64>().ok()?;
    Some(Duration::from_secs(u64::from(whole)) + Duration::from_millis(micros.div_ceil(1000)))
}

/// The beginning of a text, where it may be long.
pub(in crate::read) fn shown(text: &str) -> &str {
    match text.char_indices().nth(60) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A name of something, as `director.toml` takes it: 1 to 64 characters, none of them invisible, no quotation mark.
pub(in crate::read) fn name(word: &Word, what: &str, report: &mut Report) -> Option<String> {
    let text = word.text();
    let wrong = match text.chars().count() {
        0 => "is empty",
        65.. => "is longer than 64 characters",
        _ if text.chars().any(char::is_control) => "has a control character in it",
        _ if text.contains('"') => "has a quotation mark in it",
        _ => return Some(String::from(text)),
    };
    report
        .error(word.place, format_args!("the name of the {what} {wrong}"))
        .help("write 1 to 64 characters, such as `VI_1`");
    None
}

/// The name of a block that cannot be without: `vrrp_instance NAME {`.
pub(in crate::read) fn block_name(line: &Line, report: &mut Report) -> Option<String> {
    let keyword = line.keyword();
    let Some(word) = line.value(0).filter(|_| line.values().len() == 1) else {
        let place: Place = line.words_place();
        report
            .error(place, format_args!("`{keyword}` takes one name"))
            .help(format_args!("write `{keyword} NAME {{`"))
            .swallowed("keepalived skips the block");
        return None;
    };
    name(word, keyword, report)
}
