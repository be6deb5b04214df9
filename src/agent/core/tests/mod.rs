//! The core against a kernel that is a value, on a clock that is a number.

mod chance;
mod drains;
mod world;

use std::time::Duration;

use host::{ArpSysctl, Listener, ListenerProtocol, ListeningSocket, Owned, Step, Sysctl, Vip};
use proptest::prelude::*;

use super::{Depth, Drains, Event, Input, Subject};
use world::{INTERVAL, World, core, drain, fresh, ms, on_lo, reloaded, vip};

#[test]
fn prepares_in_order_and_is_ready_last() {
    let mut world = World::new(vec![vip(240), vip(241)]);
    assert_eq!(world.status().vips[0].reason.as_deref(), Some("not looked at yet"));
    world.tell(Input::Tick);
    assert!(world.started);
    assert!(world.status().ready);
    // sysctls, which the next look reads back; then addresses
    assert_eq!(world.order, ["not ready", "apply", "save", "not ready", "apply", "save", "ready"]);
    assert_eq!((world.writes, world.looks), (6, 3));
    assert!(world.published.iter().rev().skip(1).all(|status| !status.ready));
    world.forget();
    world.run(ms(60_000));
    assert_eq!(
        (world.writes, world.published.len(), world.order.len()),
        (0, 0, 0),
        "nothing more to do or say"
    );
}

#[test]
fn looks_at_sysctls_each_interval_and_at_everything_rarely() {
    let mut world = World::prepared(vec![vip(240)]);
    world.run(ms(10_000));
    assert!((19..=22).contains(&world.looks), "{} looks", world.looks);
}

#[test]
fn an_address_that_was_removed_comes_back_at_once() {
    let mut world = World::prepared(vec![vip(240)]);
    world.remove(240);
    world.tell(Input::Changed);
    world.run(ms(20));
    assert!(world.has(240));
    assert_eq!(
        world.order,
        ["not ready", "apply", "save", "ready"],
        "told before it is put right, and after"
    );
    assert_eq!(world.status().repairs.addresses, 1);
    assert!(
        world.events.iter().any(|event| matches!(event, Event::Repaired { step: Step::AddAddress(_), .. }))
    );
    assert_eq!(world.published[0].vips[0].reason.as_deref(), Some("address: 192.168.100.240 is not on lo"));
}

#[test]
fn a_rewritten_sysctl_comes_back_within_the_interval_and_the_vip_stays() {
    let mut world = World::prepared(vec![vip(240)]);
    world.flip(0);
    world.run(INTERVAL);
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 1);
    assert_eq!((world.writes, world.status().repairs.sysctls), (1, 1));
    assert_eq!(world.order, ["not ready", "apply", "save", "ready"]);
    assert!(world.has(240));
}

#[test]
fn a_restart_writes_nothing() {
    let world = World::prepared(vec![vip(240)]);
    let (owned, drains) = (world.core.owned().clone(), world.core.drains().clone());
    let mut again = World::with(vec![vip(240)], world.kernel, owned.clone(), drains);
    again.tell(Input::Tick);
    again.run(ms(2000));
    assert_eq!(again.writes, 0);
    assert!(again.status().ready && again.started);
    assert_eq!(again.core.owned(), &owned);
}

#[test]
fn a_restart_on_an_edited_file_removes_what_is_gone() {
    let world = World::prepared(vec![vip(240), vip(241)]);
    let mut again = World::with(vec![vip(241)], world.kernel, world.core.owned().clone(), Drains::default());
    again.tell(Input::Tick);
    assert!(!again.has(240) && again.has(241));
    assert_eq!(again.writes, 1);
}

#[test]
fn a_strangers_address_is_used_but_not_owned() {
    let mut kernel = fresh();
    kernel.addresses.push(on_lo(vip(240).address));
    let mut world = World::with(vec![vip(240)], kernel, Owned::default(), Drains::default());
    world.tell(Input::Tick);
    assert!(world.status().ready);
    assert!(!world.status().vips[0].owned);
    world.tell(reloaded(vec![vip(241)]));
    assert!(world.has(240) && world.has(241));
}

