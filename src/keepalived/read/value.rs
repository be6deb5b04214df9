//! Values of services and checks: addresses, ports, commands.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};

use super::vrrp::notify::{check_user, tell_group};
use super::vrrp::program;
use super::vrrp::value::shown;
use crate::Mode;
use crate::report::Report;
use crate::syntax::{Line, Word};

/// An address, and a port behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) address: IpAddr,
    /// none where there is none, or 0
    pub(super) port: Option<u16>,
}

/// `IP` or `IP PORT`; `swallowed` is what keepalived does without a valid one.
pub(super) fn endpoint(words: &[Word], swallowed: &str, report: &mut Report) -> Option<Endpoint> {
    let word = words.first()?;
    let (address, joined) = address_and_port(word, swallowed, report)?;
    let port = match words.get(1) {
        Some(word) => port(word, 0, swallowed, report)?,
        None => joined.unwrap_or(0),
    };
    Some(Endpoint { address, port: Some(port).filter(|port| *port != 0) })
}

/// A bare address; when mending, perhaps with the port that stands in the same word.
pub(super) fn address(word: &Word, swallowed: &str, report: &mut Report) -> Option<Endpoint> {
    let (address, port) = address_and_port(word, swallowed, report)?;
    Some(Endpoint { address, port })
}

fn address_and_port(word: &Word, swallowed: &str, report: &mut Report) -> Option<(IpAddr, Option<u16>)> {
    let text = word.text();
    if let Ok(address) = text.parse() {
        return Some((address, None));
    }
    let joined = joined(text);
    let draft =
        report.error(word.place, format_args!("`{}` is no IP address", shown(text))).swallowed(swallowed);
    match joined {
        Some((address, port)) => drop(
            draft
                .label("address and port in one word")
                .help(format_args!("write `{address} {port}`"))
                .mended(format_args!("taken as `{address} {port}`")),
        ),
        None if text.contains('/') => drop(draft.help("write the address alone, without a prefix length")),
        None if text.chars().any(|c| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit()) => drop(
            draft
                .label("a name")
                .help("names are not looked up, here as under keepalived: write the address"),
        ),
        None => drop(draft.help("write an address such as `192.0.2.1` or `2001:db8::1`")),
    }
    joined.filter(|_| report.mode() == Mode::Fix).map(|(address, port)| (address, Some(port)))
}

/// `192.0.2.1:80`, `[2001:db8::1]:80`
fn joined(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.rsplit_once(':')?;
    let port = decimal(port).filter(|port| *port != 0)?;
    let address = match address.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(v6) => IpAddr::V6(v6.parse::<Ipv6Addr>().ok()?),
        None => IpAddr::V4(address.parse().ok()?),
    };
    Some((address, port))
}

/// A port of at least `least`, 0 or 1.
pub(super) fn port(word: &Word, least: u16, swallowed: &str, report: &mut Report) -> Option<u16> {
    let text = word.text();
    let read = decimal(text).filter(|port| *port >= least);
    if read.is_none() {
        let draft = report
            .error(word.place, format_args!("`{}` is no port", shown(text)))
            .swallowed(swallowed)
            .help("write a number from 1 to 65535");
        match text.parse::<IpAddr>() {
            Ok(_) => drop(draft.label("an address: each has a line of its own")),
            Err(_) if text.contains(|c: char| c.is_ascii_alphabetic()) => {
                drop(draft.label("names are not known"));
            }
            Err(_) => drop(draft),
        }
    }
    read
}

/// A number without sign or blanks.
pub(super) fn decimal(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A program at a transition, run by who runs them all.
pub(super) fn command(line: &Line, script_user: Option<&str>, report: &mut Report) -> Vec<String> {
    let Some(program) = program(line, true, report) else { return Vec::new() };
    check_user(line.keyword(), program.behind, script_user, report);
    program.command
}

/// A user and perhaps a group.
pub(super) fn user(words: &[Word], report: &mut Report) -> Option<String> {
    let word = words.first()?;
    tell_group(words.get(1), report);
    super::vrrp::value::name(word, "user", report)
}

/// A full path of a file.
pub(super) fn path(word: &Word, what: &str, report: &mut Report) -> Option<String> {
    let text = word.text();
    if text.starts_with('/') && !text.ends_with('/') && !text.contains('\0') {
        return Some(String::from(text));
    }
    report
        .error(word.place, format_args!("`{}` is no full path of a {what}", shown(text)))
        .help("write it from the first `/` on");
    None
}
