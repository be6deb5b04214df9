//! What the worker is asked for: latest state wins, so nothing piles up behind a slow write.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::core::Patches;
use crate::settings::Policy;

/// Orders for the worker, merged while it is busy.
#[derive(Default)]
pub(crate) struct Orders {
    pub(crate) patches: Patches,
    pub(crate) policy: Option<Policy>,
    /// look at the table now
    pub(crate) look: bool,
    pub(crate) stop: bool,
    /// come here, for nothing else
    pub(crate) nudge: bool,
    /// number of the newest of these orders
    pub(crate) number: u64,
}

/// The worker's letter box.
#[derive(Default)]
pub(crate) struct Inbox {
    orders: Mutex<Orders>,
    bell: Condvar,
    taken: AtomicU64,
}

impl Inbox {
    /// Adds to what is waiting; a later patch of a service replaces an earlier one. `number` grows with each call.
    pub(crate) fn put(&self, number: u64, change: impl FnOnce(&mut Orders)) {
        let mut orders = self.lock();
        change(&mut orders);
        orders.number = number;
        drop(orders);
        self.bell.notify_one();
    }

    /// Waits for orders, at most this long.
    pub(crate) fn take(&self, timeout: Duration) -> Orders {
        let idle = |orders: &mut Orders| {
            let Orders { patches, policy, look, stop, nudge, number: _ } = orders;
            patches.is_empty() && policy.is_none() && !*look && !*stop && !*nudge
        };
        let waited = self.bell.wait_timeout_while(self.lock(), timeout, idle);
        let (mut orders, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.taken.fetch_add(1, Ordering::Relaxed);
        std::mem::take(&mut *orders)
    }

    /// Makes the worker come here.
    pub(crate) fn nudge(&self) {
        self.lock().nudge = true;
        self.bell.notify_one();
    }

    /// How often it came.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
