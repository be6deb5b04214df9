//! What was right since the start or the last reload: wrong now, someone else undid it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use host::{HostState, Step, Sysctl, Vip};

/// Each by itself, so that one that never becomes right hides nothing about the others.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeSet<Thing>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Sysctl(Sysctl),
    Device(String),
    Vip(IpAddr),
}

impl Held {
    /// Adds what is there and needs no step.
    pub(super) fn add(&mut self, vips: &[Vip], state: &HostState, steps: &[Step]) {
        let wrong: BTreeSet<Thing> = steps.iter().map(Thing::of).collect();
        let there = vips.iter().flat_map(|vip| {
            let address = state.holds(vip).then_some(Thing::Vip(vip.address));
            let device = state.link(&vip.device).map(|link| Thing::Device(link.name.clone()));
            address.into_iter().chain(device)
        });
        let sysctls = state.sysctls.keys().cloned().map(Thing::Sysctl);
        self.0.extend(there.chain(sysctls).filter(|thing| !wrong.contains(thing)));
    }

    /// Whether what a step is about was right before.
    pub(super) fn has(&self, step: &Step) -> bool {
        self.0.contains(&Thing::of(step))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Thing {
    fn of(step: &Step) -> Self {
        match step {
            Step::SetSysctl { sysctl, .. } | Step::RestoreSysctl { sysctl, .. } => {
                Self::Sysctl(sysctl.clone())
            }
            Step::CreateDevice { name } | Step::LinkUp { name } | Step::DeleteDevice { name } => {
                Self::Device(name.clone())
            }
            Step::AddAddress(new) | Step::ReplaceAddress(new) => Self::Vip(new.address),
            Step::RemoveAddress { address, .. } => Self::Vip(*address),
        }
    }
}
