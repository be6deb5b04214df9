//! Where a key may go: the rules of TOML about tables that are extended or defined twice.

use alloc::borrow::{Cow, ToOwned};
use alloc::collections::BTreeMap;
use core::ops::Range;

use super::tree::{Children, Document, Form, Id, NONE, Node, Place, Text, Value};

/// A table longer than this gets an index, so that a lookup stays logarithmic.
const INDEXED_FROM: u32 = 24;

/// Keys of the tables that are too long for a search along the list.
pub(super) type Index<'t> = BTreeMap<Id, BTreeMap<Cow<'t, str>, Id>>;

/// A key of a path, with its place.
#[derive(Clone, Debug)]
pub(super) struct Step<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) place: Place,
}

/// Two parts of the text that want the same key.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    pub(super) key: alloc::string::String,
    pub(super) place: Range<usize>,
    pub(super) first: Option<Range<usize>>,
    /// what the key is already, where it is not a plain repetition
    pub(super) is_already: Option<&'static str>,
}

impl Conflict {
    fn new(step: &Step<'_>, first: Option<Place>, is_already: Option<&'static str>) -> Self {
        Self {
            key: step.key.clone().into_owned(),
            place: step.place.range(),
            first: first.map(Place::range),
            is_already,
        }
    }
}

/// The tree while it grows.
pub(super) struct Growing<'t> {
    pub(super) document: Document<'t>,
    index: Index<'t>,
}

impl<'t> Growing<'t> {
    pub(super) fn new(document: Document<'t>) -> Self {
        Self { document, index: BTreeMap::new() }
    }

