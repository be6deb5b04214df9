//! What sections are named, so that others can name them.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::read::{Report, Table, nearest, shown};
use crate::text::{Entry, Kind};

/// Suggestions come from that many names at most: each is compared letter by letter.
const COMPARED: usize = 100;

/// The names of all sections of one kind, also of those that could not be read: a mistake is told once.
pub(super) struct Names<'d> {
    /// `[[vrrp]]`
    section: &'static str,
    names: BTreeSet<&'d str>,
}

impl<'d> Names<'d> {
    /// The names that stand in the sections `key`.
    pub(super) fn of(top: Table<'d>, key: &str, section: &'static str) -> Self {
        let sections = top.get(key).into_iter().flat_map(Entry::children);
        let name = |entry: Entry<'d>| entry.children().find(|child| child.key() == "name");
        let names = sections.filter_map(name).filter_map(|entry| match entry.kind() {
            Kind::String(name) => Some(name),
            Kind::Integer { .. }
            | Kind::Float
            | Kind::Boolean(_)
            | Kind::Datetime
            | Kind::Array
            | Kind::Table
            | Kind::Bad => None,
        });
        Self { section, names: names.collect() }
    }

    /// And names that are not written.
    pub(super) fn and(mut self, names: impl IntoIterator<Item = &'d str>) -> Self {
        self.names.extend(names);
        self
    }

    /// Reports a name that nothing has.
    pub(super) fn check(&self, entry: Entry<'_>, name: &str, report: &mut Report<'_>) -> Option<()> {
        if self.names.contains(name) {
            return Some(());
        }
        let section = self.section;
        let draft =
            report.error(entry.place(), format_args!("there is no {section} named \"{}\"", shown(name)));
        if !draft.is_kept() {
            return None;
        }
        let draft = draft.label("not known");
        if let Some(near) = nearest(name, self.names.iter().copied().take(COMPARED)) {
            draft.help(format_args!("did you mean \"{}\"?", shown(near)));
        } else if self.names.is_empty() {
            draft.help(format_args!("write a {section} section with that `name`"));
        } else {
            let some: Vec<&str> = self.names.iter().copied().take(10).map(shown).collect();
            draft.help(format_args!("there are: {}", some.join(", ")));
        }
        None
    }
}
