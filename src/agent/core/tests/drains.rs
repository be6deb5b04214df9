//! Drains against the kernel that is a value, and directors that are a few words.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use host::{ArpSysctl, Owned, Sysctl, Vip};
use watch::{Confirm, Drain, DrainPhase, Held};

use super::world::{DEADLINE, World, drain, fresh, ms, on_lo, reloaded, vip};
use crate::core::{Director, Drains, Event, Input, NO_DIRECTOR, Phase, Subject, Wanted};

const LVS01: &str = "LVS01";
const LVS02: &str = "LVS02";
/// Longer than directors have to find an agent again.
pub(super) const SETTLED: Duration = Duration::from_secs(10);

fn settled(vips: Vec<Vip>) -> World {
    let mut world = World::prepared(vips);
    world.run(SETTLED);
    world.forget();
    world
}

/// A stream of a director, which is called as the director is.
pub(super) fn comes(world: &mut World, name: &str) {
    let director = Director { name: name.into(), address: IpAddr::from([192, 168, 100, 250]) };
    world.tell(Input::Came { watch: name.into(), director });
}

pub(super) fn goes(world: &mut World, name: &str) {
    world.tell(Input::Went { watch: name.into() });
}

/// Says this of every VIP, to the latest state.
pub(super) fn says(world: &mut World, name: &str, held: Held) {
    says_to(world, name, held, world.status().seq);
}

pub(super) fn says_to(world: &mut World, name: &str, held: Held, seq: u64) {
    let vips = world.core.vips().iter().map(|vip| (vip.address, held)).collect();
    let said = Confirm { director: name.into(), seq, vips };
    world.tell(Input::Confirmed { watch: name.into(), said });
}

fn how(world: &World, last: u8) -> Drain {
    world.status().vip(vip(last).address).unwrap().drain.clone().unwrap()
}

pub(super) fn phase(world: &World) -> DrainPhase {
    how(world, 240).phase
}

fn waits_for(world: &World) -> String {
    how(world, 240).waits_for.unwrap_or_default()
}

fn restarted(world: World) -> World {
    let drains = world.core.drains().clone().at_start();
    let mut again = World::with(world.core.vips().to_vec(), world.kernel, world.core.owned().clone(), drains);
    (again.now, again.connections) = (world.now, world.connections);
    again.tell(Input::Tick);
    again
}

#[test]
fn in_order_and_the_vip_last() {
    let mut world = settled(vec![vip(240)]);
    world.connections = Some(3);
    comes(&mut world, LVS01);
    comes(&mut world, LVS02);
    world.tell(drain(None));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Quiescing, "LVS01 and LVS02 to set weight 0")
    );
    says(&mut world, LVS01, Held::Quiesced);
    world.run(ms(1000));
    assert_eq!((phase(&world), waits_for(&world).as_str()), (DrainPhase::Quiescing, "LVS02 to set weight 0"));
    says(&mut world, LVS02, Held::Quiesced);
    world.run(ms(2000));
    assert_eq!((phase(&world), how(&world, 240).connections), (DrainPhase::Draining, Some(3)));
    assert_eq!(waits_for(&world), "3 connections to end");
    world.connections = Some(0);
    world.run(ms(90));
    assert_eq!(phase(&world), DrainPhase::Draining, "once may be chance");
    world.run(ms(120));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Leaving, "LVS01 and LVS02 to delete the entry")
    );
    says(&mut world, LVS02, Held::Gone);
    world.run(ms(5000));
    assert_eq!((phase(&world), world.has(240)), (DrainPhase::Leaving, true));
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 1);
    says(&mut world, LVS01, Held::Gone);
    assert_eq!((phase(&world), world.has(240)), (DrainPhase::Left, false));
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 0);
    assert!(world.core.owned().is_empty(), "{:?}", world.core.owned());
    assert_eq!((world.status().repairs.total(), world.status().problems.len()), (0, 0));
    world.forget();
    world.run(ms(60_000));
    assert_eq!(
        (world.writes, world.published.len(), world.counts),
        (0, 0, world.counts),
        "nothing puts it back"
    );
    world.tell(Input::Undrain { vip: None });
    assert!(world.status().ready && world.has(240));
    assert_eq!(world.status().repairs.total(), 0, "what the operator wants is no repair");
}

