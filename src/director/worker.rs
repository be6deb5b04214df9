//! The one writer of the IPVS table, in a thread of its own: no check, script or reader can hold it up, and it
//! holds up nobody.
//!
//! A patch is written at once, against what was last seen. A look compares the kernel's table with the wanted one:
//! each second a glance at `/proc/net/ip_vs`; where that differs from the last, and after each write, the table read
//! from there; after an error and once a minute, a dump.

mod desk;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ipvs::{ServiceKey, Table};
use kernel::ipvs::Ipvs;
use tokio::sync::Notify;
use tracing::{error, warn};

use crate::core::Patches;
use crate::inbox::Inbox;
use crate::owned::OwnedServices;
use crate::readiness::Standing;
use crate::settings::{Policy, Settings};
use desk::Desk;

/// The worker recurses nowhere.
const STACK: usize = 512 << 10;

/// What the worker last saw and did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// looks taken, glances included
    pub(crate) looks: u64,
    /// how long the last look took
    pub(crate) look_took: Duration,
    /// messages written since the start
    pub(crate) written: u64,
    /// changes that undid somebody else's
    pub(crate) repaired: u64,
    /// changes that the kernel refuses, with its words
    pub(crate) failed: Vec<(String, String)>,
    /// services that are not as wanted because the kernel refuses that, with its words
    pub(crate) refused: BTreeMap<ServiceKey, String>,
    /// the kernel balances nothing that is sent from here, and checks by a VIP would need that
    pub(crate) bypassed: bool,
    /// why the table could not be read or written at all
    pub(crate) error: Option<String>,
    /// why the table's settings are not as wanted
    pub(crate) settings_error: Option<String>,
    /// the kernel has what is wanted, as far as the last look and the writes since tell
    pub(crate) settled: bool,
    /// number of the newest order that was carried out
    done: u64,
}

impl Seen {
    /// As the routers need to know it; `asked` is the order that must have been carried out.
    fn standing(&self, asked: u64) -> Standing {
        Standing {
            written: self.done >= asked && (self.settled || !self.failed.is_empty()),
            settled: self.settled,
            lost: self.error.is_some(),
        }
    }
}

/// A handle on the worker's thread.
pub(crate) struct Worker {
    inbox: Arc<Inbox>,
    seen: Arc<Mutex<Seen>>,
    thread: JoinHandle<()>,
    /// rings when the standing has turned
    turned: Arc<Notify>,
    asked: Cell<u64>,
}

impl Worker {
    /// Starts the thread. `observed` is the kernel's table as just read.
    pub(crate) fn spawn(
        observed: Table,
        owned: OwnedServices,
        settings: Settings,
        policy: Policy,
    ) -> io::Result<Self> {
        let (inbox, seen) = (Arc::new(Inbox::default()), Arc::new(Mutex::new(Seen::default())));
        let turned = Arc::new(Notify::new());
        let (orders, shared, bell) = (Arc::clone(&inbox), Arc::clone(&seen), Arc::clone(&turned));
        // The socket stays in the thread that opened it.
        let run = move || match Ipvs::open() {
            Ok(ipvs) => Desk::new(ipvs, observed, owned, settings, policy, shared, bell).run(&orders),
            Err(error) => error!(error = daemon::errors::one_line(&error), "IPVS is out of reach"),
        };
        let thread = std::thread::Builder::new().name("ipvs".into()).stack_size(STACK).spawn(run)?;
        Ok(Self { inbox, seen, thread, turned, asked: Cell::new(0) })
    }

    /// Asks for these services to be so.
    pub(crate) fn patch(&self, patches: Patches) {
        self.inbox.put(self.next_number(), |orders| orders.patches.extend(patches));
    }

    /// Asks for a look now: who has no service would wait for the first one.
    pub(crate) fn look(&self) {
        self.inbox.put(self.next_number(), |orders| orders.look = true);
    }

    /// Takes new settings for the table as a whole.
    pub(crate) fn set_policy(&self, policy: Policy) {
        self.inbox.put(self.next_number(), |orders| orders.policy = Some(policy));
    }

    /// Number of the newest order.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.get()
    }

    /// How far the table is, with every order up to this one.
    pub(crate) fn standing(&self, asked: u64) -> Standing {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).standing(asked)
    }

    /// Whether the kernel balances nothing that is sent from here, as [`Seen::bypassed`].
    pub(crate) fn bypasses(&self) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).bypassed
    }

    /// Looks at the services that the kernel refuses, as [`Seen::refused`].
    pub(crate) fn with_refused<T>(&self, look: impl FnOnce(&BTreeMap<ServiceKey, String>) -> T) -> T {
        look(&self.seen.lock().unwrap_or_else(PoisonError::into_inner).refused)
    }

    /// Whether the kernel has acknowledged every order up to this one, as far as it is about these services.
    pub(crate) fn has_written(&self, asked: u64, services: &BTreeSet<ServiceKey>) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = seen.standing(asked);
        standing.written && !standing.lost && !services.iter().any(|key| seen.refused.contains_key(key))
    }

    /// Waits until the standing may have turned.
    pub(crate) fn turned(&self) -> impl Future<Output = ()> {
        self.turned.notified()
    }

    /// What it last saw and did.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the thread come to its letter box.
    pub(crate) fn nudge(&self) {
        self.inbox.nudge();
    }

    /// The thread, and how often it came to its box: if it does not come after a [`Self::nudge`] it is stuck.
    pub(crate) fn pulse(&self) -> (&'static str, u64) {
        ("table", self.inbox.taken())
    }

    /// Whether the thread has ended, which it does only when told.
    pub(crate) fn is_dead(&self) -> bool {
        self.thread.is_finished()
    }

    /// Lets it finish what it was asked for, and ends it. The table stays.
    pub(crate) fn stop(self) {
        self.inbox.put(self.next_number(), |orders| orders.stop = true);
        if self.thread.join().is_err() {
            warn!("the IPVS worker ended by a panic");
        }
    }

    fn next_number(&self) -> u64 {
        self.asked.set(self.asked.get() + 1);
        self.asked.get()
    }
}
