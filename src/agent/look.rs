//! Looking at the kernel.

use std::collections::{BTreeMap, BTreeSet};

use daemon::errors::one_line;
use host::{Address, ArpSysctl, HostState, Link, ListenerProtocol, ListeningSocket, Sysctl, Vip};
use kernel::address::Addresses;
use kernel::sockets::{Sockets, SocketsError};
use kernel::sysctl::Sysctls;

use crate::core::Depth;

/// Looks at what some VIPs need, and no more.
pub(crate) struct Looker {
    addresses: Addresses,
    sysctls: Sysctls,
    sockets: Option<Sockets>,
    links: Vec<Link>,
    found: Vec<Address>,
}

/// What is worth a look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) sysctls: bool,
    pub(crate) listeners: Vec<ListenerProtocol>,
}

impl Needs {
    /// What the VIPs' readiness depends on.
    pub(crate) fn of(vips: &[Vip]) -> Self {
        let protocols: BTreeSet<ListenerProtocol> =
            vips.iter().flat_map(|vip| vip.services.iter().map(|listener| listener.protocol)).collect();
        Self {
            sysctls: vips.iter().any(|vip| vip.address.is_ipv4()),
            listeners: protocols.into_iter().collect(),
        }
    }
}

impl Looker {
    /// Looks through this connection.
    pub(crate) fn new(addresses: Addresses, sysctls: Sysctls) -> Self {
        Self { addresses, sysctls, sockets: None, links: Vec::new(), found: Vec::new() }
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
        })
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
        let mut sockets = match self.sockets.take() {
            Some(sockets) => sockets,
            None => Sockets::open()?,
        };
        // one that failed may hold half an answer, and is not used again
        let found = sockets.listeners(protocols)?;
        self.sockets = Some(sockets);
        Ok(found)
    }
}

fn words(error: &SocketsError) -> String {
    let hint =
        if error.is_missing_module() { " (needs the kernel modules tcp_diag and udp_diag)" } else { "" };
    format!("{}{hint}", one_line(error))
}