#[test]
fn each_phase_is_logged_once() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    let phases = world
        .events
        .iter()
        .filter_map(|event| if let Event::Phase { phase, .. } = event { Some(*phase) } else { None });
    assert_eq!(phases.collect::<Vec<_>>(), [Phase::Draining, Phase::Leaving, Phase::Off]);
    assert!(
        world.events.iter().all(|event| !matches!(event, Event::NotReady { .. } | Event::Repaired { .. }))
    );
}

#[test]
fn without_a_director_the_vip_stays_and_the_drain_says_so() {
    let mut world = settled(vec![vip(240)]);
    world.tell(drain(None));
    world.run(ms(1000));
    assert_eq!((phase(&world), waits_for(&world).as_str()), (DrainPhase::Draining, NO_DIRECTOR));
    world.run(DEADLINE * 3);
    assert_eq!(
        (phase(&world), waits_for(&world).as_str(), world.has(240)),
        (DrainPhase::Draining, NO_DIRECTOR, true)
    );
    // one that comes is asked as ever
    comes(&mut world, LVS01);
    assert_eq!((phase(&world), waits_for(&world).as_str()), (DrainPhase::Draining, "LVS01 to set weight 0"));
    says(&mut world, LVS01, Held::Quiesced);
    assert_eq!(phase(&world), DrainPhase::Leaving);
    says(&mut world, LVS01, Held::Gone);
    assert!(!world.has(240));
}

#[test]
fn the_deadline_ends_the_waiting_for_connections_only() {
    let mut world = settled(vec![vip(240)]);
    world.connections = Some(9);
    comes(&mut world, LVS01);
    world.tell(Input::Drain(Wanted { vip: None, since_s: 7, deadline: Some(ms(2000)), stops: false }));
    world.run(ms(4000));
    assert_eq!(phase(&world), DrainPhase::Quiescing);
    says(&mut world, LVS01, Held::Quiesced);
    assert_eq!(phase(&world), DrainPhase::Leaving, "the deadline counts from the beginning");
    world.run(ms(3_000_000));
    assert_eq!((phase(&world), world.has(240)), (DrainPhase::Leaving, true));
}

#[test]
fn a_deadline_said_anew_counts_anew() {
    let mut world = settled(vec![vip(240)]);
    world.connections = Some(9);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Quiesced);
    world.run(ms(5000));
    assert_eq!(phase(&world), DrainPhase::Draining);
    let again = Wanted { vip: None, since_s: 99, deadline: Some(ms(100)), stops: false };
    world.tell(Input::Drain(again));
    assert_eq!(world.status().draining_since, Some(7));
    world.run(ms(100));
    assert_eq!(phase(&world), DrainPhase::Leaving);
}

#[test]
fn what_cannot_be_counted_waits_for_the_deadline() {
    let mut world = settled(vec![vip(240)]);
    world.connections = None;
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Quiesced);
    world.run(ms(59_000));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Draining, "the deadline: connections cannot be counted: no tcp_diag")
    );
    world.run(ms(1000));
    assert_eq!(phase(&world), DrainPhase::Leaving);
}

#[test]
fn counts_are_few_told_seldom_and_only_while_connections_end() {
    let mut world = settled(vec![vip(240)]);
    world.run(ms(10_000));
    assert_eq!(world.counts, 0);
    world.connections = Some(1);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    world.run(ms(1000));
    assert_eq!(world.counts, 0, "while directors are waited for");
    says(&mut world, LVS01, Held::Quiesced);
    world.forget();
    for count in 0..200 {
        world.connections = Some(100 + count);
        world.run(ms(100));
    }
    assert!((190..=202).contains(&world.counts), "{} in 20 s", world.counts);
    assert!((15..=25).contains(&world.published.len()), "{} told in 20 s", world.published.len());
}

