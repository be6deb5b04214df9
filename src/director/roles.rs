//! What this director is for each virtual router, and what follows from it: where services are installed with
//! `ipvs_on = "master"`, and what connection sync does. Pure.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use config::director::{DirectorConfig, IpvsOn, SyncDaemon, SyncRole, VirtualService};
use ipvs::{Daemon, DaemonRole, ServiceKey};
use serde::{Deserialize, Serialize};
use vrrp::State;

use crate::catch_up::Target;

/// A director that was away for a moment goes on as master. Until it is known whether it does, what an earlier run
/// left in the kernel stays, at most this long.
pub(crate) const STARTING: Duration = Duration::from_secs(3);

/// What this director is for one router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// master, or leaving
    Active,
    /// not master any more, with addresses that are not gone yet
    Lingering,
    /// the daemon has just started
    Undecided,
    /// none of these
    Passive,
}

/// The roles by router name; a name that is unknown is passive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Roles(BTreeMap<String, Role>);

impl Roles {
    /// Before anything is known of the routers.
    pub(crate) fn undecided(config: &DirectorConfig) -> Self {
        let names = config.vrrp.routers.iter().map(|router| router.name.clone());
        Self(names.map(|name| (name, Role::Undecided)).collect())
    }

    /// Whether this director is master, or leaving, for any router.
    pub(crate) fn is_active(&self) -> bool {
        self.active().next().is_some()
    }

    /// The roles after `self`. `holds`: whether addresses of that router are still here; asked only where it matters.
    pub(crate) fn next(
        &self,
        states: &BTreeMap<String, State>,
        since_start: Duration,
        mut holds: impl FnMut(&str) -> bool,
    ) -> Self {
        let mut role_of = |name: &str, state: State| match state {
            State::Master | State::Leaving => Role::Active,
            State::Initialize | State::Fault | State::Backup => {
                let is_starting = since_start < STARTING && state != State::Backup;
                match self.of(name) {
                    Role::Undecided if is_starting => Role::Undecided,
                    Role::Active | Role::Lingering | Role::Undecided if holds(name) => Role::Lingering,
                    Role::Active | Role::Lingering | Role::Undecided | Role::Passive => Role::Passive,
                }
            }
        };
        // A router that has not told its state yet, or that has gone, is in none.
        let silent = self.0.keys().filter(|name| !states.contains_key(*name));
        let all = states.iter().map(|(name, state)| (name, *state));
        let all = all.chain(silent.map(|name| (name, State::Initialize)));
        Self(all.map(|(name, state)| (name.clone(), role_of(name, state))).collect())
    }

    pub(crate) fn of(&self, router: &str) -> Role {
        self.0.get(router).copied().unwrap_or(Role::Passive)
    }

    /// Whether time alone may change a role.
    pub(crate) fn is_in_motion(&self) -> bool {
        self.any(Role::Lingering) || self.any(Role::Undecided)
    }

    /// The routers whose addresses this director is to hold or holds.
    pub(crate) fn active(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, role)| **role == Role::Active).map(|(name, _)| name.as_str())
    }

    fn any(&self, role: Role) -> bool {
        self.0.values().any(|other| *other == role)
    }

    /// Whether services behind this router's addresses are installed here; none: as they are. No router: behind
    /// addresses that do not move, or a firewall mark, which are served while any router is active.
    fn installs(&self, router: Option<&str>) -> Option<bool> {
        let role = match router {
            Some(router) => self.of(router),
            None if self.any(Role::Active) || self.any(Role::Lingering) => Role::Active,
            None if self.any(Role::Undecided) => Role::Undecided,
            None => Role::Passive,
        };
        match role {
            Role::Active | Role::Lingering => Some(true),
            Role::Undecided => None,
            Role::Passive => Some(false),
        }
    }
}

/// For each service of the configuration, whether it is installed here. `was_here` decides where nothing is known.
pub(crate) fn placement(
    config: &DirectorConfig,
    roles: &Roles,
    was_here: impl Fn(&ServiceKey) -> bool,
) -> Vec<bool> {
    match config.ipvs_on {
        IpvsOn::All => vec![true; config.services.len()],
        IpvsOn::Master => {
            let routers = Holders::of(config);
            let is_here = |service: &VirtualService| {
                roles.installs(routers.of_service(&service.key)).unwrap_or_else(|| was_here(&service.key))
            };
            config.services.iter().map(is_here).collect()
        }
    }
}

/// For each service of the configuration, whether its router is not master any more, with addresses that are not gone yet.
pub(crate) fn lingering(config: &DirectorConfig, roles: &Roles) -> Vec<bool> {
    if config.ipvs_on == IpvsOn::All || !roles.any(Role::Lingering) {
        return vec![false; config.services.len()];
    }
    let routers = Holders::of(config);
    let router = |service: &VirtualService| routers.of_service(&service.key);
    let lingers = |service| router(service).is_some_and(|router| roles.of(router) == Role::Lingering);
    config.services.iter().map(lingers).collect()
}

/// Which router holds an address.
struct Holders<'a>(BTreeMap<IpAddr, &'a str>);

impl<'a> Holders<'a> {
    fn of(config: &'a DirectorConfig) -> Self {
        let addresses = config.vrrp.routers.iter().flat_map(|router| {
            let held = router.addresses.iter().chain(&router.excluded);
            held.map(|held| (held.address, router.name.as_str()))
        });
        Self(addresses.collect())
    }

    fn of_service(&self, key: &ServiceKey) -> Option<&'a str> {
        match key {
            ServiceKey::Address { address, .. } => self.0.get(address).copied(),
            ServiceKey::Fwmark { .. } => None,
        }
    }
}

/// What the kernel's connection sync is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sync {
    /// daemons that are to run
    pub(crate) daemons: Vec<Daemon>,
    /// a daemon that follows a router of which nothing is known yet: those that run stay
    pub(crate) undecided: bool,
    /// every connection is sent there again and again; none: nowhere
    pub(crate) catch_up: Option<Target>,
}

impl Sync {
    /// A daemon that follows a router sends while that is master or leaving here, else it receives.
    pub(crate) fn of(config: &DirectorConfig, roles: &Roles) -> Self {
        let mut sync = Self::default();
        for section in &config.ipvs.sync {
            match role_of(section, roles) {
                Some(role) => {
                    sync.daemons.push(daemon_of(section, role));
                    sync.catch_up = (role == DaemonRole::Master).then(|| Target::of(section)).flatten();
                }
                None => sync.undecided = true,
            }
        }
        sync
    }
}

fn role_of(section: &SyncDaemon, roles: &Roles) -> Option<DaemonRole> {
    match &section.role {
        SyncRole::Master => Some(DaemonRole::Master),
        SyncRole::Backup => Some(DaemonRole::Backup),
        SyncRole::Follow(router) => match roles.of(router) {
            Role::Active => Some(DaemonRole::Master),
            Role::Undecided => None,
            Role::Lingering | Role::Passive => Some(DaemonRole::Backup),
        },
    }
}

/// The daemon of the kernel that a section asks for.
fn daemon_of(section: &SyncDaemon, role: DaemonRole) -> Daemon {
    Daemon {
        role,
        interface: section.interface.clone(),
        sync_id: section.id,
        max_len: section.max_len,
        group: section.group,
        port: section.port,
        ttl: section.ttl,
    }
}

#[cfg(test)]
mod tests;
