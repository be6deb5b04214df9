//! How long each part of an attempt may take, and the words for one that took longer.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use health::CheckSpec;
use tokio::time::{Instant, timeout_at};

use crate::words;

/// A timeout that is noticed later than this was not a timeout of the server.
const LATE: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// The limit of one phase, from when it was made. One limit may serve several steps, which then share its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    end: Instant,
    /// what the configuration gives, for people
    given: Duration,
}

impl Limit {
    /// For the connection, and once more for a TLS handshake: `connect_timeout`, never beyond the whole attempt.
    pub(crate) fn connect(spec: &CheckSpec, whole: Instant) -> Self {
        Self::new(spec, whole, spec.connect_timeout)
    }

    /// For what is said on a connection: `reply_timeout`, never beyond the whole attempt.
    pub(crate) fn reply(spec: &CheckSpec, whole: Instant) -> Self {
        Self::new(spec, whole, spec.reply_timeout)
    }

    fn new(spec: &CheckSpec, whole: Instant, phase: Option<Duration>) -> Self {
        let phase = phase.map(|given| Self { end: after(given), given });
        phase.filter(|phase| phase.end < whole).unwrap_or(Self { end: whole, given: spec.timeout })
    }

    /// What `step` gives, or `timed out after 3s DOING`; `doing` says where: `in the handshake`, `waiting for the greeting`.
    pub(crate) async fn wait<T>(
        self,
        doing: &str,
        step: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        match self.bound(step).await {
            Some(result) => result,
            None => Err(format!("{} {doing}", self.words())),
        }
    }

    /// What `step` gives; none: it took longer.
    pub(crate) async fn bound<T>(self, step: impl Future<Output = T>) -> Option<T> {
        if let Ok(result) = timeout_at(self.end, step).await {
            return Some(result);
        }
        if is_past(self.end) {
            note_standstill();
        }
        None
    }

    /// `timed out after 3s`
    pub(crate) fn words(self) -> String {
        words::timed_out(self.given)
    }
}

/// This long from now; beyond what the clock can tell it is a year.
pub(crate) fn after(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or(now + LONGEST)
}

/// Whether so much time has passed since `end` that whoever waited for it cannot have been running.
pub(crate) fn is_past(end: Instant) -> bool {
    end + LATE < Instant::now()
}

/// When an attempt last found that the process had stood still. One note serves all attempts: what stands still is the process.
static STANDSTILL: Mutex<Option<Instant>> = Mutex::new(None);

fn note_standstill() {
    *STANDSTILL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// Whether the process was found to have stood still after `begin`.
pub(crate) fn stood_still_since(begin: Instant) -> bool {
    STANDSTILL.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|found| found > begin)
}
