//! Virtual time: the next thing that happens, until there is none.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::IpAddr;
use std::time::Duration;

use lvs_vrrp::{Action, Holding};

use crate::chance::Chance;
use crate::link::{Link, part};
use crate::node::{Arrived, Node};
use crate::plan::Deed;
use crate::story::{Line, Story};
use crate::watch::Watch;

/// What a run found wrong.
pub(crate) struct Broken {
    pub(crate) what: String,
    pub(crate) story: String,
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) nodes: Vec<Node>,
    pub(crate) link: Link,
    pub(crate) chance: Chance,
    pub(crate) watch: Watch,
    story: Story,
    /// a timer is acted on that late at most
    late: Duration,
    next: u64,
    due: BinaryHeap<Reverse<Due>>,
    broken: Option<String>,
}

/// Ordered by time, then by when it was planned.
struct Due {
    at: Duration,
    order: u64,
    what: What,
}

enum What {
    Wake(usize, u64),
    Arrival(usize, Arrived),
    Deed(Deed),
}

impl World {
    pub(crate) fn new(nodes: Vec<Node>, link: Link, late: Duration, chance: Chance) -> Self {
        let watch = Watch::new(&nodes, link.delay, late);
        Self {
            now: Duration::ZERO,
            nodes,
            link,
            chance,
            watch,
            story: Story::default(),
            late,
            next: 0,
            due: BinaryHeap::new(),
            broken: None,
        }
    }

    pub(crate) fn plan(&mut self, at: Duration, deed: Deed) {
        self.push(at, What::Deed(deed));
    }

    /// Everything until that moment, or until something is wrong.
    pub(crate) fn run(&mut self, until: Duration) -> Result<(), Broken> {
        while let Some(due) = self.take_due(until) {
            self.watch_time(due.at)?;
            self.now = due.at;
            self.happen(due.what);
            self.check()?;
        }
        self.watch_time(until)?;
        self.now = until;
        Ok(())
    }

    fn take_due(&mut self, until: Duration) -> Option<Due> {
        self.due.peek().filter(|Reverse(due)| due.at <= until)?;
        self.due.pop().map(|Reverse(due)| due)
    }

    /// Whether it holds; else what is wrong, with the story.
    pub(crate) fn demand(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
        if holds { Ok(()) } else { Err(self.broken(what())) }
    }

