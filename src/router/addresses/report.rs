//! What the addresses thread says of itself, for the status.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daemon::clock::Clock;

use super::duplicates::{Duplicate, Watch, mac_text};
use super::hands::Look;
use super::wanted::{Members, vips};
use crate::held::Held;
use crate::status::{AddressStatus, DuplicateStatus, VipStatus};

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// `[[address]]`
    held: Vec<(Held, bool)>,
    /// addresses of routers that are where they belong
    at_home: Vec<Held>,
    /// every address of this machine
    pub(crate) own: BTreeSet<IpAddr>,
    duplicates: BTreeMap<IpAddr, Vec<Duplicate>>,
    /// what could not be done; without an address where nothing could
    pub(super) errors: Vec<(Option<Held>, String)>,
    /// by router
    pub(super) route_errors: Vec<(String, String)>,
    /// nothing of any router is left
    pub(crate) is_clean: bool,
}

impl Told {
    /// Takes in a look.
    pub(super) fn look(&mut self, held: &[Held], look: &Look, members: &Members, watch: &Watch) {
        self.held = held.iter().map(|held| (held.clone(), look.has(held))).collect();
        self.own = look.addresses.iter().map(|found| found.address).collect();
        let at_home = members.values().flat_map(super::wanted::Member::at_home);
        self.at_home = at_home.filter(|held| look.has(held)).collect();
        let vips = members.values().flat_map(|member| vips(&member.slot.config)).map(|vip| vip.address);
        self.duplicates = vips
            .chain(held.iter().map(|held| held.address))
            .map(|address| (address, watch.of(address).collect::<Vec<_>>()))
            .filter(|(_, found)| !found.is_empty())
            .collect();
    }

    /// The `[[address]]` sections.
    pub(crate) fn addresses(&self, clock: &Clock) -> Vec<AddressStatus> {
        let status = |(held, is_held): &(Held, bool)| AddressStatus {
            duplicates: self.duplicates_of(held.address, clock),
            address: format!("{}/{}", held.address, held.prefix),
            interface: held.interface.clone(),
            held: *is_held,
            error: self.error_of(held),
        };
        self.held.iter().map(status).collect()
    }

    /// An address of a router; `is_wanted`: it should be there.
    pub(crate) fn vip(&self, held: &Held, is_wanted: bool) -> VipStatus {
        VipStatus {
            address: format!("{}/{}", held.address, held.prefix),
            interface: held.interface.clone(),
            held: self.at_home.iter().any(|one| one.is_same_place(held)),
            error: self.error_of(held).filter(|_| is_wanted),
        }
    }

    /// Routes of a router that cannot be put.
    pub(crate) fn route_errors(&self, router: &str) -> Vec<String> {
        let of_router = self.route_errors.iter().filter(|(name, _)| name == router);
        of_router.map(|(_, error)| error.clone()).collect()
    }

    /// Others that say they have an address.
    pub(crate) fn duplicates_of(&self, address: IpAddr, clock: &Clock) -> Vec<DuplicateStatus> {
        let status = |duplicate: &Duplicate| DuplicateStatus {
            address: address.to_string(),
            mac: mac_text(duplicate.mac),
            ips: duplicate.ips.iter().map(ToString::to_string).collect(),
            since: clock.wall(duplicate.since),
            last: clock.wall(duplicate.last),
        };
        self.duplicates.get(&address).into_iter().flatten().map(status).collect()
    }

    fn error_of(&self, held: &Held) -> Option<String> {
        let is_its = |(about, _): &&(Option<Held>, String)| {
            about.as_ref().is_none_or(|about| about.address == held.address)
        };
        self.errors.iter().find(is_its).map(|(_, error)| error.clone())
    }
}
