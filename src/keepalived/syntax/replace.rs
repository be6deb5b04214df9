//! `$NAME` and `${NAME}` in a line.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

use super::define::{Definition, Definitions, name_length};
use super::text::{BLANKS, Buffer};
use crate::source::Place;

/// Longest line that replacing may make, in bytes; keepalived's own limit is 1024.
const LONGEST: usize = super::file::LONGEST;
/// Most replacements in one line.
const MOST: usize = 1000;

/// A `$NAME` in a text; ranges are bytes of it.
pub(super) struct Use<'t> {
    pub(super) name: &'t str,
    /// what stands between name and `}`, of `${_RANDOM 1 6}`
    numbers: &'t str,
    pub(super) range: Range<usize>,
    pub(super) braces: bool,
    /// nothing stands behind it
    last: bool,
    /// without braces a blank, a comma, a `)` or the end must stand behind it
    pub(super) ended: bool,
}

/// What happened to a line.
#[derive(Default)]
pub(super) struct Replaced {
    pub(super) any: bool,
    /// bytes that were moved
    pub(super) work: usize,
    /// what follows the line: the other lines of a definition, from a byte on, and the place of its use
    pub(super) more: Vec<(Rc<str>, usize, Place)>,
    /// where it would not end: the bytes of the use that was not replaced
    pub(super) endless: Option<Range<usize>>,
}

/// Replaces all it can, also in what it put in.
pub(super) fn replace(buffer: &mut Buffer, definitions: &mut Definitions<'_>, folder: &str) -> Replaced {
    let mut replaced = Replaced::default();
    let (mut at, mut count) = (0, 0);
    while let Some(found) = next_use(buffer.as_str(), at) {
        let range = found.range.clone();
        let known = if found.ended { definitions.get(found.name, found.numbers, folder) } else { None };
        let Some(definition) = known.filter(|known| !known.long || found.last) else {
            at = range.start + 1;
            continue;
        };
        let first = first_line(&definition);
        count += 1;
        replaced.work += buffer.as_str().len();
        if count > MOST || buffer.as_str().len() + first.len() > LONGEST {
            replaced.endless = Some(range);
            break;
        }
        let place = buffer.place_of(range.clone());
        buffer.replace(range.clone(), first);
        replaced.any = true;
        at = range.start;
        if definition.long {
            replaced.more.push((Rc::clone(&definition.value), first.len() + 1, place));
        }
        if first.trim_start_matches(BLANKS).starts_with('~') {
            break;
        }
    }
    replaced
}

/// The next use of a name at or behind a byte.
pub(super) fn next_use(text: &str, from: usize) -> Option<Use<'_>> {
    let mut from = from;
    loop {
        let at = from + text.get(from..)?.find('$')?;
        if let Some(found) = use_at(text, at) {
            return Some(found);
        }
        from = at + 1;
    }
}

pub(super) fn use_at(text: &str, at: usize) -> Option<Use<'_>> {
    let behind = text.get(at + 1..)?;
    let (braces, named) = behind.strip_prefix('{').map_or((false, behind), |named| (true, named));
    let len = name_length(named)?;
    let (name, rest) = named.split_at_checked(len)?;
    if !braces {
        let ended = rest.is_empty() || rest.starts_with([' ', '\t', ',', ')']);
        let range = at..at + 1 + len;
        return Some(Use { name, numbers: "", range, braces, last: rest.is_empty(), ended });
    }
    let numbers = rest.find(|c: char| c != ' ' && !c.is_ascii_digit()).and_then(|end| rest.get(..end))?;
    rest.get(numbers.len()..)?.starts_with('}').then_some(())?;
    let range = at..at + 2 + len + numbers.len() + 1;
    let last = range.end == text.len();
    Some(Use { name, numbers: numbers.trim(), range, braces, last, ended: true })
}

fn first_line(definition: &Definition) -> &str {
    definition.value.split('\n').next().unwrap_or_default()
}
