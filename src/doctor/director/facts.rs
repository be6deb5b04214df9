//! What was seen of a director, beside what is seen of any host.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use config::director::DirectorConfig;
use ipvs::ServiceKey;
use vrrp::{Advert, Refused};

use crate::firewall::Filters;
use crate::{Facts, Seen};

/// What was seen of a director.
#[derive(Clone, Debug)]
pub struct DirectorFacts {
    /// path of the file
    pub path: String,
    /// what it says, or the first reason why it is refused
    pub config: Result<DirectorConfig, String>,
    /// the daemon on this host; none: none runs
    pub daemon: Seen<Option<Daemon>>,
    /// addresses that lvs-director has written down as its own, with their interfaces
    pub owned: Seen<BTreeSet<(IpAddr, String)>>,
    /// the kernel's table; none: `ip_vs` is not loaded
    pub table: Seen<Option<Table>>,
    /// which way packets go to real servers and unicast peers, or the kernel's word that there is none
    pub ways: BTreeMap<IpAddr, Result<Way, String>>,
    /// who says that they have which address, by interface
    pub claims: BTreeMap<String, Seen<Claims>>,
    /// what was heard of each virtual router, by its name
    pub heard: BTreeMap<String, Seen<Heard>>,
    /// whether agents take a connection, or why not
    pub agents: BTreeMap<SocketAddr, Result<(), String>>,
}

/// The running director.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Daemon {
    /// why it refused the newest reload
    pub refused: Option<String>,
    /// virtual routers that are master here
    pub masters: BTreeSet<String>,
    /// files that it may have open; none: not known
    pub open_files: Option<u64>,
}

/// The kernel's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// its services; the family of a firewall mark is not shown and stands as IPv4
    pub services: BTreeSet<ServiceKey>,
    /// those that lvs-director has made
    pub owned: Seen<BTreeSet<ServiceKey>>,
}

/// The way to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// by which interface
    pub interface: String,
    /// the gateway; none: on the link
    pub via: Option<IpAddr>,
}

/// Every address that was asked for, with the hardware addresses that say they have it; none of these is this host's on that
/// interface.
pub type Claims = BTreeMap<IpAddr, BTreeSet<[u8; 6]>>;

/// What was heard of one virtual router.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// how long was listened
    pub during: Duration,
    /// by sender
    pub senders: BTreeMap<IpAddr, Said>,
}

/// What one sender said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// how often
    pub packets: u32,
    /// the newest
    pub last: Result<Advert, Refused>,
}

/// Everything that rules of a director look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'f> {
    pub(super) host: &'f Facts,
    pub(super) own: &'f DirectorFacts,
    pub(super) config: &'f DirectorConfig,
    pub(super) filters: &'f Filters,
}

/// An address that the file gives to this director.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Vip<'f> {
    pub(super) address: IpAddr,
    pub(super) prefix: u8,
    pub(super) interface: &'f str,
    /// the virtual router that it moves with; none: an `[[address]]`
    pub(super) router: Option<&'f str>,
}

impl<'f> Sight<'f> {
    /// Those of virtual routers and of `[[address]]`.
    pub(super) fn vips(&self) -> impl Iterator<Item = Vip<'f>> + use<'f> {
        let routers = self.config.vrrp.routers.iter().flat_map(|router| {
            router.addresses.iter().chain(&router.excluded).map(|held| Vip {
                address: held.address,
                prefix: held.prefix,
                interface: &held.interface,
                router: Some(router.name.as_str()),
            })
        });
        let addresses = self.config.addresses.iter().map(|held| Vip {
            address: held.address,
            prefix: held.prefix,
            interface: &held.interface,
            router: None,
        });
        routers.chain(addresses)
    }

    /// The running director; none where none runs, or that is not known.
    pub(super) fn daemon(&self) -> Option<&'f Daemon> {
        self.own.daemon.known()?.as_ref()
    }

    /// Whether a running director holds the addresses of this router, or `[[address]]`es.
    pub(super) fn is_held_by_daemon(&self, vip: Vip<'_>) -> bool {
        self.daemon().is_some_and(|daemon| vip.router.is_none_or(|router| daemon.masters.contains(router)))
    }

    /// Real servers with direct routing.
    pub(super) fn direct_servers(&self) -> BTreeSet<IpAddr> {
        let reals = self.config.services.iter().flat_map(|service| &service.reals);
        let direct = reals.filter(|real| real.destination.forward == ipvs::Forward::Direct);
        direct.map(|real| real.key.address).collect()
    }

    /// Real servers with a check of the true path, and the VIPs by which they are checked.
    pub(super) fn paths(&self) -> BTreeSet<(IpAddr, IpAddr)> {
        let reals = self.config.services.iter().flat_map(|service| &service.reals);
        let checks = reals.flat_map(|real| &real.checks);
        checks.filter_map(|spec| Some((spec.target.ip(), spec.path?.vip))).collect()
    }

    /// The interface by which a real server is reached.
    pub(super) fn towards(&self, server: IpAddr) -> Option<&'f Way> {
        self.own.ways.get(&server)?.as_ref().ok()
    }
}
