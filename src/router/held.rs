//! Addresses to hold as values: the steps between what is wanted, what is ours and what is there. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use config::director::{HeldAddress, VirtualAddress};
use kernel::address::{Address, Scope};
use serde::{Deserialize, Serialize};

/// The interface whose addresses are answered for on no other, once `arp_ignore` is 1.
pub(crate) const LOOPBACK: &str = "lo";

/// An address on an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
    pub(crate) interface: String,
    pub(crate) label: Option<String>,
    /// the virtual router it moves with; none: an `[[address]]`, which stays
    #[serde(default)]
    pub(crate) router: Option<String>,
    #[serde(skip, default = "global")]
    pub(crate) scope: Scope,
}

const fn global() -> Scope {
    Scope::Global
}

impl Held {
    /// An `[[address]]`.
    pub(crate) fn of(config: &HeldAddress) -> Self {
        let HeldAddress { address, prefix, interface, label } = config.clone();
        Self { address, prefix, interface, label, router: None, scope: Scope::Global }
    }

    /// An address of a virtual router, where it belongs.
    pub(crate) fn of_router(router: &str, config: &VirtualAddress) -> Self {
        let VirtualAddress { address, prefix, interface, label, scope } = config.clone();
        Self { address, prefix, interface, label, router: Some(router.to_owned()), scope }
    }

    /// The same where it is served but not answered for.
    pub(crate) fn silent(router: &str, config: &VirtualAddress) -> Self {
        let prefix = if config.address.is_ipv4() { 32 } else { 128 };
        Self {
            address: config.address,
            prefix,
            interface: LOOPBACK.to_owned(),
            label: None,
            router: Some(router.to_owned()),
            scope: Scope::Host,
        }
    }

    /// A /128 that may become a source address would be the newest, and so the preferred one.
    pub(crate) fn is_deprecated(&self) -> bool {
        self.prefix == 128
    }

    /// What makes it another one for the kernel.
    pub(crate) fn place(&self) -> (IpAddr, u8, &str) {
        (self.address, self.prefix, &self.interface)
    }

    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    /// An interface has an IPv6 address once, whatever its prefix (`ipv6_add_addr`).
    pub(crate) fn is_at(&self, found: &Address) -> bool {
        (self.address, self.interface.as_str()) == (found.address, &found.device)
            && (self.prefix == found.prefix || self.address.is_ipv6())
    }
}

/// One change, printed as the command a person would type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Add(Held),
    /// ours, with another label than the file says
    Relabel(Held),
    Remove(Held),
}

impl Step {
    /// The address it is about.
    pub(crate) fn held(&self) -> &Held {
        match self {
            Self::Add(held) | Self::Relabel(held) | Self::Remove(held) => held,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Held { address, prefix, interface, label, scope, .. } = self.held();
        let (verb, is_put) = match self {
            Self::Add(_) => ("add", true),
            Self::Relabel(_) => ("replace", true),
            Self::Remove(_) => ("delete", false),
        };
        write!(f, "ip address {verb} {address}/{prefix} dev {interface}")?;
        match label {
            Some(label) if is_put => write!(f, " label {label}")?,
            Some(_) | None => {}
        }
        match scope {
            Scope::Host if is_put => f.write_str(" scope host"),
            Scope::Link if is_put => f.write_str(" scope link"),
            Scope::Host | Scope::Link | Scope::Global => Ok(()),
        }
    }
}

/// New addresses first: a VIP that moves between interfaces is never gone. One that somebody else has on another
/// interface is left out: [`conflict`] says so.
pub(crate) fn diff(
    wanted: &[Held],
    owned: &[Held],
    observed: &[Address],
    quiet: &BTreeSet<String>,
) -> Vec<Step> {
    let mut places: BTreeMap<IpAddr, Vec<&Address>> = BTreeMap::new();
    for found in observed {
        places.entry(found.address).or_default().push(found);
    }
    let found = |held: &Held| places.get(&held.address)?.iter().find(|found| held.is_at(found));
    let ours: BTreeSet<_> = owned.iter().map(Held::place).collect();
    let all: BTreeSet<_> = wanted.iter().map(Held::place).collect();
    let is_ours = |held: &Held| ours.contains(&held.place());
    let is_wanted = |held: &Held| all.contains(&held.place());
    let put = wanted.iter().filter_map(|held| match found(held) {
        None if conflict(held, owned, observed, quiet).is_some() => None,
        None => Some(Step::Add(held.clone())),
        Some(found) if is_ours(held) && held.label.is_some() && held.label != found.label => {
            Some(Step::Relabel(held.clone()))
        }
        Some(_) => None,
    });
    let gone =
        owned.iter().filter(|held| found(held).is_some() && !is_wanted(held)).cloned().map(Step::Remove);
    put.chain(gone).collect()
}

/// Why an address cannot be put where it is wanted: it would be on two interfaces. A router's may be on a `quiet` interface
/// (`lo`, a dummy) as well: so it is where a director is a real server, too.
pub(crate) fn conflict(
    held: &Held,
    owned: &[Held],
    observed: &[Address],
    quiet: &BTreeSet<String>,
) -> Option<String> {
    let elsewhere = |found: &&Address| found.address == held.address && found.device != held.interface;
    let is_ours = |found: &&Address| owned.iter().any(|owned| owned.is_at(found));
    let is_harmless = |found: &&Address| held.router.is_some() && quiet.contains(&found.device);
    let mut others = observed.iter().filter(elsewhere);
    let other = others.find(|found| !is_ours(found) && !is_harmless(found))?;
    let Held { address, interface, .. } = held;
    Some(format!("{address} is already an address of {}, it is not put on {interface} too", other.device))
}

#[cfg(test)]
mod tests;
