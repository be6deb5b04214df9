//! The tree: nodes in one vector, children as linked lists.

use alloc::borrow::Cow;
use alloc::string::String;
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

/// A string: a piece of the text as it stands there, or one that had escapes in it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text {
    Plain(Place),
    /// index into [`Document::decoded`]
    Decoded(u32),
}

impl Text {
    pub(super) const EMPTY: Self = Self::Plain(Place { start: 0, end: 0 });
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

#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    String(Text),
    /// digits with sign, without radix prefix and underscores
    Integer(Text, u8),
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

/// There are about 140,000 at 4,000 services of four servers: they are kept small.
#[derive(Debug)]
pub(super) struct Node {
    /// an element of an array has the array's
    pub(super) key: Text,
    pub(super) key_place: Place,
    pub(super) place: Place,
    pub(super) value: Value,
    pub(super) next: Id,
}

/// A parsed text.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node>,
    /// strings that are not in the text as they are
    pub(super) decoded: Vec<String>,
}

impl<'t> Document<'t> {
    pub(crate) fn root(&'t self) -> Entry<'t> {
        Entry { document: self, id: ROOT }
    }

    pub(super) fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    pub(super) fn str(&self, text: Text) -> &str {
        match text {
            Text::Plain(place) => self.text.get(place.range()).unwrap_or_default(),
            Text::Decoded(at) => {
                usize::try_from(at).ok().and_then(|at| self.decoded.get(at)).map_or("", String::as_str)
            }
        }
    }

    /// Keeps a string that `toml_parser` decoded.
    pub(super) fn keep(&mut self, string: Cow<'_, str>) -> Text {
        if let Cow::Borrowed(part) = string
            && let Some(place) = self.locate(part)
        {
            return Text::Plain(place);
        }
        let at = u32::try_from(self.decoded.len()).unwrap_or(u32::MAX);
        self.decoded.push(string.into_owned());
        Text::Decoded(at)
    }

    /// Where a part of the text stands in it.
    fn locate(&self, part: &str) -> Option<Place> {
        let start = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let end = start.checked_add(part.len())?;
        let inside = self.text.get(start..end)? == part;
        inside.then_some(Place { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    pub(super) fn node_mut(&mut self, id: Id) -> Option<&mut Node> {
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
        match node.value {
            Value::String(text) => Kind::String(self.document.str(text)),
            Value::Integer(digits, radix) => {
                Kind::Integer { digits: self.document.str(digits), radix: u32::from(radix) }
            }
            Value::Float => Kind::Float,
            Value::Boolean(value) => Kind::Boolean(value),
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
        self.node().map_or("", |node| self.document.str(node.key))
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

    fn node(self) -> Option<&'d Node> {
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
