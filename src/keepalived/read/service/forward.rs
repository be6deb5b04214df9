//! `lvs_method`: how packets reach a server.

use ipvs::{Checksum, Forward, Tunnel, TunnelKind};

use crate::Mode;
use crate::read::value::port;
use crate::read::vrrp::value::{at_most, shown};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// keepalived's own where nothing is said, and where it does not understand.
pub(super) const USUAL: Forward = Forward::Nat;

/// None where it cannot be understood.
pub(super) fn read(line: &Line, report: &mut Report) -> Option<Forward> {
    let Some((word, options)) = line.values().split_first() else {
        report
            .error(line.place(), format_args!("`{}` has no value", line.keyword()))
            .help("write `DR`, `NAT` or `TUN`")
            .swallowed("keepalived takes NAT");
        return Some(USUAL);
    };
    match word.text() {
        "DR" => {
            at_most(line, 1, report);
            Some(Forward::Direct)
        }
        "NAT" => {
            at_most(line, 1, report);
            Some(Forward::Nat)
        }
        "TUN" => tunnel(line, options, report).map(Forward::Tunnel),
        other => Some(wrong(word, other, report)),
    }
}

fn wrong(word: &Word, text: &str, report: &mut Report) -> Forward {
    let upper = text.to_ascii_uppercase();
    let meant = match upper.as_str() {
        "DR" => Some(Forward::Direct),
        "NAT" => Some(Forward::Nat),
        "TUN" => Some(Forward::Tunnel(Tunnel::default())),
        _ => None,
    };
    let draft = report
        .error(word.place, format_args!("there is no forwarding method `{}`", shown(text)))
        .swallowed("keepalived takes NAT");
    match meant {
        Some(_) => drop(
            draft
                .label("in capitals")
                .help(format_args!("write `{upper}`"))
                .mended(format_args!("taken as `{upper}`")),
        ),
        None => drop(draft.help("write `DR`, `NAT` or `TUN`")),
    }
    // only what is meant, or what keepalived takes, is ever used: in strict mode the file is refused
    meant.filter(|_| report.mode() != Mode::Lenient).unwrap_or(USUAL)
}

/// `type ipip|gue port N|gre [nocsum|csum|remcsum]`
fn tunnel(line: &Line, options: &[Word], report: &mut Report) -> Option<Tunnel> {
    let mut tunnel = Tunnel::default();
    let mut words = options;
    while let Some((word, rest)) = words.split_first() {
        words = rest;
        match (word.text(), rest.split_first()) {
            ("type", Some((value, rest))) => {
                tunnel.kind = kind(value, report)?;
                words = rest;
            }
            ("port", Some((value, rest))) => {
                tunnel.port = port(value, 1, "keepalived leaves it away", report)?;
                words = rest;
            }
            ("nocsum", _) => tunnel.checksum = Checksum::None,
            ("csum", _) => tunnel.checksum = Checksum::Full,
            ("remcsum", _) => tunnel.checksum = Checksum::Remote,
            _ => {
                report
                    .error(word.place, format_args!("a tunnel does not understand `{}`", shown(word.text())))
                    .help("write `TUN type ipip`, `TUN type gue port 6080 csum` or `TUN type gre csum`")
                    .swallowed("keepalived leaves the word away");
            }
        }
    }
    let (wrong, help) = match (tunnel.kind, tunnel.port, tunnel.checksum) {
        (TunnelKind::Gue, 0, _) => ("a GUE tunnel needs a UDP port", "write `type gue port 6080`"),
        (TunnelKind::Ipip | TunnelKind::Gre, 1.., _) => ("only a GUE tunnel has a port", "leave `port` away"),
        (TunnelKind::Ipip, _, Checksum::Full | Checksum::Remote) => {
            ("an IPIP tunnel has no checksum", "leave it away, or write `type gue port 6080`")
        }
        (TunnelKind::Gre, _, Checksum::Remote) => ("a GRE tunnel has no remote checksum", "write `csum`"),
        _ => return Some(tunnel),
    };
    report.error(line.words_place(), wrong).help(help);
    None
}

fn kind(word: &Word, report: &mut Report) -> Option<TunnelKind> {
    match word.text() {
        "ipip" => Some(TunnelKind::Ipip),
        "gue" => Some(TunnelKind::Gue),
        "gre" => Some(TunnelKind::Gre),
        other => {
            report
                .error(word.place, format_args!("there is no tunnel of type `{}`", shown(other)))
                .help("write `ipip`, `gue` or `gre`");
            None
        }
    }
}
