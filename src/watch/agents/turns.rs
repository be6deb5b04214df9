//! Who changes its mind too often is not trusted for some time.

use alloc::collections::BTreeMap;
use core::net::IpAddr;
use core::time::Duration;

use super::told::Listener;

/// Within [`QUIET`], so many turns are believed
const BELIEVED: usize = 5;
/// The time over which turns are counted, and after which they are forgotten
const QUIET: Duration = Duration::from_secs(10);
/// Things that one agent may change its mind on at a time; more count for the host as a whole
const MOST_KEYS: usize = 1024;

/// What is said of a service that is not trusted.
pub(super) const DAMPED: &str = "changed its mind 6 times in 10 s: trusted again after 10 s of quiet";

/// What a turn was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// the host as a whole
    Host,
    /// a VIP, whatever the listener
    Vip(IpAddr),
    /// one listener of a VIP
    Listener(IpAddr, Listener),
}

/// The turns of one agent. A turn is a step out: from traffic to none, from the table to not in it.
#[derive(Debug, Default)]
pub(super) struct Turns {
    recent: BTreeMap<About, Recent>,
    /// turns that nobody acted upon
    damped: u64,
}

#[derive(Debug)]
struct Recent {
    /// the last ones, the latest first
    at: [Option<Duration>; BELIEVED],
    damped: bool,
}

impl Turns {
    /// Counts the turns that one news brought. Returns whether something is not trusted that was.
    pub(super) fn add(&mut self, abouts: impl Iterator<Item = About>, now: Duration) -> bool {
        let (mut damped, mut others) = (false, false);
        for about in abouts {
            if self.recent.len() < MOST_KEYS || self.recent.contains_key(&about) {
                damped |= self.add_one(about, now);
            } else {
                others = true;
            }
        }
        // one for all of them: a large host may well stop as a whole
        if others { self.add_one(About::Host, now) || damped } else { damped }
    }

    /// What stands for one listener of a VIP, or for any.
    pub(super) fn is_damped(&self, vip: IpAddr, listener: Option<Listener>) -> bool {
        // nearly always
        if self.recent.is_empty() {
            return false;
        }
        let of = |about| self.recent.get(&about).is_some_and(|recent| recent.damped);
        of(About::Host)
            || of(About::Vip(vip))
            || listener.is_some_and(|listener| of(About::Listener(vip, listener)))
    }

    /// As [`Turns::is_damped`], for a service that needs all listeners.
    pub(super) fn is_any_damped(&self, vip: IpAddr) -> bool {
        let of_vip = About::Listener(vip, (false, 0))..=About::Listener(vip, (true, u16::MAX));
        self.is_damped(vip, None) || self.recent.range(of_vip).any(|(_, recent)| recent.damped)
    }

    pub(super) fn count_damped(&self) -> u64 {
        self.damped
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.recent.values().filter_map(Recent::forgotten_at).min()
    }

    /// Forgets what has been quiet. Returns whether something is trusted again.
    pub(super) fn forget(&mut self, now: Duration) -> bool {
        let mut trusted_again = false;
        self.recent.retain(|_, recent| {
            let stays = recent.forgotten_at().is_some_and(|due| due > now);
            trusted_again |= !stays && recent.damped;
            stays
        });
        trusted_again
    }

    fn add_one(&mut self, about: About, now: Duration) -> bool {
        let recent = self.recent.entry(about).or_insert(Recent { at: [None; BELIEVED], damped: false });
        let was_damped = recent.damped;
        recent.add(now);
        self.damped = self.damped.saturating_add(recent.damped.into());
        recent.damped && !was_damped
    }
}

impl Recent {
    fn add(&mut self, now: Duration) {
        let [.., oldest] = self.at;
        self.damped |= oldest.is_some_and(|oldest| now.saturating_sub(oldest) < QUIET);
        self.at.rotate_right(1);
        if let Some(latest) = self.at.first_mut() {
            *latest = Some(now);
        }
    }

    fn forgotten_at(&self) -> Option<Duration> {
        self.at.first().copied().flatten().map(|latest| latest.saturating_add(QUIET))
    }
}
