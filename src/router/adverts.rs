//! The thread of the adverts: packets and timers in, packets out. It never logs, never touches a file or netlink, and
//! never waits for a lock, so nothing can delay an advert; everything else hears of it through [`Desk`].

mod desk;
mod member;
mod ports;
mod snapshot;
mod trackers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use config::director::VrrpConfig;
use daemon::clock::Clock;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use vrrp::{Action, Packet, Report, RouterId, Set, State};

use crate::exchange::{Inbox, Links, ToAddresses, ToAdverts, ToMain};
use crate::notes::hinted;
use crate::settings::{self, Subject};
use crate::state::Past;

use desk::Desk;
use member::Member;
use ports::Ports;
pub(crate) use snapshot::Snapshot;
use trackers::Trackers;

/// Memory that is locked where the operator wants that: less than the usual 8 MiB.
const STACK: usize = 512 * 1024;
/// A box that somebody else was just filling is tried again this soon.
const AGAIN: Duration = Duration::from_micros(200);
/// The largest VRRP message an Ethernet frame carries, and some.
const BUFFER: usize = 2_048;
/// Packets taken from one socket before timers are looked at: more than its receive buffer holds, so that a process that was
/// frozen hears everything first, and a flood does not silence it.
const BATCH: usize = 512;

/// Starts the thread.
pub(crate) fn spawn(
    clock: Clock,
    past: Past,
    inbox: Arc<ToAdverts>,
    addresses: Arc<ToAddresses>,
    news: Arc<ToMain>,
) -> io::Result<JoinHandle<()>> {
    let speaker = Speaker {
        clock,
        past: Some(past),
        inbox,
        desk: Desk::new(addresses, news),
        set: Set::new(),
        config: Arc::default(),
        members: BTreeMap::new(),
        order: Vec::new(),
        ports: Ports::default(),
        links: Links::default(),
        reports: BTreeMap::new(),
        trackers: Trackers::default(),
        realtime: None,
        latest: Duration::ZERO,
        is_stopping: false,
    };
    std::thread::Builder::new().name("adverts".into()).stack_size(STACK).spawn(move || speaker.run())
}

struct Speaker {
    clock: Clock,
    /// taken by the first configuration
    past: Option<Past>,
    inbox: Arc<ToAdverts>,
    desk: Desk,
    set: Set,
    config: Arc<VrrpConfig>,
    members: BTreeMap<RouterId, Member>,
    /// the routers of the configuration, in its order; members beyond are leaving
    order: Vec<RouterId>,
    ports: Ports,
    links: Links,
    reports: BTreeMap<Subject, Report>,
    /// who tracks what, and at which place of its settings
    trackers: Trackers,
    realtime: Option<u8>,
    /// how late a timer was at worst
    latest: Duration,
    is_stopping: bool,
}

impl Speaker {
    fn run(mut self) {
        // where that is not permitted, it is as good as any other thread
        let _ = kernel::realtime::prefer();
        let mut buffer = vec![0; BUFFER];
        loop {
            let heard = self.wait();
            for port in heard {
                self.hear(port, &mut buffer);
            }
            if let Some(inbox) = self.inbox.take()
                && !self.read(inbox)
            {
                return;
            }
            self.tick();
            self.tell();
        }
    }

