//! From a statement's text to its words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::Quoting;
use super::text::Text;
use super::tree::Word;
use crate::report::Report;

/// What stands between words: also a `\r` within a line.
const BETWEEN: [char; 5] = [' ', '\t', '\u{c}', '\u{b}', '\r'];

/// Splits a text. An open quote ends the statement before it.
pub(super) fn split(text: &Text, quoting: Quoting, report: &mut Report) -> Vec<Word> {
    match quoting {
        Quoting::Plain => plain(text, report),
        Quoting::Script => script(text, report),
    }
}

/// The first word, as ordinary keywords have it.
pub(super) fn first(text: &str) -> &str {
    let text = text.trim_start_matches(BETWEEN);
    let end = |c: char| c == '"' || BETWEEN.contains(&c);
    text.find(end).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Whether quoting makes a difference.
pub(super) fn is_quoted(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'"' | b'\'' | b'\\'))
}

/// `"` is the only quote, and ends a word.
fn plain(text: &Text, report: &mut Report) -> Vec<Word> {
    let line = text.as_str();
    let bytes = line.as_bytes();
    let mut words = Vec::with_capacity(2);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_between(*byte) {
            at += 1;
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        if *byte == b'"' {
            let Some(len) = rest.iter().skip(1).position(|byte| *byte == b'"') else {
                unclosed(text, at, "the rest of the line", report);
                break;
            };
            words.push(Word::of(text, at + 1..at + 1 + len, at..at + len + 2, true));
            at += len + 2;
        } else {
            let len = rest.iter().position(|byte| is_between(*byte) || *byte == b'"').unwrap_or(rest.len());
            words.push(Word::of(text, at..at + len, at..at + len, false));
            at += len;
        }
    }
    words
}

const fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0xc | 0xb | b'\r')
}

/// Quotes of both kinds may stand anywhere in a word; `\` takes what is behind it as it is, or makes a character.
fn script(text: &Text, report: &mut Report) -> Vec<Word> {
    let bytes = text.as_str().as_bytes();
    let mut words = Vec::with_capacity(2);
    let mut at = 0;
    loop {
        at += bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_between(**byte)).count();
        if at >= bytes.len() {
            return words;
        }
        let word = match read(bytes, at) {
            Ok(word) => word,
            Err(open) => {
                unclosed(text, open, "the statement", report);
                words.truncate(1);
                return words;
            }
        };
        let range = at..word.end;
        at = word.end;
        let Some(made) = word.made else {
            words.push(Word::of(text, range.clone(), range, false));
            continue;
        };
        let place = text.place_of(range);
        let made = String::from_utf8(made).unwrap_or_else(|wrong| {
            report.error(place, "the escapes in this word make no text").help("write UTF-8");
            String::from_utf8_lossy(wrong.as_bytes()).to_string()
        });
        words.push(Word::made(&made, place));
    }
}

struct Read {
    end: usize,
    /// the word without quotes and escapes, where it has any
    made: Option<Vec<u8>>,
}

/// # Errors
/// Where a quote opens that nothing closes, or a `\` that has nothing behind it.
fn read(bytes: &[u8], start: usize) -> Result<Read, usize> {
    let mut made = Vec::new();
    let (mut at, mut quote, mut plain) = (start, None, true);
    while let Some(byte) = bytes.get(at) {
        match (*byte, quote) {
            (b'\\', _) => {
                let (value, len) = escape(bytes.get(at + 1..).unwrap_or_default()).ok_or(at)?;
                made.push(value);
                plain = false;
                at += len;
            }
            (sign, Some((open, _))) if sign == open => quote = None,
            (sign @ (b'"' | b'\''), None) => {
                quote = Some((sign, at));
                plain = false;
            }
            (byte, None) if is_between(byte) => break,
            (byte, _) => made.push(byte),
        }
        at += 1;
    }
    match quote {
        Some((_, open)) => Err(open),
        None => Ok(Read { end: at, made: (!plain).then_some(made) }),
    }
}

/// What the bytes behind a `\` stand for, and how many they are.
fn escape(behind: &[u8]) -> Option<(u8, usize)> {
    let first = *behind.first()?;
    let digits = |radix: u32, most: usize, from: usize| {
        let digits = behind.get(from..).unwrap_or_default().iter();
        digits.take(most).map_while(move |byte| char::from(*byte).to_digit(radix))
    };
    // longer numbers keep their last bits, as in C
    let number = |radix: u32, most: usize, from: usize| {
        let value = digits(radix, most, from).fold(0_u32, |value, digit| value.wrapping_mul(radix) | digit);
        value.to_le_bytes().first().copied().unwrap_or(0)
    };
    let hex = digits(16, usize::MAX, 1).count();
    Some(match first {
        b'x' if hex > 0 => (number(16, usize::MAX, 1), 1 + hex),
        b'c' if behind.len() > 1 => (behind.get(1).copied().unwrap_or(0) & 0x1f, 2),
        b'0'..=b'7' => (number(8, 3, 0), digits(8, 3, 0).count()),
        b'a' => (7, 1),
        b'b' => (8, 1),
        b'E' => (0x1b, 1),
        b'f' => (0xc, 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' => (0xb, 1),
        other => (other, 1),
    })
}

fn unclosed(text: &Text, at: usize, lost: &str, report: &mut Report) {
    let sign = text.as_str().get(at..).and_then(|rest| rest.chars().next()).unwrap_or('"');
    let range: Range<usize> = at..at + sign.len_utf8();
    report
        .error(text.place_of(range), format!("`{sign}` without its second one"))
        .help("close it on the same line")
        .swallowed(format!("keepalived leaves out {lost}"));
}
