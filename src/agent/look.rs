//! Looking at the kernel.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daemon::errors::one_line;
use host::{Address, ArpSysctl, HostState, Link, ListenerProtocol, ListeningSocket, Need, Sysctl, Vip};
use kernel::address::Addresses;
use kernel::sockets::{Sockets, SocketsError};
use kernel::sysctl::Sysctls;

use crate::core::Depth;
use crate::needs::Runs;

/// Looks at what some VIPs need, and no more.
pub(crate) struct Looker {
    addresses: Addresses,
    sysctls: Sysctls,
    sockets: Option<Sockets>,
    runs: Runs,
    links: Vec<Link>,
    found: Vec<Address>,
}

/// What is worth a look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) sysctls: bool,
    pub(crate) listeners: Vec<ListenerProtocol>,
    pub(crate) runs: BTreeSet<Need>,
}

impl Needs {
    /// What the VIPs' readiness depends on.
    pub(crate) fn of(vips: &[Vip]) -> Self {
        let protocols: BTreeSet<ListenerProtocol> =
            vips.iter().flat_map(|vip| vip.services.iter().map(|listener| listener.protocol)).collect();
        Self {
            sysctls: vips.iter().any(|vip| vip.address.is_ipv4()),
            listeners: protocols.into_iter().collect(),
            runs: vips.iter().flat_map(|vip| vip.needs.iter().cloned()).collect(),
        }
    }
}

impl Looker {
    /// Looks through this connection.
    pub(crate) fn new(addresses: Addresses, sysctls: Sysctls) -> Self {
        Self { addresses, sysctls, sockets: None, runs: Runs::new(), links: Vec::new(), found: Vec::new() }
    }

    /// Looks. Sysctls that cannot be read are missing from the answer.
    pub(crate) async fn look(&mut self, depth: Depth, needs: &Needs) -> Result<HostState, String> {
        if depth == Depth::Everything {
            let seen = self.addresses.observe().await.map_err(|error| one_line(&error))?;
            (self.links, self.found) = seen;
        }
        let (listeners, listeners_fault) = match self.listeners(&needs.listeners) {
            Ok(listeners) => (listeners, None),
            Err(error) => (Vec::new(), Some(words(&error))),
        };
        Ok(HostState {
            links: self.links.clone(),
            addresses: self.found.clone(),
            sysctls: if needs.sysctls { self.sysctls() } else { BTreeMap::new() },
            listeners,
            listeners_fault,
            needs: self.runs.look(needs.runs.iter()),
        })
    }

    /// How many connections each of these addresses has on this host.
    pub(crate) fn connections(&mut self, vips: &BTreeSet<IpAddr>) -> Result<BTreeMap<IpAddr, u64>, String> {
        self.counted(|sockets| sockets.connections(vips)).map_err(|error| words(&error))
    }

    /// How many of each have ended within the last minute, as far as the kernel knows.
    pub(crate) fn ended(&mut self, vips: &BTreeSet<IpAddr>) -> Result<BTreeMap<IpAddr, u64>, String> {
        self.counted(|sockets| sockets.ended(vips)).map_err(|error| words(&error))
    }

    fn counted<T>(
        &mut self,
        count: impl FnOnce(&mut Sockets) -> Result<T, SocketsError>,
    ) -> Result<T, SocketsError> {
        let mut sockets = self.take_sockets()?;
        let found = count(&mut sockets)?;
        self.sockets = Some(sockets);
        Ok(found)
    }

    /// Of `all`, of loopback, and of every interface through which ARP may arrive.
    fn sysctls(&self) -> BTreeMap<Sysctl, i32> {
        let counted = self.links.iter().filter(|link| link.loopback || link.speaks_arp());
        let names = std::iter::once("all").chain(counted.map(|link| link.name.as_str()));
        let wanted = names.flat_map(|interface| ArpSysctl::ALL.map(|name| Sysctl::new(interface, name)));
        wanted.filter_map(|sysctl| Some((sysctl.clone(), self.sysctls.read(&sysctl.path()).ok()?))).collect()
    }

    fn listeners(&mut self, protocols: &[ListenerProtocol]) -> Result<Vec<ListeningSocket>, SocketsError> {
        if protocols.is_empty() {
            return Ok(Vec::new());
        }
        let mut sockets = self.take_sockets()?;
        let found = sockets.listeners(protocols)?;
        self.sockets = Some(sockets);
        Ok(found)
    }

    /// One that failed may hold half an answer, and is not given back.
    fn take_sockets(&mut self) -> Result<Sockets, SocketsError> {
        self.sockets.take().map_or_else(Sockets::open, Ok)
    }
}

fn words(error: &SocketsError) -> String {
    let hint =
        if error.is_missing_module() { " (needs the kernel modules tcp_diag and udp_diag)" } else { "" };
    format!("{}{hint}", one_line(error))
}
