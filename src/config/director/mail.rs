//! `[mail]`: who hears of changes, and about what.

mod place;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;
use core::time::Duration;

use health::{Login, Verify};

use super::{MailAbout, MailConfig, MailTls, check};
use crate::read::{Foreign, Keys, Report, Table, choice, shown, word};
use crate::rules::is_mail_address;
use crate::text::Entry;

pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
pub(super) const MERGE: Duration = Duration::from_secs(10);
pub(super) const ABOUT: MailAbout = MailAbout { routers: true, services: true, servers: true };
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3_600);
const MERGES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3_600);

pub(super) const MAIL: Keys = Keys {
    name: "[mail]",
    known: &["to", "from", "server", "helo", "tls", "verify", "login", "timeout", "merge", "about"],
    foreign: &[
        Foreign { key: "notification_email", help: "write `to = [\"admin@example.org\"]`" },
        Foreign { key: "notification_email_from", help: "write `from = \"lvs@example.org\"`" },
        Foreign { key: "smtp_server", help: "write `server = \"mail.example.org:25\"`" },
        Foreign { key: "smtp_helo_name", help: "write `helo`" },
        Foreign { key: "smtp_connect_timeout", help: "write `timeout = \"30s\"`" },
        Foreign { key: "smtp_alert", help: "write `about = [\"routers\", \"services\", \"servers\"]`" },
        Foreign { key: "port", help: "write it behind the server: \"mail.example.org:587\"" },
        Foreign { key: "user", help: "write `login = { user = \"…\", password = \"…\" }`" },
        Foreign { key: "password", help: "write `login = { user = \"…\", password = \"…\" }`" },
        Foreign { key: "starttls", help: "write `tls = \"starttls\"`" },
    ],
};

/// What `alert` is where nothing is said, and whether it may be true.
#[derive(Clone, Copy)]
pub(super) struct Alerts {
    mail: bool,
    pub(super) about: MailAbout,
}

impl Alerts {
    /// As `[mail] about` says; nothing without `[mail]`.
    pub(super) const fn of(mail: Option<&MailConfig>) -> Self {
        match mail {
            Some(mail) => Self { mail: true, about: mail.about },
            None => {
                Self { mail: false, about: MailAbout { routers: false, services: false, servers: false } }
            }
        }
    }

    /// `alert` of a router, group, service or server.
    pub(super) fn read(self, table: Table<'_>, usual: bool, report: &mut Report<'_>) -> bool {
        let Some(entry) = table.get("alert") else { return usual };
        let alert = entry.boolean(report).unwrap_or(usual);
        if alert && !self.mail {
            report
                .error(entry.place(), "`alert` is true, but there is no [mail]")
                .label("nobody would hear of it")
                .help("write a [mail] section, or leave it away");
        }
        alert
    }
}

/// The section, and what `alert` is in its light: one that could not be read counts as there.
pub(super) fn read(top: Table<'_>, report: &mut Report<'_>) -> (Option<MailConfig>, Alerts) {
    let config = top.get("mail").and_then(|entry| read_one(entry, report));
    let alerts = Alerts { mail: top.get("mail").is_some(), ..Alerts::of(config.as_ref()) };
    (config, alerts)
}

