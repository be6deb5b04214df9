//! How a service schedules: scheduler, flags, persistence, single packets.

mod persistence;

use ipvs::{Protocol, Scheduler, SchedulerFlags, ServiceSettings};

use super::head::Keys;
use crate::Mode;
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{at_most, shown, value};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// keepalived's own where nothing is said, and where it does not understand.
const USUAL: &str = "wlc";
const FLAGS: [&str; 7] = ["flag-1", "flag-2", "flag-3", "sh-port", "sh-fallback", "mh-port", "mh-fallback"];

pub(super) fn read(
    line: &Line,
    said: &Said<'_>,
    keys: &Keys,
    report: &mut Report,
) -> Option<ServiceSettings> {
    let words = ["lb_algo", "lvs_sched"].into_iter().filter_map(|keyword| said.last(keyword, report));
    let last = words.max_by_key(|line| line.place());
    let name = match last {
        Some(line) => scheduler(line, report),
        None if said.is_misspelt("lb_algo") || said.is_misspelt("lvs_sched") => USUAL,
        None => without(line, report),
    };
    let flags = flags(said, name, last, report);
    let one_packet = one_packet(said, keys, report);
    let persistence = persistence::read(line, said, keys, report)?;
    let scheduler = Scheduler::new(name).ok()?;
    Some(ServiceSettings { scheduler, flags, one_packet, persistence })
}

fn without(line: &Line, report: &mut Report) -> &'static str {
    report
        .warning(line.words_place(), "this virtual_server has no `lvs_sched`")
        .label("`lvs_sched` is missing")
        .help("write `lvs_sched wlc`: it is taken so, as keepalived does");
    USUAL
}

fn scheduler(line: &Line, report: &mut Report) -> &'static str {
    let Some(word) = value(line, report) else { return USUAL };
    let text = word.text();
    if let Some(known) = known(text) {
        return known;
    }
    let meant = known(&text.to_ascii_lowercase());
    let draft = report
        .error(word.place, format_args!("there is no scheduler `{}`", shown(text)))
        .swallowed("keepalived takes wlc");
    match (meant, config::nearest(text, Scheduler::KNOWN)) {
        (Some(meant), _) => drop(
            draft
                .label("in small letters")
                .help(format_args!("write `{meant}`"))
                .mended(format_args!("taken as `{meant}`")),
        ),
        (None, Some(near)) => drop(draft.help(format_args!("did you mean `{near}`?"))),
        (None, None) => drop(draft.help(format_args!("there are {}", Scheduler::KNOWN.join(", ")))),
    }
    meant.filter(|_| report.mode() == Mode::Fix).unwrap_or(USUAL)
}

fn known(name: &str) -> Option<&'static str> {
    Scheduler::KNOWN.into_iter().find(|known| *known == name)
}

/// The flags' bits: `ip_vs_sh.c`, `ip_vs_mh.c` read 1 as fallback, 2 as port.
fn flags(said: &Said<'_>, scheduler: &str, after: Option<&Line>, report: &mut Report) -> SchedulerFlags {
    let mut flags = SchedulerFlags::default();
    for line in FLAGS.into_iter().filter_map(|keyword| said.all(keyword).first()) {
        at_most(line, 0, report);
        let owner = line.keyword().split_once('-').map_or("", |(owner, _)| owner);
        if owner != "flag" && !is_of(line, owner, scheduler, after, report) {
            continue;
        }
        match line.keyword() {
            "sh-fallback" | "mh-fallback" | "flag-1" => flags.flag1 = true,
            "sh-port" | "mh-port" | "flag-2" => flags.flag2 = true,
            _ => flags.flag3 = true,
        }
    }
    flags
}

/// Whether the scheduler has the flag, and is said before it.
fn is_of(line: &Line, owner: &str, scheduler: &str, after: Option<&Line>, report: &mut Report) -> bool {
    let keyword = line.keyword();
    if owner != scheduler {
        report
            .error(
                line.words_place(),
                format_args!("`{keyword}` is a flag of the scheduler {owner}, not of {scheduler}"),
            )
            .help(format_args!("leave it away, or write `lvs_sched {owner}`"))
            .swallowed("keepalived leaves it away")
            .mended("left away");
        return false;
    }
    let early = after.is_some_and(|after| {
        let (flag, after) = (line.place(), after.place());
        flag.source == after.source && flag.start < after.start
    });
    if early {
        report
            .error(line.words_place(), format_args!("`{keyword}` stands before the scheduler"))
            .help(format_args!("write it behind `lvs_sched {owner}`"))
            .swallowed("keepalived leaves it away")
            .mended("taken as if it stood behind it");
    }
    !early || report.mode() != Mode::Lenient
}

/// `ops`: each datagram is scheduled alone.
fn one_packet(said: &Said<'_>, keys: &Keys, report: &mut Report) -> bool {
    let Some(line) = said.last("ops", report) else { return false };
    at_most(line, 0, report);
    match keys.protocol() {
        Some(protocol @ (Protocol::Tcp | Protocol::Sctp)) => {
            report
                .warning(line.words_place(), "`ops` has no effect")
                .label(format_args!("it is about UDP datagrams, this service is {protocol}"))
                .help("leave it away");
            false
        }
        Some(Protocol::Udp) | None => true,
    }
}

/// A word that must be one of few.
fn is_word(word: &Word, known: &str) -> bool {
    word.text() == known
}
