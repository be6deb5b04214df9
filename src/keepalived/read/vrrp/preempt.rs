//! Who becomes master: `state`, `priority`, `nopreempt`, `preempt_delay`.

use core::time::Duration;

use ::vrrp::Priority;

use super::said::Said;
use super::value::{at_most, number, seconds, shown, value};
use crate::Mode;
use crate::report::Report;
use crate::syntax::Line;

/// keepalived's limit.
const MOST_DELAY: Duration = Duration::from_secs(1_000);
const USUAL: u8 = 100;

/// `priority`, and what `state` says about it.
pub(super) fn priority(instance: &Line, said: &Said<'_>, report: &mut Report) -> Priority {
    let master = state(said, report);
    let usual = Priority::new(USUAL).unwrap_or(Priority::OWNER);
    if let Some(line) = said.last("priority", report) {
        let read = number(line, 1..=255, "keepalived takes 100", report);
        return read.and_then(|read| u8::try_from(read).ok()).and_then(Priority::new).unwrap_or(usual);
    }
    let Some(state) = master.filter(|_| !said.is_misspelt("priority")) else { return usual };
    report
        .error(state.words_place(), "`state MASTER` without a `priority`")
        .label(format_args!(
            "vrrp_instance {} has none",
            instance.value(0).map_or("", |name| shown(name.text()))
        ))
        .help("write a `priority` from 1 to 254, higher than that of the other directors")
        .swallowed("keepalived takes 255, the owner of the addresses, whom no tracking moves")
        .mended(format_args!("priority {USUAL}"));
    if report.mode() == Mode::Fix { usual } else { Priority::OWNER }
}

/// The line that says `MASTER`, which stays whatever follows.
fn state<'a>(said: &Said<'a>, report: &mut Report) -> Option<&'a Line> {
    let mut master = None;
    for line in said.all("state").iter().copied() {
        let Some(word) = value(line, report) else { continue };
        let text = word.text();
        match text {
            "MASTER" => master = master.or(Some(line)),
            "BACKUP" => {}
            _ if text.eq_ignore_ascii_case("MASTER") => {
                report
                    .error(word.place, format_args!("there is no state `{text}`"))
                    .label("in capitals")
                    .help("write `MASTER`")
                    .swallowed("keepalived takes BACKUP")
                    .mended("state MASTER");
                if report.mode() == Mode::Fix {
                    master = master.or(Some(line));
                }
            }
            _ => {
                report
                    .warning(word.place, format_args!("there is no state `{}`", shown(text)))
                    .label("taken as BACKUP")
                    .help("write `BACKUP`, as keepalived takes it");
            }
        }
    }
    master
}

/// Whether it preempts, and how long it waits for that.
pub(super) fn read(
    said: &Said<'_>,
    priority: Priority,
    strict: bool,
    report: &mut Report,
) -> (bool, Duration) {
    let delay = said.last("preempt_delay", report);
    let written = delay
        .and_then(|line| seconds(line, Duration::ZERO..=MOST_DELAY, "keepalived takes 0", report))
        .unwrap_or_default();
    let nopreempt =
        nopreempt(said, report).filter(|line| !is_cleared(line, said, "nopreempt", "it preempts", report));
    let nopreempt = nopreempt.filter(|line| !tell_owner(line, priority, report));
    let Some(line) = delay.filter(|_| !written.is_zero()) else {
        return (nopreempt.is_none(), Duration::ZERO);
    };
    let waits = "it takes over at once";
    let why = if strict {
        Some("strict mode has none")
    } else if nopreempt.is_some() {
        Some("with `nopreempt` it is never waited for")
    } else {
        None
    };
    if let Some(why) = why {
        report.warning(line.words_place(), "`preempt_delay` has no effect").label(why).help("leave it away");
        return (nopreempt.is_none(), Duration::ZERO);
    }
    let cleared = is_cleared(line, said, "preempt_delay", waits, report);
    (nopreempt.is_none(), if cleared { Duration::ZERO } else { written })
}

/// `preempt` and `nopreempt`: the last counts.
fn nopreempt<'a>(said: &Said<'a>, report: &mut Report) -> Option<&'a Line> {
    let (no, yes) = (said.last("nopreempt", report), said.last("preempt", report));
    for line in [no, yes].into_iter().flatten() {
        at_most(line, 0, report);
    }
    no.filter(|no| yes.is_none_or(|yes| yes.place() < no.place()))
}

/// keepalived clears both with `state MASTER`. The author wants them, and here the state says nothing.
fn is_cleared(line: &Line, said: &Said<'_>, what: &str, then: &str, report: &mut Report) -> bool {
    let master =
        said.all("state").iter().find(|line| line.value(0).is_some_and(|word| word.text() == "MASTER"));
    let Some(state) = master else { return false };
    let position = report.position(state.place());
    report
        .error(line.words_place(), format_args!("`{what}` beside `state MASTER`"))
        .label("needs `state BACKUP`")
        .help(format_args!("write `state BACKUP` in {position}: the priority decides who is master"))
        .swallowed(format_args!("keepalived leaves it away: {then}"))
        .mended(format_args!("`{what}` counts, the state says nothing"));
    report.mode() == Mode::Lenient
}

fn tell_owner(line: &Line, priority: Priority, report: &mut Report) -> bool {
    if priority.is_owner() {
        report
            .warning(line.words_place(), "an owner of the addresses, priority 255, always preempts")
            .label("has no effect")
            .help("write a `priority` of 254 or less, or leave it away");
    }
    priority.is_owner()
}
