//! Whether a line, a unit or a script does the agent's work and nothing else: only then may a command take it out as a whole.
//!
//! What is not known to do nothing else counts as other work.

use alloc::vec::Vec;

use super::commands::{Commands, last};
use super::{is_unit, parts};
use crate::File;
use crate::shared::{Line, lines, said};

/// Commands that only tell or ask.
const TELLING: [&str; 9] = ["echo", "printf", "true", ":", "sleep", "logger", "grep", "[", "test"];
/// Commands that only matter to the script they stand in.
const OF_A_SCRIPT: [&str; 11] =
    ["exit", "return", "break", "shift", "set", "local", "false", "cat", "awk", "cut", "netstat"];
/// Words before a command.
const BEFORE: [&str; 10] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"];
/// Words that begin or end something, and no command.
const AROUND: [&str; 5] = ["fi", "done", "esac", "}", "for"];

/// One file, and what its commands do to VIPs.
pub(super) struct Alone<'a> {
    pub(super) file: &'a File,
    pub(super) commands: &'a Commands<'a>,
}

impl Alone<'_> {
    /// A unit or an init script.
    pub(super) fn is_file(&self) -> bool {
        if is_unit(self.file) {
            return said(self.file).all(|line| self.is_of_unit(line.text));
        }
        let run = lines(self.file).map(|line| line.text.trim());
        run.filter(|line| !line.starts_with('#')).all(|line| self.is_of_script(line))
    }

    /// A line of `/etc/cron.d`: when, who, what.
    pub(super) fn is_job(&self, line: &Line<'_>) -> bool {
        let fields = if line.text.starts_with('@') { 2 } else { 6 };
        let what = (0..fields).fold(line.text, |rest, _| without_word(rest));
        !what.contains('%') && self.does_no_more(what, is_idle)
    }

    /// A line of a script that stays.
    pub(super) fn is_line(&self, line: &Line<'_>) -> bool {
        let tells = |command: &str| TELLING.contains(&last(first(command)));
        is_whole(self.file, line) && self.does_no_more(line.text, tells)
    }

    fn is_of_unit(&self, line: &str) -> bool {
        // disabled with it
        if line.starts_with("Also=") {
            return false;
        }
        let Some((_, command)) = line.split_once('=').filter(|(key, _)| key.starts_with("Exec")) else {
            return true;
        };
        let command = command.trim_start().trim_start_matches(['@', '-', ':', '+', '!', '|']);
        !command.ends_with('\\') && self.does_no_more(command, is_idle)
    }

    fn is_of_script(&self, line: &str) -> bool {
        let is_idle = |command: &str| {
            let command = without_before(command);
            is_idle(command)
                || is_around(command)
                || self.defines(first(command))
                || sources_functions(command)
        };
        let is_whole = !line.ends_with('\\') && !line.contains("<<");
        is_whole && self.does_no_more(without_definition(without_label(line)), is_idle)
    }

    /// Whether every command of a line prepares, undoes that, or is idle.
    fn does_no_more(&self, line: &str, is_idle: impl Fn(&str) -> bool) -> bool {
        let idle = |command: &str| is_idle(command) && !parts::substitutes(command) && !writes(command);
        let ours = |command: &str| {
            (self.commands.prepares(command) && !sets_others(command)) || self.commands.undoes(command)
        };
        let within = |command: &str| parts::within(command).all(|part| ours(part) || idle(told(part)));
        parts::commands(line).iter().all(|command| idle(command) || within(command))
    }

    /// Whether a word calls a function of the file: its lines are looked at where they stand.
    fn defines(&self, word: &str) -> bool {
        !word.is_empty()
            && said(self.file).any(|line| defined(line.text).is_some_and(|(name, _)| name == word))
    }
}

