//! Programs and their arguments.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::print::{Lines, Quoted, inline, list};

/// `["/path", "argument"]`; in short a path alone where there is no argument.
pub(in crate::director) fn print(command: &[String], short: bool) -> String {
    match command {
        [path] if short && !path.contains(char::is_whitespace) => Quoted(path).to_string(),
        _ => list(command.iter().map(Quoted)),
    }
}

/// `notify` with those that are there.
pub(in crate::director) fn print_notify(commands: &[(&str, &Vec<String>)], lines: &mut Lines) {
    let short = lines.is_short();
    let said = commands.iter().filter(|(_, command)| !command.is_empty());
    let said: Vec<Option<String>> =
        said.map(|(key, command)| Some(format!("{key} = {}", print(command, short)))).collect();
    lines.optional("notify", (!said.is_empty()).then(|| inline(said)), "nobody");
}
