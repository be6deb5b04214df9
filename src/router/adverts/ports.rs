//! The sockets of the adverts: one for each interface and family.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use kernel::vrrp::{Received, Socket};
use vrrp::{Family, Refused, RouterId};

use super::member::Member;
use crate::exchange::{LinkId, Stand};
use crate::notes::hinted;
use crate::settings;

/// A socket that cannot be opened, or breaks again and again, is opened anew this often.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Ports {
    all: Vec<Port>,
    /// by place in `all`, and by number
    routers: BTreeMap<(usize, u8), Vec<RouterId>>,
    /// a router's version, and place in `all`
    homes: BTreeMap<RouterId, (u8, usize)>,
}

struct Port {
    interface: String,
    family: Family,
    groups: BTreeSet<IpAddr>,
    /// the interface; none: it is missing
    link: Option<LinkId>,
    socket: Option<Socket>,
    error: Option<String>,
    opened_at: Duration,
    retry_at: Option<Duration>,
}

impl Ports {
    /// Takes other routers. A socket whose interface, family and groups stay goes on.
    pub(super) fn set(&mut self, members: &BTreeMap<RouterId, Member>) {
        let mut old = std::mem::take(self);
        for (id, member) in members {
            let family = settings::family(&member.config);
            let number = self.number_of(&member.config.interface, family);
            if let Some(port) = self.all.get_mut(number)
                && member.config.peers.is_empty()
            {
                port.groups.insert(member.config.group.unwrap_or(family.group()));
            }
            self.routers.entry((number, member.config.vrid.get())).or_default().push(*id);
            self.homes.insert(*id, (member.config.version.number(), number));
        }
        for port in &mut self.all {
            if let Some(same) = old.all.iter_mut().find(|old| old.is_like(port)) {
                port.link = same.link;
                port.socket = same.socket.take();
                port.error = same.error.take();
                (port.opened_at, port.retry_at) = (same.opened_at, same.retry_at);
            }
        }
    }

    fn number_of(&mut self, interface: &str, family: Family) -> usize {
        let found = self.all.iter().position(|port| port.interface == interface && port.family == family);
        found.unwrap_or_else(|| {
            self.all.push(Port::new(interface, family));
            self.all.len() - 1
        })
    }

    /// Opens what is closed, and anew what belongs to an interface that went and came back.
    pub(super) fn stand(
        &mut self,
        members: &BTreeMap<RouterId, Member>,
        stands: &BTreeMap<RouterId, Stand>,
        now: Duration,
    ) {
        for id in members.keys() {
            let (Some(stand), Some((_, number))) = (stands.get(id), self.homes.get(id)) else { continue };
            if let Some(port) = self.all.get_mut(*number) {
                port.stand_on(stand.link);
            }
        }
        for port in &mut self.all {
            port.open(now);
        }
    }

    /// Opens a router's socket anew after a fault of its interface: the kernel may have forgotten the group meanwhile, as
    /// where the MTU was too small for IPv6 (`addrconf_notify`), and the socket would hear nobody.
    pub(super) fn renew(&mut self, id: RouterId, now: Duration) {
        let port = self.homes.get(&id).and_then(|(_, number)| self.all.get_mut(*number));
        if let Some(port) = port.filter(|port| port.socket.is_some() && port.opened_at < now) {
            port.socket = None;
            port.open(now);
        }
    }

    /// The open sockets, with their numbers.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>)> {
        self.all.iter().enumerate().filter_map(|(number, port)| Some((number, port.socket.as_ref()?.as_fd())))
    }

    /// When [`Self::stand`] should be called again.
    pub(super) fn retry_at(&self) -> Option<Duration> {
        self.all.iter().filter_map(|port| port.retry_at).min()
    }

    /// One packet; none: there is no more, or the socket broke.
    pub(super) fn receive(&mut self, number: usize, buffer: &mut [u8], now: Duration) -> Option<Received> {
        let port = self.all.get_mut(number)?;
        match port.socket.as_ref()?.receive(buffer) {
            Ok(received) => received,
            Err(error) => {
                port.broke(&error, now);
                None
            }
        }
    }

    /// The routers that a packet is for, by its number: one, or those of its version where several have the same. One with
    /// another name may be leaving, and hear of its successor, while the one that comes hears of its master.
    pub(super) fn routers_of(
        &self,
        number: usize,
        payload: &[u8],
    ) -> Result<impl Iterator<Item = RouterId>, Refused> {
        let vrid = vrrp::vrid_of(payload).ok_or(Refused::Length)?;
        let ids = self.routers.get(&(number, vrid)).ok_or(Refused::UnknownVrid)?;
        let version = payload.first().map_or(0, |first| first >> 4);
        let is_of_version = move |id: &RouterId| self.homes.get(id).is_some_and(|(home, _)| *home == version);
        let is_any = ids.iter().any(is_of_version);
        // it counts packets of a wrong version
        let newest = ids.last().copied().filter(|_| !is_any);
        Ok(ids.iter().copied().filter(is_of_version).chain(newest))
    }

    /// Sends an advert; the member remembers why it could not leave.
    pub(super) fn send(&self, id: RouterId, member: &mut Member, destination: IpAddr, packet: &[u8]) {
        let port = self.homes.get(&id).and_then(|(_, number)| self.all.get(*number));
        let socket = port.and_then(|port| port.socket.as_ref());
        member.send_error = match (socket, member.source) {
            (Some(socket), Some(source)) => match socket.send(source, destination, packet) {
                Ok(()) => None,
                Err(error) => Some(format!("cannot send an advert to {destination}: {error}")),
            },
            // the fault says why
            (None, _) | (_, None) => None,
        };
    }

    /// Why a router has no socket, though its interface is there.
    pub(super) fn error_of(&self, id: RouterId) -> Option<&str> {
        self.homes.get(&id).and_then(|(_, number)| self.all.get(*number))?.error.as_deref()
    }
}

impl Port {
    fn new(interface: &str, family: Family) -> Self {
        Self {
            interface: interface.to_owned(),
            family,
            groups: BTreeSet::new(),
            link: None,
            socket: None,
            error: None,
            opened_at: Duration::ZERO,
            retry_at: None,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        (&self.interface, self.family, &self.groups) == (&other.interface, other.family, &other.groups)
    }

    fn stand_on(&mut self, link: Option<LinkId>) {
        if self.link != link {
            self.link = link;
            self.socket = None;
            self.error = None;
            self.retry_at = None;
        }
    }

    fn open(&mut self, now: Duration) {
        let Some(link) = self.link.filter(|_| self.socket.is_none()) else { return };
        if self.retry_at.is_some_and(|at| at > now) {
            return;
        }
        let groups: Vec<IpAddr> = self.groups.iter().copied().collect();
        match Socket::open(&self.interface, link.index, self.family == Family::V6, &groups) {
            Ok(socket) => {
                (self.socket, self.error, self.retry_at) = (Some(socket), None, None);
                self.opened_at = now;
            }
            Err(error) => {
                self.error = Some(hinted(&error, error.hint()));
                self.retry_at = Some(now + RETRY);
            }
        }
    }

    /// A socket that worked for a while is opened anew at once.
    fn broke(&mut self, error: &std::io::Error, now: Duration) {
        self.socket = None;
        let at = now.max(self.opened_at + RETRY);
        self.retry_at = Some(at);
        if at > now {
            self.error = Some(format!("the socket on {} broke: {error}", self.interface));
        }
    }
}

#[cfg(test)]
mod tests;
