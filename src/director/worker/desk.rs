//! The worker's thread: orders, looks, writes.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ipvs::{Change, Scope, ServiceKey, Table, diff};
use kernel::ipvs::{Applied, ChangeError, Ipvs, IpvsError};
use tokio::sync::Notify;
use tracing::{debug, info, warn};

use super::Seen;
use crate::core::Patches;
use crate::inbox::{Inbox, Orders};
use crate::owned::OwnedServices;
use crate::readiness::Standing;
use crate::settings::{Policy, Settings};

/// Time between two dumps, while glances show nothing.
const DUMP_INTERVAL: Duration = Duration::from_secs(60);
/// A look may use one part in this many of the time.
const LOOK_SHARE: u32 = 100;
/// Tries of one patch while somebody else writes too.
const TRIES: usize = 3;
/// Lines kept or logged about one event.
const LINES: usize = 20;
/// More services than this are read by one dump of the whole table.
const READ_ONE_BY_ONE: usize = 32;

/// How much of the table a write is about: a part that went well does not settle the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Part,
    Whole,
}

/// Everything the thread has at hand.
pub(super) struct Desk {
    ipvs: Ipvs,
    /// the table as read before the start, until the first patch has used it
    observed: Option<Table>,
    owned: OwnedServices,
    settings: Settings,
    policy: Policy,
    desired: Table,
    /// the kernel had `desired` at the last look, and every write since was acknowledged
    settled: bool,
    /// fingerprint of `/proc/net/ip_vs` when the table was right
    glance: Option<u64>,
    dumped: Instant,
    next_look: Instant,
    seen: Arc<Mutex<Seen>>,
    turned: Arc<Notify>,
    /// what was told by `turned` last
    told: (u64, Standing),
}

impl Desk {
    pub(super) fn new(
        ipvs: Ipvs,
        observed: Table,
        owned: OwnedServices,
        settings: Settings,
        policy: Policy,
        seen: Arc<Mutex<Seen>>,
        turned: Arc<Notify>,
    ) -> Self {
        Self {
            ipvs,
            observed: Some(observed),
            owned,
            settings,
            policy,
            desired: Table::new(),
            settled: false,
            glance: None,
            dumped: Instant::now(),
            next_look: Instant::now(),
            seen,
            turned,
            told: (0, Seen::default().standing(0)),
        }
    }

    pub(super) fn run(&mut self, inbox: &Inbox) {
        self.enforce_settings();
        self.next_look += self.policy.resync;
        loop {
            let wait = self.next_look.saturating_duration_since(Instant::now());
            let Orders { patches, policy, look, stop, number, nudge: _ } = inbox.take(wait);
            // First what an address may be waiting for.
            if !patches.is_empty() {
                self.patch(patches);
                self.tell(number);
            }
            if let Some(policy) = policy {
                self.policy = policy;
                self.enforce_settings();
                self.next_look = self.next_look.min(Instant::now() + self.policy.resync);
            }
            self.tell(number);
            if stop {
                return;
            }
            // Also where orders come faster than looks.
            if look || Instant::now() >= self.next_look {
                self.timed_look();
                self.tell(number);
            }
        }
    }

    /// Rings where the standing has turned. `number`: the newest order carried out, 0 if none came.
    fn tell(&mut self, number: u64) {
        let done = number.max(self.told.0);
        let standing = self.note(|seen| {
            seen.done = done;
            seen.standing(done)
        });
        if (done, standing) != self.told {
            self.told = (done, standing);
            self.turned.notify_one();
        }
    }

    fn timed_look(&mut self) {
        let began = Instant::now();
        self.look();
        self.enforce_settings();
        let took = began.elapsed();
        self.note(|seen| {
            seen.looks += 1;
            seen.look_took = took;
        });
        self.next_look = began + took + self.policy.resync.max(took * LOOK_SHARE);
    }

