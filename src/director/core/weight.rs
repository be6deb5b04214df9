//! Weights that checks report.

use std::collections::BTreeMap;
use std::sync::Arc;

use config::director::{RealServer, VirtualService};
use health::{CheckId, CheckKind, CheckSpec, Checks, Reported};
use ipvs::{DestinationKey, ServiceKey, Weight};

use super::Core;
use crate::desired;

/// Weights of servers in the table, until the checks that report theirs have done so for the first time: a restart or a reload
/// does not change them for that moment.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    weights: BTreeMap<(ServiceKey, DestinationKey), Known>,
    /// attempts under way of checks that have not reported yet
    asked: BTreeMap<CheckId, Arc<CheckSpec>>,
}

#[derive(Debug)]
struct Known {
    weight: Weight,
    /// the checks that are still to report
    silent: Vec<Arc<CheckSpec>>,
}

impl Remembered {
    pub(super) fn clear(&mut self) {
        self.weights.clear();
    }

    /// `weight`: what the table has, if the server is there.
    pub(super) fn note(
        &mut self,
        service: &VirtualService,
        real: &RealServer,
        weight: Option<u32>,
        checks: &Checks,
    ) {
        let Some(weight) = weight.and_then(Weight::new) else { return };
        let has_run =
            |check: &CheckSpec| checks.view(check).is_some_and(|view| view.passes > 0 || view.fails > 0);
        let is_silent = |check: &&Arc<CheckSpec>| reports(check) && !has_run(check);
        let silent: Vec<Arc<CheckSpec>> = real.checks.iter().filter(is_silent).cloned().collect();
        if !silent.is_empty() {
            self.weights.insert((service.key, real.key), Known { weight, silent });
        }
    }

    pub(super) fn weight(&self, service: &VirtualService, real: &RealServer) -> Option<Weight> {
        self.weights.get(&(service.key, real.key)).map(|known| known.weight)
    }

    /// An attempt has begun.
    pub(super) fn note_asked(&mut self, id: CheckId, spec: &Arc<CheckSpec>) {
        if !self.weights.is_empty() && reports(spec) {
            self.asked.insert(id, Arc::clone(spec));
        }
    }

    /// An attempt has ended: the check, if a weight was remembered for want of its first result.
    pub(super) fn take_first(&mut self, id: CheckId) -> Option<Arc<CheckSpec>> {
        let spec = self.asked.remove(&id)?;
        let mut is_first = false;
        self.weights.retain(|_, Known { silent, .. }| {
            let before = silent.len();
            silent.retain(|check| *check != spec);
            is_first |= silent.len() < before;
            !silent.is_empty()
        });
        is_first.then_some(spec)
    }
}

impl Core {
    /// A server's weight as its checks report it; as configured where they do not.
    pub(crate) fn weight_of(&self, real: &RealServer) -> Weight {
        desired::weight_of(real.destination.weight, self.reports(real).map(|(_, report)| report))
    }

    /// The checks of a server that say something of its weight, and what.
    pub(crate) fn reports<'a>(
        &'a self,
        real: &'a RealServer,
    ) -> impl Iterator<Item = (&'a CheckSpec, Reported)> {
        let reports = real.checks.iter().filter(|check| reports(check));
        reports.filter_map(|check| Some((&**check, self.checks.reported(check)?)))
    }
}

/// Whether a check may say something of its server's weight.
fn reports(spec: &CheckSpec) -> bool {
    match &spec.kind {
        CheckKind::Script(script) => script.weight,
        CheckKind::File(file) => file.weight != 0,
        CheckKind::Tcp(_)
        | CheckKind::Http(_)
        | CheckKind::Smtp(_)
        | CheckKind::Dns(_)
        | CheckKind::Udp(_)
        | CheckKind::Ping
        | CheckKind::Mysql(_)
        | CheckKind::Redis(_)
        | CheckKind::Memcached
        | CheckKind::Postgres(_) => false,
    }
}
