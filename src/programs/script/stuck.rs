//! Programs that could not be started in time, because the disk or the user database that they depend on hangs. What was begun
//! keeps its thread until that answers; so no more is begun of a program of which a few threads are out there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Threads that one program may keep.
const MOST: usize = 4;

/// How many threads each program keeps.
static STUCK: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// One start of a program: cloned, one for the thread that does it and one for who waits for it.
#[derive(Clone)]
pub(super) struct Start(Arc<Mutex<Stage>>);

enum Stage {
    Begun,
    /// nobody waits for it any more
    GivenUp(String),
    Over,
}

impl Start {
    /// None: too many of this program are under way that nobody waits for.
    pub(super) fn of(program: &str) -> Option<Self> {
        let is_free = lock(&STUCK).get(program).is_none_or(|stuck| *stuck < MOST);
        is_free.then(|| Self(Arc::new(Mutex::new(Stage::Begun))))
    }

    /// It is not waited for any more.
    pub(super) fn give_up(&self, program: &str) {
        let mut stage = lock(&self.0);
        if matches!(*stage, Stage::Begun) {
            *stage = Stage::GivenUp(program.to_owned());
            *lock(&STUCK).entry(program.to_owned()).or_default() += 1;
        }
    }

    /// The thread is free.
    pub(super) fn over(&self) {
        let before = std::mem::replace(&mut *lock(&self.0), Stage::Over);
        let Stage::GivenUp(program) = before else { return };
        let mut stuck = lock(&STUCK);
        if let Some(count) = stuck.get_mut(&program) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                stuck.remove(&program);
            }
        }
    }
}

/// Whole after each change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
