//! Bounds on repairing: someone who undoes everything at once must not make this daemon spin, and must not make
//! the host look ready between two of his writes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use host::{Step, Vip};

/// A token bucket.
#[derive(Debug)]
pub(super) struct Pace {
    /// so many in a row
    burst: u32,
    /// one more each time this went by
    refill: Duration,
    used: u32,
    /// up to when refills are counted
    counted: Duration,
}

impl Pace {
    /// Of batches of steps: a start takes two or three in a row.
    pub(super) const fn of_steps() -> Self {
        Self::new(10, Duration::from_millis(200))
    }

    /// Of words to everyone: a repair takes three. With [`Pace::of_quick_looks`], a listener that comes and goes again and
    /// again makes far fewer than a director hears from one agent.
    pub(super) const fn of_words() -> Self {
        Self::new(10, Duration::from_millis(10))
    }

    /// Of looks at once, for listeners that died or are missing and sysctls that were written: 25 in a second.
    pub(super) const fn of_quick_looks() -> Self {
        Self::new(5, Duration::from_millis(40))
    }

    const fn new(burst: u32, refill: Duration) -> Self {
        Self { burst, refill, used: 0, counted: Duration::ZERO }
    }

    /// Takes one, or says when there is one.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        while self.used > 0 && self.counted + self.refill <= now {
            self.used -= 1;
            self.counted += self.refill;
        }
        if self.used == 0 {
            self.counted = now;
        }
        if self.used >= self.burst {
            return Err(self.counted + self.refill);
        }
        self.used += 1;
        Ok(())
    }
}

/// So many repairs within [`WINDOW`] are someone's insistence, not an accident.
const REPAIRS: usize = 6;

/// See [`REPAIRS`].
const WINDOW: Duration = Duration::from_secs(10);

/// Repairs of sysctls so close to the one before are part of it: whoever sets four of them writes four files, and each write is
/// seen at once.
const ONE_ACT: Duration = Duration::from_millis(200);

/// Without a repair for so long, the contest is over.
const QUIET: Duration = Duration::from_secs(5);

/// What can be contested.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// the ARP sysctls, which every IPv4 VIP relies on
    Sysctls,
    /// a device, which its VIPs rely on
    Device(String),
    /// a VIP
    Vip(IpAddr),
}

impl Subject {
    /// What a step is about.
    pub(super) fn of(step: &Step) -> Self {
        match step {
            Step::SetSysctl { .. } | Step::RestoreSysctl { .. } => Self::Sysctls,
            Step::CreateDevice { name } | Step::LinkUp { name } | Step::DeleteDevice { name } => {
                Self::Device(name.clone())
            }
            Step::AddAddress(new) | Step::ReplaceAddress(new) => Self::Vip(new.address),
            Step::RemoveAddress { address, .. } => Self::Vip(*address),
        }
    }

    fn matters_to(&self, vip: &Vip) -> bool {
        match self {
            Self::Sysctls => vip.address.is_ipv4(),
            Self::Device(name) => vip.device == *name,
            Self::Vip(address) => vip.address == *address,
        }
    }
}

/// What someone else keeps undoing. Nothing that relies on it is ready meanwhile.
#[derive(Debug, Default)]
pub(super) struct Contests(BTreeMap<Subject, Contest>);

#[derive(Debug, Default)]
struct Contest {
    repairs: VecDeque<Duration>,
    on: bool,
}

impl Contests {
    /// Notes a repair; answers whether a contest begins with it.
    pub(super) fn note(&mut self, subject: Subject, now: Duration) -> bool {
        let is_many_files = subject == Subject::Sysctls;
        let contest = self.0.entry(subject).or_default();
        if is_many_files && contest.repairs.back().is_some_and(|last| now.saturating_sub(*last) < ONE_ACT) {
            return false;
        }
        contest.repairs.push_back(now);
        while contest.repairs.len() > REPAIRS {
            contest.repairs.pop_front();
        }
        let within = contest.repairs.front().is_some_and(|first| now.saturating_sub(*first) <= WINDOW);
        let begins = !contest.on && within && contest.repairs.len() == REPAIRS;
        contest.on |= begins;
        begins
    }

    /// Forgets what nobody contests any more, and answers what was contested.
    pub(super) fn settle(&mut self, now: Duration) -> Vec<Subject> {
        let last = |contest: &Contest| contest.repairs.back().copied().unwrap_or_default();
        let over = |contest: &Contest| {
            let calm = if contest.on { QUIET } else { WINDOW };
            now.saturating_sub(last(contest)) >= calm
        };
        let ended = self.0.iter().filter(|(_, contest)| contest.on && over(contest));
        let ended = ended.map(|(subject, _)| subject.clone()).collect();
        self.0.retain(|_, contest| !over(contest));
        ended
    }

    /// Whether this is contested.
    pub(super) fn is_on(&self, subject: &Subject) -> bool {
        self.0.get(subject).is_some_and(|contest| contest.on)
    }

    /// Whether anything is.
    pub(super) fn any(&self) -> bool {
        self.0.values().any(|contest| contest.on)
    }

    /// Whether something that this VIP relies on is.
    pub(super) fn bars(&self, vip: &Vip) -> bool {
        self.0.iter().any(|(subject, contest)| contest.on && subject.matters_to(vip))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sysctls => f.write_str("the ARP sysctls"),
            Self::Device(name) => f.write_str(name),
            Self::Vip(address) => address.fmt(f),
        }
    }
}
