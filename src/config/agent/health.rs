//! `[health]`: the read-only HTTP side.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::HealthTls;
use crate::read::{Foreign, Keys, Report, Table, listen, optional, program};
use crate::text::Entry;

/// Where nothing is said.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9781);

pub(super) const HEALTH: Keys = Keys {
    name: "[health]",
    known: &["listen", "tls"],
    foreign: &[
        Foreign { key: "port", help: "write `listen = [\"127.0.0.1:9781\"]`" },
        Foreign { key: "certificate", help: "write `tls = { certificate = \"…\", key = \"…\" }`" },
    ],
};
pub(super) const TLS: Keys = Keys {
    name: "`tls`",
    known: &["certificate", "key", "clients"],
    foreign: &[
        Foreign { key: "cert", help: "write `certificate`" },
        Foreign { key: "ca", help: "write `clients`: who vouches for those who may read" },
    ],
};

pub(super) fn read(top: Table<'_>, report: &mut Report<'_>) -> (Vec<SocketAddr>, Option<HealthTls>) {
    let Some(table) = top.get("health").and_then(|entry| Table::open(entry, &HEALTH, report)) else {
        return (vec![LISTEN], None);
    };
    let addresses = table.get("listen").and_then(|entry| listen(entry, LISTEN, report));
    let addresses = addresses.unwrap_or_else(|| vec![LISTEN]);
    let tls = table.get("tls").and_then(|entry| tls(entry, report));
    if let Some(entry) = table.get("tls").filter(|_| addresses.iter().all(|one| one.ip().is_loopback())) {
        report
            .warning(entry.key_place(), "`tls` without an address that has it")
            .label("loopback is always plain")
            .help("add this host's own address to `listen`, or leave `tls` away");
    }
    (addresses, tls)
}

fn tls(entry: Entry<'_>, report: &mut Report<'_>) -> Option<HealthTls> {
    let table = Table::open(entry, &TLS, report)?;
    let path = |entry, report: &mut Report<'_>| program::path(entry, report).map(String::from);
    let mut file =
        |key, help| table.require(key, TLS.name, help, report).and_then(|entry| path(entry, report));
    let certificate = file(
        "certificate",
        "write the file of this agent's certificate: `certificate = \"/path/agent.pem\"`",
    );
    let key = file("key", "write the file of its private key: `key = \"/path/agent.key\"`");
    let clients = optional(table, "clients", report, path);
    Some(HealthTls { certificate: certificate?, key: key?, clients: clients? })
}