#[test]
fn whoever_was_faster_owns_the_address() {
    let mut kernel = fresh();
    for sysctl in ["all", "lo"].iter().flat_map(|on| ArpSysctl::ALL.map(|name| Sysctl::new(on, name))) {
        let value = sysctl.name.wanted();
        kernel.sysctls.insert(sysctl, value);
    }
    let before = kernel.clone();
    kernel.addresses.push(on_lo(vip(240).address));
    let mut world = World::with(vec![vip(240)], kernel, Owned::default(), Drains::default());
    world.seen = Some(before);
    world.tell(Input::Tick);
    assert!(
        world.events.contains(&Event::SomeoneElse(Step::AddAddress(host::NewAddress::of(&vip(240), None))))
    );
    assert!(!world.core.owned().has_address(vip(240).address, "lo"));
    assert!(world.status().ready);
}

#[test]
fn what_is_there_already_and_never_seen_is_tried_each_second_and_said_once() {
    let mut world = World::new(vec![vip(240)]);
    world.tell(Input::Tick);
    world.forget();
    world.hides_addresses = true;
    for _ in 0..500 {
        world.tell(Input::Changed);
        world.run(ms(20));
    }
    assert!((9..=12).contains(&world.writes), "{} tries in 10 s", world.writes);
    let said = world.events.iter().filter(|event| matches!(event, Event::SomeoneElse(_))).count();
    assert_eq!(said, 1, "said {said} times");
}

#[test]
fn a_reload_adds_and_removes_and_touches_nothing_else() {
    let mut world = World::prepared(vec![vip(240), vip(241)]);
    world.tell(reloaded(vec![vip(241), vip(242)]));
    assert!(!world.has(240) && world.has(241) && world.has(242));
    assert_eq!(world.writes, 2);
    assert_eq!(world.status().repairs.total(), 0, "what the operator wants is no repair");
    assert!(world.status().ready);
}

#[test]
fn a_label_that_the_file_says_anew_is_given_while_not_ready() {
    let mut world = World::prepared(vec![vip(240)]);
    let labelled = Vip { label: Some("lo:9".into()), ..vip(240) };
    world.tell(reloaded(vec![labelled]));
    assert_eq!(world.order, ["save", "not ready", "apply", "save", "ready"]);
    assert_eq!((world.writes, world.status().repairs.total()), (1, 0));
}

#[test]
fn draining_keeps_the_vip_and_survives_a_restart() {
    let mut world = World::prepared(vec![vip(240), vip(241)]);
    world.tell(drain(Some(240)));
    assert_eq!(world.order[..2], ["save", "not ready"], "written down before it is told");
    let status = world.status();
    assert!(!status.vips[0].ready && status.vips[1].ready && world.has(240));
    assert_eq!(
        (status.vips[0].draining_since, status.vips[0].reason.as_deref()),
        (Some(7), Some("draining"))
    );

    let drains = world.core.drains().clone();
    let mut again = World::with(vec![vip(240), vip(241)], world.kernel, world.core.owned().clone(), drains);
    again.tell(Input::Tick);
    assert!(!again.status().vips[0].ready);
    again.tell(drain(None));
    assert_eq!(again.status().vips[0].draining_since, Some(7));
    again.tell(Input::Undrain { vip: None });
    assert!(again.status().ready);
}

#[test]
fn a_drained_vip_that_leaves_the_file_does_not_come_back_drained() {
    let mut world = World::prepared(vec![vip(240), vip(241)]);
    world.tell(drain(Some(240)));
    world.tell(reloaded(vec![vip(241)]));
    world.tell(reloaded(vec![vip(240), vip(241)]));
    assert!(world.status().ready);
}

#[test]
fn what_is_denied_is_tried_each_second_and_said_once() {
    let mut world = World::new(vec![vip(240)]);
    world.denied = true;
    world.tell(Input::Tick);
    assert!(world.started, "the first preparation was tried");
    world.run(ms(10_500));
    let tries = world.order.iter().filter(|what| **what == "apply").count();
    assert!((10..=12).contains(&tries), "{tries} tries");
    let said = world.events.iter().filter(|event| matches!(event, Event::Failed { .. })).count();
    assert_eq!(said, 4, "each sysctl once");
    assert!(world.core.owned().is_empty(), "what was not done is not ours");
    assert!(world.status().problems.contains(&"sysctl -w net.ipv4.conf.all.arp_ignore=1: denied".to_owned()));
    world.denied = false;
    world.run(ms(1100));
    assert!(world.status().ready && world.status().problems.is_empty());
}

