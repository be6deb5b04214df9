//! Expressions that a body must or must not match.

use std::sync::Arc;

use health::BodyMatch;
use regex::bytes::{Regex, RegexBuilder};

use super::body::Found;
use crate::cache::Cache;

/// Compiled expressions that are kept.
const KEPT: usize = 256;
/// Largest compiled expression in bytes.
const SIZE_LIMIT: usize = 1024 * 1024;

static COMPILED: Cache<String, Arc<Regex>> = Cache::new(KEPT);

/// Whether the body is as wanted; the reason if not.
pub(super) fn judge(found: &Found, wanted: &BodyMatch) -> Result<(), String> {
    let regex = compiled(&wanted.regex)?;
    let place = place(&regex, &found.text, wanted);
    match (place, wanted.wanted) {
        (Some(_), true) => Ok(()),
        (None, false) if !found.cut => Ok(()),
        (Some(place), false) => Err(format!("body matches {:?} at byte {place}", wanted.regex)),
        (None, true) => {
            let part = if found.cut { " within its first 256 KiB" } else { "" };
            Err(format!("body does not match {:?}{}{part}", wanted.regex, range(wanted)))
        }
        (None, false) => Err(format!("body larger than 256 KiB: {:?} may match beyond them", wanted.regex)),
    }
}

/// Where the first match begins that begins where it may.
fn place(regex: &Regex, text: &[u8], wanted: &BodyMatch) -> Option<usize> {
    let offset = |offset: Option<u32>| offset.map(|offset| usize::try_from(offset).unwrap_or(usize::MAX));
    let earliest = offset(wanted.min_offset).unwrap_or(0);
    if earliest > text.len() {
        return None;
    }
    let place = regex.find_at(text, earliest)?.start();
    (place <= offset(wanted.max_offset).unwrap_or(usize::MAX)).then_some(place)
}

/// ` from byte 10 to 20`
fn range(wanted: &BodyMatch) -> String {
    match (wanted.min_offset, wanted.max_offset) {
        (None, None) => String::new(),
        (Some(min), None) => format!(" from byte {min} on"),
        (min, Some(max)) => format!(" from byte {} to {max}", min.unwrap_or(0)),
    }
}

fn compiled(text: &str) -> Result<Arc<Regex>, String> {
    if let Some(regex) = COMPILED.get(text) {
        return Ok(regex);
    }
    let made = RegexBuilder::new(text).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).build();
    let regex =
        Arc::new(made.map_err(|error| format!("regular expression {text:?}: {}", last_line(&error)))?);
    COMPILED.put(text.to_owned(), Arc::clone(&regex));
    Ok(regex)
}

/// The message proper; above it stands the expression with a mark.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
