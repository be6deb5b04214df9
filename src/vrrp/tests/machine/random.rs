//! Random events, and what always holds.

use std::collections::BTreeMap;
use std::time::Duration;

use lvs_vrrp::{
    Action, Advert, Counters, Group, Holding, Interval, Packet, Priority, Readiness, Report, RouterId, Set,
    Settings, State, Track, Vrid,
};
use proptest::prelude::*;

use crate::lab::{ABOVE, BELOW, Lab, OURS, ip, ms, settings, us, version_2, with_priority};

#[derive(Clone, Debug)]
enum Event {
    Hear { which: usize, from: &'static str, priority: u8, centis: u16 },
    Bytes { which: usize, bytes: Vec<u8> },
    Pass { micros: u64, on_time: bool },
    Source { which: usize, there: bool },
    Link { which: usize, fine: bool },
    Track { which: usize, index: usize, report: Report },
    Ready(Readiness),
    Resume { which: usize },
    Leftover { which: usize },
    Reload { kind: usize },
    Stop,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let which = 0..4_usize;
    let from = prop_oneof![Just(BELOW), Just(ABOVE), Just(OURS), Just("10.0.0.7")];
    let priority = prop_oneof![Just(0), Just(1), Just(99), Just(100), Just(101), Just(255), any::<u8>()];
    let centis = prop_oneof![4 => Just(10), 1 => Just(100), 1 => 1..=4095_u16];
    let readiness = prop_oneof![1 => Just(Readiness::NotReady), 1 => Just(Readiness::Installed), 3 => Just(Readiness::Serving)];
    let report = prop_oneof![3 => Just(Report::Up), 1 => Just(Report::Down), 1 => any::<i32>().prop_map(Report::Value)];
    let micros = prop_oneof![1 => Just(0), 4 => 1..400_000_u64, 1 => 1..100_000_000_u64];
    let event = prop_oneof![
        12 => (which.clone(), from, priority, centis)
            .prop_map(|(which, from, priority, centis)| Event::Hear { which, from, priority, centis }),
        2 => (which.clone(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(which, bytes)| Event::Bytes { which, bytes }),
        12 => (micros, prop::bool::weighted(0.8)).prop_map(|(micros, on_time)| Event::Pass { micros, on_time }),
        1 => (which.clone(), any::<bool>()).prop_map(|(which, there)| Event::Source { which, there }),
        2 => (which.clone(), prop::bool::weighted(0.7)).prop_map(|(which, fine)| Event::Link { which, fine }),
        3 => (which.clone(), 0..3_usize, report)
            .prop_map(|(which, index, report)| Event::Track { which, index, report }),
        3 => readiness.prop_map(Event::Ready),
        1 => which.clone().prop_map(|which| Event::Resume { which }),
        1 => which.prop_map(|which| Event::Leftover { which }),
        1 => (0..4_usize).prop_map(|kind| Event::Reload { kind }),
    ];
    let stop = prop::option::weighted(0.3, 0..150_usize);
    (prop::collection::vec(event, 0..150), stop).prop_map(|(mut events, stop)| {
        if let Some(place) = stop.filter(|place| *place <= events.len()) {
            events.insert(place, Event::Stop);
        }
        events
    })
}

/// Four routers, the first two in a group; other kinds leave some out, change them, or dissolve the group.
fn configuration(kind: usize) -> (Vec<Settings>, Vec<Group>) {
    let track = |weight| Track { what: format!("thing {weight}"), weight, initially: Report::Up };
    let tracks = vec![track(0), track(-40), track(3)];
    let mut all = vec![
        settings("a"),
        Settings { interface: "eth1".to_owned(), ..settings("b") },
        Settings { name: "c".to_owned(), preempt_delay: ms(500), ..version_2() },
        Settings { name: "d".to_owned(), ..with_priority(255) },
    ];
    for one in &mut all {
        one.tracks.clone_from(&tracks);
        one.announcing.refresh = Some(ms(700));
        one.announcing.rival_delay = ms(300);
    }
    let mut members = vec!["a".to_owned(), "b".to_owned()];
    match kind {
        0 => {}
        1 => all[1].priority = Priority::new(150).unwrap(),
        2 => {
            all[0].vrid = Vrid::new(77).unwrap();
            all[2].preempt = false;
            all[3].priority = Priority::new(90).unwrap();
            members.push("c".to_owned());
        }
        _ => {
            all.truncate(2);
            members.clear();
        }
    }
    (all, vec![Group { name: "G".to_owned(), members }])
}

/// What is known of a router from its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    state: State,
    holding: Holding,
    counters: Counters,
}

struct World {
    set: Set,
    now: Duration,
    ids: Vec<RouterId>,
    all: Vec<Settings>,
    known: BTreeMap<RouterId, Known>,
    stopped: bool,
}

impl World {
    fn new() -> Self {
        let (all, groups) = configuration(0);
        let mut set = Set::new();
        let ids = set.set(all.clone(), groups, Duration::ZERO);
        Self { set, now: Duration::ZERO, ids, all, known: BTreeMap::new(), stopped: false }
    }