#[test]
fn a_director_that_never_says_anything_is_waited_for_in_the_end() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    world.run(ms(60_000));
    world.tell(drain(None));
    world.run(ms(4900));
    assert_eq!((phase(&world), waits_for(&world).as_str()), (DrainPhase::Quiescing, "LVS01 to set weight 0"));
    world.run(ms(1000));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Leaving, "LVS01 to delete the entry")
    );
    world.run(ms(3_600_000));
    assert!(world.has(240));
}

#[test]
fn a_director_that_went_is_waited_for_until_it_is_forgotten() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    comes(&mut world, LVS02);
    says(&mut world, LVS02, Held::Serving);
    goes(&mut world, LVS02);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(590_000));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Quiescing, "LVS02 (which does not follow at present) to set weight 0")
    );
    world.run(ms(11_000));
    assert_eq!((phase(&world), world.has(240)), (DrainPhase::Left, false));
}

#[test]
fn a_word_about_what_was_before_the_drain_counts_for_nothing() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    let before = world.status().seq;
    says(&mut world, LVS01, Held::Gone);
    world.tell(drain(None));
    says_to(&mut world, LVS01, Held::Gone, before);
    world.run(ms(30_000));
    assert_eq!(phase(&world), DrainPhase::Quiescing);
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    assert_eq!(phase(&world), DrainPhase::Left);
}

#[test]
fn a_director_without_a_service_of_the_vip_holds_nothing() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    let said = Confirm { director: LVS01.into(), seq: world.status().seq, vips: BTreeMap::new() };
    world.tell(Input::Confirmed { watch: LVS01.into(), said });
    world.run(ms(1000));
    assert_eq!(phase(&world), DrainPhase::Left);
}

#[test]
fn one_vip_leaves_and_the_other_goes_on() {
    let mut world = settled(vec![vip(240), vip(241)]);
    comes(&mut world, LVS01);
    world.tell(drain(Some(240)));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    assert!(!world.has(240) && world.has(241));
    assert_eq!(phase(&world), DrainPhase::Left);
    let status = world.status();
    assert!(status.vips[1].ready && status.vips[1].drain.is_none());
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 1, "the other VIP needs it");
    // the whole host afterwards: the other one begins, the first one is where it is
    world.tell(drain(None));
    assert_eq!((how(&world, 240).phase, how(&world, 241).phase), (DrainPhase::Left, DrainPhase::Quiescing));
}

#[test]
fn a_vip_that_is_not_ours_stays() {
    let mut kernel = fresh();
    kernel.addresses.push(on_lo(vip(240).address));
    let mut world = World::with(vec![vip(240)], kernel, Owned::default(), Drains::default());
    world.tell(Input::Tick);
    world.run(SETTLED);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    assert_eq!((phase(&world), world.has(240)), (DrainPhase::Left, true));
    let ignore = Sysctl::new("all", ArpSysctl::Ignore);
    assert_eq!(world.kernel.sysctls[&ignore], 1, "or this host would answer ARP for the VIP");
    assert!(
        world.status().problems.iter().any(|problem| problem.contains("not ours")),
        "{:?}",
        world.status()
    );
    world.remove(240);
    world.tell(Input::Changed);
    world.run(ms(1000));
    assert_eq!(world.kernel.sysctls[&ignore], 0, "nobody needs it any more");
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let mut world = settled(vec![vip(240)]);
    world.connections = Some(5);
    comes(&mut world, LVS01);
    comes(&mut world, LVS02);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Quiesced);
    says(&mut world, LVS02, Held::Quiesced);
    world.run(DEADLINE / 2);
    let mut again = restarted(world);
    assert_eq!(phase(&again), DrainPhase::Draining);
    comes(&mut again, LVS01);
    says(&mut again, LVS01, Held::Quiesced);
    again.run(SETTLED);
    assert_eq!(waits_for(&again), "LVS02 (which does not follow at present) to set weight 0");
    comes(&mut again, LVS02);
    says(&mut again, LVS02, Held::Quiesced);
    again.run(ms(19_900));
    assert_eq!(phase(&again), DrainPhase::Draining);
    again.run(ms(200));
    assert_eq!(phase(&again), DrainPhase::Leaving, "the deadline went on");
    says(&mut again, LVS01, Held::Gone);
    says(&mut again, LVS02, Held::Gone);
    assert!(!again.has(240));
    let mut last = restarted(again);
    last.run(ms(60_000));
    assert_eq!((phase(&last), last.has(240), last.writes), (DrainPhase::Left, false, 0));
}

