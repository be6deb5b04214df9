//! `virtual_routes`: there while the router is master.

mod destination;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use config::director::VirtualRoute;

use super::value::{number_of, shown};
use crate::read::address::{self, Role, is_link_local, tell_no_host};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};
use destination::destination;

/// A takeover must not take long.
const MOST: usize = 1_000;
/// Options that change nothing that is looked at here, with one value each.
const WITHOUT_VALUED: [&str; 4] = ["proto", "protocol", "scope", "track_group"];
const WITHOUT: [&str; 4] = ["no_track", "add", "prepend", "unicast"];

/// The entries of a block.
pub(super) fn read<'a>(entries: impl Iterator<Item = &'a Line>, report: &mut Report) -> Vec<VirtualRoute> {
    let mut routes: Vec<VirtualRoute> = Vec::new();
    for line in entries {
        let Some(route) = one(line, report) else { continue };
        let place = line.words_place();
        if routes.len() == MOST {
            report
                .error(place, format_args!("more than {MOST} routes"))
                .help("write shorter prefixes: each is added and removed while the addresses move");
            break;
        }
        let key = |route: &VirtualRoute| (route.to, route.table, route.metric);
        if routes.iter().any(|other| key(other) == key(&route)) {
            report
                .error(place, format_args!("the route to {}/{} is there twice", route.to.0, route.to.1))
                .label("the second of this table and metric")
                .help("leave one of the two away, or write another `metric`");
            continue;
        }
        routes.push(route);
    }
    routes
}

/// What a line says, word by word.
#[derive(Default)]
struct Parts {
    to: Option<(IpAddr, u8)>,
    via: Option<IpAddr>,
    interface: Option<String>,
    source: Option<IpAddr>,
    table: Option<u32>,
    metric: Option<u32>,
    v6: bool,
    /// something was reported
    bad: bool,
}

fn one(line: &Line, report: &mut Report) -> Option<VirtualRoute> {
    let mut parts = Parts::default();
    let mut words = line.words.as_slice();
    while let Some((word, behind)) = words.split_first() {
        words = parts.take(word, behind, report);
    }
    let place = line.words_place();
    if parts.bad {
        return None;
    }
    parts.finish(place, report)
}

impl Parts {
    /// Takes a word and its value, and answers the rest.
    fn take<'a>(&mut self, word: &Word, behind: &'a [Word], report: &mut Report) -> &'a [Word] {
        let text = word.text();
        if WITHOUT.contains(&text) || text == "inet" {
            return behind;
        }
        if text == "inet6" {
            self.v6 = true;
            return behind;
        }
        let valued = ["via", "gw", "dev", "oif", "src", "to", "table", "metric", "priority", "preference"];
        if !valued.contains(&text) && !WITHOUT_VALUED.contains(&text) {
            self.bare(word, report);
            // what follows belongs to what is not understood
            return if self.bad { &[] } else { behind };
        }
        let Some((value, rest)) = behind.split_first() else {
            report.error(word.place, format_args!("`{text}` has no value")).help("write it behind the word");
            self.bad = true;
            return behind;
        };
        if WITHOUT_VALUED.contains(&text) {
            report
                .note(word.place, format_args!("`{text}` of a route has no effect"))
                .help("the kernel's own choice counts");
            return rest;
        }
        self.bad |= self.set(text, value, report).is_none();
        rest
    }

    fn set(&mut self, option: &str, value: &Word, report: &mut Report) -> Option<()> {
        match option {
            "via" | "gw" => self.via = Some(host(value, Role::Router, report)?),
            "src" => self.source = Some(host(value, Role::Vip, report)?),
            "dev" | "oif" => self.interface = Some(address::interface(value, report)?),
            "to" => self.to = Some(destination(value, self.v6, report)?),
            "table" => self.table = table(value, report)?,
            _ => {
                let read = number_of(value, option, 0..=i64::from(u32::MAX), "", report)?;
                self.metric = u32::try_from(read).ok();
            }
        }
        Some(())
    }

    /// A destination without `to`; anything else is not supported.
    fn bare(&mut self, word: &Word, report: &mut Report) {
        let begins =
            word.text().starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') || word.text() == "default";
        if self.to.is_none() && begins && (word.text() == "default" || word.text().contains(['.', ':', '/']))
        {
            self.to = destination(word, self.v6, report);
            self.bad |= self.to.is_none();
            return;
        }
        report
            .error(word.place, format_args!("`{}` of a route is not supported", shown(word.text())))
            .help("write `to`, `via`, `dev`, `src`, `table` and `metric`; keep other routes in the network's configuration");
        self.bad = true;
    }

    fn finish(self, place: Place, report: &mut Report) -> Option<VirtualRoute> {
        let Self { to, via, interface, source, table, metric, .. } = self;
        let Some(to) = to else {
            report.error(place, "a route without a destination").help("write `10.0.0.0/8 via 192.0.2.1`");
            return None;
        };
        if via.is_none() && interface.is_none() {
            report
                .error(place, "a route has `via` or `dev`")
                .label("leads nowhere")
                .help("write `10.0.0.0/8 via 192.0.2.1`");
            return None;
        }
        let other = [via, source].into_iter().flatten().find(|other| other.is_ipv4() != to.0.is_ipv4());
        if let Some(other) = other {
            report
                .error(place, format_args!("{other} is not of the family of {}/{}", to.0, to.1))
                .help("write an address of the destination's family");
            return None;
        }
        if let Some(via) = via.filter(|via| is_link_local(*via) && interface.is_none()) {
            report
                .error(place, format_args!("{via} is valid on one link only"))
                .label("`dev` is missing")
                .help("write the interface of that link beside it");
            return None;
        }
        Some(VirtualRoute { to, via, interface, source, table, metric })
    }
}

fn host(word: &Word, role: Role, report: &mut Report) -> Option<IpAddr> {
    let Ok(address) = word.text().parse::<IpAddr>() else {
        report
            .error(word.place, format_args!("`{}` is no IP address", shown(word.text())))
            .help("write one such as `192.0.2.1`");
        return None;
    };
    Some(address).filter(|address| !tell_no_host(word.place, *address, role, report))
}

/// A number, or the names that every machine has.
#[expect(clippy::option_option, reason = "what could not be read is told from the main table")]
fn table(word: &Word, report: &mut Report) -> Option<Option<u32>> {
    match word.text() {
        "main" => return Some(None),
        "default" => return Some(Some(253)),
        "local" => return Some(Some(255)),
        _ => {}
    }
    if let Some(table) = word.text().parse::<u32>().ok().filter(|table| *table > 0) {
        return Some(Some(table));
    }
    report
        .error(word.place, format_args!("`{}` is no number of a routing table", shown(word.text())))
        .help("write its number from /etc/iproute2/rt_tables");
    None
}
