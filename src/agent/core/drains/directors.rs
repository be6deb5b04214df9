//! Who follows this agent, and what each said last.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use watch::{Confirm, Held};

/// One that went is waited for so long: it may come back, and nobody else knows what is in its table.
pub(super) const MEMORY: Duration = Duration::from_secs(600);

/// One that never said anything, as those do that know of no phases, is given so long to set weight 0.
pub(super) const SILENT: Duration = Duration::from_secs(5);

/// So many that went are remembered; the one that went first is forgotten for another.
const MOST_AWAY: usize = 64;

/// A director: its `router_id`, and where it follows from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Director {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
}

/// When a drain was first told in this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// `Status::seq` of it
    pub(super) seq: u64,
    pub(super) at: Duration,
}

/// Those that follow and those that did not long ago.
#[derive(Debug, Default)]
pub(super) struct Directors {
    live: BTreeMap<String, Follower>,
    /// since when
    away: BTreeMap<Director, Duration>,
}

#[derive(Debug)]
struct Follower {
    director: Director,
    since: Duration,
    said: Option<Confirm>,
}

impl Directors {
    /// All that an earlier run knew; they may come back.
    pub(super) fn new(known: impl IntoIterator<Item = Director>, now: Duration) -> Self {
        Self { live: BTreeMap::new(), away: known.into_iter().map(|one| (one, now)).collect() }
    }

    pub(super) fn came(&mut self, watch: String, director: Director, now: Duration) {
        self.away.remove(&director);
        self.live.insert(watch, Follower { director, since: now, said: None });
    }

    pub(super) fn went(&mut self, watch: &str, now: Duration) {
        let Some(Follower { director, .. }) = self.live.remove(watch) else { return };
        if self.live.values().any(|other| other.director == director) {
            return;
        }
        self.away.insert(director, now);
        if self.away.len() > MOST_AWAY {
            let first =
                self.away.iter().min_by_key(|(_, since)| **since).map(|(director, _)| director.clone());
            first.map(|first| self.away.remove(&first));
        }
    }

    /// The latest counts, and what is about VIPs that are not ours is not kept. Answers whether it is news.
    pub(super) fn confirmed(
        &mut self,
        watch: &str,
        mut said: Confirm,
        is_ours: impl Fn(IpAddr) -> bool,
    ) -> bool {
        let Some(follower) = self.live.get_mut(watch) else { return false };
        // two that overtook each other on their way
        if follower.said.as_ref().is_some_and(|before| before.seq > said.seq) {
            return false;
        }
        said.vips.retain(|vip, _| is_ours(*vip));
        let news = follower.said.as_ref() != Some(&said);
        follower.said = Some(said);
        news
    }

    /// Forgets who went too long ago.
    pub(super) fn forget(&mut self, now: Duration) {
        self.away.retain(|_, since| now < since.saturating_add(MEMORY));
    }

    /// When the next is forgotten, or has been silent for too long.
    pub(super) fn next(&self, now: Duration) -> Option<Duration> {
        let silent = self.live.values().filter(|one| one.said.is_none()).map(|one| one.since + SILENT);
        let away = self.away.values().map(|since| *since + MEMORY);
        silent.chain(away).filter(|at| *at > now).min()
    }

    /// Everyone, as written down.
    pub(super) fn known(&self) -> BTreeSet<Director> {
        self.live.values().map(|one| &one.director).chain(self.away.keys()).cloned().collect()
    }

    /// Nobody to be asked.
    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty() && self.away.is_empty()
    }

    /// Who has not said yet that the VIP is so far out, in words.
    pub(super) fn lacking(
        &self,
        vip: IpAddr,
        held: Held,
        told: Option<Told>,
        now: Duration,
    ) -> BTreeSet<String> {
        let silent = self.live.values().filter(|one| !one.has_reached(vip, held, told, now));
        let away = self.away.keys().map(|one| format!("{} (which does not follow at present)", one.name));
        silent.map(|one| one.director.name.clone()).chain(away).collect()
    }
}

impl Follower {
    fn has_reached(&self, vip: IpAddr, held: Held, told: Option<Told>, now: Duration) -> bool {
        let Some(told) = told else { return false };
        match &self.said {
            // a director names the VIPs that it has services for
            Some(said) => said.seq >= told.seq && said.vips.get(&vip).copied().unwrap_or(Held::Gone) >= held,
            None => held == Held::Quiesced && now >= told.at.max(self.since) + SILENT,
        }
    }
}
