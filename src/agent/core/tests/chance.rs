//! Drains whatever befalls them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use watch::{DrainPhase, Held};

use super::drains::{SETTLED, comes, goes, phase, says, says_to};
use super::world::{World, core, drain, ms, vip};
use crate::core::Input;

/// One that went is waited for so long.
const MEMORY: Duration = Duration::from_secs(600);

/// What may befall a drain.
#[derive(Clone, Debug)]
enum Act {
    Wait(u32),
    Comes(u8),
    Goes(u8),
    Says(u8, Held, u64),
    Connections(Option<u64>),
    Drain(Option<u8>),
    Undrain(Option<u8>),
    Restart,
}

fn any_act() -> impl Strategy<Value = Act> {
    let director = 1_u8..4;
    let held = prop_oneof![1 => Just(Held::Serving), 1 => Just(Held::Quiesced), 4 => Just(Held::Gone)];
    let last = || prop::option::of(240_u8..242);
    prop_oneof![
        3 => (0_u32..12_000).prop_map(Act::Wait),
        1 => (500_000_u32..700_000).prop_map(Act::Wait),
        2 => director.clone().prop_map(Act::Comes),
        1 => director.clone().prop_map(Act::Goes),
        5 => (director, held, 0_u64..3).prop_map(|(one, held, late)| Act::Says(one, held, late)),
        1 => prop::option::of(0_u64..2).prop_map(Act::Connections),
        2 => last().prop_map(Act::Drain),
        1 => last().prop_map(Act::Undrain),
        1 => Just(Act::Restart),
    ]
}

/// What somebody who sees everything knows of the directors.
#[derive(Debug, Default)]
struct Truth {
    /// by number: the latest word of those that follow
    live: BTreeMap<u8, Option<(Held, u64)>>,
    /// since when the others do not
    away: BTreeMap<u8, Duration>,
    /// for each VIP the first state of this run that told of its drain
    told: BTreeMap<IpAddr, u64>,
    /// states that were looked through for it
    seen: usize,
}

impl Truth {
    fn learn(&mut self, world: &World) {
        for status in world.published.iter().skip(self.seen) {
            for vip in &status.vips {
                if vip.draining_since.is_none() {
                    self.told.remove(&vip.address);
                } else {
                    self.told.entry(vip.address).or_insert(status.seq);
                }
            }
        }
        self.seen = world.published.len();
    }

    /// Whether a VIP may go.
    fn allows(&self, vip: IpAddr, now: Duration) -> bool {
        let gone = |said: &Option<(Held, u64)>| {
            said.is_some_and(|(held, seq)| {
                held == Held::Gone && self.told.get(&vip).is_some_and(|told| seq >= *told)
            })
        };
        let all = self.live.values().all(gone) && !self.live.is_empty();
        // exactly after ten minutes either is right
        all && self.away.values().all(|since| now.saturating_sub(*since) >= MEMORY)
    }

    fn act(&mut self, world: &mut World, act: Act) -> bool {
        let name = |one: u8| format!("LVS0{one}");
        match act {
            Act::Wait(span) => world.run(ms(span.into())),
            Act::Comes(one) => {
                if self.live.contains_key(&one) {
                    return false;
                }
                self.away.remove(&one);
                self.live.insert(one, None);
                comes(world, &name(one));
            }
            Act::Goes(one) => {
                if self.live.remove(&one).is_none() {
                    return false;
                }
                self.away.insert(one, world.now);
                goes(world, &name(one));
            }
            Act::Says(one, held, late) => {
                let seq = world.status().seq.saturating_sub(late);
                let Some(said) = self.live.get_mut(&one) else { return false };
                if said.is_some_and(|(_, before)| before > seq) {
                    return false;
                }
                *said = Some((held, seq));
                says_to(world, &name(one), held, seq);
            }
            Act::Connections(count) => world.connections = count,
            Act::Drain(last) => world.tell(drain(last)),
            Act::Undrain(last) => {
                let vip = last.map(|last| vip(last).address);
                world.tell(Input::Undrain { vip });
            }
            Act::Restart => {
                let (owned, drains) = (world.core.owned().clone(), world.core.drains().clone());
                self.away.extend(self.live.keys().map(|one| (*one, world.now)));
                // who is forgotten is not written down
                self.away.retain(|_, since| world.now.saturating_sub(*since) < MEMORY);
                self.away.values_mut().for_each(|since| *since = world.now);
                self.live.clear();
                self.told.clear();
                world.core = core(world.core.vips().to_vec(), owned, drains.at_start());
                world.tell(Input::Tick);
            }
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_vip_leaves_before_every_director_said_so(acts in prop::collection::vec(any_act(), 0..60)) {
        let mut world = World::prepared(vec![vip(240), vip(241)]);
        let mut truth = Truth::default();
        for one in acts {
            let before: Vec<bool> = [240, 241].map(|last| world.has(last)).to_vec();
            truth.act(&mut world, one.clone());
            truth.learn(&world);
            for (last, had) in [240, 241].into_iter().zip(before) {
                if had && !world.has(last) {
                    prop_assert!(truth.allows(vip(last).address, world.removed_at), "{one:?}: {truth:?}");
                }
            }
        }
        // whatever has happened: it is undone
        world.tell(Input::Undrain { vip: None });
        world.run(ms(5000));
        prop_assert!(world.status().ready && world.has(240) && world.has(241), "{:?}", world.status());
        prop_assert_eq!(world.status().repairs.total(), 0);
        // and it can be done
        let mut live: Vec<u8> = truth.live.keys().copied().collect();
        live.extend(truth.away.keys());
        live.push(1);
        world.tell(drain(None));
        for one in live {
            let name = format!("LVS0{one}");
            comes(&mut world, &name);
            says(&mut world, &name, Held::Gone);
        }
        world.connections = Some(0);
        world.run(SETTLED);
        prop_assert!(!world.has(240) && !world.has(241), "{:?}", world.status());
        prop_assert_eq!(phase(&world), DrainPhase::Left);
    }
}
