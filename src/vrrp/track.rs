//! What tracked things do to a router: they move its priority, or put it into fault.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Priority, Report, Settings, Track};

/// The last report of each tracked thing, by place in [`Settings::tracks`].
#[derive(Debug)]
pub(crate) struct Reports(Vec<Report>);

impl Reports {
    pub(crate) fn new(tracks: &[Track]) -> Self {
        Self(tracks.iter().map(|track| track.initially).collect())
    }

    /// For changed settings: what is tracked as before keeps its report.
    pub(crate) fn carried_over(&self, before: &[Track], after: &[Track]) -> Self {
        let known: BTreeMap<&str, Report> =
            before.iter().map(|track| track.what.as_str()).zip(self.0.iter().copied()).collect();
        let last = |track: &Track| known.get(track.what.as_str()).copied().unwrap_or(track.initially);
        Self(after.iter().map(last).collect())
    }

    /// Answers whether that is news. Nothing happens for a place that does not exist.
    pub(crate) fn set(&mut self, index: usize, report: Report) -> bool {
        let slot = self.0.get_mut(index).filter(|slot| **slot != report);
        slot.is_some_and(|slot| {
            *slot = report;
            true
        })
    }

    pub(crate) fn as_slice(&self) -> &[Report] {
        &self.0
    }

    /// Texts of what is in fault, in the order of the settings.
    pub(crate) fn faults<'a>(&'a self, tracks: &'a [Track]) -> impl Iterator<Item = String> + 'a {
        tracks.iter().zip(&self.0).filter(|(track, _)| track.weight == 0).filter_map(|(track, report)| {
            match report {
                Report::Up | Report::Value(0) => None,
                Report::Down => Some(format!("{} is down", track.what)),
                Report::Value(value) => Some(format!("{} is {value}", track.what)),
            }
        })
    }

    /// The configured priority with every weight, within 1 to 254. An owner's never moves.
    pub(crate) fn priority(&self, settings: &Settings) -> Priority {
        if settings.priority.is_owner() {
            return settings.priority;
        }
        let weights = settings.tracks.iter().zip(&self.0).map(|(track, report)| moved(track.weight, *report));
        let sum = weights.fold(i64::from(settings.priority.get()), i64::saturating_add);
        u8::try_from(sum.clamp(1, 254)).ok().and_then(Priority::new).unwrap_or(settings.priority)
    }
}

fn moved(weight: i16, report: Report) -> i64 {
    let weight = i64::from(weight);
    match report {
        Report::Up => weight.max(0),
        Report::Down => weight.min(0),
        Report::Value(value) => weight.saturating_mul(i64::from(value)),
    }
}
