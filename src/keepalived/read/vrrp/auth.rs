//! `authentication { auth_type PASS auth_pass 1111 }`: version 2 only.

use alloc::string::{String, ToString};

use ::vrrp::{Password, Version};

use super::said::{Said, one_a_line};
use super::value::{shown, value};
use crate::Mode;
use crate::keywords::Section;
use crate::report::Report;
use crate::syntax::{Line, Word};

/// The field of an advert.
const LONGEST: usize = 8;

/// The password of the adverts, where there is one.
pub(super) fn read(said: &Said<'_>, version: Version, strict: bool, report: &mut Report) -> Option<Password> {
    let block = said.last("authentication", report)?;
    let lines = one_a_line(block.lines(), Section::Authentication, report);
    let inner = Said::of(&lines, Section::Authentication, report);
    let kind = inner.last("auth_type", report);
    let pass = inner.last("auth_pass", report);
    let wanted = is_wanted(block, kind, pass, report);
    let password = password(block, pass, wanted, report)?;
    let why = if version == Version::V3 {
        "version 3 has no authentication (RFC 5798 removed it)"
    } else if strict {
        "strict mode sends none"
    } else {
        return Some(password);
    };
    report
        .warning(block.words_place(), "the password is left away")
        .label(why)
        .help("leave `authentication` away; against strangers use `unicast_peer` and a firewall");
    None
}

/// Whether adverts have a password, by `auth_type`.
fn is_wanted(block: &Line, kind: Option<&Line>, pass: Option<&Line>, report: &mut Report) -> bool {
    let Some(kind) = kind else {
        report
            .error(block.words_place(), "`authentication` without `auth_type`")
            .label("`auth_type` is missing")
            .help("write `auth_type PASS`")
            .swallowed("keepalived sends no password")
            .mended("`auth_type PASS`");
        return report.mode() == Mode::Fix && pass.is_some();
    };
    let Some(word) = value(kind, report) else { return false };
    let meant = word.text().to_ascii_uppercase();
    match (word.text(), meant.as_str()) {
        ("PASS", _) => return true,
        ("AH", _) => {
            report
                .error(word.place, "authentication by AH is not supported")
                .label("RFC 3768 removed it")
                .help("write `auth_type PASS` on all routers, or no `authentication`; against strangers use `unicast_peer` and a firewall");
        }
        (text, "PASS") => {
            report
                .error(word.place, format_args!("there is no auth_type `{}`", shown(text)))
                .help("write `PASS`")
                .swallowed("keepalived sends no password")
                .mended("`auth_type PASS`");
            return report.mode() == Mode::Fix;
        }
        (text, _) => {
            report
                .error(word.place, format_args!("there is no auth_type `{}`", shown(text)))
                .help("write `PASS`, or no `authentication`")
                .swallowed("keepalived sends no password");
        }
    }
    false
}

fn password(block: &Line, pass: Option<&Line>, wanted: bool, report: &mut Report) -> Option<Password> {
    let word = pass.and_then(|line| line.value(0));
    let (Some(line), Some(word)) = (pass, word) else {
        report
            .error(block.words_place(), "`authentication` without a password")
            .label("`auth_pass` is missing")
            .help("write `auth_pass` and 1 to 8 characters, or no `authentication`")
            .swallowed("keepalived sends no password");
        return None;
    };
    super::value::at_most(line, 1, report);
    let text = whole(line, word, report);
    if !wanted {
        return None;
    }
    eight(&text, word, report)
}

/// A comment sign cuts a password without a word: `ab!cd` is `ab`.
fn whole(line: &Line, word: &Word, report: &mut Report) -> String {
    let text = word.text();
    let cut = line.cut.filter(|cut| line.values().len() == 1 && cut.source == word.place.source);
    let Some(cut) = cut else { return text.to_string() };
    let source = report.source(cut.source).map_or("", |source| &source.text);
    let behind = source.get(word.place.range().end..cut.range().end).unwrap_or_default();
    let behind = behind.split_whitespace().next().unwrap_or_default();
    if behind.is_empty() {
        return text.to_string();
    }
    let sign = behind.chars().next().unwrap_or('!');
    let both: String = [text, behind].concat();
    let meant = beginning(&both).to_string();
    report
        .error(word.place.to(cut), format_args!("`{sign}` begins a comment: the password is cut"))
        .label(format_args!("what is sent is `{}`", beginning(text)))
        .help(format_args!(
            "write `{}` to go on as it is, or \"{}\" in quotes, on all its routers at once",
            shown(text),
            shown(&both)
        ))
        .swallowed(format_args!("keepalived sends `{}`", beginning(text)))
        .mended(format_args!("the password is `{meant}`"));
    if report.mode() == Mode::Fix { both } else { text.to_string() }
}

/// The first eight bytes, as keepalived sends them.
fn eight(text: &str, word: &Word, report: &mut Report) -> Option<Password> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        report
            .error(word.place, "the password is not plain ASCII")
            .help("write 1 to 8 letters, digits and signs: other routers see bytes");
        return None;
    }
    let sent = beginning(text);
    if sent.len() < text.len() {
        report
            .warning(word.place, "the password is longer than 8 characters")
            .label("the first 8 are sent")
            .help(format_args!("write `{sent}`"));
    }
    Password::new(sent.as_bytes())
}

fn beginning(text: &str) -> &str {
    text.get(..LONGEST).unwrap_or(text)
}
