//! A line of a shell as the commands in it.

use alloc::string::String;
use alloc::vec::Vec;

/// The commands outside of quotes, without the redirections that name a descriptor. A substitution is a command as well.
pub(super) fn commands(line: &str) -> Vec<String> {
    let plain = plain(line);
    let mut commands = Vec::new();
    let mut command = String::new();
    let mut quote = None;
    for sign in plain.chars() {
        quote = match quote {
            Some(open) if open == sign => None,
            None if matches!(sign, '\'' | '"') => Some(sign),
            same => same,
        };
        if ends(sign) && quote.is_none() {
            commands.push(core::mem::take(&mut command));
        } else {
            command.push(sign);
        }
    }
    commands.push(command);
    commands.retain(|command| !command.trim().is_empty());
    commands
}

/// The commands of one that another shell may be told in quotes.
pub(super) fn within(command: &str) -> impl Iterator<Item = &str> {
    let bare = |part: &str| {
        part.trim_matches(|sign: char| sign.is_whitespace() || "\"'()".contains(sign)).is_empty()
    };
    command.split(ends).filter(move |part| !bare(part))
}

/// Whether a shell would run something inside of this text.
pub(super) fn substitutes(text: &str) -> bool {
    text.contains('`') || ["$(", "<(", ">("].iter().any(|sign| text.contains(sign))
}

/// `$(` has become a backtick.
fn ends(sign: char) -> bool {
    matches!(sign, ';' | '&' | '|' | '`')
}

fn plain(line: &str) -> String {
    let silent = line.replace("2>&1", "").replace("&>", ">").replace(">&", ">");
    silent.replace("$(", "`").replace("<(", "`").replace(">(", "`")
}
