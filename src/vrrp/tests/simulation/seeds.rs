//! Runs many seeds, on every core, and tells the story of the first that fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::Broken;

/// Panics with the seed, what it broke, and its story.
pub(crate) fn run(name: &str, usual: u64, one: impl Fn(u64) -> Result<(), Broken> + Sync) {
    if let Some(seed) = number("VRRP_SEED") {
        return tell(name, seed, &one);
    }
    let (seeds, next, failed) = (number("VRRP_SEEDS").unwrap_or(usual), AtomicU64::new(0), Mutex::new(None));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            if !is_fine(seed, &one) {
                *failed.lock().unwrap() = Some(seed);
                next.store(seeds, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let failed = *failed.lock().unwrap();
    if let Some(seed) = failed {
        tell(name, seed, &one);
    }
}

fn is_fine(seed: u64, one: &(impl Fn(u64) -> Result<(), Broken> + Sync)) -> bool {
    catch_unwind(AssertUnwindSafe(|| one(seed).is_ok())).unwrap_or(false)
}

fn tell(name: &str, seed: u64, one: &impl Fn(u64) -> Result<(), Broken>) {
    println!("{name}: VRRP_SEED={seed}");
    if let Err(Broken { what, story }) = one(seed) {
        println!("{story}");
        assert!(what.is_empty(), "{name}, VRRP_SEED={seed}: {what}");
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}
