//! Writing changes, many to a system call.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ::ipvs::wire::{Content, Request};
use ::ipvs::{Change, ServiceKey, ServiceSettings};
use nix::errno::Errno;

use super::{Applied, ChangeError, Ipvs, IpvsError, module};

/// Changes in one send: the errors of all of them, 1,280 bytes each as the kernel counts, fit into the receive
/// buffer's default of 208 KiB.
const BATCH: usize = 128;

const DOING: &str = "write the IPVS table";

/// A change that was refused: its place in the list, and why.
type Refusal = (usize, Errno);

impl Ipvs {
    /// Carries out every change it can, in order; one that fails does not stop the rest.
    ///
    /// The kernel is not asked to confirm each: it reports what it refuses, and the last change of a batch is
    /// confirmed, which proves that all before it are through.
    pub fn apply(&mut self, changes: &[Change]) -> Result<Applied, IpvsError> {
        let all: Vec<&Change> = changes.iter().collect();
        let refused = self.send(&all)?;
        let (again, mut failed) = self.sort_out(&all, refused);
        if !again.is_empty() {
            let retried: Vec<&Change> = again.iter().filter_map(|place| all.get(*place).copied()).collect();
            let refused = self.send(&retried)?;
            let places = refused.into_iter().filter_map(|(at, errno)| Some((*again.get(at)?, errno)));
            let (_, errors) = self.sort_out(&all, places.collect());
            failed.extend(errors);
            failed.sort_by_key(|(place, _)| *place);
        }
        let failed: Vec<_> =
            failed.into_iter().filter_map(|(at, why)| Some((changes.get(at)?.clone(), why))).collect();
        Ok(Applied { written: changes.len() - failed.len(), failed })
    }

    /// Sends changes in batches; what was refused, in order.
    fn send(&mut self, changes: &[&Change]) -> Result<Vec<Refusal>, IpvsError> {
        let mut refused = Vec::new();
        for (number, batch) in changes.chunks(BATCH).enumerate() {
            self.send_batch(batch, number * BATCH, &mut refused)?;
        }
        match refused.iter().find(|(_, errno)| *errno == Errno::EPERM) {
            Some(_) => Err(IpvsError::NotPermitted { doing: DOING }),
            None => Ok(refused),
        }
    }

    fn send_batch(
        &mut self,
        batch: &[&Change],
        place: usize,
        refused: &mut Vec<Refusal>,
    ) -> Result<(), IpvsError> {
        let count = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let first = self.genl.reserve(count);
        let last = count.saturating_sub(1);
        self.out.clear();
        for (change, number) in batch.iter().zip(0..) {
            let sequence = first.wrapping_add(number);
            Request::Change(change).encode(self.family, sequence, number == last, &mut self.out);
        }
        let mut overrun = false;
        let exchanged = self.genl.exchange(&self.out, first, |number, message| {
            match message.content {
                Content::Refused(errno) => {
                    let at = place + usize::try_from(number).unwrap_or(usize::MAX);
                    refused.push((at, Errno::from_raw(errno)));
                }
                Content::Overrun => overrun = true,
                Content::Acknowledged | Content::Done(_) | Content::Nothing | Content::Data { .. } => {}
            }
            if number == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        exchanged.map_err(|error| IpvsError::of_exchange(DOING, error))?;
        if overrun { Err(IpvsError::Overrun { doing: DOING }) } else { Ok(()) }
    }

    /// Which of the refused are worth another try, since a module was loaded for them, and what to say of the
    /// others.
    fn sort_out(
        &mut self,
        all: &[&Change],
        refused: Vec<Refusal>,
    ) -> (Vec<usize>, Vec<(usize, ChangeError)>) {
        let mut again = Vec::new();
        let mut failed = Vec::new();
        let mut helped = BTreeSet::new();
        let mut absent = BTreeSet::new();
        for (at, errno) in refused {
            let Some(change) = all.get(at) else { continue };
            let service = *change.service();
            let error = match (needs(change), errno) {
                (Some(settings), Errno::ENOENT) if self.load_for(settings) => {
                    helped.insert(service);
                    again.push(at);
                    continue;
                }
                (Some(settings), Errno::ENOENT) => ChangeError::NoModule { module: self.missing(settings) },
                (None, Errno::ESRCH) if helped.contains(&service) => {
                    again.push(at);
                    continue;
                }
                (None, Errno::ESRCH) if absent.contains(&service) => ChangeError::NoService,
                (_, errno) => explain(change, errno),
            };
            remember_absent(change, &error, &mut absent);
            failed.push((at, error));
        }
        (again, failed)
    }

    /// Tries to load what a service's settings need; true when there is reason to try the change again.
    fn load_for(&mut self, settings: &ServiceSettings) -> bool {
        let mut news = false;
        for name in modules(settings) {
            self.modules.entry(name).or_insert_with_key(|name| {
                let loaded = module::load(name).is_ok();
                news |= loaded;
                loaded
            });
        }
        news
    }

    /// The module to name in the error.
    fn missing(&self, settings: &ServiceSettings) -> String {
        let mut missing = modules(settings).filter(|name| self.modules.get(name) == Some(&false));
        missing.next().unwrap_or_else(|| format!("ip_vs_{}", settings.scheduler.name()))
    }
}

fn remember_absent(change: &Change, error: &ChangeError, absent: &mut BTreeSet<ServiceKey>) {
    let raced = *error == ChangeError::Raced;
    if matches!(change, Change::AddService { .. }) && !raced {
        absent.insert(*change.service());
    }
}

/// Settings that name modules.
const fn needs(change: &Change) -> Option<&ServiceSettings> {
    match change {
        Change::AddService { settings, .. } | Change::EditService { settings, .. } => Some(settings),
        Change::DeleteService { .. }
        | Change::AddDestination { .. }
        | Change::EditDestination { .. }
        | Change::DeleteDestination { .. } => None,
    }
}

/// The scheduler's module, then the persistence engine's.
fn modules(settings: &ServiceSettings) -> impl Iterator<Item = String> {
    let engine = settings.persistence.as_ref().and_then(|persistence| persistence.engine.as_deref());
    let engine = engine.filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    let scheduler = format!("ip_vs_{}", settings.scheduler.name());
    [Some(scheduler), engine.map(|name| format!("ip_vs_pe_{name}"))].into_iter().flatten()
}

/// `ip_vs_genl_set_cmd`: `ESRCH` is a service that is not there, `ENOENT` such a destination.
fn explain(change: &Change, errno: Errno) -> ChangeError {
    let raced = match change {
        Change::AddService { .. } => errno == Errno::EEXIST,
        Change::AddDestination { .. } => matches!(errno, Errno::EEXIST | Errno::ESRCH),
        Change::EditService { .. }
        | Change::DeleteService { .. }
        | Change::EditDestination { .. }
        | Change::DeleteDestination { .. } => matches!(errno, Errno::ENOENT | Errno::ESRCH),
    };
    if raced { ChangeError::Raced } else { ChangeError::Refused { errno } }
}