    /// Writes what differs between the wanted services and what was last seen of them.
    fn patch(&mut self, patches: Patches) {
        let keys: BTreeSet<ServiceKey> = patches.keys().copied().collect();
        let extent = if self.observed.is_some() { Extent::Whole } else { Extent::Part };
        let mut wanted = Table::new();
        let observed = match self.last_seen(&keys) {
            Ok(observed) => observed,
            Err(error) => {
                self.merge(patches, &mut wanted);
                return self.trouble(&error);
            }
        };
        self.merge(patches, &mut wanted);
        if let Err(error) = self.owned.add(wanted.keys().copied()) {
            return self.unwritable(&error);
        }
        let changes = diff(&wanted, &observed, &self.scope());
        self.glance = None;
        self.write(changes, &keys, &wanted, extent);
        self.forget_deleted();
    }

    fn merge(&mut self, patches: Patches, wanted: &mut Table) {
        for (key, service) in patches {
            match service {
                Some(service) => {
                    wanted.insert(key, service.clone());
                    self.desired.insert(key, service);
                }
                None => drop(self.desired.remove(&key)),
            }
        }
    }

    /// While the table is settled, what was asked for last is what is there.
    fn last_seen(&mut self, keys: &BTreeSet<ServiceKey>) -> Result<Table, IpvsError> {
        if let Some(observed) = self.observed.take() {
            return Ok(observed);
        }
        if self.settled {
            let known = keys.iter().filter_map(|key| Some((*key, self.desired.get(key)?.clone())));
            return Ok(known.collect());
        }
        self.read(keys)
    }

    fn read(&mut self, keys: &BTreeSet<ServiceKey>) -> Result<Table, IpvsError> {
        if keys.len() <= READ_ONE_BY_ONE {
            return self.ipvs.services(keys);
        }
        let mut table = self.ipvs.table()?;
        table.retain(|key, _| keys.contains(key));
        Ok(table)
    }

    /// Writes; where somebody else was faster, looks again.
    fn write(
        &mut self,
        mut changes: Vec<Change>,
        keys: &BTreeSet<ServiceKey>,
        wanted: &Table,
        extent: Extent,
    ) {
        let mut failed = Vec::new();
        for _ in 0..TRIES {
            let applied = match self.ipvs.apply(&changes) {
                Ok(applied) => applied,
                Err(error) => return self.trouble(&error),
            };
            self.count(&applied);
            failed = applied.failed;
            if !failed.iter().any(|(_, error)| matches!(error, ChangeError::Raced)) {
                break;
            }
            match self.read(keys) {
                Ok(observed) => changes = diff(wanted, &observed, &self.scope()),
                Err(error) => return self.trouble(&error),
            }
        }
        self.settled = failed.is_empty() && (self.settled || extent == Extent::Whole);
        self.note_refused(keys, &failed);
        self.report(&failed, extent);
    }

    /// Compares the kernel's table with the wanted one and puts right what differs.
    fn look(&mut self) {
        let glance = kernel::ipvs::read_proc().ok().map(|text| ipvs::proc::glance(&text));
        let recent = self.dumped.elapsed() < DUMP_INTERVAL;
        if self.settled && glance.is_some() && glance == self.glance && recent {
            return;
        }
        // A glance that differs may be a new weight or a new server: near what was seen last. The rare dump
        // finds what `/proc` does not show.
        let near = self.settled && recent;
        let dumped = if near { self.ipvs.table_near(&self.desired) } else { self.ipvs.table() };
        let table = match dumped {
            Ok(table) => table,
            Err(error) => return self.trouble(&error),
        };
        let changes = diff(&self.desired, &table, &self.scope());
        drop(table);
        if !near {
            self.dumped = Instant::now();
        }
        if changes.is_empty() {
            self.settle(glance);
            return;
        }
        self.repair(changes);
    }

