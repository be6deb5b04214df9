//! The order of a drain: weight 0 on every director, connections end, the entry goes, and only then the VIP.
//!
//! A VIP never leaves before every director that follows, or did not long ago, has said that its entry is gone.

mod directors;
mod words;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use host::Vip;
use watch::{Confirm, Held};

pub(crate) use directors::Director;
use directors::{Directors, SILENT, Told};
pub(super) use words::Gone;
pub(crate) use words::NO_DIRECTOR;
pub(crate) use written::{Drains, Phase, Progress};

/// Between two counts of connections.
const COUNT: Duration = Duration::from_millis(100);

/// The same when the deadline is over and somebody else is waited for.
const COUNT_SLOWLY: Duration = Duration::from_secs(1);

/// A count that takes long is made less often, so that it takes a tenth of the time at most.
const COUNT_SHARE: u32 = 10;

/// So many counts in a row without a connection: a client may be about to open one on an entry that is not yet quiesced.
const ZEROS: u8 = 2;

/// A change of the count alone is told this often; every word makes every director answer.
const SHOW: Duration = Duration::from_secs(1);

/// After a start directors find the agent again within this: they try again after 5 s and a half of that at most.
const SETTLE: Duration = Duration::from_secs(8);

/// Everything about drains.
#[derive(Debug)]
pub(super) struct Drainer {
    drains: Drains,
    /// the configured deadline
    deadline: Duration,
    directors: Directors,
    /// since this run's first word about each drain
    told: BTreeMap<IpAddr, Told>,
    counts: BTreeMap<IpAddr, Count>,
    /// why the last count failed
    uncounted: Option<String>,
    count_at: Duration,
    started: Option<Duration>,
    now: Duration,
}

/// The connections of one VIP.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    found: Option<u64>,
    zeros: u8,
    /// what was told last, and when
    shown: Option<(u64, Duration)>,
}

/// What an operator wants drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// none: the whole host
    pub(crate) vip: Option<IpAddr>,
    /// seconds since 1970
    pub(crate) since_s: u64,
    /// none: the configured one
    pub(crate) deadline: Option<Duration>,
    /// the unit is stopped: the next start ends it
    pub(crate) stops: bool,
}

impl Drainer {
    /// Goes on with what an earlier run wrote down.
    pub(super) fn new(drains: Drains, deadline: Duration) -> Self {
        Self {
            drains,
            deadline,
            directors: Directors::default(),
            told: BTreeMap::new(),
            counts: BTreeMap::new(),
            uncounted: None,
            count_at: Duration::ZERO,
            started: None,
            now: Duration::ZERO,
        }
    }

    /// Time goes on. Comes before everything else at a given moment.
    pub(super) fn at(&mut self, now: Duration, vips: &[Vip]) {
        self.now = now;
        if self.started.is_none() {
            self.started = Some(now);
            self.directors = Directors::new(std::mem::take(&mut self.drains.directors), now);
            self.drains.fit(vips, self.deadline, now);
            for progress in self.drains.progress.values_mut() {
                // a clock that began anew must not make it longer
                progress.ends = progress.ends.min(now.saturating_add(progress.deadline));
            }
        }
        self.directors.forget(now);
        self.drains.directors = self.directors.known();
    }

    /// What is to be written down.
    pub(super) fn drains(&self) -> &Drains {
        &self.drains
    }

    /// Answers whether a drain began; one that is under way gets a deadline that is said anew.
    pub(super) fn drain(&mut self, wanted: Wanted, vips: &[Vip]) -> bool {
        let begins = self.drains.add(wanted.vip, wanted.since_s, wanted.stops);
        let deadline = wanted.deadline.unwrap_or(self.deadline);
        self.drains.fit(vips, deadline, self.now);
        if let Some(deadline) = wanted.deadline {
            let ends = self.now.saturating_add(deadline);
            let meant = |vip: &IpAddr| wanted.vip.is_none_or(|one| one == *vip);
            for (_, progress) in self.drains.progress.iter_mut().filter(|(vip, _)| meant(vip)) {
                (progress.deadline, progress.ends) = (deadline, ends);
            }
        }
        begins
    }

    /// Answers whether a drain ended.
    pub(super) fn undrain(&mut self, vip: Option<IpAddr>, vips: &[Vip]) -> bool {
        let ends = self.drains.remove(vip);
        self.fit(vips);
        ends
    }

    pub(super) fn configured(&mut self, vips: &[Vip], deadline: Duration) {
        self.deadline = deadline;
        self.fit(vips);
    }

    pub(super) fn came(&mut self, watch: String, director: Director) {
        self.directors.came(watch, director, self.now);
        self.drains.directors = self.directors.known();
    }

    pub(super) fn went(&mut self, watch: &str) {
        self.directors.went(watch, self.now);
        self.drains.directors = self.directors.known();
    }

    /// Answers whether it is news.
    pub(super) fn confirmed(&mut self, watch: &str, said: Confirm, vips: &[Vip]) -> bool {
        self.directors.confirmed(watch, said, |address| vips.iter().any(|vip| vip.address == address))
    }

