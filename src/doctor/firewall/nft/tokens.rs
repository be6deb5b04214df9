//! Blocks in braces, lines and words.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// `HEAD {`, lines, `}`.
pub(super) struct Block {
    pub(super) head: String,
    pub(super) lines: Vec<String>,
}

impl Block {
    /// The blocks between its braces.
    pub(super) fn inside(&self) -> Vec<Self> {
        take(self.lines.iter().map(String::as_str))
    }
}

/// Those that are not within another.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    take(text.lines())
}

fn take<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut depth: usize = 0;
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        match (&mut open, depth, line) {
            (None, _, line) => {
                let head = head(line).map(|head| head.trim().to_owned());
                open = head.map(|head| Block { head, lines: Vec::new() });
            }
            (Some(_), 0, "}") => blocks.extend(open.take()),
            (Some(block), _, line) => {
                depth = depth_after(line, depth);
                join(block, line);
            }
        }
    }
    blocks
}

/// `table inet firewalld { # progname firewalld`: a table may have an owner.
fn head(line: &str) -> Option<&str> {
    line.strip_suffix('{').or_else(|| line.split_once("{ #").map(|(head, _)| head))
}

/// A set may go on over several lines.
fn join(block: &mut Block, line: &str) {
    match block.lines.last_mut() {
        Some(last) if last.ends_with(',') => {
            last.push(' ');
            last.push_str(line);
        }
        Some(_) | None => block.lines.push(line.to_owned()),
    }
}

fn depth_after(line: &str, depth: usize) -> usize {
    let quoted = line.split('"').step_by(2);
    quoted.flat_map(str::chars).fold(depth, |depth, sign| match sign {
        '{' => depth.saturating_add(1),
        '}' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// Words; what is in quotes or braces is one, with them.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut depth) = (false, 0_usize);
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            '{' if !quoted => depth = depth.saturating_add(1),
            '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if sign.is_whitespace() && !quoted && depth == 0 {
            if !word.is_empty() {
                words.push(core::mem::take(&mut word));
            }
        } else {
            word.push(sign);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The values of `{ 22, 80 }`, of `established,related`, or of one word.
pub(super) fn values(word: &str) -> Vec<String> {
    let inner = word.trim_start_matches('{').trim_end_matches('}');
    inner.split(',').map(|value| value.trim().to_string()).filter(|value| !value.is_empty()).collect()
}
