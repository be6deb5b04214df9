//! One router: the process, its clock, and the kernel below it, which outlives the process.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lvs_vrrp::{Action, Holding, Packet, Readiness, Report, RouterId, Set, Settings, State};

use crate::clock::Clock;

/// What a socket keeps for a process that does not read.
const SOCKET_QUEUE: usize = 60;

pub(crate) struct Node {
    pub(crate) settings: Settings,
    pub(crate) address: IpAddr,
    pub(crate) clock: Clock,
    process: Option<(Set, RouterId)>,
    /// as its last transition said
    pub(crate) state: State,
    /// of the kernel: stays when the process dies
    pub(crate) holding: Holding,
    pub(crate) readiness: Readiness,
    pub(crate) tracked_up: bool,
    pub(crate) interface_up: bool,
    pub(crate) frozen: bool,
    /// nothing is kept for it while it is frozen
    deaf: bool,
    pub(crate) stopping: bool,
    queue: Vec<Arrived>,
    /// what is there to do when it wakes is for this one only
    pub(crate) wake: u64,
    killed_as_master: Option<Duration>,
}

#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) payload: Arc<[u8]>,
}

impl Node {
    pub(crate) fn new(settings: Settings, address: IpAddr, clock: Clock) -> Self {
        Self {
            settings,
            address,
            clock,
            process: None,
            state: State::Initialize,
            holding: Holding::No,
            readiness: Readiness::NotReady,
            tracked_up: true,
            interface_up: true,
            frozen: false,
            deaf: false,
            stopping: false,
            queue: Vec::new(),
            wake: 0,
            killed_as_master: None,
        }
    }

    pub(crate) const fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// May be master, as far as it is known here.
    pub(crate) fn is_candidate(&self) -> bool {
        self.runs()
            && !self.frozen
            && !self.stopping
            && self.tracked_up
            && self.interface_up
            && self.readiness > Readiness::NotReady
    }

    pub(crate) fn is_master(&self) -> bool {
        self.runs() && self.state == State::Master
    }

    /// A new process: nothing is ready yet. It goes on as master if it was away for less than two intervals, and keeps addresses
    /// that it finds.
    pub(crate) fn start(&mut self, truth: Duration) {
        if self.runs() {
            return;
        }
        let now = self.clock.local(truth);
        let mut set = Set::new();
        let id = set.set(vec![self.settings.clone()], Vec::new(), now)[0];
        let short = self.settings.interval.duration() * 2;
        if self.killed_as_master.take().is_some_and(|at| truth < at + short) {
            set.resume(id, now);
        } else if self.holding == Holding::Yes {
            set.hold_leftover(id, now);
        } else {
            // what an earlier process left silent is tidied up at the start
            self.holding = Holding::No;
        }
        self.state = State::Initialize;
        self.readiness = Readiness::NotReady;
        self.stopping = false;
        self.process = Some((set, id));
        self.tell_interface(truth);
        self.tell_track(truth);
    }

    /// The process ends; the kernel's state stays.
    pub(crate) fn kill(&mut self, truth: Duration) {
        self.killed_as_master = self.is_master().then_some(truth);
        self.process = None;
        self.frozen = false;
        self.queue.clear();
        self.state = State::Initialize;
    }

    pub(crate) fn lose_power(&mut self) {
        self.kill(Duration::ZERO);
        self.killed_as_master = None;
        self.holding = Holding::No;
    }

    pub(crate) fn stop(&mut self, truth: Duration) {
        self.stopping = self.runs();
        let now = self.clock.local(truth);
        self.with(|set, _| set.stop(now));
    }

    pub(crate) fn tell_readiness(&mut self, truth: Duration) {
        let (now, readiness) = (self.clock.local(truth), self.readiness);
        self.with(|set, _| set.set_readiness(readiness, now));
    }

    pub(crate) fn tell_track(&mut self, truth: Duration) {
        let now = self.clock.local(truth);
        let report = if self.tracked_up { Report::Up } else { Report::Down };
        self.with(|set, id| set.set_track(id, 0, report, now));
    }

    pub(crate) fn tell_interface(&mut self, truth: Duration) {
        let (now, address) = (self.clock.local(truth), self.address);
        let fault = (!self.interface_up).then_some("interface eth0 is down");
        self.with(|set, id| {
            set.set_source(id, Some(address), now);
            set.set_interface(id, fault, now);
        });
    }

    pub(crate) fn hear(&mut self, arrived: Arrived, truth: Duration) {
        if !self.interface_up || !self.runs() {
            return;
        }
        if self.frozen {
            if self.queue.len() < SOCKET_QUEUE && !self.deaf {
                self.queue.push(arrived);
            }
            return;
        }
        let Arrived { source, destination, payload } = arrived;
        let packet = Packet { source, destination, ttl: 255, payload: &payload };
        let now = self.clock.local(truth);
        self.with(|set, id| set.handle_packet(id, &packet, now));
    }

    pub(crate) fn freeze(&mut self, deaf: bool) {
        (self.frozen, self.deaf) = (self.runs(), deaf);
    }

    /// What came while it was frozen, oldest first.
    pub(crate) fn thaw(&mut self) -> Vec<Arrived> {
        self.frozen = false;
        std::mem::take(&mut self.queue)
    }

    /// What changed around it while it was frozen.
    pub(crate) fn catch_up(&mut self, truth: Duration) {
        self.tell_interface(truth);
        self.tell_track(truth);
        self.tell_readiness(truth);
        if self.stopping {
            self.stop(truth);
        }
    }

    pub(crate) fn time_out(&mut self, truth: Duration) {
        let now = self.clock.local(truth);
        self.with(|set, _| set.handle_timeout(now));
    }

    /// When it wants to wake.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let (set, _) = self.process.as_ref().filter(|_| !self.frozen)?;
        set.poll_timeout().map(|local| self.clock.truth(local))
    }

    pub(crate) fn action(&mut self) -> Option<Action> {
        let (set, _) = self.process.as_mut()?;
        set.poll_action().map(|(_, action)| action)
    }

    /// Told to stop, and over: the process ends.
    pub(crate) fn has_stopped(&self) -> bool {
        self.stopping && self.process.as_ref().is_some_and(|(set, _)| set.is_stopped())
    }

    pub(crate) fn end(&mut self) {
        self.process = None;
        self.stopping = false;
        self.state = State::Initialize;
    }

    /// A frozen process learns nothing.
    fn with(&mut self, act: impl FnOnce(&mut Set, RouterId)) {
        if let Some((set, id)) = self.process.as_mut().filter(|_| !self.frozen) {
            act(set, *id);
        }
    }
}