    /// Sleeps until there is something to do. Answers which sockets have something.
    fn wait(&self) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut polled = vec![PollFd::new(self.inbox.as_fd(), PollFlags::POLLIN)];
        for (number, socket) in self.ports.sockets() {
            numbers.push(number);
            polled.push(PollFd::new(socket, PollFlags::POLLIN));
        }
        match ppoll(&mut polled, self.patience().map(TimeSpec::from_duration), None) {
            Ok(_) => {}
            // what is there is found at the next round
            Err(Errno::EINTR) => return Vec::new(),
            Err(_) => {
                std::thread::sleep(AGAIN);
                return Vec::new();
            }
        }
        let has_something = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| !events.is_empty());
        let mut answers = polled.iter().map(has_something);
        if answers.next() == Some(true) {
            self.inbox.awake();
        }
        numbers.into_iter().zip(answers).filter_map(|(number, is_ready)| is_ready.then_some(number)).collect()
    }

    fn patience(&self) -> Option<Duration> {
        let due = [self.set.poll_timeout(), self.ports.retry_at()].into_iter().flatten().min();
        let until = due.map(|due| due.saturating_sub(self.clock.now()));
        let is_urgent = self.inbox.is_full() || self.desk.is_full();
        if is_urgent { Some(until.map_or(AGAIN, |until| until.min(AGAIN))) } else { until }
    }

    /// What has arrived, all at the time of this look: a thousand adverts a second should not ask for the time as often.
    fn hear(&mut self, port: usize, buffer: &mut [u8]) {
        let now = self.clock.now();
        for _ in 0..BATCH {
            let Some(received) = self.ports.receive(port, buffer, now) else { return };
            let payload = buffer.get(..received.length).unwrap_or_default();
            let packet = Packet {
                source: received.source,
                destination: received.destination,
                ttl: received.ttl,
                payload,
            };
            match self.ports.routers_of(port, payload) {
                Ok(ids) => ids.for_each(|id| {
                    self.set.handle_packet(id, &packet, now);
                    if let Some(member) = self.members.get_mut(&id) {
                        follow_master(id, member, &self.set, &mut self.desk);
                    }
                }),
                Err(refused) => self.set.count_unknown(refused),
            }
            self.act();
        }
    }

    /// Answers whether to go on.
    fn read(&mut self, inbox: Inbox) -> bool {
        if inbox.end {
            return false;
        }
        let now = self.clock.now();
        if let Some(config) = inbox.config {
            self.configure(config, now);
        }
        self.report(inbox.reports, now);
        if let Some(readiness) = inbox.readiness {
            self.set.set_readiness(readiness, now);
            self.act();
        }
        if let Some(links) = inbox.links {
            self.links = links;
            self.stand(now);
        }
        if inbox.stop && !self.is_stopping {
            self.is_stopping = true;
            self.set.stop(now);
            self.act();
        }
        for take in inbox.asks {
            take(self.snapshot());
        }
        true
    }

    fn configure(&mut self, config: Arc<VrrpConfig>, now: Duration) {
        self.schedule(&config);
        let tracked: BTreeSet<Subject> =
            config.routers.iter().flat_map(settings::subjects).map(|(subject, _)| subject).collect();
        self.reports.retain(|subject, _| tracked.contains(subject) || is_service(subject));
        let all = config.routers.iter().map(|router| settings::settings(router, &config, &self.reports));
        let groups = config.groups.iter().map(|group| group.group.clone()).collect();
        self.order = self.set.set(all.collect(), groups, now);
        for (id, router) in self.order.iter().zip(&config.routers) {
            let router = Arc::new(router.clone());
            match self.members.get_mut(id) {
                Some(member) => member.config = router,
                None => drop(self.members.insert(*id, Member::new(router))),
            }
        }
        self.trackers = Trackers::of_all(&self.members);
        self.config = config;
        self.ports.set(&self.members);
        let past = self.past.take().unwrap_or_default();
        for id in &self.order {
            let Some(member) = self.members.get_mut(id) else { continue };
            let state = self.set.view(*id).map_or(State::Initialize, |view| view.state);
            self.desk.configure(*id, member, state);
            if past.goes_on(&member.config) {
                member.resumes = true;
                self.set.resume(*id, now);
            }
        }
        self.desk.track(&self.config);
        self.act();
        self.stand(now);
    }

    fn schedule(&mut self, config: &VrrpConfig) {
        let Some(priority) = config.realtime_priority.filter(|_| self.realtime != config.realtime_priority)
        else {
            return;
        };
        self.realtime = config.realtime_priority;
        if let Err(error) = kernel::realtime::scheduling(priority) {
            let error = hinted(&error, error.hint());
            // the director warns of it when it reads the file
            self.desk.remark(format!("the adverts have the usual scheduling: {error}"));
        }
    }

    /// Thousands of services may be told of, one of which has changed.
    fn report(&mut self, reports: impl IntoIterator<Item = (Subject, Report)>, now: Duration) {
        let mut news: BTreeMap<RouterId, Vec<(usize, Report)>> = BTreeMap::new();
        for (subject, report) in reports {
            if self.reports.get(&subject) == Some(&report) {
                continue;
            }
            let places = self.trackers.of(&subject);
            for (id, index) in places {
                news.entry(*id).or_default().push((*index, report));
            }
            if !places.is_empty() || is_service(&subject) {
                self.reports.insert(subject, report);
            }
        }
        for (id, reports) in news {
            self.set.set_tracks(id, &reports, now);
            self.act();
        }
    }

    /// Takes in what is known of the interfaces.
    fn stand(&mut self, now: Duration) {
        let tracked = std::mem::take(&mut self.links.tracked);
        let report = |is_up| if is_up { Report::Up } else { Report::Down };
        let reports = tracked.into_iter().map(|(name, is_up)| (Subject::Interface(name), report(is_up)));
        self.report(reports, now);
        self.ports.stand(&self.members, &self.links.stands, now);
        let ids: Vec<RouterId> = self.members.keys().copied().collect();
        for id in ids {
            self.stand_one(id, now);
        }
    }

    fn stand_one(&mut self, id: RouterId, now: Duration) {
        let (Some(member), Some(stand)) = (self.members.get_mut(&id), self.links.stands.get(&id)) else {
            return;
        };
        let fault = stand.fault.clone().or_else(|| self.ports.error_of(id).map(str::to_owned));
        let source = stand.source;
        let is_first = !std::mem::replace(&mut member.is_known, true);
        if is_first && self.links.leftover.contains(&member.config.name) && !member.resumes {
            self.set.hold_leftover(id, now);
        }
        let has_moved = is_first || member.source != source;
        if is_first || member.fault != fault {
            if fault.is_none() && !is_first {
                self.desk.fresh = now;
                self.ports.renew(id, now);
            }
            // what is wrong with the interface says more than that there is no address
            if has_moved && fault.is_none() {
                self.set.set_source(id, source, now);
            }
            self.set.set_interface(id, fault.as_deref(), now);
        }
        if has_moved {
            self.set.set_source(id, source, now);
        }
        (member.source, member.fault) = (source, fault);
        self.act();
        if is_first && let Some(holding) = self.set.view(id).map(|view| view.holding) {
            self.desk.slot(id, |slot| slot.holding = Some(holding));
        }
    }

    fn tick(&mut self) {
        let now = self.clock.now();
        if self.ports.retry_at().is_some_and(|at| at <= now) {
            self.stand(now);
        }
        if let Some(due) = self.set.poll_timeout().filter(|due| *due <= now) {
            self.latest = self.latest.max(now.saturating_sub(due));
            self.set.handle_timeout(now);
            self.act();
        }
    }

    fn act(&mut self) {
        while let Some((id, action)) = self.set.poll_action() {
            let Some(member) = self.members.get_mut(&id) else { continue };
            match action {
                Action::Send { destination, packet } => self.ports.send(id, member, destination, &packet),
                Action::Hold(holding) => {
                    let is_known = member.is_known;
                    self.desk.slot(id, |slot| slot.holding = if is_known { Some(holding) } else { None });
                }
                Action::Announce { repeat } => {
                    self.desk.slot(id, |slot| slot.announce = slot.announce.max(repeat));
                }
                Action::Transition(transition) => {
                    follow_master(id, member, &self.set, &mut self.desk);
                    let priority = self.set.view(id).map_or(0, |view| view.priority.get());
                    self.desk.moved(id, member, transition, priority);
                }
            }
        }
    }

    /// Tells the others what happened.
    fn tell(&mut self) {
        if self.members.len() > self.order.len() {
            self.bury();
        }
        self.desk.stopped = self.is_stopping && self.set.is_stopped();
        self.desk.flush(&self.order);
    }

    /// Forgets routers that are not configured any more and have handed over.
    fn bury(&mut self) {
        let gone = |id: &RouterId| !self.order.contains(id) && self.set.view(*id).is_none();
        let gone: Vec<RouterId> = self.members.keys().filter(|id| gone(id)).copied().collect();
        for id in gone {
            self.members.remove(&id);
            self.desk.slot(id, |slot| slot.gone = true);
            self.ports.set(&self.members);
        }
    }
}

/// Tells the thread of the addresses who may have them while we are a backup.
fn follow_master(id: RouterId, member: &mut Member, set: &Set, desk: &mut Desk) {
    let view = set.view(id).filter(|view| view.state == State::Backup);
    let master = view.and_then(|view| view.master).map(|(address, _)| address);
    if member.master != master {
        member.master = master;
        desk.slot(id, |slot| slot.master = master);
    }
}

/// A service is told of when it changes, whether or not anybody tracks it.
const fn is_service(subject: &Subject) -> bool {
    matches!(subject, Subject::Service(_))
}
