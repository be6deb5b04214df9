//! What an HTTP check asks, and what a good answer is.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use health::{HttpCheck, HttpVersion, StatusRange, TlsCheck};

use super::body;
use crate::read::{Report, Table, choice, optional, shown};
use crate::text::{Entry, Kind};

/// keepalived's default too.
pub(in crate::director) const STATUS: StatusRange = StatusRange { first: 200, last: 299 };

pub(super) fn read(table: Table<'_>, tls: Option<TlsCheck>, report: &mut Report<'_>) -> Option<HttpCheck> {
    let path = page(table, report);
    let host = optional(table, "host", report, host);
    let words = [("1.0", HttpVersion::V10), ("1.0c", HttpVersion::V10Close), ("1.1", HttpVersion::V11)];
    let version = table.get("version").map_or(Some(HttpVersion::V11), |entry| choice(entry, &words, report));
    let status = table.get("status").map_or_else(|| Some(vec![STATUS]), |entry| status(entry, report));
    let digest = optional(table, "digest", report, digest);
    let body = body::read(table, report);
    Some(HttpCheck {
        path: path?,
        host: host?,
        version: version?,
        status: status?,
        digest: digest?,
        body: body.ok()?,
        tls,
    })
}

/// `page`, or `path` where that is no way to the server.
fn page(table: Table<'_>, report: &mut Report<'_>) -> Option<String> {
    let written = table.get("path").filter(|entry| !super::path::is_way(*entry));
    match (written, table.get("page")) {
        (None, None) => Some(String::from("/")),
        (Some(entry), None) | (None, Some(entry)) => path(entry, report),
        (Some(_), Some(page)) => {
            report
                .error(page.key_place(), "`path` and `page` say the same thing")
                .help("leave one of the two away; `page` is for checks with `path = \"dr\"`");
            None
        }
    }
}

fn path(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let path = entry.string("path = \"/\"", report)?;
    let help = if path.starts_with("http://") || path.starts_with("https://") {
        "write the path alone, as in \"/health\"; the host goes into `host`"
    } else if matches!(path.to_ascii_lowercase().as_str(), "dr" | "direct") {
        "write \"dr\" or \"direct\" in small letters for the way of the check, and the page as `page`"
    } else if !path.starts_with('/') {
        "begin it with a slash, as in \"/health\""
    } else if path.contains(|c: char| !c.is_ascii_graphic()) {
        "write spaces and other letters as %20 and the like"
    } else {
        return Some(String::from(path));
    };
    report.error(entry.place(), format_args!("\"{}\" is no path", shown(path))).help(help);
    None
}

fn host(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let host = entry.string("host = \"www.example.org\"", report)?;
    if host.is_empty() || host.contains(|c: char| !c.is_ascii_graphic() || c == '/') {
        report
            .error(entry.place(), format_args!("\"{}\" is no host name", shown(host)))
            .help("write a name such as \"www.example.org\", or leave it away for the server's address");
        return None;
    }
    Some(String::from(host))
}

fn digest(entry: Entry<'_>, report: &mut Report<'_>) -> Option<[u8; 16]> {
    let text = entry.string("digest = \"640205b7b0fc66c1ea91c463fac6334d\"", report)?;
    let digest = Some(text)
        .filter(|text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u128::from_str_radix(text, 16).ok())
        .map(u128::to_be_bytes);
    if digest.is_none() {
        report
            .error(entry.place(), "`digest` is no MD5 sum")
            .label(format_args!("{} characters", text.chars().count()))
            .help("write 32 hexadecimal digits, as md5sum prints them");
    }
    digest
}

fn status(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<StatusRange>> {
    let mut all = Vec::new();
    let mut sound = true;
    for one in entry.list("status = [200]", report)? {
        match range(one, report) {
            Some(range) => all.push(range),
            None => sound = false,
        }
    }
    if sound && all.is_empty() {
        report
            .error(entry.place(), "`status` is empty: no answer would be good")
            .help("write `status = [200]`, or leave it away for 200 to 299");
    }
    (sound && !all.is_empty()).then_some(all)
}

fn range(entry: Entry<'_>, report: &mut Report<'_>) -> Option<StatusRange> {
    let code = |text: &str| text.trim().parse::<u16>().ok();
    let (first, last) = match entry.kind() {
        Kind::Integer { digits, radix: 10 } => (code(digits), code(digits)),
        Kind::String(text) => match text.split_once('-') {
            Some((first, last)) => (code(first), code(last)),
            None => (code(text), code(text)),
        },
        Kind::Bad => return None,
        Kind::Integer { .. }
        | Kind::Float
        | Kind::Boolean(_)
        | Kind::Datetime
        | Kind::Array
        | Kind::Table => (None, None),
    };
    let valid = 100..=599;
    match (first, last) {
        (Some(first), Some(last)) if valid.contains(&first) && valid.contains(&last) && first <= last => {
            Some(StatusRange { first, last })
        }
        _ => {
            report
                .error(entry.place(), "no status code, and no range of them")
                .help("write a number from 100 to 599, or a range such as \"200-299\"");
            None
        }
    }
}
