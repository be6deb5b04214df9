//! What lets the answers to path checks in. Where the VIP is on this machine, they come from an address of its own, which IPv4
//! takes from a wire only with `accept_local` (`fib_validate_source`); with `rp_filter` 1 also only by the interface that has the
//! address. IPv6 asks neither.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use kernel::sysctl::Sysctls;
use kernel::ways::{Ways, own_addresses};
use tracing::{debug, warn};

/// Routes and addresses are looked at again after this long: they seldom change, and there may be thousands of servers.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// What is in the way for less is not worth a word: a VIP that leaves this machine may be on `lo` for a moment.
const PASSING: Duration = Duration::from_secs(5);

/// The interfaces by which the answers to path checks come.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// real servers with the VIPs that they are reached by
    paths: BTreeSet<(IpAddr, IpAddr)>,
    /// the interface towards each server, the last that was found
    towards: BTreeMap<Ipv4Addr, String>,
    looked: Option<Instant>,
    /// settings that are in the way, since when, and whether it was said
    obstacles: BTreeMap<String, (Instant, bool)>,
}

impl Answers {
    /// The interfaces that need `accept_local`.
    pub(super) fn interfaces(&mut self, paths: &BTreeSet<(IpAddr, IpAddr)>) -> BTreeSet<String> {
        if self.paths != *paths || self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN) {
            self.paths.clone_from(paths);
            self.look();
        }
        self.towards.values().cloned().collect()
    }

    fn look(&mut self) {
        self.looked = Some(Instant::now());
        let servers: BTreeSet<Ipv4Addr> = self.ways().map(|(server, _)| server).collect();
        self.towards.retain(|server, _| servers.contains(server));
        if servers.is_empty() {
            return;
        }
        let mut ways = match Ways::open() {
            Ok(ways) => ways,
            Err(error) => return debug!(%error, "cannot ask for routes"),
        };
        for server in servers {
            match ways.interface_towards(server) {
                // this machine's own server answers without a wire
                Ok(interface) if interface == "lo" => drop(self.towards.remove(&server)),
                Ok(interface) => drop(self.towards.insert(server, interface)),
                // the way may be back soon: what was set for it stays
                Err(error) => debug!(%server, %error, "no way to a server with path checks"),
            }
        }
    }

    fn ways(&self) -> impl Iterator<Item = (Ipv4Addr, Ipv4Addr)> {
        self.paths.iter().filter_map(|way| match way {
            (IpAddr::V4(server), IpAddr::V4(vip)) => Some((*server, *vip)),
            _ => None,
        })
    }

    /// Says, once until it was cured, what will make path checks time out while their VIP is on this machine.
    pub(super) fn warn(&mut self, sysctls: &Sysctls, managed: bool) {
        let mut found = BTreeSet::new();
        let interfaces: BTreeSet<&String> = self.towards.values().collect();
        for interface in interfaces {
            if !managed && effective(sysctls, interface, "accept_local") == 0 {
                found.insert(format!("{}=1", written(&accept_local(interface))));
            }
            if effective(sysctls, interface, "rp_filter") == 1 && self.is_elsewhere(interface) {
                found.insert(format!("{}=2", written(&path(interface, "rp_filter"))));
            }
        }
        self.say(found);
    }

    fn say(&mut self, found: BTreeSet<String>) {
        self.obstacles.retain(|setting, _| found.contains(setting));
        for setting in found {
            let (since, said) =
                self.obstacles.entry(setting.clone()).or_insert_with(|| (Instant::now(), false));
            if !*said && since.elapsed() >= PASSING {
                *said = true;
                warn!(
                    cure = format!("sysctl -w {setting}"),
                    "path checks time out while their VIP is on this machine: their answers are dropped"
                );
            }
        }
    }

    /// Whether a VIP that is reached by this interface is on another one.
    fn is_elsewhere(&self, interface: &str) -> bool {
        let here = own_addresses().unwrap_or_default();
        let mut vips =
            self.ways().filter(|(server, _)| self.towards.get(server).is_some_and(|by| by == interface));
        vips.any(|(_, vip)| {
            let mut places =
                here.iter().filter(|(address, _)| *address == vip).map(|(_, place)| place).peekable();
            places.peek().is_some() && !places.any(|place| place == interface)
        })
    }
}

/// The sysctl of an interface, below `/proc/sys`.
pub(super) fn accept_local(interface: &str) -> String {
    path(interface, "accept_local")
}

fn path(interface: &str, name: &str) -> String {
    format!("net/ipv4/conf/{interface}/{name}")
}

/// As the kernel takes it: `accept_local` is on where either is, of `rp_filter` the higher counts. What cannot be read is 0.
fn effective(sysctls: &Sysctls, interface: &str, name: &str) -> i32 {
    let read = |interface| sysctls.read(&path(interface, name)).unwrap_or(0);
    read("all").max(read(interface))
}

/// A sysctl as sysctl(8) takes it: a dot in a name is a slash.
pub(super) fn written(path: &str) -> String {
    path.chars()
        .map(|char| match char {
            '/' => '.',
            '.' => '/',
            char => char,
        })
        .collect()
}

#[cfg(test)]
mod tests;
