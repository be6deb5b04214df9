//! Which addresses are wanted where, by what the routers say. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use config::director::{RouterConfig, VirtualAddress, VirtualRoute};
use kernel::address::{Address, Route};
use vrrp::{Holding, RouterId, State};

use super::hands::Look;
use super::sources::Sources;
use crate::exchange::{Gate, Slot, Stand};
use crate::held::{Held, LOOPBACK, conflict};

/// Addresses wait that long for the services behind them (`ipvs_on = "master"`).
const PATIENCE: Duration = Duration::from_secs(1);

/// A router, as the addresses thread knows it.
pub(super) struct Member {
    pub(super) slot: Slot,
    /// since when its addresses are to be here
    pub(super) here_since: Option<Duration>,
    /// they have waited for the services, or need not any more
    pub(super) has_passed: bool,
    /// its interface cannot be used: the machine says in a moment what that means
    has_fault: bool,
    /// the source of its adverts is away for a moment
    is_source_away: bool,
}

/// Where the addresses of a router go. The order is that of precedence, where two routers have the same address, because
/// one of them is leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// on their interfaces
    Here,
    /// on `lo`: served, not answered for
    Silent,
    /// not decided: where they are
    AsItIs,
    /// nowhere
    Away,
}

/// All of them.
#[derive(Default)]
pub(super) struct Members {
    routers: BTreeMap<RouterId, Member>,
    /// the configuration is known: addresses of routers that it has not are nobody's
    pub(super) is_complete: bool,
    /// the daemon ends: none is wanted any more
    pub(super) is_over: bool,
}

impl Members {
    /// Takes in what changed.
    pub(super) fn take(&mut self, slots: BTreeMap<RouterId, Slot>, now: Duration) {
        for (id, slot) in slots {
            if slot.gone {
                self.routers.remove(&id);
            } else {
                self.routers.entry(id).or_insert_with(|| Member::new(&slot)).take(slot, now);
            }
        }
        if self.is_over {
            self.routers.values_mut().for_each(|member| member.slot.holding = Some(Holding::No));
        }
    }

    /// Lets routers through whose services are installed, or that have waited long enough.
    pub(super) fn open(&mut self, gate: &Gate, now: Duration) {
        for member in self.routers.values_mut() {
            let is_open = match gate {
                Gate::All => true,
                Gate::Only(open) => open.contains(&member.slot.config.name),
            };
            let has_waited = member.here_since.is_some_and(|since| since + PATIENCE <= now);
            member.has_passed |= member.here_since.is_some() && (is_open || has_waited);
        }
    }

    /// Takes in on what ground they stand.
    pub(super) fn stand(&mut self, stands: &BTreeMap<RouterId, Stand>, sources: &Sources) {
        for (id, member) in &mut self.routers {
            member.has_fault = stands.get(id).is_some_and(|stand| stand.fault.is_some());
            member.is_source_away = sources.is_away(*id);
        }
    }

    /// When [`Self::open`] should be called again.
    pub(super) fn opens_at(&self) -> Option<Duration> {
        let waiting = self.routers.values().filter(|member| !member.has_passed);
        waiting.filter_map(|member| member.here_since).min().map(|since| since + PATIENCE)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RouterId, &Member)> {
        self.routers.iter().map(|(id, member)| (*id, member))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Member> + Clone {
        self.routers.values()
    }

    /// Every address that is wanted, once: those of `[[address]]` first.
    pub(super) fn wanted(&self, held: &[Held], owned: &[Held], look: &Look) -> Vec<Held> {
        let mut wanted = held.to_vec();
        if !self.is_complete {
            wanted.extend(owned.iter().filter(|held| held.router.is_some() && look.has(held)).cloned());
        }
        let mut members: Vec<&Member> = self.routers.values().collect();
        members.sort_by_key(|member| member.place());
        let mut taken: BTreeSet<IpAddr> = wanted.iter().map(|held| held.address).collect();
        let ones = members.into_iter().flat_map(|member| member.wanted(owned, look));
        wanted.extend(ones.filter(|one| taken.insert(one.address)));
        wanted
    }

    /// The routes of routers whose addresses are here, with the routers' names.
    pub(super) fn routes(&self) -> Vec<(String, Route)> {
        let here = self.routers.values().filter(|member| member.place() == Place::Here);
        let of_one = |member: &Member| {
            let name = member.slot.config.name.clone();
            let routes: Vec<_> =
                member.slot.config.routes.iter().map(|config| (name.clone(), route(config))).collect();
            routes
        };
        here.flat_map(of_one).collect()
    }

    /// What is to be announced, and how often: all addresses of routers that say so, and those that have just been put.
    pub(super) fn announcements(&mut self, added: &[Held], look: &Look) -> Vec<(Held, u8)> {
        let added: BTreeSet<_> = added.iter().map(Held::place).collect();
        let mut due = Vec::new();
        for member in self.routers.values_mut().filter(|member| member.place() == Place::Here) {
            let asked = std::mem::take(&mut member.slot.announce);
            let usual = member.slot.config.announcing.repeat;
            for held in member.at_home().filter(|held| look.has(held)) {
                let is_new = added.contains(&held.place());
                let repeat = if is_new { asked.max(usual) } else { asked };
                if repeat > 0 {
                    due.push((held, repeat));
                }
            }
        }
        due
    }

    /// Addresses that somebody else put where routers have theirs which hold none: they are beside the master's.
    pub(super) fn strangers(&self, owned: &[Held], look: &Look) -> BTreeSet<String> {
        let is_idle = |member: &&Member| {
            member.place() == Place::Away && !member.slot.config.priority.is_owner() && !self.is_over
        };
        let is_strange = |held: &Held, found: &Address| {
            (found.address, &found.device) == (held.address, &held.interface)
                && !owned.iter().any(|owned| owned.is_at(found))
        };
        let of_one = |held: Held| {
            let found = look.at(held.address).find(|found| is_strange(&held, found))?;
            let (place, name) = (format!("{}/{}", found.address, found.prefix), held.router?);
            Some(format!(
                "{place} is on {interface}, where {name} did not put it: it stays there while another router is \
                 master, until `ip address delete {place} dev {interface}`",
                interface = found.device
            ))
        };
        self.routers.values().filter(is_idle).flat_map(Member::at_home).filter_map(of_one).collect()
    }

    /// Interfaces on which ARP for addresses of `lo` must go unanswered.
    pub(super) fn silent_interfaces(&self, wanted: &[Held]) -> BTreeSet<String> {
        let is_on_lo = |address: &VirtualAddress| {
            address.address.is_ipv4()
                && wanted.iter().any(|held| {
                    held.address == address.address && held.interface == LOOPBACK && held.router.is_some()
                })
        };
        let routers = self.routers.values().filter(|member| member.vips().any(is_on_lo));
        routers
            .flat_map(|member| {
                let of_vips = member.vips().map(|vip| vip.interface.clone());
                of_vips.chain([member.slot.config.interface.clone()])
            })
            .filter(|interface| interface != LOOPBACK)
            .collect()
    }
}

impl Member {
    fn new(slot: &Slot) -> Self {
        let slot = Slot { holding: None, announce: 0, ..slot.clone() };
        Self { slot, here_since: None, has_passed: false, has_fault: false, is_source_away: false }
    }

