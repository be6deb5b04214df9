//! Who gets mail, and about what.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use config::director::{MailAbout, MailConfig, MailTls};
use config::rules::{LONGEST_MAIL_ADDRESS, is_mail_address, is_mail_part, is_name_or_address};
use health::Verify;

use super::value::port;
use super::vrrp::said::Said;
use super::vrrp::value::{at_most, flag, seconds, shown, value};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// keepalived's own.
const SERVER: (&str, u16) = ("127.0.0.1", 25);
const TIMEOUT: Duration = Duration::from_secs(30);
/// As `[mail]` has it.
const MERGE: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3_600);
/// Where a name without a host is.
const LOCAL: &str = "@localhost";

/// What `global_defs` says about mail.
#[derive(Default)]
pub(super) struct Mail {
    config: Option<MailConfig>,
}

impl Mail {
    /// What is told where a router says nothing; none: there is no mail at all.
    pub(super) fn routers(&self) -> Option<bool> {
        self.config.as_ref().map(|mail| mail.about.routers)
    }

    /// Whether a service tells of its quorum.
    pub(super) fn service(&self, said: Option<bool>) -> bool {
        self.config.as_ref().is_some_and(|mail| said.unwrap_or(mail.about.services))
    }

    /// Whether a server's turns are told.
    pub(super) fn server(&self, said: Option<bool>) -> bool {
        self.config.as_ref().is_some_and(|mail| said.unwrap_or(mail.about.servers))
    }

    pub(super) fn finish(self) -> Option<MailConfig> {
        self.config
    }
}

pub(super) fn read(said: &Said<'_>, report: &mut Report) -> Mail {
    let words = said.entries("notification_email").flat_map(|line| &line.words);
    let to: Vec<String> = words.filter_map(|word| mailbox(word, report)).collect();
    let from = said.last("notification_email_from", report);
    let server = said.last("smtp_server", report);
    let from = from.and_then(|line| value(line, report)).and_then(|word| mailbox(word, report));
    let server = server.and_then(|line| smtp_server(line, report));
    let helo = said.last("smtp_helo_name", report).and_then(|line| helo(value(line, report)?, report));
    let timeout = said.last("smtp_connect_timeout", report);
    let timeout = timeout.and_then(|line| seconds(line, SHORTEST..=LONGEST, "keepalived takes 30", report));
    let about = about(said, report);
    if to.is_empty() {
        return Mail::default();
    }
    let from = from.unwrap_or_else(|| usual_from(said, report));
    let server = server.unwrap_or_else(|| (String::from(SERVER.0), SERVER.1));
    let config = MailConfig {
        to,
        from,
        server,
        helo,
        tls: MailTls::Off,
        verify: Verify::System,
        login: None,
        timeout: timeout.unwrap_or(TIMEOUT),
        merge: MERGE,
        about,
    };
    Mail { config: Some(config) }
}

/// Of routers and services nothing is told unless said, of servers everything.
fn about(said: &Said<'_>, report: &mut Report) -> MailAbout {
    let mut one = |keyword: &str| said.last(keyword, report).and_then(|line| flag(line, report));
    let (all, routers, services) = (one("smtp_alert"), one("smtp_alert_vrrp"), one("smtp_alert_checker"));
    MailAbout {
        routers: routers.or(all).unwrap_or(false),
        services: services.or(all).unwrap_or(false),
        servers: services.or(all).unwrap_or(true),
    }
}

/// keepalived takes this host's name, which nobody knows here.
fn usual_from(said: &Said<'_>, report: &mut Report) -> String {
    let usual = String::from("keepalived@localhost");
    if let Some(line) = said.all("notification_email").first() {
        tell_usual_from(line.words_place(), &usual, report);
    }
    usual
}

fn tell_usual_from(place: Place, from: &str, report: &mut Report) {
    report
        .note(place, format!("mails are from {from}"))
        .help("keepalived has this host's name behind the @: write `notification_email_from`");
}

/// `smtp_server NAME [PORT]`
fn smtp_server(line: &Line, report: &mut Report) -> Option<(String, u16)> {
    let word = value_first(line, report)?;
    let text = word.text();
    if !is_name_or_address(text) {
        report
            .error(word.place, format!("`{}` is no mail server", shown(text)))
            .help("write a name or an address, and a port behind a space where it is not 25");
        return None;
    }
    let port = match line.value(1) {
        Some(word) => port(word, 1, "keepalived takes 25", report).unwrap_or(SERVER.1),
        None => SERVER.1,
    };
    Some((String::from(text), port))
}

fn value_first<'a>(line: &'a Line, report: &mut Report) -> Option<&'a Word> {
    at_most(line, 2, report);
    let word = line.value(0);
    if word.is_none() {
        report.error(line.place(), "`smtp_server` has no value").help("write `smtp_server mail.example.org`");
    }
    word
}

/// What a mail server is greeted with.
pub(super) fn helo(word: &Word, report: &mut Report) -> Option<String> {
    let name = word.text();
    if name.is_empty() || name.len() > 255 || name.contains(|c: char| !c.is_ascii_graphic()) {
        report
            .error(word.place, format!("`{}` is no name to greet with", shown(name)))
            .help("write a host name such as `lvs01.example.org`");
        return None;
    }
    Some(String::from(name))
}

/// `someone@somewhere`, without a display name.
fn mailbox(word: &Word, report: &mut Report) -> Option<String> {
    let text = word.text();
    if is_mail_address(text) {
        return Some(String::from(text));
    }
    if is_mail_part(text) && text.len() + LOCAL.len() <= LONGEST_MAIL_ADDRESS {
        report
            .warning(word.place, format!("`{}` is no whole mail address", shown(text)))
            .label("a name without a host")
            .help(format!("write `{}{LOCAL}`, which it is taken as", shown(text)));
        return Some(format!("{text}{LOCAL}"));
    }
    report
        .error(word.place, format!("`{}` is no mail address", shown(text)))
        .help("write it as `admin@example.org`, without a name before it");
    None
}
