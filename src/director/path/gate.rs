//! A path check whose service is not in the table would reach whoever the VIP's own service sends it to, and speak well of a
//! server that it never saw.

use std::collections::BTreeMap;
use std::sync::Arc;

use health::{CheckId, CheckSpec};
use ipvs::{ServiceKey, Table};

use super::key;

/// An attempt to begin.
type Attempt = (CheckId, Arc<CheckSpec>);

/// Keeps attempts of path checks until the table has their services.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// the order to the worker that must have been carried out; none: nothing is waited for
    order: Option<u64>,
    /// counted as running meanwhile, so there is at most one of each check
    waiting: Vec<Attempt>,
}

/// What becomes of an attempt that is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// it begins
    Begin(CheckId, Arc<CheckSpec>),
    /// it fails, with this reason
    Fail(CheckId, String),
}

impl Gate {
    /// Services of path checks are in the worker's order with this number, the newest.
    pub(crate) fn close(&mut self, order: u64) {
        self.order = Some(order);
    }

    /// Whether the table has, or refuses, every service.
    pub(crate) fn is_open(&self) -> bool {
        self.order.is_none()
    }

    /// Opens where the order was carried out; gives what has waited for that.
    pub(crate) fn release(&mut self, is_written: impl Fn(u64) -> bool) -> Vec<Attempt> {
        if self.order.is_none_or(|order| !is_written(order)) {
            return Vec::new();
        }
        self.order = None;
        std::mem::take(&mut self.waiting)
    }

    /// Takes an attempt that is due; none: it waits. `refused`: services that the kernel refuses, with its words.
    pub(crate) fn pass(
        &mut self,
        (id, spec): Attempt,
        refused: &BTreeMap<ServiceKey, String>,
    ) -> Option<Passage> {
        let Some(path) = spec.path else { return Some(Passage::Begin(id, spec)) };
        if !self.is_open() {
            self.waiting.push((id, spec));
            return None;
        }
        let error = key(&spec, path).and_then(|key| Some((key, refused.get(&key)?)));
        Some(match error {
            Some((key, error)) => Passage::Fail(
                id,
                format!(
                    "by the VIP {}: the kernel refuses the service {key} of this check: {error}",
                    path.vip
                ),
            ),
            None => Passage::Begin(id, spec),
        })
    }
}

/// Whether services of path checks are among those that change.
pub(crate) fn touches<'a>(paths: &Table, mut changed: impl Iterator<Item = &'a ServiceKey>) -> bool {
    changed.any(|key| paths.contains_key(key))
}
