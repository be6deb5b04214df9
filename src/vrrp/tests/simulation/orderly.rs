//! One thing at a time on a perfect link, where not only the end counts but every moment.

use std::time::Duration;

use lvs_vrrp::{Holding, Readiness};

use crate::plan::Deed;
use crate::seeds;
use crate::setup;
use crate::world::{Broken, World};

const STEP: Duration = Duration::from_millis(1);

/// Each start, stop and readiness leaves the routers settled before the next.
fn settled(seed: u64) -> Result<World, Broken> {
    let mut world = setup::even_world(seed);
    let settled = world.plan_starts();
    world.run(settled)?;
    Ok(world)
}

fn master(world: &World) -> Result<usize, Broken> {
    let masters = world.masters();
    world.demand(masters.len() == 1, || format!("masters: {masters:?}"))?;
    Ok(masters[0])
}

/// To that moment in small steps. At each, somebody holds the addresses, and whom the clients send to forwards, also when two take
/// over at once and one of them is outranked.
fn run_served(world: &mut World, until: Duration) -> Result<(), Broken> {
    while world.now < until {
        world.run((world.now + STEP).min(until))?;
        world.demand(!world.holders().is_empty(), || "nobody holds the addresses".to_owned())?;
        let clients = world.link.clients;
        let serves = |to: usize| world.nodes[to].holding != Holding::No;
        let served = clients.into_iter().flatten().all(serves);
        world.demand(served, || format!("clients send to {clients:?}, in vain"))?;
    }
    Ok(())
}

/// Masters stop one after the other, and clients notice nothing until the last one does.
#[test]
fn a_graceful_stop_leaves_no_moment_without_a_holder() {
    seeds::run("graceful", 60, |seed| {
        let mut world = settled(seed)?;
        for _ in 1..world.nodes.len() {
            let master = master(&world)?;
            world.plan(world.now, Deed::Stop(master));
            let rest = world.now + world.watch.bounds.settled;
            run_served(&mut world, rest)?;
            world.demand(world.holders() == world.masters(), || "two hold the addresses".to_owned())?;
        }
        let last = master(&world)?;
        world.plan(world.now, Deed::Stop(last));
        world.run(world.now + world.watch.bounds.settled)?;
        world.demand(world.holders().is_empty(), || "the last one keeps the addresses".to_owned())
    });
}

/// A fault of something tracked hands over in the same way, and its end brings the best router back in the same way.
#[test]
fn a_tracked_fault_and_its_end_leave_no_moment_without_a_holder() {
    seeds::run("fault", 60, |seed| {
        let mut world = settled(seed)?;
        let node = master(&world)?;
        for up in [false, true] {
            world.plan(world.now, Deed::Track(node, up));
            let rest = world.now + world.watch.bounds.settled;
            run_served(&mut world, rest)?;
            world.demand(world.holders() == world.masters(), || "two hold the addresses".to_owned())?;
        }
        Ok(())
    });
}

/// Power comes back: the router takes over when it serves, and clients notice nothing.
#[test]
fn a_return_leaves_no_moment_without_a_holder() {
    seeds::run("return", 60, |seed| {
        let mut world = settled(seed)?;
        let node = master(&world)?;
        world.plan(world.now, Deed::PowerOff(node));
        world.run(world.now + world.watch.bounds.settled)?;
        let ready = world.plan_start(world.now, node, Readiness::Serving);
        let rest = ready + world.watch.bounds.settled;
        run_served(&mut world, rest)?;
        world.demand(world.holders() == world.masters(), || "two hold the addresses".to_owned())
    });
}

/// A partition heals: as soon as the loser has heard the winner, all clients are with the winner.
#[test]
fn a_healed_partition_leaves_every_client_with_the_winner() {
    seeds::run("heal", 400, |seed| {
        let mut world = settled(seed)?;
        let sides = (0..world.nodes.len()).map(|_| world.chance.below(2) == 0).collect();
        world.plan(world.now, Deed::Part(sides));
        world.run(world.now + world.watch.bounds.settled)?;
        world.plan(world.now, Deed::Heal);
        let crossed = world.link.delay * 3 + Duration::from_millis(1);
        world.run(world.now + world.watch.bounds.heard + crossed)?;
        all_are_with_the_master(&world)?;
        world.run(world.now + world.watch.bounds.settled)?;
        all_are_with_the_master(&world)
    });
}

