//! One word out of several.

use alloc::vec::Vec;

use crate::read::table::{Listed, shown};
use crate::read::{Report, nearest};
use crate::text::{Entry, Kind};

/// The value of the word that is written.
pub(crate) fn choice<T: Clone>(entry: Entry<'_>, words: &[(&str, T)], report: &mut Report<'_>) -> Option<T> {
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let word = word(entry, &names, report)?;
    words.iter().find(|(name, _)| *name == word).map(|(_, value)| value.clone())
}

/// The word, where it is one of the known.
pub(crate) fn word<'d>(entry: Entry<'d>, names: &[&str], report: &mut Report<'_>) -> Option<&'d str> {
    let word = match entry.kind() {
        Kind::String(word) => word,
        Kind::Bad => return None,
        Kind::Integer { .. }
        | Kind::Float
        | Kind::Boolean(_)
        | Kind::Datetime
        | Kind::Array
        | Kind::Table => {
            entry.mismatch("a word in quotes", report).help(format_args!("there are {}", Listed(names)));
            return None;
        }
    };
    if names.contains(&word) {
        return Some(word);
    }
    let key = entry.key();
    let draft = report.error(entry.place(), format_args!("`{key}` has no value \"{}\"", shown(word)));
    if let Some(same) = names.iter().find(|name| name.eq_ignore_ascii_case(word)) {
        draft.label("in the wrong case").help(format_args!("write \"{same}\": case matters"));
    } else if let Some(near) = nearest(word, names.iter().copied()) {
        draft.label("not known").help(format_args!("did you mean \"{near}\"? there are {}", Listed(names)));
    } else {
        draft.label("not known").help(format_args!("there are {}", Listed(names)));
    }
    None
}