/// A good VIP beside one whose device cannot be made.
fn beside_a_broken_one() -> World {
    let broken = Vip { device: "lvs0".into(), label: None, ..vip(241) };
    let mut world = World::new(vec![vip(240), broken]);
    world.no_devices = true;
    world.tell(Input::Tick);
    world.run(ms(5300));
    let status = world.status();
    assert!(status.vips[0].ready && !status.vips[1].ready, "{status:?}");
    world.forget();
    world
}

#[test]
fn a_repair_is_one_whatever_else_fails_and_is_done_at_once() {
    let mut world = beside_a_broken_one();
    world.remove(240);
    world.tell(Input::Changed);
    world.run(ms(20));
    assert!(world.has(240), "does not wait for what failed");
    world.flip(0);
    world.run(INTERVAL);
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 1);
    let repairs = world.status().repairs;
    assert_eq!((repairs.addresses, repairs.sysctls, repairs.devices), (1, 1, 0));
    assert!(world.events.iter().all(|event| !matches!(event, Event::Done(_))), "{:?}", world.events);
}

#[test]
fn what_fails_beside_a_contest_does_not_hide_it() {
    let mut world = beside_a_broken_one();
    for _ in 0..300 {
        world.remove(240);
        world.tell(Input::Changed);
        world.run(ms(10));
    }
    assert!(world.status().contested && !world.status().vips[0].ready);
    assert!(world.events.contains(&Event::Contested(Subject::Vip(vip(240).address))));
}

#[test]
fn a_step_that_fails_holds_up_only_what_relies_on_it() {
    let mut world = beside_a_broken_one();
    world.run(ms(10_000));
    let tries = world.order.iter().filter(|what| **what == "apply").count();
    assert!((9..=11).contains(&tries), "{tries} tries in 10 s");
    let problems = world.status().problems;
    assert_eq!(problems[0], "ip link add lvs0 type dummy: no such kind of device", "{problems:?}");
}

#[test]
fn a_contest_is_bounded_quiet_and_not_ready_until_it_is_over() {
    let mut world = World::prepared(vec![vip(240), vip(241)]);
    for _ in 0..3000 {
        world.remove(240);
        world.tell(Input::Changed);
        world.run(ms(10));
    }
    let repairs = world.status().repairs.addresses;
    assert!((100..=170).contains(&repairs), "{repairs} repairs in 30 s");
    let subject = Subject::Vip(vip(240).address);
    let said = |wanted: &Event| world.events.iter().filter(|event| *event == wanted).count();
    assert_eq!((said(&Event::Contested(subject.clone())), said(&Event::Settled(subject))), (1, 0));
    let loud =
        |event: &&Event| matches!(event, Event::Repaired { contested: false, .. } | Event::NotReady { .. });
    assert!(world.events.iter().filter(loud).count() < 20);
    assert!(!world.status().vips[0].ready, "not even between two repairs");
    assert!(world.status().vips[1].ready, "nobody touches this one");
    world.run(ms(6000));
    assert!(world.status().ready);
    assert!(world.events.contains(&Event::Settled(Subject::Vip(vip(240).address))));
}

#[test]
fn a_look_that_fails_makes_nothing_ready() {
    let mut world = World::prepared(vec![vip(240)]);
    world.core.handle(Input::Looked(Depth::Everything, Err("no netlink".into())), world.now);
    assert_eq!(world.status().vips[0].reason.as_deref(), Some("no netlink"));
    world.tell(Input::Tick);
    world.depths.clear();
    world.run(INTERVAL);
    assert!(world.status().ready);
    assert_eq!(world.depths, [Depth::Everything], "not of sysctls beside addresses seen before");
}

#[test]
fn an_address_waits_for_an_interface_and_its_coming_is_no_repair() {
    let mut kernel = fresh();
    kernel.sysctls.insert(Sysctl::new("eth0", ArpSysctl::Ignore), 4);
    let mut world = World::with(vec![vip(240)], kernel, Owned::default(), Drains::default());
    world.tell(Input::Tick);
    assert!(!world.has(240) && world.started && !world.status().ready);
    assert!(world.status().problems[0].starts_with("192.168.100.240 waits: arp_ignore is 4 on eth0"));
    world.kernel.sysctls.insert(Sysctl::new("eth0", ArpSysctl::Ignore), 0);
    world.run(INTERVAL);
    assert!(world.status().ready);
    assert_eq!(world.status().repairs.total(), 0);
}

