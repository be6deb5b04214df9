//! Checks of few keywords.

mod hex;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use config::rules::is_dns_name;
use health::{CheckKind, CheckSpec, DnsCheck, FileCheck, ScriptCheck, SmtpCheck, TcpCheck, UdpCheck};

use super::common::Connection;
use super::timing::{Shape, Timing};
use super::{Check, Reader, Target};
use crate::read::mail;
use crate::read::value::user;
use crate::read::vrrp::program;
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{at_most, number, number_of, seconds, shown, value};
use crate::report::Report;
use crate::syntax::Line;

/// What a mail server is greeted with where nothing is said.
const HELO: &str = "localhost";
/// keepalived's own question: every name server knows something of the root.
const DNS: (&str, &str) = (".", "SOA");
const RECORDS: [&str; 12] =
    ["A", "AAAA", "CNAME", "DNSKEY", "DS", "MX", "NS", "PTR", "RRSIG", "SOA", "SRV", "TXT"];
/// A file is looked at as often as `track_file` is.
const FILE_INTERVAL: Duration = Duration::from_secs(1);
/// Programs run no longer than a day.
const DAY: Duration = Duration::from_secs(86_400);
const DROPS: &str = "keepalived leaves the line away";

pub(super) fn tcp(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    reader.connecting(said, CheckKind::Tcp(TcpCheck::CONNECT), Shape::TCP, timing, report)
}

pub(super) fn ping(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    if let Some(line) = said.all("connect_port").first() {
        report.warning(line.words_place(), "`connect_port` has no effect").help("a ping goes to no port");
    }
    reader.connecting(said, CheckKind::Ping, Shape::DATAGRAM, timing, report)
}

/// The check itself, or one for each of its `host` blocks.
pub(super) fn smtp(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    all: &mut Vec<Check>,
    report: &mut Report,
) {
    let helo = said.last("helo_name", report).and_then(|line| mail::helo(value(line, report)?, report));
    let helo = helo.unwrap_or_else(|| String::from(HELO));
    let hosts = said.all("host");
    let Some(around) = Connection::read(said, report) else { return };
    let mut add = |connection: Connection, timing: Timing, report: &mut Report| {
        let kind = CheckKind::Smtp(SmtpCheck { helo: helo.clone() });
        let Some(target) = connection.target(reader, &kind, report) else { return };
        let spec = connection.apply(timing.apply(CheckSpec::new(target, kind), Shape::SMTP));
        all.push(reader.check(spec, Target::Fixed(target), timing));
    };
    if hosts.is_empty() {
        add(around, timing, report);
        return;
    }
    for host in hosts {
        let said = Said::of(host.lines(), crate::keywords::Section::SmtpHost, report);
        let limit = Timing::read(&said, report);
        if let Some(connection) = Connection::read(&said, report) {
            add(connection.or(&around), limit.or(timing), report);
        }
    }
}

pub(super) fn dns(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    let name = match said.last("name", report) {
        Some(line) => dns_name(line, report)?,
        None => String::from(DNS.0),
    };
    let record = match said.last("type", report) {
        Some(line) => record(line, report)?,
        None => String::from(DNS.1),
    };
    reader.connecting(said, CheckKind::Dns(DnsCheck { name, record }), Shape::DNS, timing, report)
}

fn dns_name(line: &Line, report: &mut Report) -> Option<String> {
    let word = value(line, report)?;
    let name = word.text();
    if is_dns_name(name) {
        return Some(String::from(name));
    }
    report
        .error(word.place, format_args!("`{}` is no name in the DNS", shown(name)))
        .help("write a name such as `www.example.org`, or `.` for the root");
    None
}

fn record(line: &Line, report: &mut Report) -> Option<String> {
    let word = value(line, report)?;
    if RECORDS.contains(&word.text()) {
        return Some(String::from(word.text()));
    }
    let upper = word.text().to_ascii_uppercase();
    let meant = RECORDS.contains(&upper.as_str());
    let draft = report
        .error(word.place, format_args!("there is no record type `{}`", shown(word.text())))
        .help(format_args!("write one of {}, in capitals", RECORDS.join(", ")))
        .swallowed("keepalived asks for SOA");
    if meant {
        drop(draft.mended(format_args!("taken as `{upper}`")));
    } else {
        drop(draft);
    }
    Some(if meant && report.mode() == crate::Mode::Fix { upper } else { String::from(DNS.1) })
}