/// Whether a line of a shell is one command and nothing else.
fn is_whole(file: &File, line: &Line<'_>) -> bool {
    let before = said(file).take_while(|other| other.number < line.number).last();
    let continues = |line: &Line<'_>| line.text.ends_with(['\\', '|', '&', '{', '(']);
    let words: Vec<&str> = line.text.split(|sign: char| sign.is_whitespace() || sign == ';').collect();
    let is_part = |word: &&str| {
        matches!(*word, "if" | "then" | "else" | "elif" | "fi" | "do" | "done" | "case" | "esac" | "{" | "}")
    };
    let quotes = |sign: char| line.text.matches(sign).count().is_multiple_of(2);
    !continues(line)
        && !before.is_some_and(|before| continues(&before))
        && !words.iter().any(is_part)
        && !line.text.contains("<<")
        && !line.text.ends_with(";;")
        && !line.text.starts_with([')', '&', '|'])
        && quotes('\'')
        && quotes('"')
}

fn is_idle(command: &str) -> bool {
    let command = without_assignment(command);
    let first = first(command);
    let loads_sysctls = last(first) == "sysctl" && command.split_whitespace().nth(1) == Some("-p");
    first.is_empty() || TELLING.contains(&last(first)) || OF_A_SCRIPT.contains(&first) || loads_sysctls
}

/// What another shell is told, or its end: `sh -c '…`.
fn told(part: &str) -> &str {
    let is_shell = |before: &str| matches!(last(before.trim()), "sh" | "bash");
    let told = part.split_once(" -c ").filter(|(before, _)| is_shell(before)).map_or(part, |(_, told)| told);
    told.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '"' | '\''))
}

/// Whether it writes into a file.
fn writes(command: &str) -> bool {
    let mut targets = command.split('>').skip(1).map(first).filter(|target| !target.is_empty());
    targets
        .any(|target| target.trim_end_matches(['"', '\'']) != "/dev/null" && target != "1" && target != "2")
}

/// `sysctl -w` of more than ARP.
fn sets_others(command: &str) -> bool {
    let mut settings = command.split_whitespace().filter(|word| word.contains('='));
    command.contains("sysctl") && settings.any(|word| !word.contains("arp_"))
}

/// `. /etc/rc.d/init.d/functions`
fn sources_functions(command: &str) -> bool {
    let is_source = matches!(first(command), "." | "source");
    let name = last(first(without_word(command)));
    is_source && matches!(name, "functions" | "init-functions")
}

/// `start|restart)` before what is done then.
fn without_label(line: &str) -> &str {
    let is_label = |text: &str| {
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_*?\"'".contains(sign);
        text.split('|').map(str::trim).all(|word| !word.is_empty() && word.chars().all(plain))
    };
    line.split_once(')').filter(|(label, _)| is_label(label)).map_or(line, |(_, rest)| rest)
}

fn without_definition(line: &str) -> &str {
    defined(line).map_or(line, |(_, rest)| rest)
}

/// `name() {` or `function name {`: the name, and what follows.
fn defined(line: &str) -> Option<(&str, &str)> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(is_of_name);
    let (name, rest) = match line.strip_prefix("function ") {
        Some(rest) => rest.trim_start().split_once(|sign: char| !is_of_name(sign))?,
        None => line.split_once('(').filter(|(_, rest)| rest.trim_start().starts_with(')'))?,
    };
    let name = name.trim_end();
    is_name(name).then(|| (name, rest.trim_start_matches(['(', ')', ' '])))
}

fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-')
}

fn is_around(command: &str) -> bool {
    AROUND.contains(&first(command)) || first(command) == "case" && command.ends_with(" in")
}

fn without_before(command: &str) -> &str {
    let mut rest = command.trim();
    while BEFORE.contains(&first(rest)) {
        rest = without_word(rest);
    }
    rest
}

/// `VIP=…` does nothing by itself.
fn without_assignment(command: &str) -> &str {
    let command = command.trim();
    let Some((name, value)) = command.split_once('=') else { return command };
    if name.is_empty() || !name.chars().all(is_of_name) {
        return command;
    }
    match value.chars().next().filter(|sign| matches!(sign, '"' | '\'')) {
        Some(quote) => {
            value.get(1..).and_then(|rest| rest.split_once(quote)).map_or(command, |(_, rest)| rest)
        }
        None => value.split_once(char::is_whitespace).map_or("", |(_, rest)| rest),
    }
}

fn first(command: &str) -> &str {
    command.split_whitespace().next().unwrap_or_default()
}

fn without_word(text: &str) -> &str {
    text.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start())
}
