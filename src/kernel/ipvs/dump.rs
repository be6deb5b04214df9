//! Reading the table.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use ::ipvs::wire::{self, Content, DecodeError, DestinationEntry, Request, ServiceEntry};
use ::ipvs::{Counters, DestinationCounters, Service, ServiceCounters, ServiceKey, Table};
use nix::errno::Errno;

use super::{Ipvs, IpvsError};

/// How often a dump that is interrupted is begun again.
const TRIES: usize = 5;
/// Services asked for in one send; each answer takes about 4 KiB of the receive buffer's 208.
const ASKED_AT_ONCE: usize = 24;

const DOING: &str = "read the IPVS table";

impl Ipvs {
    /// The whole table. What has no place in a [`Table`], such as a service of another protocol, is left out.
    pub fn table(&mut self) -> Result<Table, IpvsError> {
        repeat(|| {
            let services = self.all_services()?;
            self.with_destinations(services)
        })
    }

    /// These services; those that are not there are left out.
    pub fn services(&mut self, keys: &BTreeSet<ServiceKey>) -> Result<Table, IpvsError> {
        let keys: Vec<&ServiceKey> = keys.iter().collect();
        repeat(|| {
            let mut services = Vec::new();
            for some in keys.chunks(ASKED_AT_ONCE) {
                self.some_services(some, &mut services)?;
            }
            self.with_destinations(services)
        })
    }

    /// What every service and destination counted.
    pub fn counters(&mut self) -> Result<Counters, IpvsError> {
        repeat(|| {
            let mut counters = Counters::new();
            for ServiceEntry { key, stats, .. } in self.all_services()? {
                let destinations: BTreeMap<_, DestinationCounters> =
                    self.destinations(&key, |entry| (entry.key, entry.counters))?;
                counters.insert(key, ServiceCounters { stats, destinations });
            }
            Ok(counters)
        })
    }

    pub(super) fn all_services(&mut self) -> Result<Vec<ServiceEntry>, IpvsError> {
        let mut services = Vec::new();
        self.dump(DOING, Request::Services, |body| {
            take(wire::decode_service(body), |entry| services.push(entry))
        })?;
        Ok(services)
    }

    fn with_destinations(&mut self, services: Vec<ServiceEntry>) -> Result<Table, IpvsError> {
        let mut table = Table::new();
        for ServiceEntry { key, settings, .. } in services {
            let destinations = self.destinations(&key, |entry| (entry.key, entry.destination))?;
            table.insert(key, Service { settings, destinations });
        }
        Ok(table)
    }

    pub(super) fn destinations<K: Ord, V>(
        &mut self,
        service: &ServiceKey,
        pair: impl Fn(DestinationEntry) -> (K, V),
    ) -> Result<BTreeMap<K, V>, IpvsError> {
        let mut destinations = BTreeMap::new();
        self.dump(DOING, Request::Destinations(service), |body| {
            take(wire::decode_destination(body, service.family()), |entry| destinations.extend([pair(entry)]))
        })?;
        Ok(destinations)
    }

    /// Asks for each of `keys` in one send: every one is answered by a message or an error.
    fn some_services(
        &mut self,
        keys: &[&ServiceKey],
        services: &mut Vec<ServiceEntry>,
    ) -> Result<(), IpvsError> {
        let mut open = keys.len();
        let first = self.genl.reserve(u32::try_from(keys.len()).unwrap_or(u32::MAX));
        self.out.clear();
        for (key, number) in keys.iter().zip(0..) {
            Request::Service(key).encode(self.family, first.wrapping_add(number), false, &mut self.out);
        }
        let mut outcome = Ok(());
        let exchanged = self.genl.exchange(&self.out, first, |_, message| {
            open = open.saturating_sub(1);
            let answer = match message.content {
                Content::Data { body, .. } => take(wire::decode_service(body), |entry| services.push(entry))
                    .map_err(|source| IpvsError::Answer { doing: DOING, source }),
                Content::Refused(errno) if Errno::from_raw(errno) == Errno::ESRCH => Ok(()),
                Content::Refused(errno) => Err(IpvsError::of_errno(DOING, errno)),
                Content::Overrun => Err(IpvsError::Overrun { doing: DOING }),
                Content::Acknowledged | Content::Done(_) | Content::Nothing => Ok(()),
            };
            if answer.is_err() {
                outcome = answer;
            }
            if open == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        exchanged.map_err(|error| IpvsError::of_exchange(DOING, error))?;
        outcome
    }
}

/// Passes over what is sound but has no place in a table.
fn take<T>(decoded: Result<T, DecodeError>, keep: impl FnOnce(T)) -> Result<(), DecodeError> {
    match decoded {
        Ok(entry) => keep(entry),
        Err(error) if error.is_foreign() => tracing::debug!(%error, "a service left out"),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Begins again what was interrupted.
pub(super) fn repeat<T>(mut dump: impl FnMut() -> Result<T, IpvsError>) -> Result<T, IpvsError> {
    for _ in 1..TRIES {
        match dump() {
            Err(IpvsError::Interrupted { .. } | IpvsError::Overrun { .. }) => {
                tracing::debug!("the table changed while it was read: once more");
            }
            other => return other,
        }
    }
    dump()
}
