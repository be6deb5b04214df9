//! Tables: known keys, and advice about the others.

use crate::read::{Report, nearest};
use crate::rules::LONGEST_PROCESS;
use crate::text::{Entry, Kind};

/// What a table may hold.
pub(crate) struct Keys {
    /// how the table is spoken of: `[[service]]`
    pub(crate) name: &'static str,
    /// every key it knows
    pub(crate) known: &'static [&'static str],
    /// keys that people bring from elsewhere
    pub(crate) foreign: &'static [Foreign],
}

/// A key of another program or of another place, and what is written instead.
pub(crate) struct Foreign {
    pub(crate) key: &'static str,
    pub(crate) help: &'static str,
}

impl Foreign {
    /// Whether the advice is to write `key`.
    fn means(&self, key: &str) -> bool {
        let word = self.help.split('`').skip(1).step_by(2);
        word.map(|code| code.split_once(" =").map_or(code, |(word, _)| word)).any(|word| word == key)
    }
}

/// A table whose unknown keys are reported.
#[derive(Clone, Copy)]
pub(crate) struct Table<'d> {
    entry: Entry<'d>,
    known: &'static [&'static str],
    foreign: &'static [Foreign],
}

impl<'d> Table<'d> {
    /// Reports what is no table, and every unknown key.
    pub(crate) fn open(entry: Entry<'d>, keys: &Keys, report: &mut Report<'_>) -> Option<Self> {
        match entry.kind() {
            Kind::Table => {}
            Kind::Bad => return None,
            Kind::Array if entry.children().all(|one| one.kind() == Kind::Table) => {
                report
                    .error(entry.place(), format_args!("{} is one table, not a list of them", keys.name))
                    .help(format_args!("write {}", keys.name));
                return None;
            }
            Kind::String(_)
            | Kind::Integer { .. }
            | Kind::Float
            | Kind::Boolean(_)
            | Kind::Datetime
            | Kind::Array => {
                entry.mismatch("a table", report).help("write `{ key = value }`, or a section of its own");
                return None;
            }
        }
        for child in entry.children().filter(|child| !keys.known.contains(&child.key())) {
            unknown(child, keys, report);
        }
        Some(Self { entry, known: keys.known, foreign: keys.foreign })
    }

    pub(crate) fn get(self, key: &str) -> Option<Entry<'d>> {
        self.entry.children().find(|child| child.key() == key)
    }

    /// A key without which the table means nothing.
    pub(crate) fn require(
        self,
        key: &str,
        name: &str,
        help: &str,
        report: &mut Report<'_>,
    ) -> Option<Entry<'d>> {
        let found = self.get(key);
        if found.is_none() && !self.misspells(key) {
            report
                .error(self.entry.place(), format_args!("{name} has no `{key}`"))
                .label(format_args!("`{key}` is missing"))
                .help(help);
        }
        found
    }

    /// An unknown key was meant to be this one, and says so already.
    fn misspells(self, key: &str) -> bool {
        self.entry.children().map(Entry::key).filter(|word| !self.known.contains(word)).any(|word| match self
            .foreign
            .iter()
            .find(|foreign| foreign.key == word)
        {
            Some(foreign) => foreign.means(key),
            None => nearest(word, self.known.iter().copied()) == Some(key),
        })
    }

    /// The elements of `[[key]]`; none where it is missing.
    pub(crate) fn tables(
        self,
        key: &str,
        name: &str,
        report: &mut Report<'_>,
    ) -> impl Iterator<Item = Entry<'d>> {
        let entry = self.get(key);
        if let Some(wrong) = entry.filter(|entry| !matches!(entry.kind(), Kind::Array | Kind::Bad)) {
            report
                .error(wrong.place(), format_args!("`{key}` is a list of tables, also where it has only one"))
                .help(format_args!("write {name}"));
        }
        entry.into_iter().filter(|entry| entry.kind() == Kind::Array).flat_map(Entry::children)
    }

    /// The header, or the braces.
    pub(crate) fn entry(self) -> Entry<'d> {
        self.entry
    }
}

fn unknown(child: Entry<'_>, keys: &Keys, report: &mut Report<'_>) {
    let key = child.key();
    let draft = report.error(child.key_place(), format_args!("{} has no key `{}`", keys.name, shown(key)));
    if !draft.is_kept() {
        return;
    }
    let draft = draft.label("not known");
    if let Some(foreign) = keys.foreign.iter().find(|foreign| foreign.key == key) {
        draft.help(foreign.help);
    } else if let Some(near) = nearest(key, keys.known.iter().copied()) {
        draft.help(format_args!("did you mean `{near}`?"));
    } else {
        draft.help(format_args!("the keys are {}", Listed(keys.known)));
    }
}

/// The beginning of a text, where it may be long.
pub(crate) fn shown(text: &str) -> &str {
    match text.char_indices().nth(60) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// As much of a process's name as the kernel keeps.
pub(crate) fn beginning(name: &str) -> &str {
    let ends = name.char_indices().map(|(at, one)| at + one.len_utf8());
    let end = ends.take_while(|end| *end <= LONGEST_PROCESS).last();
    name.get(..end.unwrap_or(0)).unwrap_or(name)
}

/// `a, b and c`.
pub(crate) struct Listed<'a>(pub(crate) &'a [&'a str]);

impl core::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let last = self.0.len().saturating_sub(1);
        for (at, word) in self.0.iter().enumerate() {
            let before = match at {
                0 => "",
                _ if at == last => " and ",
                _ => ", ",
            };
            write!(f, "{before}{word}")?;
        }
        Ok(())
    }
}

/// What a key says, where it is there; the outer none: it is there, and wrong.
#[expect(clippy::option_option, reason = "what is not there is told from what could not be read")]
pub(crate) fn optional<'d, T>(
    table: Table<'d>,
    key: &str,
    report: &mut Report<'_>,
    read: impl Fn(Entry<'d>, &mut Report<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match table.get(key) {
        Some(entry) => read(entry, report).map(Some),
        None => Some(None),
    }
}
