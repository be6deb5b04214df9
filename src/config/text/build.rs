//! Parser events to the tree.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::EventReceiver;
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span};

use super::insert::{Conflict, Growing, Step};
use super::tree::{Children, Document, Form, Id, Node, Place, ROOT, Text, Value};

/// More values than this are no configuration: four times what 16,000 services of four servers need would not
/// reach it, and the memory of a text made of commas stays bounded.
const MAX_NODES: usize = 1_000_000;
/// Findings of one kind beyond this are not kept.
const MAX_FINDINGS: usize = 1_000;

pub(super) struct Builder<'t> {
    source: Source<'t>,
    tree: Growing<'t>,
    /// keys read since the last value or header
    path: Vec<Step<'t>>,
    header: Place,
    /// the table that the last header opened
    current: Id,
    /// arrays and inline tables around the place read
    open: Vec<Id>,
    pub(super) conflicts: Vec<Conflict>,
    /// scalars that are no values; the structure around them is sound
    pub(super) bad_values: Vec<ParseError>,
    /// the text holds more than [`MAX_NODES`] values
    pub(super) too_many: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: Source<'t>) -> Self {
        let root = Node {
            key: Text::EMPTY,
            key_place: Place { start: 0, end: 0 },
            place: Place { start: 0, end: 0 },
            value: Value::Table { children: Children::EMPTY, form: Form::default() },
            next: super::tree::NONE,
        };
        Self {
            source,
            tree: Growing::new(Document {
                text: source.input(),
                nodes: alloc::vec![root],
                decoded: Vec::new(),
            }),
            path: Vec::new(),
            header: Place { start: 0, end: 0 },
            current: ROOT,
            open: Vec::new(),
            conflicts: Vec::new(),
            bad_values: Vec::new(),
            too_many: false,
        }
    }

    pub(super) fn into_document(self) -> Document<'t> {
        self.tree.document
    }

    fn attach(&mut self, span: Span, value: Value) -> Id {
        let place = place(span);
        if self.tree.document.nodes.len() >= MAX_NODES {
            self.too_many = true;
            self.path.clear();
            return ROOT;
        }
        let base = self.open.last().copied().unwrap_or(self.current);
        if self.is_array(base) {
            return self.tree.push(base, place, value);
        }
        let container = empty_container(value);
        let inserted = self.tree.insert(base, &self.path, place, value);
        self.path.clear();
        match inserted {
            Ok(id) => id,
            Err(conflict) => {
                self.conflict(conflict);
                self.tree.orphan(place, container)
            }
        }
    }

    fn is_array(&self, id: Id) -> bool {
        matches!(self.tree.document.node(id), Some(Node { value: Value::Array { .. }, .. }))
    }

    fn header_closed(&mut self, end: Span, of_array: bool) {
        let place = Place { start: self.header.start, end: place(end).end };
        if self.tree.document.nodes.len() >= MAX_NODES {
            self.too_many = true;
            return;
        }
        let opened = if of_array {
            self.tree.open_array_table(&self.path, place)
        } else {
            self.tree.open_table(&self.path, place)
        };
        self.path.clear();
        self.current = opened.unwrap_or_else(|conflict| {
            self.conflict(conflict);
            self.tree.orphan(place, Value::Table { children: Children::EMPTY, form: Form::default() })
        });
    }

    fn header_opened(&mut self, span: Span) {
        self.path.clear();
        self.open.clear();
        self.header = place(span);
    }

    fn closed(&mut self, span: Span) {
        if let Some(node) = self.open.pop().and_then(|id| self.tree.document.node_mut(id)) {
            node.place.end = place(span).end;
        }
    }

    fn conflict(&mut self, conflict: Conflict) {
        if self.conflicts.len() < MAX_FINDINGS {
            self.conflicts.push(conflict);
        }
    }
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_opened(span);
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_closed(span, false);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_opened(span);
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_closed(span, true);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let form = Form { inline: true, ..Form::default() };
        let id = self.attach(span, Value::Table { children: Children::EMPTY, form });
        self.open.push(id);
        true
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.closed(span);
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let id = self.attach(span, Value::Array { children: Children::EMPTY, of_tables: false });
        self.open.push(id);
        true
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.closed(span);
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let mut key = Cow::Borrowed("");
        if let Some(raw) = self.source.get(span) {
            Raw::new_unchecked(raw.as_str(), encoding, span).decode_key(&mut key, error);
        }
        self.path.push(Step { key, place: place(span) });
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let value = self.decode(span, encoding);
        self.attach(span, value);
    }

    fn newline(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.path.clear();
    }
}

impl Builder<'_> {
    fn decode(&mut self, span: Span, encoding: Option<Encoding>) -> Value {
        let Some(raw) = self.source.get(span) else { return Value::Bad };
        let mut text = Cow::Borrowed("");
        let mut first = None;
        let mut sink = |error: ParseError| {
            first.get_or_insert(error);
        };
        let kind = Raw::new_unchecked(raw.as_str(), encoding, span).decode_scalar(&mut text, &mut sink);
        if let Some(error) = first {
            if self.bad_values.len() < MAX_FINDINGS {
                self.bad_values.push(error);
            }
            return Value::Bad;
        }
        match kind {
            ScalarKind::String => Value::String(self.tree.document.keep(text)),
            ScalarKind::Integer(radix) => {
                let radix = u8::try_from(radix.value()).unwrap_or(10);
                Value::Integer(self.tree.document.keep(text), radix)
            }
            ScalarKind::Float => Value::Float,
            ScalarKind::Boolean(value) => Value::Boolean(value),
            ScalarKind::DateTime => Value::Datetime,
        }
    }
}

/// What takes the content of a value that found no place of its own.
fn empty_container(value: Value) -> Value {
    match value {
        Value::Table { form, .. } => Value::Table { children: Children::EMPTY, form },
        Value::Array { of_tables, .. } => Value::Array { children: Children::EMPTY, of_tables },
        Value::String(_)
        | Value::Integer(..)
        | Value::Float
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Bad => Value::Bad,
    }
}

fn place(span: Span) -> Place {
    Place {
        start: u32::try_from(span.start()).unwrap_or(u32::MAX),
        end: u32::try_from(span.end()).unwrap_or(u32::MAX),
    }
}
