//! What is known of everything tracked: written by the watching tasks, read by the router.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use vrrp::Report;

use super::TrackName;

/// One line for each thing tracked; the last report of each waits to be taken.
#[derive(Default)]
pub(super) struct Board {
    lines: Mutex<BTreeMap<TrackName, Line>>,
    changed: Notify,
}

#[derive(Default)]
struct Line {
    report: Option<Report>,
    detail: String,
    /// not taken yet
    fresh: bool,
}

/// For the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrackStatus {
    pub(crate) name: TrackName,
    /// none: no result yet
    pub(crate) report: Option<Report>,
    /// what was last found, in words; empty before that
    pub(crate) detail: String,
}

impl Board {
    /// Forgets everything else, and has a line for each of these.
    pub(super) fn keep(&self, names: &BTreeSet<TrackName>) {
        let mut lines = self.lines();
        lines.retain(|name, _| names.contains(name));
        for name in names {
            lines.entry(name.clone()).or_default();
        }
    }

    /// Writes down what was found. Answers whether it is another report than before.
    pub(super) fn note(&self, name: &TrackName, report: Report, detail: String) -> bool {
        let mut lines = self.lines();
        // it may be forgotten already
        let Some(line) = lines.get_mut(name) else { return false };
        line.detail = detail;
        if line.report == Some(report) {
            return false;
        }
        line.report = Some(report);
        line.fresh = true;
        drop(lines);
        self.changed.notify_one();
        true
    }

    /// Only the words: too few results in a row for another report.
    pub(super) fn remark(&self, name: &TrackName, detail: String) {
        if let Some(line) = self.lines().get_mut(name) {
            line.detail = detail;
        }
    }

    pub(super) async fn next(&self) -> (TrackName, Report) {
        loop {
            let changed = self.changed.notified();
            if let Some(found) = self.take() {
                return found;
            }
            changed.await;
        }
    }

    pub(super) fn reports(&self) -> Vec<(TrackName, Report)> {
        self.lines().iter().filter_map(|(name, line)| Some((name.clone(), line.report?))).collect()
    }

    pub(super) fn status(&self) -> Vec<TrackStatus> {
        let status = |(name, line): (&TrackName, &Line)| TrackStatus {
            name: name.clone(),
            report: line.report,
            detail: line.detail.clone(),
        };
        self.lines().iter().map(status).collect()
    }

    fn take(&self) -> Option<(TrackName, Report)> {
        let mut lines = self.lines();
        let (name, line) = lines.iter_mut().find(|(_, line)| line.fresh)?;
        line.fresh = false;
        Some((name.clone(), line.report?))
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<TrackName, Line>> {
        // whole after each change
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