/// A master is frozen, replaced, and thaws: as after a partition.
#[test]
fn a_thawed_master_leaves_every_client_with_the_winner() {
    seeds::run("thaw", 400, |seed| {
        let mut world = settled(seed)?;
        let frozen = master(&world)?;
        world.plan(world.now, Deed::Freeze(frozen));
        world.run(world.now + world.watch.bounds.settled)?;
        world.plan(world.now, Deed::Thaw(frozen));
        let crossed = world.link.delay * 3 + Duration::from_millis(1);
        world.run(world.now + world.watch.bounds.heard + crossed)?;
        all_are_with_the_master(&world)?;
        world.run(world.now + world.watch.bounds.settled)?;
        all_are_with_the_master(&world)
    });
}

/// Machines that stood still (a snapshot, a migration) have heard nothing, but nobody was silent: none of them takes over.
#[test]
fn a_paused_backup_takes_nothing_over() {
    seeds::run("pause", 400, |seed| {
        let mut world = settled(seed)?;
        let before = master(&world)?;
        for node in (0..world.nodes.len()).filter(|node| *node != before) {
            world.plan(world.now, Deed::Pause(node));
        }
        world.run(world.now + world.interval() * 10)?;
        for node in 0..world.nodes.len() {
            world.plan(world.now, Deed::Thaw(node));
        }
        let rest = world.now + world.watch.bounds.settled;
        while world.now < rest {
            world.run((world.now + world.interval() / 4).min(rest))?;
            world.demand(world.masters() == [before], || "somebody took over".to_owned())?;
        }
        Ok(())
    });
}

fn all_are_with_the_master(world: &World) -> Result<(), Broken> {
    let (master, clients) = (master(world)?, world.link.clients);
    world.demand(world.holders() == [master], || {
        format!("master is {master}, holders {:?}", world.holders())
    })?;
    let right = clients.into_iter().flatten().all(|to| to == master);
    world.demand(right, || format!("master is {master}, clients send to {clients:?}"))
}

/// Power goes: somebody else is master within the silence that backups wait for, by the clock of the master-down timer.
#[test]
fn a_dead_master_is_replaced_within_the_bound() {
    seeds::run("dead", 400, |seed| {
        let mut world = settled(seed)?;
        let before = master(&world)?;
        world.plan(world.now, Deed::PowerOff(before));
        world.run(world.now + world.watch.bounds.silence)?;
        world.demand(!world.masters().is_empty(), || "nobody has taken over".to_owned())?;
        world.run(world.now + world.watch.bounds.heard)?;
        master(&world).map(|_| ())
    });
}

/// A process that is killed and back within two intervals goes on: nobody else ever becomes master.
#[test]
fn a_short_restart_is_unnoticed() {
    seeds::run("restart", 300, |seed| {
        let mut world = settled(seed)?;
        let before = master(&world)?;
        let shortest = world.nodes[before].settings.interval.duration();
        world.plan(world.now, Deed::Kill(before));
        let again = world.now + shortest + shortest / 2;
        let ready = world.plan_start(again, before, Readiness::Serving);
        let rest = ready + world.watch.bounds.settled;
        while world.now < rest {
            world.run((world.now + shortest / 4).min(rest))?;
            let others: Vec<usize> = world.masters().into_iter().filter(|node| *node != before).collect();
            world.demand(others.is_empty(), || format!("{others:?} became master meanwhile"))?;
            world.demand(world.holders() == [before], || "the addresses moved".to_owned())?;
        }
        Ok(())
    });
}

/// Nothing happens on a perfect link: no transition after the first election, however long it lasts.
#[test]
fn peace_lasts() {
    seeds::run("peace", 100, |seed| {
        let mut world = settled(seed)?;
        let before = master(&world)?;
        world.run(world.now + world.interval() * 300)?;
        let after = master(&world)?;
        world.demand(before == after, || format!("{before} was master, and {after} is"))
    });
}