fn read_one(entry: Entry<'_>, report: &mut Report<'_>) -> Option<MailConfig> {
    let table = Table::open(entry, &MAIL, report)?;
    let to = table
        .require("to", MAIL.name, "write who gets the mails: `to = [\"admin@example.org\"]`", report)
        .and_then(|entry| recipients(entry, report));
    let from = table
        .require("from", MAIL.name, "write whom they are from: `from = \"lvs@example.org\"`", report)
        .and_then(|entry| mailbox(entry, report));
    let words = [("off", MailTls::Off), ("starttls", MailTls::StartTls), ("tls", MailTls::Tls)];
    let tls = table.get("tls").map_or(Some(MailTls::Off), |entry| choice(entry, &words, report));
    let server = table
        .require(
            "server",
            MAIL.name,
            "write where they are handed in: `server = \"mail.example.org\"`",
            report,
        )
        .and_then(|entry| place::read(entry, usual_port(tls.unwrap_or(MailTls::Off)), report));
    let helo = table.get("helo").map(|entry| check::helo(entry, report));
    let verify = verify(table, tls, report);
    let login = table.get("login").map(|entry| login(entry, tls, server.as_ref(), report));
    let mut duration =
        |key, range, usual| table.get(key).map_or(Some(usual), |entry| entry.duration(range, report));
    let (timeout, merge) = (duration("timeout", TIMEOUTS, TIMEOUT), duration("merge", MERGES, MERGE));
    let about = table.get("about").map_or(Some(ABOUT), |entry| about(entry, report));
    Some(MailConfig {
        to: to?,
        from: from?,
        server: server?,
        helo: helo.flatten(),
        tls: tls?,
        verify: verify?,
        login: login.flatten(),
        timeout: timeout?,
        merge: merge?,
        about: about?,
    })
}

/// RFC 5321, RFC 6409 and RFC 8314.
pub(super) const fn usual_port(tls: MailTls) -> u16 {
    match tls {
        MailTls::Off => 25,
        MailTls::StartTls => 587,
        MailTls::Tls => 465,
    }
}

fn recipients(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let entries: Vec<Entry<'_>> = entry.list("to = [\"admin@example.org\"]", report)?.collect();
    if entries.is_empty() {
        report
            .error(entry.place(), "`to` is empty")
            .label("nobody would hear of it")
            .help("write an address, or leave [mail] away");
    }
    let all: Vec<Option<String>> = entries.into_iter().map(|entry| mailbox(entry, report)).collect();
    all.into_iter().collect()
}

/// `someone@somewhere`, without a display name.
fn mailbox(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = entry.string("\"admin@example.org\"", report)?;
    if is_mail_address(text) {
        return Some(String::from(text));
    }
    let draft = report.error(entry.place(), format_args!("\"{}\" is no mail address", shown(text)));
    match text.rsplit_once('<').and_then(|(_, address)| address.strip_suffix('>')) {
        Some(address) => draft.help(format_args!("write the address alone: \"{}\"", shown(address))),
        None => draft.help("write it as \"admin@example.org\""),
    };
    None
}

fn verify(table: Table<'_>, tls: Option<MailTls>, report: &mut Report<'_>) -> Option<Verify> {
    let Some(entry) = table.get("verify") else { return Some(Verify::System) };
    if tls == Some(MailTls::Off) {
        report
            .error(entry.key_place(), "`verify` without `tls`")
            .label("there is no certificate to verify")
            .help("write `tls = \"starttls\"` or \"tls\", or leave it away");
    }
    check::verify(entry, report)
}

/// In clear a password goes to this machine only.
fn login(
    entry: Entry<'_>,
    tls: Option<MailTls>,
    server: Option<&(String, u16)>,
    report: &mut Report<'_>,
) -> Option<Login> {
    let login = check::login(entry, None, report);
    let elsewhere = server.filter(|(name, _)| !is_this_machine(name));
    if let Some((name, _)) = elsewhere.filter(|_| tls == Some(MailTls::Off)) {
        report
            .error(entry.place(), format_args!("the password would go to {} in clear", shown(name)))
            .label("there is no `tls`")
            .help("write `tls = \"starttls\"`, or `tls = \"tls\"` for a server on port 465");
    }
    login
}

fn is_this_machine(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn about(entry: Entry<'_>, report: &mut Report<'_>) -> Option<MailAbout> {
    let names = ["routers", "services", "servers"];
    let mut about = MailAbout { routers: false, services: false, servers: false };
    for one in entry.list("about = [\"routers\", \"services\", \"servers\"]", report)? {
        match word(one, &names, report)? {
            "routers" => about.routers = true,
            "services" => about.services = true,
            _ => about.servers = true,
        }
    }
    Some(about)
}
