//! `virtual_ipaddress` and `virtual_ipaddress_excluded`: what moves with a router.

use alloc::vec::Vec;
use core::net::IpAddr;

use ::vrrp::{Advert, Family, Version};
use config::director::VirtualAddress;

use super::said::Said;
use crate::Mode;
use crate::read::address::{self, Taken, is_link_local};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

/// Ethernet's; an advert is never fragmented.
const MTU: u16 = 1500;
/// A takeover must not take long.
const MOST_EXCLUDED: usize = 4_000;

/// The two lists.
pub(super) struct Vips {
    /// in the adverts, all of one family, at least one
    pub(super) addresses: Vec<VirtualAddress>,
    /// held like the others, of any family
    pub(super) excluded: Vec<VirtualAddress>,
    /// `virtual_ipaddress`
    place: Place,
}

impl Vips {
    /// None where there is no address for an advert. `usual` is the interface of those without `dev`.
    pub(super) fn read(
        instance: &Line,
        said: &Said<'_>,
        usual: &str,
        taken: &mut Taken,
        report: &mut Report,
    ) -> Option<Self> {
        let place = said.all("virtual_ipaddress").first().copied().unwrap_or(instance).words_place();
        let mut vips = Self { addresses: Vec::new(), excluded: Vec::new(), place };
        for line in said.entries("virtual_ipaddress") {
            for entry in address::read(line, usual, report) {
                vips.advertise(entry, taken, report);
            }
        }
        for line in said.entries("virtual_ipaddress_excluded") {
            let read = address::read(line, usual, report).into_iter();
            vips.excluded
                .extend(read.filter(|entry| taken.insert(entry, report)).map(held).collect::<Vec<_>>());
        }
        if vips.addresses.is_empty() {
            report
                .error(place, "this vrrp_instance has no address in `virtual_ipaddress`")
                .label("an advert has at least one address")
                .help("write one there; the others may be in `virtual_ipaddress_excluded`");
            return None;
        }
        Some(vips)
    }

    /// One of another family than the first is left away, or excluded when mending.
    fn advertise(&mut self, entry: address::Entry, taken: &mut Taken, report: &mut Report) {
        let first = self.addresses.first().map(|first| first.address);
        let other = first.filter(|first| first.is_ipv4() != entry.address.is_ipv4());
        if let Some(first) = other {
            tell_family(&entry, first, report);
            if report.mode() != Mode::Fix {
                return;
            }
        }
        if taken.insert(&entry, report) {
            let list = if other.is_some() { &mut self.excluded } else { &mut self.addresses };
            list.push(held(entry));
        }
    }

    /// What does not fit an advert is held like the others: as keepalived does it.
    pub(super) fn fit(&mut self, version: Version, family: Family, report: &mut Report) {
        let most = Advert::most_addresses(version, family, MTU);
        if self.addresses.len() > most {
            report
                .warning(self.place, format_args!("{} addresses do not fit an advert", self.addresses.len()))
                .label(format_args!("{most} fit"))
                .help("the others are held in the same way, as in `virtual_ipaddress_excluded`: move them there");
            self.excluded.extend(self.addresses.split_off(most));
        }
        if self.excluded.len() > MOST_EXCLUDED {
            report
                .error(self.place, format_args!("more than {MOST_EXCLUDED} addresses outside the adverts"))
                .help("leave some away: each is added and announced while the director takes over");
        }
        let link_local = self.addresses.first().is_some_and(|first| is_link_local(first.address));
        if family == Family::V6 && !link_local {
            report
                .note(
                    self.place,
                    "the first IPv6 address of an advert should be a link-local one (RFC 9568 section 5.2.9)",
                )
                .help("write one that all its routers share before it, such as `fe80::1`");
        }
    }
}

fn held(entry: address::Entry) -> VirtualAddress {
    let address::Entry { address, prefix, interface, label, scope, .. } = entry;
    VirtualAddress { address, prefix, interface, label, scope }
}

fn tell_family(entry: &address::Entry, first: IpAddr, report: &mut Report) {
    report
        .error(entry.place, "the addresses of an advert are of one family")
        .label(format_args!("{} is not of the family of {first}", entry.address))
        .help("write it in `virtual_ipaddress_excluded`, or give it a vrrp_instance of its own")
        .swallowed("keepalived leaves it away")
        .mended("held as in `virtual_ipaddress_excluded`");
}
