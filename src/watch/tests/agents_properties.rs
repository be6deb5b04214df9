//! Some agents, and whatever may come of them.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{agent, ms, ready, status, vip};
use lvs_watch::{Agents, Drain, DrainPhase, News, Status, StepStatus, VipStatus, Word};
use proptest::collection::vec;
use proptest::prelude::*;

const AGENTS: [u8; 3] = [8, 9, 10];
const VIPS: [u8; 3] = [240, 241, 242];
const LISTENERS: [Option<(bool, u16)>; 4] = [None, Some((false, 80)), Some((false, 443)), Some((true, 53))];

#[derive(Clone, Debug)]
enum Input {
    News(u8, News),
    Pass(u64),
    Revive(u8),
    Set(Vec<u8>),
}

fn input() -> impl Strategy<Value = Input> {
    let state = a_status().prop_map(|status| News::State(Box::new(status)));
    let news = prop_oneof![
        6 => state,
        2 => Just(News::Silent),
        2 => Just(News::Heard),
        1 => Just(News::Lost("connection refused".to_owned())),
        1 => Just(News::Lost("closed".to_owned())),
        2 => any::<bool>().prop_map(|host_is_dead| News::Knocked { host_is_dead }),
    ];
    let who = prop::sample::select(AGENTS.to_vec());
    prop_oneof![
        20 => (who.clone(), news).prop_map(|(who, news)| Input::News(who, news)),
        10 => prop_oneof![0_u64..100, 0_u64..3000, 0_u64..12_000].prop_map(Input::Pass),
        1 => who.prop_map(Input::Revive),
        1 => prop::sample::subsequence(AGENTS.to_vec(), 1..=3).prop_map(Input::Set),
    ]
}

prop_compose! {
    fn a_status()(
        vips in vec(a_vip(), 0..4),
        draining_since in prop::option::weighted(0.05, any::<u64>()),
        weight in any::<Option<u8>>(),
        (instance, seq) in ("[a-f]{4}", any::<u64>()),
    ) -> Status {
        Status { draining_since, weight, instance, seq, ..status(vips) }
    }
}

prop_compose! {
    fn a_vip()(
        nth in prop::sample::select(VIPS.to_vec()),
        is_ready in prop::bool::weighted(0.8),
        steps in vec(a_step(), 0..3),
        barred in prop::option::weighted(0.1, Just("contested".to_owned())),
        draining_since in prop::option::weighted(0.1, any::<u64>()),
        phase in prop::option::weighted(0.1, prop::sample::select(vec![
            DrainPhase::Quiescing, DrainPhase::Draining, DrainPhase::Leaving, DrainPhase::Left,
        ])),
    ) -> VipStatus {
        let drain = phase.map(|phase| Drain { phase, connections: None, waits_for: None });
        VipStatus { ready: is_ready, steps, barred, draining_since, drain, ..ready(nth) }
    }
}

fn a_step() -> impl Strategy<Value = StepStatus> {
    let name = prop::sample::select(vec!["sysctls", "address", "tcp/80", "tcp/443", "udp/53", "unit a/b"]);
    (name, prop::bool::weighted(0.8), any::<bool>()).prop_map(|(name, ok, says)| {
        let reason = (!ok && says).then(|| "missing".to_owned());
        StepStatus { ok, reason, ..StepStatus::done(name) }
    })
}

/// All that a director may ask for, with the weight.
type Words = Vec<(Word, Option<u8>)>;

fn words(agents: &Agents, agent: SocketAddr) -> Words {
    let vips = VIPS.into_iter().map(|nth| Some(vip(nth))).chain([None]);
    let all = vips.flat_map(|vip| LISTENERS.map(|listener| agents.word(agent, vip, listener)));
    all.map(|word| (word, agents.weight(agent))).collect()
}

fn all_words(agents: &Agents) -> Vec<Words> {
    AGENTS.into_iter().map(|nth| words(agents, agent(nth))).collect()
}

struct World {
    agents: Agents,
    now: Duration,
    /// by agent: what it says and is heard to say
    said: Vec<(u8, Said)>,
}

#[derive(Default)]
struct Said {
    status: Option<Status>,
    heard: bool,
    silent: bool,
}

