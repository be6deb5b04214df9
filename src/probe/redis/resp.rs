//! Values on the wire.

use std::fmt;

use crate::dialogue::{Decoded, MOST, quoted};

/// Longest line, in bytes.
const LINE: usize = 4096;
/// Most parts of an array: a master tells of each replica.
const PARTS: usize = 4096;
/// Arrays within arrays.
const DEPTH: usize = 4;

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Simple(Vec<u8>),
    Error(Vec<u8>),
    Integer(i64),
    /// none: null
    Bulk(Option<Vec<u8>>),
    Array(Vec<Value>),
}

impl Value {
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Simple(text) | Self::Bulk(Some(text)) => Some(String::from_utf8_lossy(text).into_owned()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Error(_) | Self::Bulk(None) | Self::Array(_) => None,
        }
    }
}

/// As a reason repeats it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple(text) | Self::Error(text) | Self::Bulk(Some(text)) => f.write_str(&quoted(text)),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Bulk(None) => f.write_str("nothing"),
            Self::Array(parts) => match parts.first() {
                Some(first @ (Self::Simple(_) | Self::Bulk(_) | Self::Integer(_))) => {
                    write!(f, "a list that begins with {first}")
                }
                Some(Self::Error(_) | Self::Array(_)) | None => f.write_str("a list"),
            },
        }
    }
}

/// A command, as an array of its words.
pub(super) fn command(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// The value that the bytes begin with.
pub(super) fn decode(bytes: &[u8]) -> Decoded<Value> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(DEPTH)?;
    Ok(value.map(|value| (value, bytes.len() - reader.rest.len())))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// None, here and below: more bytes are needed.
    fn value(&mut self, depth: usize) -> Result<Option<Value>, String> {
        let Some(line) = self.line()? else { return Ok(None) };
        let Some((kind, rest)) = line.split_first() else { return Err(strange(line)) };
        match kind {
            b'+' => Ok(Some(Value::Simple(rest.to_vec()))),
            b'-' => Ok(Some(Value::Error(rest.to_vec()))),
            b':' => Ok(Some(Value::Integer(number(line, rest)?))),
            b'$' => self.bulk(number(line, rest)?, line),
            b'*' => self.array(number(line, rest)?, line, depth),
            _ => Err(strange(line)),
        }
    }

    fn bulk(&mut self, length: i64, line: &[u8]) -> Result<Option<Value>, String> {
        if length == -1 {
            return Ok(Some(Value::Bulk(None)));
        }
        let length = limited(length, MOST).ok_or_else(|| strange(line))?;
        let Some((text, rest)) = self.rest.split_at_checked(length) else { return Ok(None) };
        let Some((end, rest)) = rest.split_at_checked(2) else { return Ok(None) };
        if end != b"\r\n" {
            return Err(strange(end));
        }
        self.rest = rest;
        Ok(Some(Value::Bulk(Some(text.to_vec()))))
    }

    fn array(&mut self, length: i64, line: &[u8], depth: usize) -> Result<Option<Value>, String> {
        if length == -1 {
            return Ok(Some(Value::Bulk(None)));
        }
        let length = limited(length, PARTS).filter(|_| depth > 0).ok_or_else(|| strange(line))?;
        let mut parts = Vec::new();
        for _ in 0..length {
            let Some(part) = self.value(depth - 1)? else { return Ok(None) };
            parts.push(part);
        }
        Ok(Some(Value::Array(parts)))
    }

    fn line(&mut self) -> Result<Option<&'a [u8]>, String> {
        let end = self.rest.iter().take(LINE).position(|byte| *byte == b'\n');
        let Some(end) = end else {
            return if self.rest.len() < LINE { Ok(None) } else { Err(strange(self.rest)) };
        };
        let (line, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").ok_or_else(|| strange(line))?;
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(Some(line))
    }
}

fn number(line: &[u8], digits: &[u8]) -> Result<i64, String> {
    str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or_else(|| strange(line))
}

fn limited(length: i64, most: usize) -> Option<usize> {
    usize::try_from(length).ok().filter(|length| *length <= most)
}

fn strange(bytes: &[u8]) -> String {
    format!("{}, which is no answer of a Redis", quoted(bytes))
}