    /// Of the services that were written.
    fn note_refused(&self, keys: &BTreeSet<ServiceKey>, failed: &[(Change, ChangeError)]) {
        self.note(|seen| {
            seen.refused.retain(|key, _| !keys.contains(key));
            let refused =
                failed.iter().map(|(change, error)| (*change.service(), daemon::errors::one_line(error)));
            seen.refused.extend(refused);
        });
    }

    fn settle(&mut self, glance: Option<u64>) {
        self.settled = true;
        self.glance = glance;
        self.note(|seen| seen.refused.clear());
        self.report(&[], Extent::Whole);
        self.forget_deleted();
    }

    fn repair(&mut self, changes: Vec<Change>) {
        if self.settled {
            warn!(changes = changes.len(), "IPVS table was changed by someone else, putting it back");
            for change in changes.iter().take(LINES) {
                info!(%change, "putting back");
            }
            self.note(|seen| seen.repaired += changes.len() as u64);
        }
        self.glance = None;
        let desired = std::mem::take(&mut self.desired);
        let keys: BTreeSet<ServiceKey> = desired.keys().chain(self.owned.keys()).copied().collect();
        self.write(changes, &keys, &desired, Extent::Whole);
        self.desired = desired;
        self.forget_deleted();
    }

    fn scope(&self) -> Scope<'_> {
        if self.policy.own_table { Scope::Everything } else { Scope::Owned(self.owned.keys()) }
    }

    /// A service that is neither wanted nor there is not ours any more. A refused delete keeps it ours.
    fn forget_deleted(&mut self) {
        if self.settled
            && let Err(error) = self.owned.retain(|key| self.desired.contains_key(key))
        {
            self.unwritable(&error);
        }
    }

    fn enforce_settings(&mut self) {
        let error = self.settings.enforce(&mut self.ipvs, &self.policy).err();
        let bypassed = self.settings.bypasses(&mut self.ipvs, &self.policy);
        let turned = self.note(|seen| {
            seen.settings_error = error;
            std::mem::replace(&mut seen.bypassed, bypassed) != bypassed
        });
        if turned {
            self.turned.notify_one();
        }
    }

    fn count(&self, applied: &Applied) {
        debug!(written = applied.written, failed = applied.failed.len(), "IPVS written");
        self.note(|seen| seen.written += applied.written as u64);
    }

    /// Says what the kernel refuses, once until that changes. A part that went well says nothing about the rest.
    fn report(&self, failed: &[(Change, ChangeError)], extent: Extent) {
        let lines: Vec<(String, String)> = failed
            .iter()
            .take(LINES)
            .map(|(change, error)| (change.to_string(), daemon::errors::one_line(error)))
            .collect();
        let settled = self.settled;
        let news = self.note(|seen| {
            seen.settled = settled;
            if extent == Extent::Part && lines.is_empty() && !settled {
                return false;
            }
            // what could not be written before a part was tried is not written yet
            if extent == Extent::Whole {
                seen.error = None;
            }
            let news = seen.failed != lines;
            seen.failed.clone_from(&lines);
            news
        });
        if news {
            for (change, error) in &lines {
                warn!(%change, %error, "the kernel refused a change, trying again at each look");
            }
        }
    }

    fn unwritable(&mut self, error: &io::Error) {
        self.lost(format!("cannot write down which services are ours: {error}"));
    }

    /// The table could not be read or written: opens a new socket for the next look.
    fn trouble(&mut self, error: &IpvsError) {
        self.lost(daemon::errors::one_line(error));
        match Ipvs::open() {
            Ok(ipvs) => self.ipvs = ipvs,
            Err(error) => debug!(%error, "cannot open IPVS again"),
        }
    }

    fn lost(&mut self, error: String) {
        self.settled = false;
        self.glance = None;
        let news = self.note(|seen| {
            seen.settled = false;
            seen.error.replace(error.clone()) != Some(error.clone())
        });
        if news {
            warn!(%error, "IPVS table out of reach, trying again at each look");
        }
    }

    fn note<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
