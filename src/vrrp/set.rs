//! All virtual routers of a director: events in, actions out.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::group::Members;
use crate::queue::Queue;
use crate::router::{Context, Router};
use crate::{Action, Group, Packet, Readiness, Refusals, Refused, Report, Settings, View};

/// A router, for as long as it is configured; no number is given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RouterId(pub u32);

/// All routers with their sync groups. After each call whoever performs drains [`Set::poll_action`] and asks
/// [`Set::poll_timeout`]. `now` is the time since the daemon's start and never goes back. An id of no router is ignored.
///
/// Packets that have arrived are handed over before [`Set::handle_timeout`] is called: a daemon that slept hears what was
/// sent meanwhile before it acts on its timers. Timers make a master in [`Set::handle_timeout`] and [`Set::set_readiness`]
/// only, packets never do.
///
/// Called late by more than three intervals, a backup listens for one master-down interval more (once), since nobody may
/// have listened meanwhile; a master advertises and announces, since another may have been master and fallen silent.
#[derive(Debug)]
pub struct Set {
    /// by id
    routers: Vec<Router>,
    groups: Vec<Group>,
    members: Vec<Members>,
    readiness: Readiness,
    next_id: u32,
    is_stopping: bool,
    queue: Queue,
    unknown: Refusals,
}

impl Default for Set {
    fn default() -> Self {
        Self::new()
    }
}

impl Set {
    /// Without any router.
    pub fn new() -> Self {
        Self {
            routers: Vec::new(),
            groups: Vec::new(),
            members: Vec::new(),
            readiness: Readiness::NotReady,
            next_id: 0,
            is_stopping: false,
            queue: Queue::default(),
            unknown: Refusals::default(),
        }
    }

    /// Starts, changes and stops routers: one whose name, interface, version, family and vrid stay keeps its state. A removed
    /// one hands over as with [`Set::stop`] and then vanishes, after its last actions were polled. Returns the ids in the
    /// order of `settings`.
    ///
    /// A new one waits in Initialize until both [`Set::set_source`] and [`Set::set_interface`] were called for it.
    pub fn set(&mut self, settings: Vec<Settings>, groups: Vec<Group>, now: Duration) -> Vec<RouterId> {
        let mut before = core::mem::take(&mut self.routers);
        let ids = settings.into_iter().map(|settings| self.place(settings, &mut before, now)).collect();
        for mut router in before {
            router.remove(&mut context(now, self.readiness, Timers::Wait, &mut self.queue));
            self.routers.push(router);
        }
        self.routers.sort_unstable_by_key(Router::id);
        self.groups = groups;
        self.regroup();
        self.settle_all(now);
        ids
    }

    fn place(&mut self, settings: Settings, before: &mut Vec<Router>, now: Duration) -> RouterId {
        let known = before.iter().position(|router| router.is_same(&settings));
        let router = match known.map(|place| before.swap_remove(place)) {
            Some(mut router) => {
                router.change(settings, &mut context(now, self.readiness, Timers::Wait, &mut self.queue));
                router
            }
            None => self.create(settings, now),
        };
        let id = router.id();
        self.routers.push(router);
        id
    }

    fn create(&mut self, settings: Settings, now: Duration) -> Router {
        let id = RouterId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let mut router = Router::new(id, settings, now);
        if self.is_stopping {
            router.stop(&mut context(now, self.readiness, Timers::Wait, &mut self.queue));
        }
        router
    }

    /// The source address of the router's adverts, which also breaks a tie of priorities. None: its interface has none, which
    /// is a fault.
    pub fn set_source(&mut self, id: RouterId, source: Option<IpAddr>, now: Duration) {
        self.tell(id, now, |router, ctx| router.set_source(source, ctx));
    }

    /// What is wrong with the interface of the router's adverts, as `interface eth0 is down`; none: nothing.
    pub fn set_interface(&mut self, id: RouterId, fault: Option<&str>, now: Duration) {
        self.tell(id, now, |router, ctx| router.set_interface(fault, ctx));
    }

    /// What is known of `Settings.tracks[index]`. An index that does not exist is ignored.
    pub fn set_track(&mut self, id: RouterId, index: usize, report: Report, now: Duration) {
        self.set_tracks(id, &[(index, report)], now);
    }

    /// As [`Set::set_track`] for several at once, each with its index.
    pub fn set_tracks(&mut self, id: RouterId, reports: &[(usize, Report)], now: Duration) {
        self.tell(id, now, |router, ctx| router.set_tracks(reports, ctx));
    }

    /// How far the services are, for all routers; [`Readiness::NotReady`] before the first call.
    pub fn set_readiness(&mut self, readiness: Readiness, now: Duration) {
        if self.readiness == readiness {
            return;
        }
        self.readiness = readiness;
        if readiness == Readiness::Serving {
            self.routers.iter_mut().for_each(Router::can_serve);
        }
        for place in 0..self.routers.len() {
            self.settle(place, now, Timers::Count);
        }
    }

