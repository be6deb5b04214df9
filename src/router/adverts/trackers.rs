//! Who tracks what.

use std::collections::BTreeMap;

use vrrp::RouterId;

use super::member::Member;
use crate::settings::{Subject, subjects};

/// For each thing the routers that track it, with its place in `Settings::tracks`: a report of one among thousands of
/// services must not go through all of them.
#[derive(Default)]
pub(super) struct Trackers(BTreeMap<Subject, Vec<(RouterId, usize)>>);

impl Trackers {
    /// By what the routers are configured to track; those that are leaving go on tracking.
    pub(super) fn of_all(members: &BTreeMap<RouterId, Member>) -> Self {
        let mut all: BTreeMap<Subject, Vec<(RouterId, usize)>> = BTreeMap::new();
        for (id, member) in members {
            for (index, (subject, _)) in subjects(&member.config).enumerate() {
                all.entry(subject).or_default().push((*id, index));
            }
        }
        Self(all)
    }

    pub(super) fn of(&self, subject: &Subject) -> &[(RouterId, usize)] {
        self.0.get(subject).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
