//! Between the threads: boxes in which the newest word wins, so that nobody who is slow makes another wait, and nothing
//! piles up.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use config::director::{RouterConfig, VrrpConfig};
use nix::sys::eventfd::{EfdFlags, EventFd};
use tokio::sync::Notify;
use vrrp::{Holding, Readiness, Report, RouterId, State, Transition};

use crate::adverts::Snapshot;
use crate::held::Held;
use crate::settings::Subject;

/// Transitions that wait for the main loop; the oldest is dropped beyond.
const MOVES: usize = 4_096;

/// A change of state of a virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// name of the router
    pub router: String,
    /// from, to, why, when
    pub transition: Transition,
    /// effective priority after it
    pub priority: u8,
}

/// Takes a snapshot to whoever asked; must not wait.
type Ask = Box<dyn FnOnce(Snapshot) + Send>;

/// For the adverts thread.
#[derive(Default)]
pub(crate) struct Inbox {
    pub(crate) config: Option<Arc<VrrpConfig>>,
    pub(crate) readiness: Option<Readiness>,
    pub(crate) reports: BTreeMap<Subject, Report>,
    pub(crate) links: Option<Links>,
    /// whoever wants to know where everything stands
    pub(crate) asks: Vec<Ask>,
    /// hand over
    pub(crate) stop: bool,
    /// end the thread
    pub(crate) end: bool,
}

impl Inbox {
    /// Asks for a snapshot. Nobody answers where too many wait already.
    pub(crate) fn ask(&mut self, take: impl FnOnce(Snapshot) + Send + 'static) {
        /// The thread answers at once; more than this wait only for one that is dead.
        const MOST: usize = 16;
        if self.asks.len() < MOST {
            self.asks.push(Box::new(take));
        }
    }
}

/// What the addresses thread knows of interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) stands: BTreeMap<RouterId, Stand>,
    /// tracked interfaces: whether they are up
    pub(crate) tracked: BTreeMap<String, bool>,
    /// routers of which an earlier run left addresses
    pub(crate) leftover: BTreeSet<String>,
}

/// What makes an interface the same one: another may have got its name, and its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkId {
    pub(crate) index: u32,
    pub(crate) mac: Option<[u8; 6]>,
}

/// The ground that a virtual router stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stand {
    /// its interface; none: there is no such interface
    pub(crate) link: Option<LinkId>,
    /// source address of its adverts
    pub(crate) source: Option<IpAddr>,
    /// why the interface cannot be used
    pub(crate) fault: Option<String>,
}

/// The inbox of the adverts thread, which it looks into without ever waiting for a lock.
pub(crate) struct ToAdverts {
    inbox: Mutex<Inbox>,
    is_full: AtomicBool,
    wake: EventFd,
    taken: AtomicU64,
}

impl ToAdverts {
    pub(crate) fn new() -> std::io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?;
        Ok(Self { inbox: Mutex::default(), is_full: AtomicBool::new(false), wake, taken: AtomicU64::new(0) })
    }

    /// Puts something in and wakes the thread.
    pub(crate) fn put(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut lock(&self.inbox));
        self.is_full.store(true, Ordering::Release);
        // a counter that is full wakes as well
        let _ = self.wake.write(1);
    }

    /// What was put in. None: nothing, or somebody is just putting something in, and wakes afterwards.
    pub(crate) fn take(&self) -> Option<Inbox> {
        if !self.is_full.swap(false, Ordering::AcqRel) {
            return None;
        }
        if let Some(mut inbox) = try_lock(&self.inbox) {
            self.taken.fetch_add(1, Ordering::Relaxed);
            return Some(std::mem::take(&mut inbox));
        }
        self.is_full.store(true, Ordering::Release);
        None
    }

    /// How often something was taken out: a thread that does not come any more is stuck.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Takes note of the wake-ups until here.
    pub(crate) fn awake(&self) {
        let _ = self.wake.read();
    }

    /// Whether [`Self::take`] has to be tried again.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Acquire)
    }
}