    /// The router goes on as master at once, since the daemon was away for a moment only. Called right after [`Set::set`]; its
    /// addresses are kept, and as soon as its interface is known it is master, unless that takes longer than its master-down
    /// interval: then as with [`Set::hold_leftover`].
    pub fn resume(&mut self, id: RouterId, now: Duration) {
        self.tell(id, now, Router::resume);
    }

    /// Addresses of an earlier run are still there. They are kept until another master is heard, a fault is known, or the
    /// router becomes master.
    pub fn hold_leftover(&mut self, id: RouterId, now: Duration) {
        self.tell(id, now, |router, ctx| {
            router.keep_leftover(ctx);
        });
    }

    /// A packet that arrived on the router's interface with its VRID.
    pub fn handle_packet(&mut self, id: RouterId, packet: &Packet<'_>, now: Duration) {
        self.tell(id, now, |router, ctx| router.handle_packet(packet, ctx));
    }

    /// Counts a packet that is for no router here.
    pub fn count_unknown(&mut self, reason: Refused) {
        self.unknown.add(reason);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        for place in 0..self.routers.len() {
            let due = self.routers.get(place).and_then(Router::wake).is_some_and(|wake| wake <= now);
            if due {
                self.at(place, now, Router::handle_timeout);
                self.settle(place, now, Timers::Count);
            }
        }
    }

    /// When [`Set::handle_timeout`] is to be called next. In the past: at once, after the packets that have arrived.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.routers.iter().filter_map(Router::wake).min()
    }

    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<(RouterId, Action)> {
        let action = self.queue.pop();
        if action.is_none() && self.routers.iter().any(Router::is_gone) {
            self.routers.retain(|router| !router.is_gone());
            self.regroup();
        }
        action
    }

    /// Stops all routers, gracefully: a master hands over.
    pub fn stop(&mut self, now: Duration) {
        self.is_stopping = true;
        for place in 0..self.routers.len() {
            self.at(place, now, Router::stop);
            self.settle(place, now, Timers::Wait);
        }
    }

    /// After [`Set::stop`]: whether every router is in Initialize and has let go of its addresses.
    pub fn is_stopped(&self) -> bool {
        self.is_stopping && self.routers.iter().all(Router::is_over)
    }

    /// What there is to know about a router. None for one that is not (or no longer) there.
    pub fn view(&self, id: RouterId) -> Option<View<'_>> {
        self.find(id).and_then(|place| self.routers.get(place)).map(Router::view)
    }

    /// The routers that are there, those that hand over after their removal included.
    pub fn ids(&self) -> impl Iterator<Item = RouterId> {
        self.routers.iter().map(Router::id)
    }

    /// Packets that were for no router here.
    pub const fn unknown(&self) -> &Refusals {
        &self.unknown
    }

    fn tell(&mut self, id: RouterId, now: Duration, event: impl FnOnce(&mut Router, &mut Context<'_>)) {
        if let Some(place) = self.find(id) {
            self.at(place, now, event);
            self.settle(place, now, Timers::Wait);
        }
    }

    fn at(&mut self, place: usize, now: Duration, event: impl FnOnce(&mut Router, &mut Context<'_>)) {
        let mut ctx = context(now, self.readiness, Timers::Wait, &mut self.queue);
        if let Some(router) = self.routers.get_mut(place) {
            event(router, &mut ctx);
        }
    }

    fn find(&self, id: RouterId) -> Option<usize> {
        self.routers.binary_search_by_key(&id, Router::id).ok()
    }

    fn regroup(&mut self) {
        self.members = self.groups.iter().map(|group| Members::of(group, &self.routers)).collect();
    }

    fn settle_all(&mut self, now: Duration) {
        for place in 0..self.routers.len() {
            self.settle(place, now, Timers::Wait);
        }
    }

    /// What an event of one router means for its sync group, and who becomes master.
    fn settle(&mut self, place: usize, now: Duration, timers: Timers) {
        let mut ctx = context(now, self.readiness, timers, &mut self.queue);
        let routers = &mut self.routers;
        match self.members.iter().find(|members| members.contains(place)) {
            Some(members) => members.settle(routers, &mut ctx),
            None => routers.iter_mut().skip(place).take(1).for_each(|router| router.settle(&mut ctx)),
        }
    }
}

/// Whether timers that have run out make a master.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timers {
    Count,
    /// They wait for [`Set::handle_timeout`], since packets may have arrived, and one of them be the master's.
    Wait,
}

const fn context(now: Duration, readiness: Readiness, timers: Timers, queue: &mut Queue) -> Context<'_> {
    Context { now, readiness, timers_count: matches!(timers, Timers::Count), queue }
}