    fn happen(&mut self, event: &Event) {
        let (now, id) = (self.now, |which: usize| self.ids[which % self.ids.len()]);
        match event {
            Event::Hear { which, from, priority, centis } => self.hear(*which, from, *priority, *centis),
            Event::Bytes { which, bytes } => self.packet(*which, BELOW, bytes),
            Event::Pass { micros, on_time } => self.pass(us(*micros), *on_time),
            Event::Source { which, there } => {
                self.set.set_source(id(*which), there.then(|| ip(OURS)), now);
            }
            Event::Link { which, fine } => {
                let id = id(*which);
                self.set.set_source(id, Some(ip(OURS)), now);
                self.set.set_interface(id, (!fine).then_some("interface is down"), now);
            }
            Event::Track { which, index, report } => self.set.set_track(id(*which), *index, *report, now),
            Event::Ready(readiness) => self.set.set_readiness(*readiness, now),
            Event::Resume { which } => self.set.resume(id(*which), now),
            Event::Leftover { which } => self.set.hold_leftover(id(*which), now),
            Event::Reload { kind } => {
                let (all, groups) = configuration(*kind);
                self.ids = self.set.set(all.clone(), groups, now);
                self.all = all;
            }
            Event::Stop => {
                self.stopped = true;
                self.set.stop(now);
            }
        }
    }

    fn hear(&mut self, which: usize, from: &str, priority: u8, centis: u16) {
        let settings = &self.all[which % self.all.len()];
        let advert = Advert {
            version: settings.version,
            vrid: settings.vrid,
            priority,
            interval: Interval::centiseconds(centis).unwrap(),
            addresses: settings.addresses.clone(),
            password: None,
        };
        let bytes = advert.emit(ip(from), settings.group, true);
        self.packet(which, from, &bytes);
    }

    fn packet(&mut self, which: usize, from: &str, payload: &[u8]) {
        let which = which % self.ids.len();
        let packet = Packet { source: ip(from), destination: self.all[which].group, ttl: 255, payload };
        self.set.handle_packet(self.ids[which], &packet, self.now);
    }

    fn pass(&mut self, time: Duration, on_time: bool) {
        let until = self.now + time;
        while on_time && self.set.poll_timeout().is_some_and(|due| due <= until) {
            self.now = self.set.poll_timeout().unwrap().max(self.now);
            self.set.handle_timeout(self.now);
            self.look();
        }
        self.now = until;
        self.set.handle_timeout(until);
    }

    /// Takes the actions, which must fit what is known, and compares with what the set shows.
    fn look(&mut self) {
        while let Some((id, action)) = self.set.poll_action() {
            let initial =
                Known { state: State::Initialize, holding: Holding::No, counters: Counters::default() };
            let known = self.known.entry(id).or_insert(initial);
            match action {
                Action::Transition(transition) => {
                    assert_eq!(transition.from, known.state, "transitions chain");
                    assert_ne!(transition.from, transition.to);
                    assert_eq!(transition.at, self.now);
                    known.state = transition.to;
                }
                Action::Hold(holding) => known.holding = holding,
                Action::Announce { repeat } => assert!(repeat > 0),
                Action::Send { packet, .. } => assert!(packet.len() >= 16),
            }
        }
        let ids: Vec<RouterId> = self.set.ids().collect();
        assert!(self.ids.iter().all(|id| ids.contains(id)));
        for id in ids {
            self.compare(id);
        }
    }