fn web() -> Vip {
    let listener = Listener { protocol: ListenerProtocol::Tcp, port: 80 };
    Vip { services: vec![listener], ..vip(240) }
}

fn listens(world: &mut World, is: bool) {
    let protocol = ListenerProtocol::Tcp;
    let any = std::net::IpAddr::from([0, 0, 0, 0]);
    let socket = ListeningSocket {
        protocol,
        address: any,
        port: 80,
        v6only: false,
        interface: 0,
        waiting: 0,
        most: 128,
    };
    world.kernel.listeners = if is { vec![socket] } else { Vec::new() };
}

fn served() -> World {
    let mut world = World::new(vec![web()]);
    listens(&mut world, true);
    world.tell(Input::Tick);
    world.run(ms(2000));
    assert!(world.status().ready);
    world.forget();
    world.depths.clear();
    world
}

#[test]
fn a_listener_that_dies_is_seen_at_once_and_its_return_soon() {
    let mut world = served();
    listens(&mut world, false);
    world.tell(Input::Died);
    assert!(!world.status().ready, "without a moment between");
    assert_eq!(world.depths, [Depth::Unannounced]);
    world.run(ms(1234));
    listens(&mut world, true);
    world.run(ms(50));
    assert!(world.status().ready);
}

#[test]
fn a_sysctl_that_is_written_is_put_right_at_once() {
    let mut world = World::prepared(vec![vip(240)]);
    world.run(ms(100));
    world.flip(0);
    world.tell(Input::Written);
    assert_eq!(world.kernel.sysctls[&Sysctl::new("all", ArpSysctl::Ignore)], 1, "without a moment between");
    assert!(world.published.iter().any(|status| !status.ready), "and yet it was said");
    world.run(ms(1));
    assert!(world.status().ready);
}

/// `sysctl --system` writes each of them by itself, and systemd-sysctl does it once more.
#[test]
fn many_writes_in_a_row_are_no_contest() {
    let mut world = World::prepared(vec![vip(240)]);
    for _ in 0..3 {
        for _ in 0..4 {
            world.flip(0);
            world.tell(Input::Written);
            world.run(ms(5));
        }
        world.run(ms(1000));
    }
    assert_eq!(world.status().repairs.sysctls, 12);
    assert!(world.status().ready && !world.status().contested);
}

#[test]
fn whoever_writes_a_sysctl_again_and_again_is_told_of_and_floods_nobody() {
    let mut world = World::prepared(vec![vip(240)]);
    for _ in 0..10_000 {
        world.flip(0);
        world.tell(Input::Written);
        world.run(ms(1));
    }
    assert!((45..=65).contains(&world.status().repairs.sysctls), "{:?}", world.status().repairs);
    assert!(world.looks <= 400, "{} looks in 10 s", world.looks);
    assert!(world.events.contains(&Event::Contested(Subject::Sysctls)));
    assert!(!world.status().ready, "not even between two repairs");
    world.run(ms(6000));
    assert!(world.status().ready);
}

#[test]
fn a_missing_listener_is_looked_for_often_and_one_that_is_there_is_not() {
    let mut world = served();
    world.run(ms(10_000));
    assert!((19..=22).contains(&world.looks), "{} looks with a listener", world.looks);
    listens(&mut world, false);
    world.run(ms(500));
    world.forget();
    world.run(ms(10_000));
    assert!((195..=205).contains(&world.looks), "{} looks without one", world.looks);
    assert_eq!(world.published.len(), 0, "nothing new is to be told");
}

#[test]
fn looks_that_take_long_are_few_where_a_listener_is_missing() {
    let mut world = served();
    world.look_takes = ms(10);
    listens(&mut world, false);
    world.run(ms(1000));
    world.forget();
    world.run(ms(10_000));
    assert!((45..=50).contains(&world.looks), "{} looks in 10 s", world.looks);
}

#[test]
fn a_listener_that_flaps_floods_nobody() {
    let mut world = served();
    for round in 0..10_000 {
        listens(&mut world, round % 3 == 0);
        world.tell(Input::Died);
        world.run(ms(1));
    }
    assert!((200..=270).contains(&world.looks), "{} looks in 10 s", world.looks);
    assert!(world.published.len() <= world.looks, "{} words in 10 s", world.published.len());
    listens(&mut world, true);
    world.run(ms(500));
    assert!(world.status().ready);
}