    /// The VIPs whose connections are to be counted now.
    pub(super) fn count_due(&self) -> Option<BTreeSet<IpAddr>> {
        let draining: BTreeSet<IpAddr> = self.draining().map(|(vip, _)| vip).collect();
        (self.count_at <= self.now && !draining.is_empty()).then_some(draining)
    }

    /// Takes a count; one that could not be made counts nothing.
    pub(super) fn counted(&mut self, counted: Result<BTreeMap<IpAddr, u64>, String>, took: Duration) {
        let in_time = self.draining().any(|(_, progress)| self.now < progress.ends);
        let gap = if in_time { COUNT } else { COUNT_SLOWLY };
        self.count_at = self.now + gap.max(took.saturating_mul(COUNT_SHARE));
        let (found, failed) = match counted {
            Ok(found) => (Some(found), None),
            Err(reason) => (None, Some(reason)),
        };
        self.uncounted = failed;
        for vip in self.draining().map(|(vip, _)| vip).collect::<Vec<IpAddr>>() {
            let number = found.as_ref().map(|found| found.get(&vip).copied().unwrap_or(0));
            let quiesced = self.lacking(vip, Held::Quiesced).is_empty();
            self.counts.entry(vip).or_default().take(number, quiesced, self.now);
        }
    }

    /// Notes that the drains of this moment were told.
    pub(super) fn told(&mut self, seq: u64) {
        for vip in self.drains.progress.keys() {
            self.told.entry(*vip).or_insert(Told { seq, at: self.now });
        }
    }

    /// Whether nobody has been told of some drain in this run.
    pub(super) fn has_untold(&self) -> bool {
        self.drains.progress.keys().any(|vip| !self.told.contains_key(vip))
    }

    /// Goes on with every drain as far as it can; answers the phases that began.
    pub(super) fn advance(&mut self) -> Vec<(IpAddr, Phase)> {
        let mut begun = Vec::new();
        for vip in self.drains.progress.keys().copied().collect::<Vec<IpAddr>>() {
            while let Some(next) = self.next_phase(vip) {
                if let Some(progress) = self.drains.progress.get_mut(&vip) {
                    progress.phase = next;
                }
                if next == Phase::Draining {
                    self.counts.remove(&vip);
                    self.count_at = self.now;
                }
                begun.push((vip, next));
            }
        }
        begun
    }

    /// When something may change by time alone.
    pub(super) fn next(&self) -> Option<Duration> {
        let ends = self.draining().map(|(_, progress)| progress.ends);
        let count = self.draining().next().map(|_| self.count_at.max(self.now));
        let silent = self.told.values().map(|told| told.at + SILENT);
        let settled = self.started.map(|started| started + SETTLE);
        let drains = !self.drains.progress.is_empty();
        let others = ends.chain(silent).chain(settled).filter(|at| drains && *at > self.now);
        others.chain(count).chain(self.directors.next(self.now)).min()
    }

    fn fit(&mut self, vips: &[Vip]) {
        self.drains.fit(vips, self.deadline, self.now);
        let progress = &self.drains.progress;
        self.told.retain(|vip, _| progress.contains_key(vip));
        self.counts.retain(|vip, _| progress.contains_key(vip));
    }

    fn draining(&self) -> impl Iterator<Item = (IpAddr, &Progress)> {
        let drains = self.drains.progress.iter().filter(|(_, progress)| progress.phase == Phase::Draining);
        drains.map(|(vip, progress)| (*vip, progress))
    }

    fn next_phase(&self, vip: IpAddr) -> Option<Phase> {
        let progress = self.drains.progress.get(&vip)?;
        let all_are = |held| self.lacking(vip, held).is_empty();
        match progress.phase {
            Phase::Quiescing => {
                (self.told.contains_key(&vip) && all_are(Held::Quiesced)).then_some(Phase::Draining)
            }
            Phase::Draining => {
                let ended = self.counts.get(&vip).is_some_and(|count| count.zeros >= ZEROS);
                let over = ended || self.now >= progress.ends;
                (over && !self.directors.is_empty() && all_are(Held::Quiesced)).then_some(Phase::Leaving)
            }
            Phase::Leaving => {
                let asked = !self.directors.is_empty() && self.is_settled();
                (asked && all_are(Held::Gone)).then_some(Phase::Off)
            }
            Phase::Off => None,
        }
    }

    fn lacking(&self, vip: IpAddr, held: Held) -> BTreeSet<String> {
        self.directors.lacking(vip, held, self.told.get(&vip).copied(), self.now)
    }

    fn is_settled(&self) -> bool {
        self.started.is_some_and(|started| self.now >= started + SETTLE)
    }
}

impl Count {
    /// Nothing that is found before every director has set weight 0 proves that no more will come.
    fn take(&mut self, found: Option<u64>, quiesced: bool, now: Duration) {
        self.found = found;
        self.zeros = if found == Some(0) && quiesced { self.zeros.saturating_add(1) } else { 0 };
        let Some(found) = found else { return self.shown = None };
        if self.shown.is_none_or(|(shown, at)| now >= at + SHOW || (found == 0 && shown != 0)) {
            self.shown = Some((found, now));
        }
    }
}
