//! What must hold at every moment, and the bounds, derived from the longest interval I, the link's delay d, and how late a timer
//! is acted on, j. Clocks differ by 2 * 0.1 %, so that I is counted as 1.003 I.
//!
//! - heard: a master sends once in I + j, which arrives within d.
//! - silence: a backup waits 3 I + skew (at most I) since the last advert it heard, so at most d + 4 I + j since that was sent.
//! - rivals: on a perfect link two masters hear each other within `heard`, and the lower one gives up at once.
//! - no master: everybody waits `silence` at most. Who becomes master may meet others who do; one of these may give way with priority
//!   0, which brings a skew (at most I) and `heard` again; and a preemption may cross it, which brings both again.
//! - settled: those that leave (three intervals and a second, four seconds at least with version 2) and stay silent (1.5 s), then
//!   `no master`, then whoever may preempt waits out its delay and one more `silence`.

use std::time::Duration;

use lvs_vrrp::{Transition, Version};

use crate::link::Link;
use crate::node::Node;

pub(crate) struct Bounds {
    pub(crate) heard: Duration,
    pub(crate) silence: Duration,
    pub(crate) no_master: Duration,
    pub(crate) settled: Duration,
}

impl Bounds {
    fn new(nodes: &[Node], delay: Duration, late: Duration) -> Self {
        let longest = nodes.iter().map(|node| node.settings.interval.duration()).max().unwrap_or_default();
        let interval = longest * 1003 / 1000;
        let heard = interval + late + delay;
        let silence = delay + interval * 4 + late;
        let no_master = silence + (interval + heard) * 2;
        let preempt = nodes.iter().map(|node| node.settings.preempt_delay).max().unwrap_or_default();
        let leaving = match nodes.first().map(|node| node.settings.version) {
            Some(Version::V2) => Duration::from_secs(4),
            Some(Version::V3) | None => Duration::from_secs(1),
        };
        let handed_over = leaving + interval * 3 + Duration::from_millis(1500);
        let settled = handed_over + no_master + preempt * 1003 / 1000 + silence + heard * 2;
        Self { heard, silence, no_master, settled }
    }
}

pub(crate) struct Watch {
    pub(crate) bounds: Bounds,
    /// the last time anything was done from outside
    disturbed: Duration,
    /// since when the link is perfect and nobody is frozen
    clean: Option<Duration>,
    /// since when there have been two masters or more
    rivals: Option<Duration>,
    /// since when there has been none, although somebody may be one
    orphaned: Option<Duration>,
}

impl Watch {
    pub(crate) fn new(nodes: &[Node], delay: Duration, late: Duration) -> Self {
        let bounds = Bounds::new(nodes, delay, late);
        Self { bounds, disturbed: Duration::ZERO, clean: None, rivals: None, orphaned: None }
    }

    pub(crate) fn disturbed(&mut self, now: Duration) {
        self.disturbed = now;
    }

    /// After an event: what is the case from here on.
    pub(crate) fn look(&mut self, now: Duration, nodes: &[Node], link: &Link) {
        let clean = link.is_perfect() && nodes.iter().all(|node| !node.frozen && node.interface_up);
        keep(&mut self.clean, clean, now);
        let masters = nodes.iter().filter(|node| node.is_master()).count();
        keep(&mut self.rivals, masters > 1, now);
        let candidates = nodes.iter().any(Node::is_candidate);
        keep(&mut self.orphaned, candidates && masters == 0, now);
    }

    /// Nothing happens until then: whether something lasts too long.
    pub(crate) fn pass(&self, until: Duration) -> Option<String> {
        let clean = self.clean?;
        let lasts =
            |since: Option<Duration>, from: Duration| since.map(|at| until.saturating_sub(at.max(from)));
        if lasts(self.rivals, clean) > Some(self.bounds.heard) {
            return Some(format!("two masters for more than {:?} on a perfect link", self.bounds.heard));
        }
        if lasts(self.orphaned, clean.max(self.disturbed)) > Some(self.bounds.no_master) {
            return Some(format!("no master for more than {:?} on a perfect link", self.bounds.no_master));
        }
        None
    }

    /// A transition long after the last cause is a flap.
    pub(crate) fn moved(&self, now: Duration, transition: &Transition) -> Option<String> {
        let quiet = self.clean.is_some() && now > self.disturbed + self.bounds.settled;
        let Transition { from, to, reason, .. } = transition;
        quiet.then(|| {
            format!("{from} -> {to} ({reason}), and nothing had happened for {:?}", self.bounds.settled)
        })
    }
}

fn keep(since: &mut Option<Duration>, holds: bool, now: Duration) {
    *since = holds.then(|| since.unwrap_or(now));
}