    fn take(&mut self, slot: Slot, now: Duration) {
        let is_here = slot.holding == Some(Holding::Yes);
        if is_here && self.here_since.is_none() {
            self.here_since = Some(now);
        }
        if !is_here {
            (self.here_since, self.has_passed) = (None, false);
        }
        let announce = if is_here { self.slot.announce.max(slot.announce) } else { 0 };
        self.slot = Slot { announce, ..slot };
    }

    pub(super) fn place(&self) -> Place {
        match self.slot.holding {
            Some(Holding::Yes) if self.has_passed && !self.has_fault => Place::Here,
            Some(Holding::Yes) | None => Place::AsItIs,
            Some(Holding::Silent) => Place::Silent,
            Some(Holding::No) => Place::Away,
        }
    }

    /// Master, with its addresses here for long enough that everybody has heard of it.
    pub(super) fn is_settled(&self, now: Duration) -> bool {
        const SETTLING: Duration = Duration::from_secs(1);
        self.slot.state == State::Master && self.here_since.is_some_and(|since| since + SETTLING <= now)
    }

    /// In the adverts and excluded ones.
    pub(super) fn vips(&self) -> impl Iterator<Item = &VirtualAddress> {
        vips(&self.slot.config)
    }

    /// Its addresses where they belong.
    pub(super) fn at_home(&self) -> impl Iterator<Item = Held> {
        self.vips().map(|vip| Held::of_router(&self.slot.config.name, vip))
    }

    /// Why its addresses cannot be held.
    pub(super) fn conflict(&self, owned: &[Held], look: &Look, quiet: &BTreeSet<String>) -> Option<String> {
        self.at_home()
            .filter(|held| !look.has(held))
            .find_map(|held| conflict(&held, owned, &look.addresses, quiet))
    }

    fn wanted(&self, owned: &[Held], look: &Look) -> Vec<Held> {
        let name = &self.slot.config.name;
        match self.place() {
            // whoever takes all addresses off the interface looks until none is left (`ip address flush`)
            Place::Here if self.is_source_away => self.at_home().filter(|held| look.has(held)).collect(),
            Place::Here => self.at_home().collect(),
            Place::Silent => self.vips().map(|vip| Held::silent(name, vip)).collect(),
            Place::AsItIs => {
                let is_its = |held: &&Held| held.router.as_ref() == Some(name) && look.has(held);
                owned.iter().filter(is_its).cloned().collect()
            }
            Place::Away => Vec::new(),
        }
    }
}

/// The addresses of a router: in the adverts and excluded ones.
pub(crate) fn vips(config: &RouterConfig) -> impl Iterator<Item = &VirtualAddress> {
    config.addresses.iter().chain(&config.excluded)
}

fn route(config: &VirtualRoute) -> Route {
    let VirtualRoute { to, via, interface, source, table, metric } = config.clone();
    Route { to, via, interface, source, table, metric }
}

#[cfg(test)]
mod tests;
