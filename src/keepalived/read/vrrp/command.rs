//! Programs: `script`, `notify`, `misc_path` and their like.
//!
//! keepalived takes one word, which quotes make of many: `"/path argument 'two words'"`. It runs no shell, but for what begins with
//! `</dev/tcp/`, and looks for a name without a slash where `PATH` says.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::value::shown;
use crate::Mode;
use crate::report::Report;
use crate::syntax::{Line, Word};

/// Looks for a program where `PATH` says, and becomes it.
const ENV: &str = "/usr/bin/env";
/// What only a shell understands.
const SHELL: [char; 9] = ['|', '<', '>', ';', '&', '$', '`', '*', '('];
/// Words of a shell's grammar, alone between blanks.
const SIGNS: [&str; 8] = ["|", "||", "&&", ";", "&", ">", ">>", "<"];

/// A program, and who runs it.
pub(in crate::read) struct Program<'a> {
    /// a full path, and arguments
    pub(in crate::read) command: Vec<String>,
    /// the words behind it: a user and perhaps a group
    pub(in crate::read) behind: &'a [Word],
}

/// The program of a line. Where `takes_user`, words behind it are a user and a group; else they are lost arguments.
pub(in crate::read) fn program<'a>(
    line: &'a Line,
    takes_user: bool,
    report: &mut Report,
) -> Option<Program<'a>> {
    let Some((word, behind)) = line.values().split_first() else {
        let keyword = line.keyword();
        report
            .error(line.place(), format_args!("`{keyword}` has no program"))
            .help(format_args!("write its full path: `{keyword} \"/path argument\"`"));
        return None;
    };
    let mut words = split(word.text());
    let mut behind = behind;
    if let (Some(first), Some(last)) = (behind.first(), behind.last())
        && (!takes_user || looks_like_arguments(behind))
    {
        report
            .error(first.place.to(last.place), "arguments outside the quotes")
            .label("not given to the program")
            .help(format_args!("write `{} \"{} …\"`", line.keyword(), shown(word.text())))
            .swallowed(if takes_user {
                "keepalived takes them as user and group"
            } else {
                "keepalived drops them"
            })
            .mended("given to the program");
        if report.mode() == Mode::Fix {
            words.extend(behind.iter().map(|word| String::from(word.text())));
        }
        behind = &[];
    }
    if let Some(command) = of_shell(&words, word, report) {
        return Some(Program { command, behind });
    }
    let command = full(words, word, report)?;
    Some(Program { command, behind })
}

/// A user and a group are two words, and no path or option.
fn looks_like_arguments(words: &[Word]) -> bool {
    words.len() > 2
        || words.iter().any(|word| word.text().starts_with(['-', '/']) || word.text().contains('='))
}

/// At blanks outside `'` and `"`; `\` takes the next character as it is.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(one) = chars.next() {
        match (one, quote) {
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(chars.next()),
            ('\'' | '"', None) => {
                quote = Some(one);
                word.get_or_insert_default();
            }
            (_, Some(end)) if end == one => quote = None,
            (_, None) if one.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(one),
        }
    }
    words.extend(word);
    words
}

/// `</dev/tcp/192.0.2.1/80`, which bash connects to; and a pipeline, when mending.
fn of_shell(words: &[String], word: &Word, report: &mut Report) -> Option<Vec<String>> {
    let by = |shell: &str| [shell, "-c", word.text()].map(String::from).to_vec();
    let first = words.first().map_or("", String::as_str);
    if first.starts_with("</dev/tcp/") || first.starts_with("</dev/udp/") {
        report
            .warning(word.place, format_args!("`{}` is run by /bin/bash", shown(first)))
            .label("no file: bash connects, and other shells fail")
            .help(format_args!("write a program that connects, such as `{}`", shown(&connecting(first))));
        return Some(by("/bin/bash"));
    }
    let sign = words.iter().skip(1).find(|word| SIGNS.contains(&word.as_str()))?;
    report
        .error(word.place, format_args!("no shell is asked: `{sign}` is an argument"))
        .label("goes to the program")
        .help("put the pipeline into a file, and write its full path")
        .swallowed("keepalived gives it to the program too")
        .mended("run by /bin/sh");
    Some(by("/bin/sh")).filter(|_| report.mode() == Mode::Fix)
}

/// What connects as `</dev/tcp/HOST/PORT` does.
fn connecting(redirected: &str) -> String {
    let mut parts = redirected.split('/').skip(2);
    let option = if parts.next() == Some("udp") { "-zu" } else { "-z" };
    let (host, port) = (parts.next().unwrap_or("127.0.0.1"), parts.next().unwrap_or("80"));
    format!("/usr/bin/nc {option} {host} {port}")
}

/// With a full path.
fn full(mut words: Vec<String>, word: &Word, report: &mut Report) -> Option<Vec<String>> {
    let program = words.first().map_or("", String::as_str);
    if program.starts_with('/') && !program.ends_with('/') {
        return Some(words).filter(|words| !tell_nul(words, word, report));
    }
    if program.is_empty() || program.contains('/') || program.contains(SHELL) {
        report
            .error(word.place, format_args!("`{}` is no full path of a program", shown(program)))
            .help("write it from the first `/` on; no shell is asked: put a pipeline into a file")
            .swallowed("keepalived does not find it, and leaves it away");
        return None;
    }
    report
        .note(word.place, format_args!("`{}` has no full path", shown(program)))
        .label("looked for in /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin and /bin")
        .help(format_args!("write where it is, as `command -v {}` tells", shown(program)));
    let mut all = vec![String::from(ENV)];
    all.append(&mut words);
    Some(all).filter(|words| !tell_nul(words, word, report))
}

fn tell_nul(words: &[String], word: &Word, report: &mut Report) -> bool {
    let has = words.iter().any(|word| word.contains('\0'));
    if has {
        report
            .error(word.place, "there is a NUL byte in a command")
            .help("leave it away: no path or argument has one");
    }
    has
}
