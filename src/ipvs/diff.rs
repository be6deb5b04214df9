//! The ordered changes that lead from one table to another.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::{Change, Destination, DestinationKey, Forward, Service, ServiceKey, Table};

/// Which observed services may be deleted when nobody desires them.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// Only these: what is not ours is not touched.
    Owned(&'a BTreeSet<ServiceKey>),
    /// All: the whole table is ours.
    Everything,
}

impl Scope<'_> {
    fn may_delete(self, key: &ServiceKey) -> bool {
        match self {
            Self::Owned(owned) => owned.contains(key),
            Self::Everything => true,
        }
    }
}

/// What to change in `observed` to have `desired`; empty when there is nothing to do.
///
/// A desired service is ours whoever made it: it is taken over as it is, corrected, and destinations nobody
/// desires leave it. Other services stay unless `scope` has them.
///
/// The order leaves no service emptier than it must be at any moment: per service first its settings, then new
/// destinations, edited ones and deleted ones; deleted services last.
pub fn diff(desired: &Table, observed: &Table, scope: &Scope<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, service) in desired {
        match observed.get(key) {
            Some(current) => correct(*key, service, current, &mut changes),
            None => install(*key, service, &mut changes),
        }
    }
    let unwanted = observed.keys().filter(|key| !desired.contains_key(key) && scope.may_delete(key));
    changes.extend(unwanted.map(|key| Change::DeleteService { key: *key }));
    changes
}

fn install(key: ServiceKey, service: &Service, changes: &mut Vec<Change>) {
    changes.push(Change::AddService { key, settings: service.settings.clone() });
    changes.extend(service.destinations.iter().map(|(destination, wanted)| add(key, destination, wanted)));
}

fn correct(key: ServiceKey, wanted: &Service, current: &Service, changes: &mut Vec<Change>) {
    if wanted.settings != current.settings {
        changes.push(Change::EditService { key, settings: wanted.settings.clone() });
    }
    let new = wanted.destinations.iter().filter(|(to, _)| !current.destinations.contains_key(to));
    changes.extend(new.map(|(to, destination)| add(key, to, destination)));

    for (to, destination) in &wanted.destinations {
        if current.destinations.get(to).is_some_and(|now| !is_met(destination, now)) {
            changes.push(Change::EditDestination { service: key, key: *to, destination: *destination });
        }
    }
    let gone = current.destinations.keys().filter(|to| !wanted.destinations.contains_key(to));
    changes.extend(gone.map(|to| Change::DeleteDestination { service: key, key: *to }));
}

fn add(service: ServiceKey, key: &DestinationKey, destination: &Destination) -> Change {
    Change::AddDestination { service, key: *key, destination: *destination }
}

/// The kernel may replace any method by "local node" where the destination is one of its own addresses, whatever
/// was asked (`ip_vs_ctl.c`, `__ip_vs_update_dest`): asking again would change nothing, for ever.
fn is_met(wanted: &Destination, current: &Destination) -> bool {
    let forward = current.forward == Forward::Local || wanted.forward == current.forward;
    forward && Destination { forward: current.forward, ..*wanted } == *current
}
