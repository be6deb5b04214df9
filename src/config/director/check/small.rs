//! Checks of few keys: TCP, SMTP, DNS, UDP, scripts and files.

use alloc::string::String;

use health::{CheckKind, DnsCheck, FileCheck, ScriptCheck, SmtpCheck, TcpCheck, UdpCheck};

use super::bytes;
use crate::read::program;
use crate::read::{Report, Table, shown, word};
use crate::rules::is_dns_name;
use crate::text::{Entry, Kind};

/// `HELO` of who says nothing, as keepalived has it.
pub(in crate::director) const HELO: &str = "localhost";
/// What is asked where nothing is said, as keepalived has it: every name server knows something of the root.
pub(in crate::director) const DNS_NAME: &str = ".";
pub(in crate::director) const DNS_RECORD: &str = "SOA";
/// As IANA writes them.
const RECORDS: [&str; 19] = [
    "A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "NSEC", "PTR", "RRSIG",
    "SOA", "SRV", "SVCB", "TLSA", "TXT",
];
/// An answer is looked at so far.
const MOST_TCP: usize = 65_536;
/// What a datagram holds over IPv4.
const MOST_UDP: usize = 65_507;

pub(super) fn tcp(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let send = bytes::read(table, "send", MOST_TCP, report);
    let expect = bytes::read(table, "expect", MOST_TCP, report);
    let (send, expect) = (send?, expect?);
    if let Some(entry) = table.get("reply_timeout").filter(|_| expect.is_empty()) {
        report
            .error(entry.key_place(), "`reply_timeout` without `expect`")
            .label("no reply is waited for")
            .help("add `expect = \"…\"`, or write `timeout`");
    }
    Some(CheckKind::Tcp(TcpCheck { send, expect }))
}

pub(super) fn smtp(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let helo = match table.get("helo") {
        Some(entry) => helo(entry, report)?,
        None => String::from(HELO),
    };
    Some(CheckKind::Smtp(SmtpCheck { helo }))
}

/// What a mail server is greeted with.
pub(in crate::director) fn helo(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.string("helo = \"lvs01.example.org\"", report)?;
    if name.is_empty() || name.len() > 255 || name.contains(|c: char| !c.is_ascii_graphic()) {
        report
            .error(entry.place(), format_args!("\"{}\" is no name to greet with", shown(name)))
            .help("write a host name such as \"lvs01.example.org\", or an address: \"[192.0.2.2]\"");
        return None;
    }
    Some(String::from(name))
}

pub(super) fn dns(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let name = table.get("name").map_or(Some(DNS_NAME), |entry| dns_name(entry, report));
    let record = table.get("record").map_or(Some(DNS_RECORD), |entry| word(entry, &RECORDS, report));
    Some(CheckKind::Dns(DnsCheck { name: String::from(name?), record: String::from(record?) }))
}

fn dns_name<'d>(entry: Entry<'d>, report: &mut Report<'_>) -> Option<&'d str> {
    let name = entry.string("name = \"www.example.org\"", report)?;
    if is_dns_name(name) {
        return Some(name);
    }
    report
        .error(entry.place(), format_args!("\"{}\" is no name in the DNS", shown(name)))
        .help("write a name such as \"www.example.org\", or \".\" for the root");
    None
}

pub(super) fn udp(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let payload = bytes::read(table, "payload", MOST_UDP, report);
    let expect = bytes::read(table, "expect", MOST_UDP, report);
    let require_reply = table.get("require_reply").map_or(Some(false), |entry| entry.boolean(report));
    let length = table.get("reply_length").map_or(Some((0, u16::MAX)), |entry| lengths(entry, report));
    let (min_reply, max_reply) = length?;
    Some(CheckKind::Udp(UdpCheck {
        payload: payload?,
        require_reply: require_reply?,
        min_reply,
        max_reply,
        expect: expect?,
    }))
}

/// `12`, or `"1-255"`.
fn lengths(entry: Entry<'_>, report: &mut Report<'_>) -> Option<(u16, u16)> {
    let number = |text: &str| text.trim().parse::<u16>().ok();
    let read = match entry.kind() {
        Kind::Integer { digits, radix: 10 } => number(digits).map(|length| (length, length)),
        Kind::String(text) => {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            number(first).zip(number(last))
        }
        Kind::Bad => return None,
        Kind::Integer { .. }
        | Kind::Float
        | Kind::Boolean(_)
        | Kind::Datetime
        | Kind::Array
        | Kind::Table => None,
    };
    let read = read.filter(|(first, last)| first <= last);
    if read.is_none() {
        report
            .error(entry.place(), "no length, and no range of them")
            .help("write the shortest and the longest good answer in bytes: \"1-255\"");
    }
    read
}

pub(super) fn script(
    table: Table<'_>,
    script_user: Option<&str>,
    report: &mut Report<'_>,
) -> Option<CheckKind> {
    let command = table
        .require(
            "command",
            "a script check",
            "write `command = \"/path\"`, or a list with its arguments",
            report,
        )
        .and_then(|entry| program::command(entry, report));
    let user = match table.get("user") {
        Some(entry) => Some(entry.name(report)?),
        None => script_user.map(String::from),
    };
    let weight = table.get("weight").map_or(Some(false), |entry| entry.boolean(report));
    Some(CheckKind::Script(ScriptCheck { command: command?, user, weight: weight? }))
}

pub(super) fn file(table: Table<'_>, report: &mut Report<'_>) -> Option<CheckKind> {
    let path = table
        .require("path", "a file check", "write the full path of the file: `path = \"/run/weight\"`", report)
        .and_then(|entry| program::path(entry, report));
    let weight = table.get("weight").map_or(Some(0), |entry| entry.number(i32::MIN..=i32::MAX, report));
    Some(CheckKind::File(FileCheck { path: String::from(path?), weight: weight? }))
}