#[test]
fn each_state_has_a_number_of_its_own_and_says_whose_it_is() {
    let mut world = World::new(vec![vip(240)]);
    assert_eq!(world.status().seq, 0);
    world.tell(Input::Tick);
    world.tell(Input::Weight(Some(40)));
    world.tell(Input::Weight(Some(40)));
    world.tell(Input::Weight(None));
    let seqs: Vec<u64> = world.published.iter().map(|status| status.seq).collect();
    assert_eq!(seqs, (1..=u64::try_from(seqs.len()).unwrap()).collect::<Vec<u64>>());
    let weights: Vec<Option<u8>> =
        world.published.iter().rev().take(2).rev().map(|told| told.weight).collect();
    assert_eq!(weights, [Some(40), None]);
    let last = world.published.last().unwrap();
    assert_eq!((last.host.as_str(), last.instance.as_str()), ("rs01", "cafe"));
    assert_eq!(Some(last), Some(&world.status()));
}

/// However often something changes, words come at a bounded rate, and the last one is what is true.
#[test]
fn words_are_bounded_and_the_last_one_is_true() {
    let mut world = World::prepared(vec![vip(240)]);
    for round in 0..10_000_u32 {
        world.tell(Input::Weight(Some(u8::try_from(round % 100).unwrap())));
        world.run(Duration::from_micros(100));
    }
    assert!((90..=120).contains(&world.published.len()), "{} words in 1 s", world.published.len());
    world.run(ms(10));
    assert_eq!(world.published.last().unwrap().weight, Some(99));
}

#[derive(Clone, Debug)]
enum Act {
    Wait(u16),
    Remove(u8),
    Add(u8),
    Flip(i32),
    Drain(Option<u8>),
    Undrain(Option<u8>),
    Reload(Vec<u8>),
    Restart,
}

fn any_act() -> impl Strategy<Value = Act> {
    let last = 240_u8..244;
    prop_oneof![
        (0_u16..1500).prop_map(Act::Wait),
        last.clone().prop_map(Act::Remove),
        last.clone().prop_map(Act::Add),
        (0..4_i32).prop_map(Act::Flip),
        prop::option::of(last.clone()).prop_map(Act::Drain),
        prop::option::of(last.clone()).prop_map(Act::Undrain),
        prop::collection::btree_set(last, 1..4).prop_map(|vips| Act::Reload(vips.into_iter().collect())),
        Just(Act::Restart),
    ]
}

fn act(world: &mut World, act: Act) {
    let address = |last: Option<u8>| last.map(|last| vip(last).address);
    match act {
        Act::Wait(span) => world.run(ms(span.into())),
        Act::Remove(last) => {
            world.remove(last);
            world.tell(Input::Changed);
        }
        Act::Add(last) if !world.has(last) => {
            world.kernel.addresses.push(on_lo(vip(last).address));
            world.tell(Input::Changed);
        }
        Act::Add(_) => {}
        Act::Flip(value) => world.flip(value),
        Act::Drain(last) => world.tell(drain(last)),
        Act::Undrain(last) => world.tell(Input::Undrain { vip: address(last) }),
        Act::Reload(vips) => {
            world.tell(reloaded(vips.into_iter().map(vip).collect()));
        }
        Act::Restart => {
            let (owned, drains) = (world.core.owned().clone(), world.core.drains().clone());
            world.core = core(world.core.vips().to_vec(), owned, drains);
            world.tell(Input::Tick);
        }
    }
}

proptest! {
    #[test]
    fn it_always_ends_up_right(acts in prop::collection::vec(any_act(), 0..40)) {
        let mut world = World::new(vec![vip(240), vip(241)]);
        world.tell(Input::Tick);
        for one in acts {
            act(&mut world, one);
            // told as ready: was right at the last look
            for told in world.published.iter().filter(|told| told.ready) {
                prop_assert!(told.vips.iter().all(|vip| vip.steps.iter().all(|step| step.ok)));
            }
            world.published.clear();
        }
        world.tell(Input::Undrain { vip: None });
        world.run(ms(30_000));
        prop_assert!(world.status().ready, "{:?}", world.status());
        world.forget();
        world.run(ms(30_000));
        prop_assert_eq!(world.writes, 0);
    }
}
