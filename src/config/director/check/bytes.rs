//! What is sent and expected: text, or bytes in hexadecimal digits.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::print::Quoted;
use crate::read::{Report, Table};
use crate::text::Entry;

/// `key` as text, or `key_hex`; nothing where neither is there.
pub(super) fn read(table: Table<'_>, key: &str, most: usize, report: &mut Report<'_>) -> Option<Vec<u8>> {
    let hex_key = alloc::format!("{key}_hex");
    let (entry, bytes) = match (table.get(key), table.get(&hex_key)) {
        (None, None) => return Some(Vec::new()),
        (Some(text), None) => (text, text.string("\"PING\\r\\n\"", report)?.as_bytes().to_vec()),
        (None, Some(digits)) => (digits, hex(digits, report)?),
        (Some(_), Some(digits)) => {
            report
                .error(digits.key_place(), format_args!("`{key}` and `{hex_key}` say the same thing"))
                .help("leave one of the two away");
            return None;
        }
    };
    if bytes.len() > most {
        report
            .error(entry.place(), format_args!("`{}` is too long", entry.key()))
            .label(format_args!("{} bytes", bytes.len()))
            .help(format_args!("write {most} bytes at most"));
        return None;
    }
    Some(bytes)
}

/// Pairs of digits; spaces between them are for the eye.
fn hex(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<u8>> {
    let text = entry.string("\"00ff\"", report)?;
    let digits: Option<Vec<u8>> = text.bytes().filter(|byte| *byte != b' ').map(digit).collect();
    let bytes = digits.and_then(|digits| {
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some((high << 4) | low),
            _ => None,
        };
        digits.chunks(2).map(pair).collect::<Option<Vec<u8>>>()
    });
    if bytes.is_none() {
        report
            .error(entry.place(), format_args!("`{}` is not hexadecimal", entry.key()))
            .label("two digits for each byte")
            .help("write pairs of 0 to 9 and a to f, as in \"00ff\"");
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The key, and its value as TOML; none where there is nothing to say.
pub(in crate::director) fn print(key: &str, bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return None;
    }
    let plain = |text: &&str| text.chars().all(|one| !one.is_control() || matches!(one, '\r' | '\n' | '\t'));
    if let Some(text) = core::str::from_utf8(bytes).ok().filter(plain) {
        return Some(alloc::format!("{key} = {}", Quoted(text)));
    }
    let digits: String = bytes.iter().map(|byte| alloc::format!("{byte:02x}").to_string()).collect();
    Some(alloc::format!("{key}_hex = \"{digits}\""))
}
