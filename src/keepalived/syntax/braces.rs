//! Braces within a line.

use super::replace;

/// The first brace outside `"…"`. `${NAME}` has none where `variables` are left alone.
pub(super) fn first(text: &str, variables: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'}' => return Some(at),
            b'"' => at += 1 + bytes.get(at + 1..)?.iter().position(|byte| *byte == b'"')?,
            b'$' if variables => at += variable(text, at).unwrap_or(0),
            _ => {}
        }
        at += 1;
    }
    None
}

/// How far the end of `${…}` is away.
fn variable(text: &str, at: usize) -> Option<usize> {
    if let Some(found) = replace::use_at(text, at) {
        return Some(found.range.len() - 1);
    }
    // names that only keepalived's later versions know take words behind the name
    let behind = text.get(at..)?;
    behind.starts_with("${_ENV ").then(|| behind.find('}'))?
}
