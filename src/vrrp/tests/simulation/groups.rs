//! Sync groups: directors with a router on each of two links, which must be master together or not at all.

use std::time::Duration;

use lvs_vrrp::{Action, Group, Holding, Packet, Priority, Readiness, RouterId, Set, Settings, State};

use crate::chance::Chance;
use crate::seeds;
use crate::setup;
use crate::story::{Line, Story};
use crate::world::Broken;

const LINKS: usize = 2;
const TICK: Duration = Duration::from_millis(1);

/// A director: one router on each link.
struct Director {
    set: Set,
    ids: Vec<RouterId>,
    settings: Settings,
    states: [State; LINKS],
    holding: [Holding; LINKS],
    cables: [bool; LINKS],
}

struct Directors {
    now: Duration,
    chance: Chance,
    all: Vec<Director>,
    story: Story,
    /// (link, from, bytes) sent in this tick, and heard in the next
    wire: Vec<(usize, usize, std::sync::Arc<[u8]>)>,
}

impl Directors {
    fn new(seed: u64) -> Self {
        let world = setup::even_world(seed);
        let mut directors = Self {
            now: Duration::ZERO,
            chance: world.chance,
            all: Vec::new(),
            story: Story::default(),
            wire: Vec::new(),
        };
        for (place, node) in world.nodes.into_iter().take(3).enumerate() {
            directors.all.push(Director::new(node.settings, place));
        }
        directors
    }

    fn interval(&self) -> Duration {
        self.all[0].settings.interval.duration()
    }

    /// Cables are pulled and plugged in again, each tick with that chance in ten thousand.
    fn run(&mut self, time: Duration, trouble: usize) {
        let end = self.now + time;
        while self.now < end {
            self.now += TICK;
            if self.chance.below(10_000) < trouble {
                self.trouble();
            }
            self.tick();
        }
    }

    fn trouble(&mut self) {
        let (director, link) = (self.chance.below(self.all.len()), self.chance.below(LINKS));
        let up = !self.all[director].cables[link];
        self.plug(director, link, up);
    }

    fn repair(&mut self) {
        for director in 0..self.all.len() {
            (0..LINKS).for_each(|link| self.plug(director, link, true));
        }
    }

    fn plug(&mut self, director: usize, link: usize, up: bool) {
        self.all[director].plug(link, up, self.now);
        self.settle(director);
    }

    fn tick(&mut self) {
        for (link, from, packet) in std::mem::take(&mut self.wire) {
            for to in (0..self.all.len()).filter(|to| *to != from) {
                self.all[to].hear(link, from, &packet, self.now);
                self.settle(to);
            }
        }
        for director in 0..self.all.len() {
            let due = self.all[director].set.poll_timeout().is_some_and(|due| due <= self.now);
            // a thread wakes a little late: two that wait for the same moment do not go on in step for ever
            if due && self.chance.below(3) == 0 {
                self.all[director].set.handle_timeout(self.now);
            }
            self.settle(director);
        }
    }

    fn settle(&mut self, place: usize) {
        let director = &mut self.all[place];
        while let Some((id, action)) = director.set.poll_action() {
            let link = director.ids.iter().position(|known| *known == id).unwrap();
            match action {
                Action::Send { packet, .. } if director.cables[link] => self.wire.push((link, place, packet)),
                Action::Send { .. } | Action::Announce { .. } => {}
                Action::Hold(holding) => director.holding[link] = holding,
                Action::Transition(transition) => {
                    director.states[link] = transition.to;
                    self.story.add(self.now, Line::Transition(place * 10 + link, transition));
                }
            }
        }
    }

    fn demand(&self, holds: bool, what: &str) -> Result<(), Broken> {
        if holds {
            return Ok(());
        }
        let states: Vec<[State; LINKS]> = self.all.iter().map(|director| director.states).collect();
        Err(Broken { what: format!("at {:?}: {what}: {states:?}", self.now), story: self.story.to_string() })
    }

    /// One director is master on both links and holds both addresses; the others are nothing and hold nothing.
    fn check(&self) -> Result<(), Broken> {
        let masters = self.all.iter().filter(|director| director.states == [State::Master; LINKS]).count();
        self.demand(masters == 1, "no one director is master on both links")?;
        let others = |director: &&Director| director.states != [State::Master; LINKS];
        let apart = self.all.iter().filter(others).any(|director| director.states.contains(&State::Master));
        self.demand(!apart, "a group is half master")?;
        let rights = self.all.iter().all(|director| {
            let expected = if director.states[0] == State::Master { Holding::Yes } else { Holding::No };
            director.holding == [expected; LINKS]
        });
        self.demand(rights, "addresses are not where the masters are")
    }
}

impl Director {
    fn new(mut settings: Settings, place: usize) -> Self {
        settings.peers.clear();
        settings.priority = Priority::new(settings.priority.get().min(254)).unwrap();
        let members: Vec<Settings> = (0..LINKS).map(|link| member(&settings, link)).collect();
        let group = Group {
            name: "G1".to_owned(),
            members: members.iter().map(|member| member.name.clone()).collect(),
        };
        let mut set = Set::new();
        let ids = set.set(members, vec![group], Duration::ZERO);
        set.set_readiness(Readiness::Serving, Duration::ZERO);
        let states = [State::Initialize; LINKS];
        let mut director =
            Self { set, ids, settings, states, holding: [Holding::No; LINKS], cables: [true; LINKS] };
        for link in 0..LINKS {
            director.set.set_source(director.ids[link], Some(address(link, place)), Duration::ZERO);
            director.set.set_interface(director.ids[link], None, Duration::ZERO);
        }
        director
    }

    fn plug(&mut self, link: usize, up: bool, now: Duration) {
        self.cables[link] = up;
        self.set.set_interface(self.ids[link], (!up).then_some("its cable is out"), now);
    }

    fn hear(&mut self, link: usize, from: usize, payload: &[u8], now: Duration) {
        if self.cables[link] {
            let packet =
                Packet { source: address(link, from), destination: self.settings.group, ttl: 255, payload };
            self.set.handle_packet(self.ids[link], &packet, now);
        }
    }
}

fn member(settings: &Settings, link: usize) -> Settings {
    Settings { name: format!("VI_{link}"), interface: format!("eth{link}"), ..settings.clone() }
}

fn address(link: usize, place: usize) -> std::net::IpAddr {
    // on the second link the order of the addresses is the other way round
    let last = if link == 0 { place + 1 } else { 100 - place };
    std::net::Ipv4Addr::new(192, 0, 2, u8::try_from(last).unwrap()).into()
}

#[test]
fn groups_are_master_together_after_any_trouble() {
    seeds::run("groups", 60, |seed| {
        let mut directors = Directors::new(seed);
        let interval = directors.interval();
        directors.run(interval * 30, 20);
        directors.repair();
        directors.run(interval * 30 + Duration::from_secs(6), 0);
        directors.check()?;
        let before: Vec<[State; LINKS]> = directors.all.iter().map(|director| director.states).collect();
        directors.run(interval * 10, 0);
        let after: Vec<[State; LINKS]> = directors.all.iter().map(|director| director.states).collect();
        directors.demand(before == after, "something moves in peace")
    });
}