impl AsFd for ToAdverts {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

/// What a virtual router wants of the addresses thread.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) config: Arc<RouterConfig>,
    /// none: not decided, leave what is there
    pub(crate) holding: Option<Holding>,
    pub(crate) state: State,
    /// source of the master's adverts, while it is a backup
    pub(crate) master: Option<IpAddr>,
    /// packets for each address in a burst that is due; 0: none is
    pub(crate) announce: u8,
    /// it was taken out of the configuration and has ended
    pub(crate) gone: bool,
}

/// For the addresses thread.
#[derive(Default)]
pub(crate) struct Orders {
    /// those that changed
    pub(crate) slots: BTreeMap<RouterId, Slot>,
    pub(crate) held: Option<Vec<Held>>,
    /// interfaces that are tracked
    pub(crate) tracked: Option<BTreeSet<String>>,
    pub(crate) gate: Option<Gate>,
    /// every router's addresses go now, whatever it says
    pub(crate) drop_all: bool,
    /// end the thread
    pub(crate) end: bool,
}

/// Which routers' addresses need not wait for the services behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Gate {
    #[default]
    All,
    /// these, by name
    Only(BTreeSet<String>),
}

/// The orders of the addresses thread.
#[derive(Default)]
pub(crate) struct ToAddresses {
    orders: Mutex<Orders>,
    pub(crate) told: Notify,
    taken: AtomicU64,
}

impl ToAddresses {
    pub(crate) fn put(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut lock(&self.orders));
        self.told.notify_one();
    }

    /// Moves the slots over, unless somebody else is just there: then false, and they stay.
    pub(crate) fn try_put(
        &self,
        slots: &mut BTreeMap<RouterId, Slot>,
        tracked: &mut Option<BTreeSet<String>>,
    ) -> bool {
        let Some(mut orders) = try_lock(&self.orders) else { return false };
        while let Some((id, mut slot)) = slots.pop_first() {
            let waiting = orders.slots.get(&id).map_or(0, |slot| slot.announce);
            slot.announce = slot.announce.max(waiting);
            orders.slots.insert(id, slot);
        }
        if let Some(tracked) = tracked.take() {
            orders.tracked = Some(tracked);
        }
        drop(orders);
        self.told.notify_one();
        true
    }

    /// How often they were taken out: a thread that does not come any more is stuck.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    pub(crate) fn take(&self) -> Orders {
        self.taken.fetch_add(1, Ordering::Relaxed);
        std::mem::take(&mut lock(&self.orders))
    }
}

/// From the adverts thread for the main loop.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    pub(crate) moved: VecDeque<Moved>,
    pub(crate) roles: BTreeMap<String, State>,
    /// end of the last interface fault
    pub(crate) fresh: Duration,
    /// told to stop, and every router has
    pub(crate) stopped: bool,
    /// what nobody needs to be told of who does not look into something
    pub(crate) remarks: Vec<String>,
}

impl News {
    pub(crate) fn push(&mut self, moved: Moved) {
        if self.moved.len() == MOVES {
            self.moved.pop_front();
        }
        self.moved.push_back(moved);
    }
}

/// The news, and who waits for them.
#[derive(Default)]
pub(crate) struct ToMain {
    news: Mutex<News>,
    /// for the task that takes transitions
    pub(crate) told: Notify,
    /// for whoever waits for the end
    pub(crate) changed: Notify,
}

impl ToMain {
    /// Changes the news unless somebody is just reading them: then false.
    pub(crate) fn try_put(&self, change: impl FnOnce(&mut News)) -> bool {
        let Some(mut news) = try_lock(&self.news) else { return false };
        change(&mut news);
        drop(news);
        self.told.notify_one();
        self.changed.notify_one();
        true
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut News) -> T) -> T {
        look(&mut lock(&self.news))
    }
}

/// A panic elsewhere does not make what it wrote unusable: every value is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

#[cfg(test)]
mod tests;
