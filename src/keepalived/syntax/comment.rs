//! One physical line: what of it is text, and what is comment.

use alloc::vec::Vec;
use core::ops::Range;

use super::text::BLANKS;

/// What a line of a file is made of; ranges are bytes of the line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// without comment and blanks around it, without a `\` at its end
    pub(super) text: Range<usize>,
    /// each `\` that only keeps the sign behind it from being a comment
    pub(super) escapes: Vec<usize>,
    /// a comment sign that touches the text, with what it cuts off up to the next blank
    pub(super) cut: Option<Range<usize>>,
    /// the `\` that ends the line, comment or not
    pub(super) goes_on: Option<usize>,
    /// whether there is anything for substitution
    pub(super) dollar: bool,
    pub(super) nul: Option<usize>,
}

/// Finds them. Outside `"…"` a `#` or `!` begins a comment anywhere, unless a `\` stands before it.
pub(super) fn parts(line: &str) -> Parts {
    let line = line.trim_end_matches(BLANKS);
    let bytes = line.as_bytes();
    let mut parts = Parts::default();
    let (mut quoted, mut comment, mut at) = (false, None, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' => match bytes.get(at + 1) {
                Some(b'#' | b'!') if !quoted => {
                    parts.escapes.push(at);
                    at += 1;
                }
                Some(_) => at += 1,
                None => parts.goes_on = Some(at),
            },
            b'#' | b'!' if !quoted => {
                comment = Some(at);
                break;
            }
            b'$' => parts.dollar = true,
            0 => parts.nul = Some(at),
            _ => {}
        }
        at += 1;
    }
    if let Some(sign) = comment {
        parts.goes_on = continued(bytes);
        parts.cut = cut(line, sign);
    }
    parts.text = trimmed(bytes, comment.or(parts.goes_on).unwrap_or(bytes.len()));
    parts
}

/// A comment, too, goes on: the `\` at its end continues a definition.
fn continued(line: &[u8]) -> Option<usize> {
    let signs = line.iter().rev().take_while(|byte| **byte == b'\\').count();
    (signs % 2 == 1).then(|| line.len() - 1)
}

fn cut(line: &str, sign: usize) -> Option<Range<usize>> {
    let before = line.get(..sign)?.chars().next_back()?;
    if before.is_ascii_whitespace() || before == '{' || before == '}' {
        return None;
    }
    let behind = line.get(sign..)?;
    let len = behind.find(|c: char| c.is_ascii_whitespace()).unwrap_or(behind.len());
    Some(sign..sign + len)
}

fn trimmed(line: &[u8], end: usize) -> Range<usize> {
    let text = line.get(..end).unwrap_or(line);
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = text.iter().position(|byte| !blank(byte)) else { return end..end };
    let last = text.iter().rposition(|byte| !blank(byte)).unwrap_or(start);
    start..last + 1
}
