//! `lvs_sync_daemon`: the kernel's connection sync daemons.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use config::director::{RouterConfig, SyncDaemon, SyncRole};

use super::multicast;
use crate::read::address::interface;
use crate::read::vrrp::value::{number_of, shown};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// As `[[ipvs.sync]]` has it.
const CATCH_UP: Duration = Duration::from_secs(5);
const OPTIONS: [&str; 6] = ["inst", "id", "maxlen", "port", "ttl", "group"];

/// What the line says; whom it follows is known when the routers are.
pub(in crate::read) struct Sync {
    interface: String,
    /// the router that it follows, and where it is named
    follows: Option<(String, Place)>,
    id: Option<u8>,
    port: Option<u16>,
    ttl: Option<u8>,
    max_len: Option<u16>,
    group: Option<IpAddr>,
}

impl Sync {
    /// `lvs_sync_daemon IF [[inst] VI] [id N] [maxlen N] [port N] [ttl N] [group IP]`
    pub(super) fn read(line: &Line, report: &mut Report) -> Option<Self> {
        let Some((word, mut words)) = line.values().split_first() else {
            report.error(line.place(), "`lvs_sync_daemon` has no interface").help(
                "write `lvs_sync_daemon eth0 VI_1`: the interface, and the vrrp_instance that it follows",
            );
            return None;
        };
        let mut sync = Self::new(interface(word, report)?);
        if let Some((first, rest)) = words.split_first().filter(|(first, _)| !OPTIONS.contains(&first.text()))
        {
            sync.follows = Some((String::from(first.text()), first.place));
            words = rest;
        }
        while let Some((option, rest)) = words.split_first() {
            words = rest.get(1..).unwrap_or_default();
            sync.option(option, rest.first(), report);
        }
        Some(sync)
    }

    /// `lvs_sync_daemon_interface` of a router.
    pub(in crate::read) fn of_router(word: &Word, router: String, report: &mut Report) -> Option<Self> {
        Some(Self { follows: Some((router, word.place)), ..Self::new(interface(word, report)?) })
    }

    const fn new(interface: String) -> Self {
        Self { interface, follows: None, id: None, port: None, ttl: None, max_len: None, group: None }
    }

    fn option(&mut self, option: &Word, value: Option<&Word>, report: &mut Report) {
        let Some(value) = value.filter(|_| OPTIONS.contains(&option.text())) else {
            report
                .error(
                    option.place,
                    format_args!("`lvs_sync_daemon` does not understand `{}`", shown(option.text())),
                )
                .help("write `inst VI_1`, `id 51`, `maxlen 1400`, `port 8848`, `ttl 1` or `group 224.0.0.81`")
                .swallowed("keepalived leaves the word away");
            return;
        };
        let mut number =
            |most| number_of(value, option.text(), 1..=most, "keepalived leaves it away", report);
        match option.text() {
            "inst" => self.follows = Some((String::from(value.text()), value.place)),
            "maxlen" => self.max_len = number(65_507).and_then(|read| u16::try_from(read).ok()),
            "port" => self.port = number(65_535).and_then(|read| u16::try_from(read).ok()),
            "ttl" => self.ttl = number(255).and_then(|read| u8::try_from(read).ok()),
            "id" => {
                let read = number_of(value, "id", 0..=255, "keepalived leaves it away", report);
                self.id = read.and_then(|read| u8::try_from(read).ok());
            }
            _ => self.group = group(value, report),
        }
    }

    /// The daemons: one that follows a router, or one of each role.
    pub(in crate::read) fn daemons(self, routers: &[RouterConfig], report: &mut Report) -> Vec<SyncDaemon> {
        let Self { interface, follows, id, port, ttl, max_len, group } = self;
        let daemon = |role, catch_up, id: Option<u8>| SyncDaemon {
            role,
            catch_up,
            interface: interface.clone(),
            id: id.unwrap_or(0),
            group,
            port,
            ttl,
            max_len,
        };
        let Some((name, place)) = follows else {
            return vec![daemon(SyncRole::Master, None, id), daemon(SyncRole::Backup, None, id)];
        };
        let Some(router) = routers.iter().find(|router| router.name == name) else {
            tell_unknown(&name, place, routers, report);
            return Vec::new();
        };
        let id = id.or(Some(router.vrid.get()));
        vec![daemon(SyncRole::Follow(name), Some(CATCH_UP), id)]
    }
}

fn group(word: &Word, report: &mut Report) -> Option<IpAddr> {
    let group = multicast(word.text());
    if group.is_none() {
        report
            .error(word.place, format_args!("`{}` is no multicast group", shown(word.text())))
            .help("write one such as 224.0.0.81, or leave `group` away");
    }
    group
}

fn tell_unknown(name: &str, place: Place, routers: &[RouterConfig], report: &mut Report) {
    let draft = report
        .error(place, format_args!("there is no vrrp_instance named `{}`", shown(name)))
        .label("not known")
        .swallowed("keepalived starts no sync daemon");
    match config::nearest(name, routers.iter().map(|router| router.name.as_str())) {
        Some(near) => drop(draft.help(format_args!("did you mean `{}`?", shown(near)))),
        None => drop(draft.help("write the name of a vrrp_instance of this file")),
    }
}
