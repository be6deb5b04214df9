//! `match`, `not_match`, `match_offset`: what the body of an answer must or must not have.

use alloc::string::String;

use health::BodyMatch;
use regex::bytes::RegexBuilder;

use crate::read::{Report, Table};
use crate::text::Entry;

/// What an expression may take compiled: many times what a check needs.
const MOST_COMPILED: usize = 1 << 20;
const MOST_WRITTEN: usize = 4_096;

/// Something is wrong, and reported.
pub(super) struct Refused;

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Result<Option<BodyMatch>, Refused> {
    let (entry, wanted) = match (table.get("match"), table.get("not_match")) {
        (Some(entry), None) => (entry, true),
        (None, Some(entry)) => (entry, false),
        (None, None) => {
            tell_alone(table, report);
            return Ok(None);
        }
        (Some(_), Some(not)) => {
            report
                .error(not.key_place(), "a check has a `match` or a `not_match`, not both")
                .help("leave one of the two away, or write two checks: `check = [{ … }, { … }]`");
            return Err(Refused);
        }
    };
    let offsets = match table.get("match_offset") {
        Some(entry) => offsets(entry, report),
        None => Some((None, None)),
    };
    let regex = expression(entry, report).ok_or(Refused)?;
    let (min_offset, max_offset) = offsets.ok_or(Refused)?;
    Ok(Some(BodyMatch { regex, wanted, min_offset, max_offset }))
}

fn tell_alone(table: Table<'_>, report: &mut Report<'_>) {
    if let Some(entry) = table.get("match_offset") {
        report
            .error(entry.key_place(), "`match_offset` without `match` or `not_match`")
            .help("add `match = \"…\"`, or leave it away");
    }
}

fn expression(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = entry.string("match = \"status: ok\"", report)?;
    let (wrong, help) = if text.is_empty() {
        (String::from("is empty"), "write what is looked for, or leave it away")
    } else if text.len() > MOST_WRITTEN {
        (alloc::format!("is longer than {MOST_WRITTEN} bytes"), "write a shorter one")
    } else {
        match RegexBuilder::new(text).size_limit(MOST_COMPILED).build() {
            Ok(_) => return Some(String::from(text)),
            Err(regex::Error::CompiledTooBig(_)) => {
                (String::from("is too large"), "write smaller repetitions: `{1000}` is a thousand copies")
            }
            Err(error) => (
                alloc::format!("is not valid: {}", reason(&error)),
                "write it as the regex crate has it: no look-around, no back-references; a single-quoted string keeps \\ as it is",
            ),
        }
    };
    report.error(entry.place(), format_args!("the expression of `{}` {wrong}", entry.key())).help(help);
    None
}

/// The last line of what the regex crate says, which draws the place above it.
fn reason(error: &regex::Error) -> String {
    let text = alloc::format!("{error}");
    let last = text.lines().last().unwrap_or_default();
    String::from(last.strip_prefix("error: ").unwrap_or(last))
}

/// `[min]` or `[min, max]`; from 0 is from the beginning, which is so unless said.
fn offsets(entry: Entry<'_>, report: &mut Report<'_>) -> Option<(Option<u32>, Option<u32>)> {
    let mut ends = entry.list("match_offset = [0, 1024]", report)?;
    let (first, last, more) = (ends.next(), ends.next(), ends.next());
    let mut number = |entry: Entry<'_>| entry.number::<u32>(0..=u32::MAX, report);
    let read = match (first, last, more) {
        (Some(first), None, None) => Some((number(first)?, None)),
        (Some(first), Some(last), None) => Some((number(first)?, Some(number(last)?))),
        _ => None,
    };
    let read = read.filter(|(first, last)| last.is_none_or(|last| *first <= last));
    if read.is_none() {
        report
            .error(entry.place(), "`match_offset` is no range")
            .help("write where a match begins at the earliest and at the latest, in bytes: [0, 1024]");
    }
    let (first, last) = read?;
    Some((Some(first).filter(|first| *first > 0), last))
}
