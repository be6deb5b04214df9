//! `vrrp_script`, `track_file`, `vrrp_track_process`.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use config::director::{TrackFile, TrackProcess, TrackScript};

use super::list::weight;
use crate::keywords::Section;
use crate::read::vrrp::{Program, program};
use crate::read::vrrp::{
    notify,
    said::Said,
    value::{at_most, name, number, seconds, shown, value},
};
use crate::report::Report;
use crate::syntax::Line;

/// keepalived's own.
const SECOND: Duration = Duration::from_secs(1);
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(86_400);
const MOST_ROUNDS: i64 = 1_000;
const MOST_PROCESSES: i64 = 100_000;
/// `TASK_COMM_LEN` less the NUL.
const COMM_MAX: usize = 15;

/// What counts where a `track_*` block says nothing.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub(super) weight: i16,
    pub(super) reverse: bool,
}

pub(super) fn script(
    name: String,
    line: &Line,
    script_user: Option<&str>,
    report: &mut Report,
) -> (Option<TrackScript>, Weight) {
    let said = Said::of(line.lines(), Section::Script, report);
    let weight = own_weight(&said, 0, report);
    let command = match said.last("script", report) {
        Some(line) => program(line, false, report).map(|Program { command, .. }| command),
        None => missing(line, &said, "script", "script \"/path\"", report),
    };
    let interval = said.last("interval", report).and_then(|line| time(line, "keepalived takes 1 s", report));
    let interval = interval.unwrap_or(SECOND);
    let timeout =
        said.last("timeout", report).and_then(|line| time(line, "keepalived takes the interval", report));
    let mut rounds = |keyword| {
        let read = said
            .last(keyword, report)
            .and_then(|line| number(line, 1..=MOST_ROUNDS, "keepalived takes 1", report));
        read.and_then(|read| u32::try_from(read).ok()).unwrap_or(1)
    };
    let (rise, fall) = (rounds("rise"), rounds("fall"));
    let user = user(&said, script_user, report);
    let initially_up = said.last("init_fail", report).is_none();
    let timeout = timeout.unwrap_or(interval);
    let script = command.map(|command| TrackScript {
        name,
        command,
        interval,
        timeout,
        rise,
        fall,
        user,
        initially_up,
    });
    (script, weight)
}

fn missing<T>(line: &Line, said: &Said<'_>, keyword: &str, example: &str, report: &mut Report) -> Option<T> {
    if said.is_misspelt(keyword) {
        return None;
    }
    let block = line.keyword();
    report
        .error(line.words_place(), format_args!("this {block} has no `{keyword}`"))
        .label(format_args!("`{keyword}` is missing"))
        .help(format_args!("write `{example}`"))
        .swallowed("keepalived leaves it away");
    None
}

fn time(line: &Line, otherwise: &str, report: &mut Report) -> Option<Duration> {
    seconds(line, SHORTEST..=LONGEST, otherwise, report)
}

/// `user`: unless it is who runs scripts anyway.
fn user(said: &Said<'_>, script_user: Option<&str>, report: &mut Report) -> Option<String> {
    let line = said.last("user", report)?;
    at_most(line, 2, report);
    notify::tell_group(line.value(1), report);
    let user = name(line.value(0)?, "user", report)?;
    Some(user).filter(|user| user != script_user.unwrap_or("root"))
}

pub(super) fn file(name: String, line: &Line, report: &mut Report) -> (Option<TrackFile>, Weight) {
    let said = Said::of(line.lines(), Section::TrackFile, report);
    let weight = own_weight(&said, 1, report);
    let path = match said.first("file", report) {
        Some(line) => value(line, report).and_then(|word| path(word, report)),
        None => missing(line, &said, "file", "file /run/lvs-director/weight", report),
    };
    (path.map(|path| TrackFile { name, path, interval: SECOND }), weight)
}

fn path(word: &crate::syntax::Word, report: &mut Report) -> Option<String> {
    let text = word.text();
    if text.starts_with('/') && !text.ends_with('/') && !text.contains('\0') {
        return Some(String::from(text));
    }
    report
        .error(word.place, format_args!("`{}` is no full path", shown(text)))
        .help("write the path of a file from the first `/` on");
    None
}

pub(super) fn process(name: String, line: &Line, report: &mut Report) -> (Option<TrackProcess>, Weight) {
    let said = Said::of(line.lines(), Section::Process, report);
    let weight = own_weight(&said, 0, report);
    let minimum = said
        .last("quorum", report)
        .and_then(|line| number(line, 1..=MOST_PROCESSES, "keepalived takes 1", report));
    let minimum = minimum.and_then(|minimum| u32::try_from(minimum).ok()).unwrap_or(1);
    let process = match said.last("process", report) {
        Some(line) => comm(line, report),
        None => missing(line, &said, "process", "process nginx", report),
    };
    (process.map(|process| TrackProcess { name, process, minimum, interval: SECOND }), weight)
}

/// The name that the kernel knows a process by, without parameters.
fn comm(line: &Line, report: &mut Report) -> Option<String> {
    let word = line.value(0)?;
    let parameters = line.values().get(1..).unwrap_or_default();
    if let Some(first) = parameters.first() {
        report
            .error(first.place, "the parameters of a process are not looked at")
            .label("not supported")
            .help("write the name alone, or a vrrp_script with a program such as `/usr/bin/pgrep`");
        return None;
    }
    let text = word.text();
    let file: Vec<&str> = text.rsplitn(2, '/').collect();
    let base = file.first().copied().unwrap_or(text);
    let known = beginning(base);
    if known == text {
        return name(word, "process", report);
    }
    report
        .warning(word.place, format_args!("the process is taken as `{}`", shown(known)))
        .label("/proc/PID/comm has a name of at most 15 bytes")
        .help(format_args!("write `{}`", shown(known)));
    Some(String::from(known)).filter(|known| !known.is_empty() && !known.contains(char::is_control))
}

/// As much of a name as the kernel keeps.
fn beginning(name: &str) -> &str {
    let ends = name.char_indices().map(|(at, one)| at + one.len_utf8());
    let end = ends.take_while(|end| *end <= COMM_MAX).last().unwrap_or(0);
    name.get(..end).unwrap_or(name)
}

/// `weight 5 reverse` of the thing itself.
fn own_weight(said: &Said<'_>, usual: i16, report: &mut Report) -> Weight {
    let Some(line) = said.last("weight", report) else { return Weight { weight: usual, reverse: false } };
    let read = weight(line.values(), line.place(), report);
    Weight { weight: read.weight.unwrap_or(usual), reverse: read.reverse.unwrap_or(false) }
}
