//! Agents that change their mind too often.

mod common;

use std::time::Duration;

use common::{agent, draining, lacking, ms, ready, status, vip};
use lvs_watch::{Agents, DrainPhase, News, VipStatus, Word};

const HTTP: Option<(bool, u16)> = Some((false, 80));
const DAMPED: &str = "changed its mind 6 times in 10 s: trusted again after 10 s of quiet";

struct World {
    agents: Agents,
    now: Duration,
}

impl World {
    fn new() -> Self {
        let mut agents = Agents::new();
        agents.set([agent(8)].into_iter(), Duration::ZERO);
        Self { agents, now: Duration::ZERO }
    }

    /// Returns whether words changed.
    fn tell(&mut self, vips: Vec<VipStatus>, after_ms: u64) -> bool {
        self.now += ms(after_ms);
        self.agents.handle(agent(8), News::State(Box::new(status(vips))), self.now).changed
    }

    fn pass(&mut self, time_ms: u64) -> usize {
        self.now += ms(time_ms);
        self.agents.handle_timeout(self.now).len()
    }

    fn word(&self, nth: u8, listener: Option<(bool, u16)>) -> Word {
        self.agents.word(agent(8), Some(vip(nth)), listener)
    }
}

fn damped() -> Word {
    Word::NotReady(DAMPED.to_owned())
}

fn unserved() -> VipStatus {
    lacking(240, "tcp/80", "nothing listens")
}

#[test]
fn flapping_a_hundred_times_a_second() {
    let mut world = World::new();
    let mut changes = 0;
    for _ in 0..1000 {
        changes += u32::from(world.tell(vec![ready(240)], 5));
        changes += u32::from(world.tell(vec![unserved()], 5));
    }
    assert_eq!(changes, 12, "six times in and out, and nothing afterwards");
    assert_eq!(world.word(240, HTTP), damped());
    assert_eq!(world.word(240, None), damped());
    assert_eq!(world.word(240, Some((false, 443))), Word::Ready, "what does not flap");
    assert_eq!(world.agents.view(agent(8)).map(|view| view.damped), Some(995));
    assert!(!world.tell(vec![ready(240)], 5));
    assert_eq!(world.word(240, HTTP), damped());
    assert_eq!(world.agents.poll_timeout(), Some(world.now + ms(9995)));
    assert_eq!((world.pass(9994), world.pass(1)), (0, 1));
    assert_eq!(world.word(240, HTTP), Word::Ready);
}

#[test]
fn five_turns_are_believed_and_so_are_slow_ones() {
    let mut world = World::new();
    for _ in 0..5 {
        world.tell(vec![ready(240)], 100);
        assert!(world.tell(vec![unserved()], 100));
    }
    assert!(world.tell(vec![ready(240)], 1));
    assert_eq!(world.word(240, HTTP), Word::Ready);
    world.pass(20_000);
    for _ in 0..50 {
        assert!(world.tell(vec![unserved()], 1001));
        assert!(world.tell(vec![ready(240)], 1000));
        assert_eq!(world.word(240, HTTP), Word::Ready);
    }
}

#[test]
fn what_is_damped_is_apart_from_other_vips() {
    let mut world = World::new();
    for _ in 0..10 {
        world.tell(vec![ready(240), ready(241)], 10);
        world.tell(vec![lacking(240, "address", "missing"), ready(241)], 10);
    }
    assert_eq!(world.word(240, HTTP), damped());
    assert_eq!(world.word(241, HTTP), Word::Ready);
    assert_eq!(world.agents.word(agent(8), None, HTTP), damped(), "all VIPs count for a firewall mark");
    assert!(world.tell(vec![ready(240), lacking(241, "tcp/80", "nothing listens")], 10));
}

#[test]
fn vips_that_come_and_go() {
    let mut world = World::new();
    for _ in 0..10 {
        world.tell(vec![ready(240)], 10);
        world.tell(vec![], 10);
    }
    assert_eq!(world.word(240, HTTP), damped());
    world.tell(vec![ready(240)], 10);
    assert_eq!(world.word(240, HTTP), damped());
}

#[test]
fn drains_that_come_and_go() {
    for phases in
        [[None, Some(DrainPhase::Draining)], [Some(DrainPhase::Draining), Some(DrainPhase::Leaving)]]
    {
        let mut world = World::new();
        for _ in 0..10 {
            for phase in phases {
                let vip = phase.map_or_else(|| ready(240), |phase| draining(240, phase));
                world.tell(vec![vip], 10);
            }
        }
        assert_eq!(world.word(240, HTTP), damped());
        world.pass(10_000);
        assert_eq!(world.word(240, HTTP) == Word::Leaving, phases[1] == Some(DrainPhase::Leaving));
    }
}

/// Each stream that ends hands a server that is not ready to its own checks.
#[test]
fn streams_that_come_and_go() {
    let mut world = World::new();
    for _ in 0..10 {
        world.tell(vec![unserved()], 50);
        world.agents.handle(agent(8), News::Lost("closed".to_owned()), world.now);
    }
    assert_eq!(world.word(240, HTTP), damped());
    assert_eq!(world.pass(10_000), 1);
    assert_eq!(world.word(240, HTTP), Word::Unverified("closed".to_owned()));

    let mut world = World::new();
    for _ in 0..10 {
        world.tell(vec![ready(240)], 50);
        world.agents.handle(agent(8), News::Silent, world.now);
        world.agents.handle(agent(8), News::Heard, world.now);
    }
    assert_eq!(world.word(240, HTTP), Word::Ready, "a ready server loses nothing by a bad network");
}

/// Thousands of different VIPs and listeners in turn.
#[test]
fn a_host_that_changes_everything() {
    let mut world = World::new();
    for round in 0..40_u8 {
        let vips = (0..100).map(|nth| {
            let mut vip = ready(0);
            vip.address = [10, 0, round, nth].into();
            vip
        });
        world.tell(vips.chain([ready(240)]).collect(), 10);
    }
    assert_eq!(world.word(240, HTTP), damped());
    world.pass(10_000);
    assert_eq!(world.word(240, HTTP), Word::Ready);
    assert_eq!(world.agents.poll_timeout(), None, "nothing of it is kept");
}

#[test]
fn a_large_host_may_restart_as_a_whole() {
    let mut world = World::new();
    let all = |of: fn(u8) -> VipStatus| -> Vec<VipStatus> {
        let at = |nth: u16| {
            let mut vip = of(0);
            let [high, low] = nth.to_be_bytes();
            vip.address = [10, 0, high, low].into();
            vip
        };
        (0..1500).map(at).chain([of(240)]).collect()
    };
    for _ in 0..3 {
        world.tell(all(ready), 1000);
        world.tell(all(|nth| lacking(nth, "tcp/80", "nothing listens")), 1000);
    }
    world.tell(all(ready), 1000);
    assert_eq!(world.word(240, HTTP), Word::Ready);
}

#[test]
fn what_a_person_ordered_is_not_forgotten_because_a_busy_host_was_silent_often() {
    let mut world = World::new();
    let told = || vec![draining(240, DrainPhase::Left)];
    world.tell(told(), 1);
    for _ in 0..10 {
        world.agents.handle(agent(8), News::Silent, world.now);
        assert!(world.tell(told(), 100));
        assert_eq!(world.word(240, HTTP), Word::Leaving);
    }
    let lost = News::Lost("connection refused".to_owned());
    world.agents.handle(agent(8), lost, world.now);
    assert_eq!(world.word(240, HTTP), Word::Unverified("connection refused".to_owned()));
}
