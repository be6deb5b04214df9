//! Addresses to hold as values: the steps between what is wanted, what is ours and what is there. Pure.

use std::fmt;
use std::net::IpAddr;

use config::director::HeldAddress;
use kernel::address::Address;
use serde::{Deserialize, Serialize};

/// An address on an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
    pub(crate) interface: String,
    pub(crate) label: Option<String>,
}

impl Held {
    pub(crate) fn of(config: &HeldAddress) -> Self {
        let HeldAddress { address, prefix, interface, label } = config.clone();
        Self { address, prefix, interface, label }
    }

    /// A /128 that may become a source address would be the newest, and so the preferred one.
    pub(crate) fn is_deprecated(&self) -> bool {
        self.prefix == 128
    }

    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        (self.address, self.prefix, &self.interface) == (other.address, other.prefix, &other.interface)
    }

    pub(crate) fn is_at(&self, found: &Address) -> bool {
        (self.address, self.prefix, self.interface.as_str()) == (found.address, found.prefix, &found.device)
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

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, Held { address, prefix, interface, label }) = match self {
            Self::Add(held) => ("add", held),
            Self::Relabel(held) => ("replace", held),
            Self::Remove(held) => ("delete", held),
        };
        write!(f, "ip address {verb} {address}/{prefix} dev {interface}")?;
        match (self, label) {
            (Self::Add(_) | Self::Relabel(_), Some(label)) => write!(f, " label {label}"),
            (Self::Add(_) | Self::Relabel(_) | Self::Remove(_), _) => Ok(()),
        }
    }
}

/// New addresses first: a VIP that moves between interfaces is never gone. One that somebody else has on another
/// interface is left out: [`conflict`] says so.
pub(crate) fn diff(wanted: &[Held], owned: &[Held], observed: &[Address]) -> Vec<Step> {
    let found = |held: &Held| observed.iter().find(|found| held.is_at(found));
    let is_ours = |held: &Held| owned.iter().any(|owned| owned.is_same_place(held));
    let is_wanted = |held: &Held| wanted.iter().any(|wanted| wanted.is_same_place(held));
    let put = wanted.iter().filter_map(|held| match found(held) {
        None if conflict(held, owned, observed).is_some() => None,
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

/// Why an address cannot be put where it is wanted: it would be on two interfaces.
pub(crate) fn conflict(held: &Held, owned: &[Held], observed: &[Address]) -> Option<String> {
    let elsewhere = |found: &&Address| found.address == held.address && found.device != held.interface;
    let is_ours = |found: &&Address| owned.iter().any(|owned| owned.is_at(found));
    let other = observed.iter().filter(elsewhere).find(|found| !is_ours(found))?;
    let Held { address, interface, .. } = held;
    Some(format!("{address} is already an address of {}, it is not put on {interface} too", other.device))
}

impl Step {
    /// The address it is about.
    pub(crate) fn address(&self) -> IpAddr {
        match self {
            Self::Add(held) | Self::Relabel(held) | Self::Remove(held) => held.address,
        }
    }
}

#[cfg(test)]
mod tests;