    pub(crate) fn holders(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].holding == Holding::Yes).collect()
    }

    pub(crate) fn masters(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].is_master()).collect()
    }

    fn broken(&self, what: String) -> Broken {
        Broken { what: format!("at {:.6}: {what}", self.now.as_secs_f64()), story: self.story.to_string() }
    }

    fn watch_time(&mut self, until: Duration) -> Result<(), Broken> {
        match self.watch.pass(until) {
            Some(what) => Err(self.broken(what)),
            None => Ok(()),
        }
    }

    fn check(&mut self) -> Result<(), Broken> {
        self.watch.look(self.now, &self.nodes, &self.link);
        match self.broken.take() {
            Some(what) => Err(self.broken(what)),
            None => Ok(()),
        }
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Wake(node, wake) => {
                if self.nodes[node].wake == wake {
                    self.nodes[node].time_out(self.now);
                    self.settle(node);
                }
            }
            What::Arrival(node, arrived) => self.arrive(node, arrived),
            What::Deed(deed) => {
                self.story.add(self.now, Line::Deed(deed.clone()));
                self.watch.disturbed(self.now);
                self.perform(deed);
            }
        }
    }

    fn arrive(&mut self, node: usize, arrived: Arrived) {
        self.nodes[node].hear(arrived, self.now);
        self.settle(node);
    }

    fn perform(&mut self, deed: Deed) {
        let now = self.now;
        match deed {
            Deed::Part(sides) => self.link.sides = Some(sides),
            Deed::Heal => self.link.heal(&self.holders()),
            Deed::Lose(lost) => (self.link.lost, self.link.doubled) = (lost, lost),
            Deed::Start(node) => self.at(node, |node| node.start(now)),
            Deed::Kill(node) => self.at(node, |node| node.kill(now)),
            Deed::PowerOff(node) => self.at(node, Node::lose_power),
            Deed::Stop(node) => self.at(node, |node| node.stop(now)),
            Deed::Freeze(node) => self.at(node, |node| node.freeze(false)),
            Deed::Pause(node) => self.at(node, |node| node.freeze(true)),
            Deed::Thaw(node) => self.thaw(node),
            Deed::Track(node, up) => self.at(node, |node| {
                node.tracked_up = up;
                node.tell_track(now);
            }),
            Deed::Interface(node, up) => self.at(node, |node| {
                node.interface_up = up;
                node.tell_interface(now);
            }),
            Deed::Ready(node, readiness) => self.at(node, |node| {
                node.readiness = readiness;
                node.tell_readiness(now);
            }),
        }
    }

    fn at(&mut self, node: usize, act: impl FnOnce(&mut Node)) {
        act(&mut self.nodes[node]);
        self.settle(node);
    }

    fn thaw(&mut self, node: usize) {
        if !self.nodes[node].frozen {
            return;
        }
        for arrived in self.nodes[node].thaw() {
            self.arrive(node, arrived);
        }
        let now = self.now;
        self.at(node, |node| node.catch_up(now));
    }

    /// Performs what the router wants done, and plans when it wakes next. A frozen one does nothing.
    fn settle(&mut self, node: usize) {
        if self.nodes[node].frozen {
            return;
        }
        while let Some(action) = self.nodes[node].action() {
            self.act(node, action);
        }
        if self.nodes[node].has_stopped() && self.nodes[node].timeout().is_none() {
            self.nodes[node].end();
        }
        self.nodes[node].wake += 1;
        if let Some(at) = self.nodes[node].timeout() {
            let at = at.max(self.now) + part(&mut self.chance, self.late);
            self.push(at, What::Wake(node, self.nodes[node].wake));
        }
    }

    fn act(&mut self, node: usize, action: Action) {
        match action {
            Action::Send { destination, packet } => {
                let source = self.nodes[node].address;
                self.send(node, &Arrived { source, destination, payload: packet });
            }
            Action::Hold(holding) => self.hold(node, holding),
            Action::Announce { .. } => {
                self.story.add(self.now, Line::Announce(node));
                if self.nodes[node].interface_up {
                    self.link.announce(node);
                }
            }
            Action::Transition(transition) => {
                self.nodes[node].state = transition.to;
                self.note(self.watch.moved(self.now, &transition).map(|what| format!("{node} {what}")));
                self.story.add(self.now, Line::Transition(node, transition));
            }
        }
    }

    fn hold(&mut self, node: usize, holding: Holding) {
        self.story.add(self.now, Line::Hold(node, holding));
        let before = std::mem::replace(&mut self.nodes[node].holding, holding);
        let takes = holding == Holding::Yes && before != Holding::Yes;
        let ready = self.nodes[node].readiness > lvs_vrrp::Readiness::NotReady;
        self.note((takes && !ready).then(|| format!("{node} takes the addresses without being ready")));
    }

    fn note(&mut self, wrong: Option<String>) {
        if self.broken.is_none() {
            self.broken = wrong;
        }
    }

    fn send(&mut self, from: usize, packet: &Arrived) {
        if !self.nodes[from].interface_up {
            return;
        }
        for to in (0..self.nodes.len()).filter(|to| *to != from) {
            if !reaches(packet.destination, self.nodes[to].address) {
                continue;
            }
            for after in self.link.arrivals(&mut self.chance, from, to) {
                self.push(self.now + after, What::Arrival(to, packet.clone()));
            }
        }
    }

    fn push(&mut self, at: Duration, what: What) {
        self.next += 1;
        self.due.push(Reverse(Due { at, order: self.next, what }));
    }
}

fn reaches(destination: IpAddr, address: IpAddr) -> bool {
    destination.is_multicast() || destination == address
}

impl Due {
    const fn key(&self) -> (Duration, u64) {
        (self.at, self.order)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