    fn compare(&mut self, id: RouterId) {
        let view = self.set.view(id).unwrap();
        let known = self.known.entry(id).or_insert(Known {
            state: view.state,
            holding: view.holding,
            counters: view.counters.clone(),
        });
        assert_eq!((view.state, view.holding), (known.state, known.holding), "{id:?}");
        assert!(is_later(view.counters, &known.counters), "{id:?}");
        known.counters = view.counters.clone();
        let holds = view.holding == Holding::Yes;
        assert!(holds || !matches!(view.state, State::Master | State::Leaving), "{view:?}");
        assert!(!holds || view.state != State::Initialize || !(view.removed || self.stopped), "{view:?}");
        assert_eq!(view.state == State::Fault, is_in_fault(&view), "{view:?}");
        let link = view.faults.iter().any(|fault| fault.starts_with("interface"));
        assert!(view.state != State::Fault || !link || view.holding == Holding::No, "{view:?}");
    }
}

/// A router that runs is in fault exactly while something is wrong.
fn is_in_fault(view: &lvs_vrrp::View<'_>) -> bool {
    let runs = matches!(view.state, State::Backup | State::Master | State::Fault);
    runs && !view.faults.is_empty()
}

fn is_later(after: &Counters, before: &Counters) -> bool {
    let numbers = |of: &Counters| {
        let mut numbers = vec![
            of.adverts_sent,
            of.adverts_received,
            of.became_master,
            of.priority_zero_sent,
            of.priority_zero_received,
            of.rivals_heard,
        ];
        numbers.extend(of.refusals().iter().map(|(_, count)| count));
        numbers
    };
    numbers(before).iter().zip(numbers(after)).all(|(before, after)| *before <= after)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn whatever_happens_the_rules_hold(events in events()) {
        let mut world = World::new();
        world.look();
        for event in &events {
            world.happen(event);
            world.look();
            world.set.handle_timeout(world.now);
            world.set.handle_timeout(world.now);
            world.look();
            let next = world.set.poll_timeout();
            prop_assert!(next.is_none_or(|due| due > world.now), "{next:?} at {:?} after {event:?}", world.now);
        }
    }

    /// However it stood, a stop ends within its bounds: version 2 waits 4 s for a successor, then 1.5 s pass.
    #[test]
    fn a_stop_always_ends(events in events()) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
            world.look();
        }
        world.happen(&Event::Stop);
        world.look();
        world.pass(ms(6_000), true);
        world.look();
        prop_assert!(world.set.is_stopped());
        prop_assert_eq!(world.set.poll_timeout(), None);
        prop_assert!(world.known.values().all(|known| known.holding == Holding::No));
    }
}

proptest! {
    #![proptest_config(config(40))]

    /// When everything is fine and nobody else is there, every router becomes master.
    #[test]
    fn left_alone_it_becomes_master(events in events()) {
        let mut world = World::new();
        for event in events.iter().filter(|event| !matches!(event, Event::Stop)) {
            world.happen(event);
            world.look();
        }
        world.happen(&Event::Reload { kind: 0 });
        for which in 0..4 {
            world.happen(&Event::Link { which, fine: true });
            for index in 0..3 {
                world.happen(&Event::Track { which, index, report: Report::Up });
            }
        }
        world.happen(&Event::Ready(Readiness::Serving));
        world.look();
        // the longest interval that may have been learned is 40.95 s
        world.pass(ms(4 * 41_000), true);
        for id in &world.ids {
            prop_assert_eq!(world.known[id].state, State::Master);
        }
    }
}

#[test]
fn actions_that_nobody_takes_do_not_pile_up() {
    let mut lab = Lab::master(settings("VI_1"), Readiness::Serving);
    for _ in 0..30_000 {
        lab.set.set_interface(lab.ids[0], Some("interface eth0 is down"), lab.now);
        lab.set.set_interface(lab.ids[0], None, lab.now);
        lab.now += ms(400);
        lab.set.handle_timeout(lab.now);
    }
    lab.set.stop(lab.now);
    let (mut count, mut state, mut holding) = (0, State::Master, Holding::Yes);
    while let Some((_, action)) = lab.set.poll_action() {
        count += 1;
        match action {
            Action::Transition(transition) => {
                assert_eq!(transition.from, state);
                state = transition.to;
            }
            Action::Hold(last) => holding = last,
            Action::Send { .. } | Action::Announce { .. } => {}
        }
    }
    assert!(count <= 16_384 + 2, "{count}");
    assert_eq!(state, lab.state(0), "the last word is there");
    assert_eq!(holding, lab.holding(0));
}
