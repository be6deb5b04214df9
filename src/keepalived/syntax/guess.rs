//! Which of two languages a text is written in.

use super::{comment, define, include};

/// Whether a text is a keepalived.conf rather than TOML, by its first significant line. One that has none is TOML.
pub fn looks_like(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for line in text.lines().map(str::trim) {
        // what only keepalived takes as a comment
        if line.starts_with('!') {
            return true;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        return is_keepalived(line);
    }
    false
}

fn is_keepalived(line: &str) -> bool {
    if line.starts_with(['@', '~', '{', '}']) || define::head(line).is_some() || include::is_include(line) {
        return true;
    }
    !line.starts_with('[') && !is_assignment(line)
}

/// `key =`, `key.sub =`, `"key" =`: before the `=` stand keys and dots only.
fn is_assignment(line: &str) -> bool {
    let parts = comment::parts(line);
    let Some((keys, _)) = line.get(parts.text).unwrap_or(line).split_once('=') else { return false };
    let keys = keys.trim();
    let is_key = |key: &str| {
        let key = key.trim();
        let bare =
            |key: &str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let quoted = |sign: char| key.len() > 1 && key.starts_with(sign) && key.ends_with(sign);
        quoted('"') || quoted('\'') || (!key.is_empty() && bare(key))
    };
    let quoted = keys.starts_with(['"', '\'']);
    quoted || keys.split('.').all(is_key)
}
