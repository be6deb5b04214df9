//! `path = "dr"`: a check on the way that clients' packets take.

use core::net::{IpAddr, Ipv4Addr};
use core::ops::Range;

use health::DrPath;
use ipvs::{Forward, ServiceKey};

use super::Server;
use crate::read::{Report, Table, choice};
use crate::text::{Entry, Kind};

/// Before it is known whose check it is.
const SOMEWHERE: DrPath = DrPath { vip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), mark: 0 };
/// What the way decides itself, and why.
const DECIDED: [(&str, &str); 4] = [
    ("address", "it goes to the service's own address"),
    ("source", "it comes from this director's own address, as the kernel chooses it"),
    ("interface", "it leaves by the interface to the server"),
    ("mark", "its mark says which server, see `path_mark` in [ipvs]"),
];

/// Whether a value is a way, and not the path of a page or a file.
pub(super) fn is_way(entry: Entry<'_>) -> bool {
    matches!(entry.kind(), Kind::String("dr" | "direct"))
}

/// The way of a check; the outer none: it is wrong, and reported.
#[expect(clippy::option_option, reason = "what is not there is told from what could not be read")]
pub(super) fn read(table: Table<'_>, word: &str, report: &mut Report<'_>) -> Option<Option<DrPath>> {
    let page = matches!(word, "http" | "https");
    let file = matches!(word, "dns" | "udp" | "ping" | "script" | "file");
    let entry = table.get("path").filter(|entry| !file && (!page || is_way(*entry)));
    let Some(entry) = entry else { return Some(None) };
    if let Kind::String(text) = entry.kind()
        && text.starts_with('/')
    {
        report
            .error(entry.place(), format_args!("a check of type \"{word}\" asks for no page"))
            .help("write `type = \"http\"` beside it, or `path = \"dr\"` for a check on the way of clients' packets");
        return None;
    }
    let path = choice(entry, &[("direct", None), ("dr", Some(SOMEWHERE))], report)?;
    if path.is_some() {
        refuse_decided(table, report);
    }
    Some(path)
}

fn refuse_decided(table: Table<'_>, report: &mut Report<'_>) {
    for (key, why) in DECIDED {
        if let Some(entry) = table.get(key) {
            report
                .error(entry.key_place(), format_args!("`{key}` in a check with `path = \"dr\"`"))
                .label(why)
                .help("leave it away, or write another check for it: `check = [{ … }, { … }]`");
        }
    }
}

/// Why a server cannot be checked on the true path.
pub(super) enum Problem {
    /// a firewall mark stands for any address
    NoVip,
    /// there is no such way
    NotDirect,
    /// the VIP is served at this one
    OtherPort(u16),
}

/// What keeps a server from being checked on the true path, at the port that the check says.
pub(super) fn why_not(server: Server, port: Option<u16>) -> Option<Problem> {
    if let Some(ServiceKey::Fwmark { .. }) = server.service {
        return Some(Problem::NoVip);
    }
    if server.forward != Forward::Direct {
        return Some(Problem::NotDirect);
    }
    // a service on every port has each
    let own = Some(server.key.port).filter(|own| *own != 0)?;
    port.filter(|port| *port != own).map(|_| Problem::OtherPort(own))
}

impl Problem {
    pub(super) fn tell(&self, place: &Range<usize>, report: &mut Report<'_>) {
        let place = place.clone();
        match self {
            Self::NoVip => report
                .error(place, "`path = \"dr\"` is for services with an address")
                .label("which VIP to check is not known: a firewall mark has none")
                .help("leave `path` away, or write a [[service]] with an `address`"),
            Self::NotDirect => report
                .error(place, "`path = \"dr\"` is for servers with `forward = \"dr\"`")
                .label("one of the servers has another")
                .help("leave `path` away, or give the other servers a `check` of their own"),
            Self::OtherPort(own) => report
                .error(place, "`path = \"dr\"` with a port that is not the service's")
                .label(format_args!("the service has port {own}"))
                .help("leave `port` away, or leave `path` away and check that port directly"),
        };
    }
}
