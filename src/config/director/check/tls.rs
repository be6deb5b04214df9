//! How a TLS connection is made, and whom it trusts.

use alloc::string::String;

use health::{TlsCheck, Verify};

use crate::read::program;
use crate::read::{Report, Table, optional, shown};
use crate::text::{Entry, Kind};

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Option<TlsCheck> {
    let sni = optional(table, "sni", report, sni);
    let verify = optional(table, "verify", report, verify);
    let path = |entry, report: &mut Report<'_>| program::path(entry, report).map(String::from);
    let certificate = optional(table, "certificate", report, path);
    let key = optional(table, "key", report, path);
    program::both_or_none(table, report);
    Some(TlsCheck {
        sni: sni?,
        verify: verify?.unwrap_or(Verify::System),
        certificate: certificate?,
        key: key?,
    })
}

fn sni(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.string("sni = \"www.example.org\"", report)?;
    let help = if name.parse::<core::net::IpAddr>().is_ok() {
        "leave it away: the handshake carries names only (RFC 6066 section 3)"
    } else if name.is_empty()
        || name.len() > 253
        || name.contains(|c: char| !c.is_ascii_graphic() || c == '/')
    {
        "write a name such as \"www.example.org\", or leave it away for `host`"
    } else {
        return Some(String::from(name));
    };
    report.error(entry.place(), format_args!("\"{}\" is no server name", shown(name))).help(help);
    None
}

/// `true` is the machine's authorities, a path those in the file.
pub(in crate::director) fn verify(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Verify> {
    match entry.kind() {
        Kind::Boolean(true) => Some(Verify::System),
        Kind::Boolean(false) => Some(Verify::Off),
        Kind::String(_) => program::path(entry, report).map(|path| Verify::Ca(String::from(path))),
        Kind::Bad => None,
        Kind::Integer { .. } | Kind::Float | Kind::Datetime | Kind::Array | Kind::Table => {
            entry.mismatch("true, false or a file", report).help(
                "write `verify = true` for the machine's authorities, or \"/path/ca.pem\" for your own",
            );
            None
        }
    }
}
