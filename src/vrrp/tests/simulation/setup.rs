//! Routers and links as seeds have them.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use lvs_vrrp::{
    Announcing, Family, Interval, Password, Priority, Readiness, Report, Settings, Track, Version, Vrid,
};

use crate::chance::Chance;
use crate::clock::{Clock, MOST_DRIFT_PPM};
use crate::link::{Link, part};
use crate::node::Node;
use crate::plan::Deed;
use crate::world::World;

/// What all routers of a link have in common.
struct Common {
    version: Version,
    /// one of them for each router
    intervals: Vec<Interval>,
    unicast: bool,
    count: usize,
}

/// Two to five routers on a link with some delay, not started. They announce again and again: a rival that comes and goes while every
/// packet between them is lost cannot be noticed otherwise.
pub(crate) fn world(seed: u64) -> World {
    let mut chance = Chance::new(seed);
    let kind = chance.below(6);
    let mut world = build(kind, chance);
    let refresh = world.interval() * 10;
    world.nodes.iter_mut().for_each(|node| node.settings.announcing.refresh = Some(refresh));
    world
}

/// With the same interval everywhere, and no refresh. A router that starts cannot know that the master's is longer than its own, and becomes one
/// beside it (RFC 9568 section 6.4.1 starts with its own): no moment is without trouble then.
pub(crate) fn even_world(seed: u64) -> World {
    let mut chance = Chance::new(seed);
    let kind = chance.below(5);
    build(kind, chance)
}

fn build(kind: usize, mut chance: Chance) -> World {
    let common = common(kind, &mut chance);
    let mut settings: Vec<Settings> =
        (0..common.count).map(|place| settings(&mut chance, &common, place)).collect();
    one_owner(&mut settings);
    let shortest = settings.iter().map(|settings| settings.interval.duration()).min().unwrap_or_default();
    let nodes = settings
        .into_iter()
        .enumerate()
        .map(|(place, settings)| node(&mut chance, place, settings))
        .collect();
    let (delay, late) = (part(&mut chance, shortest / 10), part(&mut chance, shortest / 20));
    World::new(nodes, Link::new(delay), late, chance)
}

fn common(kind: usize, chance: &mut Chance) -> Common {
    let centis = |centis| Interval::centiseconds(centis).unwrap();
    let (version, intervals) = match kind {
        0 | 1 => (Version::V2, vec![centis(100)]),
        2 | 3 => (Version::V3, vec![centis(10)]),
        4 => (Version::V3, vec![centis(100)]),
        _ => (Version::V3, vec![centis(10), centis(30), centis(100)]),
    };
    Common { version, intervals, unicast: chance.below(4) == 0, count: 2 + chance.below(4) }
}

fn settings(chance: &mut Chance, common: &Common, place: usize) -> Settings {
    let priorities = [1, 50, 100, 100, 100, 150, 200, 254, 255];
    let interval = common.intervals[chance.below(common.intervals.len())];
    let others = (0..common.count).filter(|other| *other != place).map(address);
    Settings {
        name: "VI_1".to_owned(),
        interface: "eth0".to_owned(),
        vrid: Vrid::new(51).unwrap(),
        version: common.version,
        family: Family::V4,
        priority: Priority::new(priorities[chance.below(priorities.len())]).unwrap(),
        interval,
        preempt: chance.below(4) != 0,
        preempt_delay: if chance.below(3) == 0 {
            part(chance, interval.duration() * 5)
        } else {
            Duration::ZERO
        },
        addresses: vec![Ipv4Addr::new(192, 0, 2, 240).into()],
        password: Password::new(b"1111").filter(|_| common.version == Version::V2),
        peers: if common.unicast { others.collect() } else { Vec::new() },
        group: Family::V4.group(),
        check_addresses: true,
        pseudo_header: true,
        announcing: Announcing {
            repeat: 5,
            delay: Duration::ZERO,
            refresh: None,
            refresh_repeat: 1,
            rival_delay: Duration::ZERO,
            rival_repeat: 5,
        },
        tracks: vec![Track { what: "script".to_owned(), weight: 0, initially: Report::Up }],
    }
}

/// Two routers of priority 255 are a mistake that no protocol heals.
fn one_owner(settings: &mut [Settings]) {
    let owners = settings.iter_mut().filter(|settings| settings.priority.is_owner());
    owners.skip(1).for_each(|settings| settings.priority = Priority::new(254).unwrap());
}

fn node(chance: &mut Chance, place: usize, settings: Settings) -> Node {
    let drift = chance.number() % (2 * MOST_DRIFT_PPM + 1);
    let offset = part(chance, Duration::from_secs(1000));
    Node::new(settings, address(place), Clock::new(offset, drift))
}

fn address(place: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, u8::try_from(place + 1).unwrap()).into()
}

impl World {
    pub(crate) fn interval(&self) -> Duration {
        self.nodes.iter().map(|node| node.settings.interval.duration()).max().unwrap_or_default()
    }

    /// Zero to that.
    pub(crate) fn part(&mut self, of: Duration) -> Duration {
        part(&mut self.chance, of)
    }

    /// A start at that moment, and readiness step by step as first dumps and checks come in. Returns when it is as said.
    pub(crate) fn plan_start(&mut self, at: Duration, node: usize, finally: Readiness) -> Duration {
        let mut then = at;
        self.plan(then, Deed::Start(node));
        for readiness in [Readiness::Installed, Readiness::Serving] {
            if readiness <= finally {
                then += self.part(Duration::from_millis(300));
                self.plan(then, Deed::Ready(node, readiness));
            }
        }
        then
    }

    /// All started within the first two intervals and serving, and everything settled.
    pub(crate) fn plan_starts(&mut self) -> Duration {
        let interval = self.interval();
        let mut ready = Duration::ZERO;
        for node in 0..self.nodes.len() {
            let at = self.part(interval * 2);
            ready = ready.max(self.plan_start(at, node, Readiness::Serving));
        }
        ready + self.watch.bounds.settled
    }
}
