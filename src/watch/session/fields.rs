//! Lines as fields, up to the empty line that ends an event.

use alloc::vec::Vec;
use core::mem;

use crate::Broken;

/// Longest data of one event, in bytes
const LONGEST_DATA: usize = 1 << 20;

/// The fields of one event so far.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) kind: Kind,
    /// the lines of its data with LF between; none: it has no such field
    pub(super) data: Option<Vec<u8>>,
}

/// The events that mean something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// not named
    #[default]
    None,
    Hello,
    State,
    Heartbeat,
    /// of a later version
    Unknown,
}

impl Fields {
    /// Returns all fields of an event at its end. Comments, other fields and empty lines without an event are passed over.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<Option<Self>, Broken> {
        if line.is_empty() {
            let whole = mem::take(self);
            let is_event = whole.kind != Kind::None || whole.data.is_some();
            return Ok(is_event.then_some(whole));
        }
        match field(line) {
            (b"event", value) => self.kind = kind(value),
            (b"data", value) => self.add_data(value)?,
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &[u8]) -> Result<(), Broken> {
        let is_first = self.data.is_none();
        let data = self.data.get_or_insert_default();
        if data.len().saturating_add(1).saturating_add(value.len()) > LONGEST_DATA {
            return Err(Broken::LongEvent);
        }
        if !is_first {
            data.push(b'\n');
        }
        data.extend_from_slice(value);
        Ok(())
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.data.as_ref().map_or(0, Vec::capacity)
    }
}

/// A comment has an empty name. One space behind the colon belongs to it.
fn field(line: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (name, value.strip_prefix(b" ").unwrap_or(value))
}

fn kind(value: &[u8]) -> Kind {
    match value {
        b"hello" => Kind::Hello,
        b"state" => Kind::State,
        b"heartbeat" => Kind::Heartbeat,
        _ => Kind::Unknown,
    }
}