    /// The table that `[header]` opens.
    pub(super) fn open_table(&mut self, path: &[Step<'t>], place: Place) -> Result<Id, Conflict> {
        let Some((last, parents)) = path.split_last() else { return Ok(super::tree::ROOT) };
        let parent = self.descend(super::tree::ROOT, parents, false)?;
        let Some(found) = self.find(parent, &last.key) else {
            return Ok(self.append(parent, Some(last), place, table(Form::default())));
        };
        match self.document.node_mut(found) {
            Some(Node { value: Value::Table { form, .. }, place: found_place, .. })
                if form.implicit && !form.dotted =>
            {
                *form = Form::default();
                *found_place = place;
                Ok(found)
            }
            other => Err(Conflict::new(last, other.map(|node| node.key_place), None)),
        }
    }

    /// The table that `[[header]]` opens.
    pub(super) fn open_array_table(&mut self, path: &[Step<'t>], place: Place) -> Result<Id, Conflict> {
        let Some((last, parents)) = path.split_last() else { return Ok(super::tree::ROOT) };
        let parent = self.descend(super::tree::ROOT, parents, false)?;
        let array = match self.find(parent, &last.key) {
            None => {
                let empty = Value::Array { children: Children::EMPTY, of_tables: true };
                self.append(parent, Some(last), place, empty)
            }
            Some(found) => match self.document.node(found) {
                Some(Node { value: Value::Array { of_tables: true, .. }, .. }) => found,
                other => return Err(Conflict::new(last, other.map(|node| node.key_place), None)),
            },
        };
        Ok(self.append(array, None, place, table(Form::default())))
    }

    /// Puts `path = value` below a table.
    pub(super) fn insert(
        &mut self,
        base: Id,
        path: &[Step<'t>],
        place: Place,
        value: Value,
    ) -> Result<Id, Conflict> {
        let Some((last, parents)) = path.split_last() else { return Ok(self.orphan(place, value)) };
        let parent = self.descend(base, parents, true)?;
        if !parents.is_empty() && !self.form(parent).is_some_and(|form| form.implicit) {
            return Err(Conflict::new(last, None, None));
        }
        if self.form(parent).is_some_and(|form| form.inline && form.dotted == parents.is_empty()) {
            return Err(Conflict::new(last, None, None));
        }
        match self.find(parent, &last.key) {
            None => Ok(self.append(parent, Some(last), place, value)),
            Some(found) => {
                Err(Conflict::new(last, self.document.node(found).map(|node| node.key_place), None))
            }
        }
    }

    /// Puts a value at the end of an array.
    pub(super) fn push(&mut self, array: Id, place: Place, value: Value) -> Id {
        self.append(array, None, place, value)
    }

    /// A node that hangs nowhere: what stands in it is read and forgotten.
    pub(super) fn orphan(&mut self, place: Place, value: Value) -> Id {
        let id = Id::try_from(self.document.nodes.len()).unwrap_or(NONE);
        self.document.nodes.push(Node { key: Text::EMPTY, key_place: place, place, value, next: NONE });
        id
    }

    fn descend(&mut self, base: Id, path: &[Step<'t>], dotted: bool) -> Result<Id, Conflict> {
        path.iter().try_fold(base, |table, step| self.step(table, step, dotted))
    }

    fn step(&mut self, parent: Id, step: &Step<'t>, dotted: bool) -> Result<Id, Conflict> {
        let Some(found) = self.find(parent, &step.key) else {
            let inline = dotted && self.form(parent).is_some_and(|form| form.inline);
            let form = Form { implicit: true, dotted, inline };
            return Ok(self.append(parent, Some(step), step.place, table(form)));
        };
        let Some(node) = self.document.node_mut(found) else { return Ok(found) };
        let first = node.key_place;
        let already = |what| Conflict::new(step, Some(first), Some(what));
        match &mut node.value {
            Value::Array { of_tables: true, children } => Ok(children.last),
            Value::Table { form, .. } if form.inline && !(dotted && form.implicit) => {
                Err(already("an inline table"))
            }
            Value::Table { form, .. } if dotted && !form.implicit => {
                Err(Conflict::new(step, Some(first), None))
            }
            Value::Table { form, .. } => {
                form.dotted |= dotted;
                Ok(found)
            }
            Value::String(_) => Err(already("a string")),
            Value::Integer(..) => Err(already("a number")),
            Value::Float => Err(already("a number with a fraction")),
            Value::Boolean(_) => Err(already("true or false")),
            Value::Datetime => Err(already("a date")),
            Value::Array { .. } => Err(already("a list")),
            Value::Bad => Err(already("something else")),
        }
    }

    fn find(&self, parent: Id, key: &str) -> Option<Id> {
        if let Some(keys) = self.index.get(&parent) {
            return keys.get(key).copied();
        }
        let mut at = self.children(parent)?.first;
        while let Some(node) = self.document.node(at) {
            if self.document.str(node.key) == key {
                return Some(at);
            }
            at = node.next;
        }
        None
    }

    fn append(&mut self, parent: Id, step: Option<&Step<'t>>, place: Place, value: Value) -> Id {
        let id = self.orphan(place, value);
        let key = match step {
            Some(step) => Some((self.document.keep(step.key.clone()), step.place)),
            // an element is spoken of by the name of its array
            None => self.document.node(parent).map(|array| (array.key, place)),
        };
        if let (Some((key, key_place)), Some(node)) = (key, self.document.node_mut(id)) {
            node.key = key;
            node.key_place = key_place;
        }
        let Some(count) = self.link(parent, id) else { return id };
        if let Some(step) = step {
            self.note(parent, count, step, id);
        }
        id
    }

    fn link(&mut self, parent: Id, id: Id) -> Option<u32> {
        let (Value::Table { children, .. } | Value::Array { children, .. }) =
            &mut self.document.node_mut(parent)?.value
        else {
            return None;
        };
        let last = children.last;
        children.last = id;
        children.count = children.count.saturating_add(1);
        if children.first == NONE {
            children.first = id;
        }
        let count = children.count;
        if let Some(last) = self.document.node_mut(last) {
            last.next = id;
        }
        Some(count)
    }

    fn note(&mut self, parent: Id, count: u32, step: &Step<'t>, id: Id) {
        if count == INDEXED_FROM {
            let keys = self.list(parent);
            self.index.insert(parent, keys);
        } else if let Some(keys) = self.index.get_mut(&parent) {
            keys.insert(step.key.clone(), id);
        }
    }

    fn list(&self, parent: Id) -> BTreeMap<Cow<'t, str>, Id> {
        let mut keys = BTreeMap::new();
        let mut at = self.children(parent).map_or(NONE, |children| children.first);
        while let Some(node) = self.document.node(at) {
            keys.insert(Cow::Owned(self.document.str(node.key).to_owned()), at);
            at = node.next;
        }
        keys
    }

    fn children(&self, id: Id) -> Option<Children> {
        match &self.document.node(id)?.value {
            Value::Table { children, .. } | Value::Array { children, .. } => Some(*children),
            Value::String(_)
            | Value::Integer(..)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime
            | Value::Bad => None,
        }
    }

    fn form(&self, id: Id) -> Option<Form> {
        match &self.document.node(id)?.value {
            Value::Table { form, .. } => Some(*form),
            Value::String(_)
            | Value::Integer(..)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime
            | Value::Array { .. }
            | Value::Bad => None,
        }
    }
}

fn table(form: Form) -> Value {
    Value::Table { children: Children::EMPTY, form }
}