pub(super) fn udp(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    let payload = match said.last("payload", report) {
        Some(line) => hex::read(line, report)?,
        None => Vec::new(),
    };
    let reply = said.last("require_reply", report);
    let expect = match reply.filter(|line| line.value(0).is_some()) {
        Some(line) => hex::read(line, report)?,
        None => Vec::new(),
    };
    let mut length = |keyword: &str, usual: u16| {
        let line = said.last(keyword, report)?;
        let read = number(line, 0..=i64::from(u16::MAX), DROPS, report);
        read.and_then(|read| u16::try_from(read).ok()).or(Some(usual))
    };
    let (min_reply, max_reply) =
        (length("min_reply_length", 0).unwrap_or(0), length("max_reply_length", 255).unwrap_or(255));
    if min_reply > max_reply {
        report
            .error(reader.block.place(), format_args!("no answer has {min_reply} to {max_reply} bytes"))
            .help("write a `min_reply_length` that is not above `max_reply_length`");
        return None;
    }
    let kind = UdpCheck { payload, require_reply: reply.is_some(), min_reply, max_reply, expect };
    reader.connecting(said, CheckKind::Udp(kind), Shape::DATAGRAM, timing, report)
}

pub(super) fn misc(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    let Some(line) = said.last("misc_path", report) else {
        report
            .error(reader.block.place(), "this MISC_CHECK has no `misc_path`")
            .help("write the program: `misc_path \"/path argument\"`")
            .swallowed("keepalived leaves the check away, and the server is always up");
        return None;
    };
    let command = program(line, false, report)?.command;
    let limit = said.last("misc_timeout", report);
    let limit = limit.and_then(|line| seconds(line, Duration::from_millis(1)..=DAY, DROPS, report));
    let own = said.last("user", report);
    let user = match own {
        Some(line) => {
            at_most(line, 2, report);
            Some(user(line.values(), report)?)
        }
        None => reader.given.script_user.map(String::from),
    };
    let weight = said.last("misc_dynamic", report);
    if let Some(line) = weight {
        at_most(line, 0, report);
    }
    let kind = CheckKind::Script(ScriptCheck { command, user, weight: weight.is_some() });
    let spec = CheckSpec::new(core::net::SocketAddr::new(reader.server.address, 0), kind);
    let mut spec = timing.apply(spec, Shape::PROGRAM);
    spec.timeout = limit.unwrap_or_else(|| timing.interval());
    Some(reader.check(spec, Target::Server, timing))
}

pub(super) fn file(
    reader: &Reader<'_>,
    said: &Said<'_>,
    timing: Timing,
    report: &mut Report,
) -> Option<Check> {
    let Some(line) = said.last("track_file", report) else {
        report
            .error(reader.block.place(), "this FILE_CHECK has no `track_file`")
            .help("write the name of a `track_file` block")
            .swallowed("keepalived leaves the check away, and the server is always up");
        return None;
    };
    let word = value(line, report)?;
    let Some((path, usual)) = reader.given.files.get(word.text()) else {
        let draft = report
            .error(word.place, format_args!("there is no track_file named `{}`", shown(word.text())))
            .label("not known")
            .swallowed("keepalived leaves the check away, and the server is always up");
        match config::nearest(word.text(), reader.given.files.keys().map(String::as_str)) {
            Some(near) => drop(draft.help(format_args!("did you mean `{}`?", shown(near)))),
            None => drop(draft.help("write a `track_file` block outside of every block, with its `file`")),
        }
        return None;
    };
    let weight = match said.last("weight", report) {
        Some(line) => file_weight(line, report).unwrap_or_else(|| i32::from(*usual)),
        None => i32::from(*usual),
    };
    let kind = CheckKind::File(FileCheck { path: path.clone(), weight });
    let mut spec = CheckSpec::new(core::net::SocketAddr::new(reader.server.address, 0), kind);
    spec.interval = FILE_INTERVAL;
    spec.interval_down = FILE_INTERVAL;
    spec.timeout = FILE_INTERVAL;
    spec.fall = 1;
    Some(reader.check(spec, Target::Server, timing))
}

/// `weight N [reverse]`
fn file_weight(line: &Line, report: &mut Report) -> Option<i32> {
    at_most(line, 2, report);
    let word = line.value(0)?;
    let most = i64::from(i32::MAX);
    let read = number_of(word, "weight", -most..=most, DROPS, report)?;
    let read = i32::try_from(read).ok()?;
    match line.value(1) {
        Some(word) if word.text() == "reverse" => Some(-read),
        Some(word) => {
            report
                .error(word.place, format_args!("`{}` behind a weight", shown(word.text())))
                .help("write `reverse`, or nothing")
                .swallowed("keepalived leaves the word away");
            Some(read)
        }
        None => Some(read),
    }
}
