//! Passwords in a line that is shown: a daemon's findings go into the log, which more people read than the file.

const KEY: &str = "password";

/// The line with a star for each byte of what `password = "…"` holds; all other bytes stay where they are.
pub(super) fn masked(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once(KEY) {
        shown.push_str(before);
        shown.push_str(KEY);
        let (sign, value) = behind.split_at_checked(opening(behind)).unwrap_or((behind, ""));
        shown.push_str(sign);
        // no sign, no value
        let length = sign.chars().next_back().map_or(0, |quote| length(value, quote));
        shown.extend(std::iter::repeat_n('*', length));
        rest = value.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

/// How long `" = "` is behind the key, with the quote that opens the value; 0: nothing of that kind follows.
fn opening(text: &str) -> usize {
    let after_key = text.trim_start_matches(['"', '\'']).trim_start();
    let value = after_key.strip_prefix('=').map(str::trim_start);
    let behind = value.and_then(|value| value.strip_prefix(['"', '\'']));
    behind.map_or(0, |behind| text.len().saturating_sub(behind.len()))
}

/// How many bytes there are before the quote that closes the value, or the end of the line.
fn length(value: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = value.char_indices().find(|(_, character)| {
        let closes = *character == quote && !escaped;
        escaped = *character == '\\' && !escaped && quote == '"';
        closes
    });
    end.map_or(value.len(), |(place, _)| place)
}
