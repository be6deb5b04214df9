//! One service for each address or mark of a list.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use ipvs::{Destination, DestinationKey, ServiceKey};

use super::members::Member;
use crate::director::{RealNotify, RealServer, ServiceNotify, VirtualService};

/// What depends on the member's port: under direct routing servers have that of their service.
pub(super) struct Servers {
    pub(super) reals: Vec<RealServer>,
    pub(super) sorry: Option<(DestinationKey, Destination)>,
}

/// The services of a list; `first` is the first, `others` the servers at ports that are not the first one's.
pub(super) fn expand(
    first: VirtualService,
    members: &[Member],
    others: BTreeMap<u16, Servers>,
) -> Vec<VirtualService> {
    let group = first.group.clone().unwrap_or_default();
    let servers = Servers { reals: quiet(first.reals.clone()), sorry: first.sorry_server };
    let quiet_others: BTreeMap<u16, Servers> =
        others.into_iter().map(|(port, one)| (port, Servers { reals: quiet(one.reals), ..one })).collect();
    let bare =
        VirtualService { reals: Vec::new(), notify: ServiceNotify::default(), alert: false, ..first.clone() };
    let mut all = Vec::with_capacity(members.len());
    all.push(VirtualService { name: member_name(&group, first.key), ..first });
    all.extend(members.iter().skip(1).map(|member| {
        let servers = quiet_others.get(&port(member.key)).unwrap_or(&servers);
        VirtualService {
            name: member_name(&group, member.key),
            key: member.key,
            reals: servers.reals.clone(),
            sorry_server: servers.sorry,
            ..bare.clone()
        }
    }));
    all
}

/// What a member is called.
fn member_name(group: &str, key: ServiceKey) -> String {
    alloc::format!("{group} {key}")
}

/// The same servers, but nobody hears of them: the first of the list tells it once.
fn quiet(mut reals: Vec<RealServer>) -> Vec<RealServer> {
    for real in &mut reals {
        real.notify = RealNotify::default();
        real.alert = false;
    }
    reals
}

pub(super) const fn port(key: ServiceKey) -> u16 {
    match key {
        ServiceKey::Address { port, .. } => port,
        ServiceKey::Fwmark { .. } => 0,
    }
}
