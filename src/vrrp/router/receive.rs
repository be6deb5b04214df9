//! The receive rules that need the router's configuration (RFC 9568 and RFC 3768 section 7.1).

use core::net::IpAddr;

use super::Router;
use crate::{Advert, Packet, Priority, Refused, Settings, State, Version};

impl Router {
    /// The advert, if every rule holds.
    pub(super) fn admit(&self, packet: &Packet<'_>) -> Result<Advert, Refused> {
        if self.link.source() == Some(packet.source) {
            return Err(Refused::Own);
        }
        let advert = Advert::parse(packet, self.settings.pseudo_header)?;
        check_identity(&self.settings, &advert)?;
        check_sender(&self.settings, packet)?;
        check_authentication(&self.settings, &advert)?;
        check_interval(&self.settings, &advert)?;
        check_addresses(&self.settings, &advert)?;
        self.check_owner(&advert)?;
        Ok(advert)
    }

    /// Two owners cannot be. One that leaves is glad of the other all the same.
    fn check_owner(&self, advert: &Advert) -> Result<(), Refused> {
        let competes = matches!(self.state, State::Backup | State::Master);
        let conflict = competes && self.priority.is_owner() && advert.priority == Priority::OWNER.get();
        if conflict { Err(Refused::OwnerConflict) } else { Ok(()) }
    }
}

fn check_identity(settings: &Settings, advert: &Advert) -> Result<(), Refused> {
    if advert.version != settings.version {
        return Err(Refused::Version);
    }
    if advert.vrid == settings.vrid { Ok(()) } else { Err(Refused::UnknownVrid) }
}

fn check_sender(settings: &Settings, packet: &Packet<'_>) -> Result<(), Refused> {
    let known = settings.peers.is_empty() || settings.peers.contains(&packet.source);
    if known && packet.family() == settings.family { Ok(()) } else { Err(Refused::UnknownPeer) }
}

fn check_authentication(settings: &Settings, advert: &Advert) -> Result<(), Refused> {
    match (settings.version, settings.password, advert.password) {
        (Version::V3, _, _) | (Version::V2, None, None) => Ok(()),
        (Version::V2, Some(ours), Some(theirs)) if ours == theirs => Ok(()),
        (Version::V2, Some(_), Some(_)) => Err(Refused::Password),
        (Version::V2, Some(_), None) | (Version::V2, None, Some(_)) => Err(Refused::AuthType),
    }
}

/// Version 3 learns the interval instead.
fn check_interval(settings: &Settings, advert: &Advert) -> Result<(), Refused> {
    match settings.version {
        Version::V2 if advert.interval != settings.interval => Err(Refused::Interval),
        Version::V2 | Version::V3 => Ok(()),
    }
}

/// The owner's list counts even if it is another one: the owner knows best (RFC 3768 section 7.1).
fn check_addresses(settings: &Settings, advert: &Advert) -> Result<(), Refused> {
    let free = !settings.check_addresses || advert.priority == Priority::OWNER.get();
    if free || are_same(&settings.addresses, &advert.addresses) { Ok(()) } else { Err(Refused::Addresses) }
}

/// Order does not matter; no address is twice among ours.
fn are_same(ours: &[IpAddr], theirs: &[IpAddr]) -> bool {
    ours == theirs || (ours.len() == theirs.len() && ours.iter().all(|address| theirs.contains(address)))
}
