//! Everything that can happen, at random; then peace, in which all must come to rest as it should be.

use std::time::Duration;

use lvs_vrrp::Readiness;

use crate::plan::Deed;
use crate::seeds;
use crate::setup;
use crate::world::{Broken, World};

#[test]
fn whatever_happens_one_router_serves_in_the_end() {
    seeds::run("chaos", 2000, one);
}

fn one(seed: u64) -> Result<(), Broken> {
    let mut world = setup::world(seed);
    let calm = plan_chaos(&mut world);
    let peace = plan_peace(&mut world, calm);
    world.run(peace + world.watch.bounds.settled)?;
    check_rest(&world)?;
    // transitions are flaps from here on
    world.run(world.now + world.interval() * 10)?;
    check_rest(&world)
}

fn plan_chaos(world: &mut World) -> Duration {
    let interval = world.interval();
    let long = interval * 30;
    world.plan_starts();
    for _ in 0..3 + world.chance.below(10) {
        let from = world.part(long);
        let to = from + world.part(interval * 8);
        plan_trouble(world, from, to);
    }
    long + interval * 8
}

/// One kind of trouble, and its end.
fn plan_trouble(world: &mut World, from: Duration, to: Duration) {
    let node = world.chance.below(world.nodes.len());
    match world.chance.below(10) {
        0 | 1 => {
            let sides = (0..world.nodes.len()).map(|_| world.chance.below(2) == 0).collect();
            world.plan(from, Deed::Part(sides));
            world.plan(to, Deed::Heal);
        }
        2 => {
            let lost = world.chance.below(600);
            world.plan(from, Deed::Lose(lost));
            world.plan(to, Deed::Lose(0));
        }
        3 | 4 => plan_end(world, from, to, Deed::Kill(node), node),
        5 => plan_end(world, from, to, Deed::PowerOff(node), node),
        6 => plan_end(world, from, to, Deed::Stop(node), node),
        7 => {
            let deed = if world.chance.below(2) == 0 { Deed::Freeze } else { Deed::Pause };
            world.plan(from, deed(node));
            world.plan(to, Deed::Thaw(node));
        }
        8 => {
            let deed = if world.chance.below(2) == 0 { Deed::Track } else { Deed::Interface };
            world.plan(from, deed(node, false));
            world.plan(to, deed(node, true));
        }
        _ => {
            let readiness = some_readiness(world);
            world.plan(from, Deed::Ready(node, readiness));
        }
    }
}

/// The process ends and comes back, sometimes very soon.
fn plan_end(world: &mut World, from: Duration, to: Duration, deed: Deed, node: usize) {
    world.plan(from, deed);
    let soon = from + world.part(world.interval() * 2);
    let again = if world.chance.below(2) == 0 { soon } else { to };
    world.plan_start(again, node, Readiness::Serving);
}

fn some_readiness(world: &mut World) -> Readiness {
    let all = [Readiness::NotReady, Readiness::Installed, Readiness::Serving];
    all[world.chance.below(all.len())]
}

/// Link and routers are well again. Some routers stay off, in fault, or without services for good.
fn plan_peace(world: &mut World, calm: Duration) -> Duration {
    world.plan(calm, Deed::Heal);
    world.plan(calm, Deed::Lose(0));
    (0..world.nodes.len()).map(|node| plan_rest(world, calm, node)).max().unwrap_or(calm)
}

fn plan_rest(world: &mut World, calm: Duration, node: usize) -> Duration {
    world.plan(calm, Deed::Thaw(node));
    world.plan(calm, Deed::Interface(node, true));
    let at_fault = world.chance.below(6) == 0;
    world.plan(calm, Deed::Track(node, !at_fault));
    match world.chance.below(8) {
        0 => world.plan(calm, Deed::Stop(node)),
        1 => world.plan(calm, Deed::PowerOff(node)),
        2 => {
            let readiness = some_readiness(world);
            world.plan(calm, Deed::Ready(node, readiness));
        }
        _ => return world.plan_start(calm, node, Readiness::Serving),
    }
    calm
}

fn check_rest(world: &World) -> Result<(), Broken> {
    let (masters, holders) = (world.masters(), world.holders());
    let candidates = world.nodes.iter().filter(|node| node.is_candidate()).count();
    let right = masters.len() <= 1 && (candidates == 0 || masters.len() == 1);
    world.demand(right, || format!("{candidates} may be master, and these are: {masters:?}"))?;
    let Some(&master) = masters.first() else { return Ok(()) };
    world.demand(holders == masters, || format!("master is {master}, addresses are on {holders:?}"))?;
    let clients = world.link.clients;
    world.demand(clients.iter().flatten().all(|to| *to == master), || {
        format!("master is {master}, clients send to {clients:?}")
    })?;
    check_best(world, master)
}

/// Nobody is left who should have preempted.
fn check_best(world: &World, master: usize) -> Result<(), Broken> {
    let priority = |node: usize| world.nodes[node].settings.priority;
    let better = (0..world.nodes.len()).find(|&node| {
        let Some(other) = world.nodes.get(node).filter(|other| other.is_candidate()) else { return false };
        let preempts = other.settings.preempt || other.settings.priority.is_owner();
        preempts && other.readiness == Readiness::Serving && priority(node) > priority(master)
    });
    world.demand(better.is_none(), || format!("{better:?} does not preempt {master}"))
}
