//! Checks that take the way of clients' packets: to the VIP, by this director's own IPVS. The mark of such a check chooses a
//! fwmark service whose one server is the one that is checked. These services are no services of the configuration: they count
//! for no quorum and are shown in one line.

mod gate;
mod shell;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use config::director::DirectorConfig;
use health::{CheckSpec, DrPath};
use ipvs::{
    Destination, DestinationKey, Family, Forward, Scheduler, SchedulerFlags, Service, ServiceKey,
    ServiceSettings, Table, Weight,
};
use serde::{Deserialize, Serialize};

pub(crate) use gate::Gate;

/// The services of path checks, as the kernel should have them.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    services: Table,
    /// the kernel balances nothing that is sent from here: the checks do not run and count for nothing
    bypassed: bool,
}

impl Paths {
    /// Takes a configuration.
    pub(crate) fn set(&mut self, config: &DirectorConfig) {
        self.services = services(config);
    }

    /// No service is wanted any more.
    pub(crate) fn clear(&mut self) {
        self.services.clear();
    }

    pub(crate) fn services(&self) -> &Table {
        &self.services
    }

    /// Whether it is another than before.
    pub(crate) fn set_bypassed(&mut self, bypassed: bool) -> bool {
        std::mem::replace(&mut self.bypassed, bypassed) != bypassed
    }

    pub(crate) fn is_bypassed(&self) -> bool {
        self.bypassed
    }

    /// Whether a check says nothing of its server.
    pub(crate) fn mutes(&self, spec: &CheckSpec) -> bool {
        self.bypassed && spec.path.is_some()
    }
}

/// How it goes with path checks, for `status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PathView {
    pub(crate) checks: usize,
    /// real servers that are checked so
    pub(crate) servers: usize,
    /// the table is not yet as these checks need it: they wait
    pub(crate) waiting: bool,
    /// real servers for which the kernel refuses what their checks need: these fail
    pub(crate) refused: usize,
    /// they do not run: `net.ipv4.vs.backup_only` keeps them from IPVS
    pub(crate) bypassed: bool,
}

impl PathView {
    /// None: there are no path checks.
    pub(crate) fn of(
        config: &DirectorConfig,
        bypassed: bool,
        waiting: bool,
        is_refused: impl Fn(&CheckSpec) -> bool,
    ) -> Option<Self> {
        let checks: BTreeSet<&Arc<CheckSpec>> = checks(config).map(|(spec, _)| spec).collect();
        let servers: BTreeMap<IpAddr, bool> =
            checks.iter().map(|spec| (spec.target.ip(), is_refused(spec))).collect();
        let refused = servers.values().filter(|refused| **refused).count();
        let view = Self { checks: checks.len(), servers: servers.len(), waiting, refused, bypassed };
        (view.checks > 0).then_some(view)
    }
}

/// A fwmark service for each real server that has a path check.
pub(crate) fn services(config: &DirectorConfig) -> Table {
    let mut table = Table::new();
    for (spec, path) in checks(config) {
        if let Some(key) = key(spec, path) {
            table.entry(key).or_insert_with(|| service(spec.target.ip()));
        }
    }
    table
}

/// Real servers with the VIPs that they are reached by.
pub(crate) fn ways(config: &DirectorConfig) -> BTreeSet<(IpAddr, IpAddr)> {
    checks(config).map(|(spec, path)| (spec.target.ip(), path.vip)).collect()
}

/// The service of a check. None without a mark, which no configuration gives.
fn key(spec: &CheckSpec, path: DrPath) -> Option<ServiceKey> {
    let mark = NonZeroU32::new(path.mark)?;
    Some(ServiceKey::Fwmark { family: Family::of(&spec.target.ip()), mark })
}

fn checks(config: &DirectorConfig) -> impl Iterator<Item = (&Arc<CheckSpec>, DrPath)> {
    let reals = config.services.iter().flat_map(|service| &service.reals);
    reals.flat_map(|real| &real.checks).filter_map(|spec| Some((spec, spec.path?)))
}

fn service(server: IpAddr) -> Service {
    let settings = ServiceSettings {
        scheduler: Scheduler::ROUND_ROBIN,
        flags: SchedulerFlags::default(),
        one_packet: false,
        persistence: None,
    };
    let destination = Destination {
        forward: Forward::Direct,
        weight: Weight::new(1).unwrap_or_default(),
        upper_threshold: 0,
        lower_threshold: 0,
    };
    Service { settings, destinations: [(DestinationKey { address: server, port: 0 }, destination)].into() }
}

#[cfg(test)]
mod tests;
