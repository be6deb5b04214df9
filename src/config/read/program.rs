//! Programs and files of this machine: a full path, and arguments.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::read::{Report, Table, shown};
use crate::text::{Entry, Kind};

/// A full path, or a list of it and its arguments.
pub(crate) fn command(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    if let Kind::String(text) = entry.kind() {
        refuse_arguments(entry, text, report)?;
        return path(entry, report).map(|path| vec![String::from(path)]);
    }
    let Kind::Array = entry.kind() else {
        entry
            .mismatch("a program", report)
            .help("write its full path, \"/path\", or a list with its arguments, [\"/path\", \"argument\"]");
        return None;
    };
    let mut words = entry.children();
    let Some(program) = words.next() else {
        report
            .error(entry.place(), format_args!("`{}` is empty", entry.key()))
            .help("write the full path of a program, or leave it away");
        return None;
    };
    let mut all = vec![String::from(path(program, report)?)];
    for word in words {
        all.push(String::from(argument(word, report)?));
    }
    Some(all)
}

/// `"/path argument"`: nothing is split at spaces, and no shell is asked.
fn refuse_arguments(entry: Entry<'_>, text: &str, report: &mut Report<'_>) -> Option<()> {
    if !text.contains(char::is_whitespace) {
        return Some(());
    }
    let words: Vec<String> = text
        .split_whitespace()
        .take(8)
        .map(|word| alloc::format!("{}", crate::print::Quoted(shown(word))))
        .collect();
    report
        .error(entry.place(), format_args!("`{}` is the path of a program, without arguments", entry.key()))
        .label("there is a space in it")
        .help(format_args!("write a list: [{}]", words.join(", ")));
    None
}

/// A full path.
pub(crate) fn path<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<&'d str> {
    let path = argument(entry, report)?;
    if path.starts_with('/') && !path.ends_with('/') {
        return Some(path);
    }
    report
        .error(entry.place(), format_args!("\"{}\" is no full path", shown(path)))
        .label("does not begin with `/`, or ends with it")
        .help("write the path from the root, as in \"/etc/name\"");
    None
}

/// Reports a certificate without its key, or the other way round.
pub(crate) fn both_or_none(table: Table<'_>, report: &mut Report<'_>) {
    let (alone, other) = match (table.get("certificate"), table.get("key")) {
        (Some(alone), None) => (alone, "key"),
        (None, Some(alone)) => (alone, "certificate"),
        (None, None) | (Some(_), Some(_)) => return,
    };
    report
        .error(alone.key_place(), format_args!("`{}` without `{other}`", alone.key()))
        .label("a certificate is shown together with its key")
        .help(format_args!("add `{other} = \"/path/{other}.pem\"`, or leave it away"));
}

/// What a program can be given.
fn argument<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<&'d str> {
    let text = entry.string("\"/path\"", report)?;
    if text.contains('\0') {
        report
            .error(entry.place(), format_args!("`{}` has a NUL byte in it", entry.key()))
            .help("leave it away: no path or argument has one");
        return None;
    }
    Some(text)
}