impl World {
    fn new() -> Self {
        let mut world = Self { agents: Agents::new(), now: Duration::ZERO, said: Vec::new() };
        world.set(&AGENTS);
        world
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::News(nth, news) => self.news(nth, news),
            Input::Pass(time_ms) => self.pass(ms(time_ms)),
            Input::Set(who) => self.set(&who),
            Input::Revive(nth) => {
                let before = words(&self.agents, agent(nth));
                let changed = self.agents.revive(agent(nth));
                assert_eq!(changed, before != words(&self.agents, agent(nth)));
            }
        }
        self.nobody_is_ready_without_a_word();
    }

    fn set(&mut self, who: &[u8]) {
        self.agents.set(who.iter().map(|nth| agent(*nth)), self.now);
        self.said.retain(|(nth, _)| who.contains(nth));
        for nth in who {
            if !self.said.iter().any(|(known, _)| known == nth) {
                self.said.push((*nth, Said::default()));
            }
        }
    }

    fn news(&mut self, nth: u8, news: News) {
        let before = all_words(&self.agents);
        let turned = self.agents.handle(agent(nth), news.clone(), self.now);
        for (other, (before, after)) in AGENTS.into_iter().zip(before.iter().zip(all_words(&self.agents))) {
            let differs = *before != after;
            assert!(
                !differs || (other == nth && turned.changed),
                "{other} by {news:?}: {before:?} {after:?}"
            );
            let came_in = differs && after.iter().any(|(word, _)| *word == Word::Ready);
            assert!(!(turned.came_ready && other == nth) || came_in || !differs, "{after:?}");
        }
        if let Some((_, said)) = self.said.iter_mut().find(|(known, _)| *known == nth) {
            said.take(news);
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.agents.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let before = all_words(&self.agents);
            let changed = self.agents.handle_timeout(self.now);
            for (nth, (before, after)) in
                AGENTS.into_iter().zip(before.into_iter().zip(all_words(&self.agents)))
            {
                assert!(before == after || changed.contains(&agent(nth)));
            }
            assert!(
                self.agents.poll_timeout().is_none_or(|due| due > self.now),
                "a timeout that is never over"
            );
        }
        self.now = end;
    }

    fn nobody_is_ready_without_a_word(&self) {
        for nth in AGENTS {
            let said = self.said.iter().find(|(known, _)| *known == nth).map(|(_, said)| said);
            for vip in VIPS {
                for listener in LISTENERS {
                    let word = self.agents.word(agent(nth), Some(common::vip(vip)), listener);
                    let says = said.is_some_and(|said| said.is_ready(vip, listener));
                    assert!(word != Word::Ready || says, "{nth} is not ready for {vip} at {listener:?}");
                }
            }
        }
    }
}

impl Said {
    fn take(&mut self, news: News) {
        match news {
            News::State(status) => *self = Self { status: Some(*status), heard: true, silent: false },
            News::Heard => self.heard |= self.silent && self.status.is_some(),
            News::Knocked { .. } => {}
            News::Silent => (self.heard, self.silent) = (false, true),
            News::Lost(_) => (self.heard, self.silent) = (false, false),
        }
        self.silent &= !self.heard;
    }

    /// By the words of the status alone.
    fn is_ready(&self, nth: u8, listener: Option<(bool, u16)>) -> bool {
        let Some(status) = self.status.as_ref().filter(|_| self.heard) else { return false };
        let port = listener.map(|(is_udp, port)| format!("{}/{port}", if is_udp { "udp" } else { "tcp" }));
        let of_others = |step: &str| port.is_some() && !["sysctls", "address", "unit a/b"].contains(&step);
        let vips: Vec<&VipStatus> = status.vips.iter().filter(|known| known.address == vip(nth)).collect();
        status.draining_since.is_none()
            && vips.len() == 1
            && vips.iter().all(|vip| {
                let mut steps = vip.steps.iter();
                let served =
                    steps.all(|step| step.ok || (of_others(&step.step) && Some(&step.step) != port.as_ref()));
                let explained = vip.ready || vip.steps.iter().any(|step| !step.ok);
                served
                    && explained
                    && vip.barred.is_none()
                    && vip.draining_since.is_none()
                    && vip.drain.is_none()
            })
    }
}

/// Every time that an agent names, and its numbers, are others.
fn with_other_clock(news: News, time: u64) -> News {
    let News::State(mut status) = news else { return news };
    status.draining_since = status.draining_since.map(|since| since ^ time);
    (status.seq, status.instance) = (status.seq ^ time, time.to_string());
    for vip in &mut status.vips {
        vip.draining_since = vip.draining_since.map(|since| since ^ time);
    }
    News::State(status)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_follow_what_is_said(inputs in vec(input(), 0..80)) {
        let mut world = World::new();
        for input in inputs {
            world.take(input);
        }
        // left alone, all comes to rest, and own checks or the last word decide
        world.pass(Duration::from_secs(30));
        prop_assert_eq!(world.agents.poll_timeout(), None);
    }

    #[test]
    fn clocks_of_agents_do_not_count(inputs in vec((input(), any::<u64>()), 0..60)) {
        let (mut one, mut other) = (World::new(), World::new());
        for (input, time) in inputs {
            one.take(input.clone());
            other.take(match input {
                Input::News(nth, news) => Input::News(nth, with_other_clock(news, time)),
                Input::Pass(_) | Input::Revive(_) | Input::Set(_) => input,
            });
            prop_assert_eq!(all_words(&one.agents), all_words(&other.agents));
            prop_assert_eq!(one.agents.poll_timeout(), other.agents.poll_timeout());
        }
    }
}
