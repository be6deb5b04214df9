//! The tree: nodes in one vector, children as linked lists.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

/// Index of a node.
pub(super) type Id = u32;
/// No node.
pub(super) const NONE: Id = Id::MAX;
/// The root table, always there.
pub(super) const ROOT: Id = 0;

/// A range of bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    pub(super) fn range(self) -> Range<usize> {
        // texts are at most `parse::MAX_TEXT` long, and usize has at least 32 bits wherever this runs
        usize::try_from(self.start).unwrap_or(usize::MAX)..usize::try_from(self.end).unwrap_or(usize::MAX)
    }
}

/// Children of a table or an array, in the text's order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Children {
    pub(super) first: Id,
    pub(super) last: Id,
    pub(super) count: u32,
}

impl Children {
    pub(super) const EMPTY: Self = Self { first: NONE, last: NONE, count: 0 };
}

/// How a table came to be, which decides whether it may be extended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Form {
    /// only named on the way to another one
    pub(super) implicit: bool,
    /// named by a dotted key
    pub(super) dotted: bool,
    /// written as `{ … }`
    pub(super) inline: bool,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    String(Cow<'t, str>),
    /// digits with sign, without radix prefix and underscores
    Integer(Cow<'t, str>, u32),
    Float,
    Boolean(bool),
    Datetime,
    Array {
        children: Children,
        /// made by `[[…]]` headers
        of_tables: bool,
    },
    Table {
        children: Children,
        form: Form,
    },
    /// not a value, and reported already
    Bad,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    /// an element of an array has the array's
    pub(super) key: Cow<'t, str>,
    pub(super) key_place: Place,
    pub(super) place: Place,
    pub(super) value: Value<'t>,
    pub(super) next: Id,
}

/// A parsed text.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    pub(super) nodes: Vec<Node<'t>>,
}

impl<'t> Document<'t> {
    pub(crate) fn root(&'t self) -> Entry<'t> {
        Entry { document: self, id: ROOT }
    }

    pub(super) fn node(&self, id: Id) -> Option<&Node<'t>> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    pub(super) fn node_mut(&mut self, id: Id) -> Option<&mut Node<'t>> {
        self.nodes.get_mut(usize::try_from(id).ok()?)
    }
}

/// A value in the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'d> {
    document: &'d Document<'d>,
    id: Id,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'d> {
    String(&'d str),
    Integer {
        digits: &'d str,
        radix: u32,
    },
    Float,
    Boolean(bool),
    Datetime,
    Array,
    Table,
    /// reported already
    Bad,
}

impl<'d> Entry<'d> {
    pub(crate) fn kind(self) -> Kind<'d> {
        let Some(node) = self.node() else { return Kind::Bad };
        match &node.value {
            Value::String(text) => Kind::String(text),
            Value::Integer(digits, radix) => Kind::Integer { digits, radix: *radix },
            Value::Float => Kind::Float,
            Value::Boolean(value) => Kind::Boolean(*value),
            Value::Datetime => Kind::Datetime,
            Value::Array { .. } => Kind::Array,
            Value::Table { .. } => Kind::Table,
            Value::Bad => Kind::Bad,
        }
    }

    /// Where the value is written; a table made by a header: the header.
    pub(crate) fn place(self) -> Range<usize> {
        self.node().map_or(0..0, |node| node.place.range())
    }

    /// The key; for an element of an array the array's.
    pub(crate) fn key(self) -> &'d str {
        self.node().map_or("", |node| &node.key)
    }

    pub(crate) fn key_place(self) -> Range<usize> {
        self.node().map_or(0..0, |node| node.key_place.range())
    }

    /// The values of a table or an array, in the text's order; none for anything else.
    pub(crate) fn children(self) -> impl Iterator<Item = Entry<'d>> {
        let first = match self.node().map(|node| &node.value) {
            Some(Value::Array { children, .. } | Value::Table { children, .. }) => children.first,
            Some(
                Value::String(_)
                | Value::Integer(..)
                | Value::Float
                | Value::Boolean(_)
                | Value::Datetime
                | Value::Bad,
            )
            | None => NONE,
        };
        let document = self.document;
        core::iter::successors(document.at(first), move |entry| document.at(entry.node()?.next))
    }

    fn node(self) -> Option<&'d Node<'d>> {
        self.document.node(self.id)
    }
}

impl<'d> Document<'d> {
    fn at(&'d self, id: Id) -> Option<Entry<'d>> {
        (id != NONE).then_some(Entry { document: self, id })
    }
}

impl Entry<'_> {
    /// `[]`.
    pub(crate) fn is_empty_list(self) -> bool {
        self.kind() == Kind::Array && self.children().next().is_none()
    }
}