#[test]
fn soon_after_a_start_nobody_is_forgotten() {
    let mut world = World::prepared(vec![vip(240)]);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    assert_eq!(
        (phase(&world), waits_for(&world).as_str()),
        (DrainPhase::Leaving, "directors that look for this agent after its start")
    );
    world.run(ms(8000));
    assert_eq!(phase(&world), DrainPhase::Left);
}

#[test]
fn a_stop_of_the_unit_is_over_with_its_next_start() {
    let mut world = settled(vec![vip(240), vip(241)]);
    comes(&mut world, LVS01);
    world.tell(drain(Some(241)));
    world.tell(Input::Drain(Wanted { vip: None, since_s: 9, deadline: None, stops: true }));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    assert!(!world.has(240) && !world.has(241));
    let mut again = restarted(world);
    again.run(ms(1000));
    assert!(again.has(240), "a start is a start");
    assert!(!again.has(241), "what a person drained stays drained");
    // a person who drains what is being stopped means it
    again.tell(Input::Drain(Wanted { vip: None, since_s: 9, deadline: None, stops: true }));
    again.tell(drain(None));
    assert!(again.core.drains().host.is_some() && !again.core.drains().host_stops);
    // and a stop of what a person drained changes nothing
    again.tell(Input::Drain(Wanted { vip: None, since_s: 9, deadline: None, stops: true }));
    assert!(!again.core.drains().host_stops);
}

#[test]
fn what_an_agent_without_phases_wrote_is_drained_from_the_beginning() {
    let world = settled(vec![vip(240)]);
    let drains = Drains { host: Some(3), ..Drains::default() };
    let mut again = World::with(vec![vip(240)], world.kernel, world.core.owned().clone(), drains);
    again.now = ms(1_000_000);
    again.tell(Input::Tick);
    assert_eq!((phase(&again), again.status().draining_since), (DrainPhase::Draining, Some(3)));
    assert!(!again.status().ready && again.has(240));
}

#[test]
fn a_vip_that_leaves_the_file_takes_its_drain_along() {
    let mut world = settled(vec![vip(240), vip(241)]);
    comes(&mut world, LVS01);
    world.tell(drain(Some(240)));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    world.tell(reloaded(vec![vip(241)]));
    assert!(world.core.drains().progress.is_empty());
    world.tell(reloaded(vec![vip(240), vip(241)]));
    assert!(world.has(240) && world.status().ready);
}

#[test]
fn someone_who_puts_a_vip_back_that_left_is_not_fought_as_its_owner() {
    let mut world = settled(vec![vip(240)]);
    comes(&mut world, LVS01);
    world.tell(drain(None));
    says(&mut world, LVS01, Held::Gone);
    world.run(ms(1000));
    world.kernel.addresses.push(on_lo(vip(240).address));
    world.tell(Input::Changed);
    world.run(ms(1000));
    assert!(world.has(240), "not ours");
    assert!(!world.status().ready && !world.status().contested);
    assert!(!world.events.contains(&Event::Contested(Subject::Vip(vip(240).address))));
}
