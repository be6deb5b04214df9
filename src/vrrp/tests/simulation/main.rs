//! Routers of one link in virtual time: loss, delay, duplicates, partitions, clocks that drift, processes that die or freeze, and
//! what must hold nevertheless.
//!
//! `VRRP_SEEDS=100000 cargo nextest run -p lvs-vrrp --test simulation` runs more, `VRRP_SEED=17` one, with its story.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may fail it")]

#[path = "../wire/chance.rs"]
#[allow(dead_code, reason = "used in part")]
mod chance;
mod chaos;
mod clock;
mod groups;
mod link;
mod node;
mod orderly;
mod plan;
mod seeds;
mod setup;
mod story;
mod watch;
mod world;
