//! `[[track_script]]`.

use std::sync::Arc;

use config::director::TrackScript;
use tokio::sync::Semaphore;
use tracing::{info, warn};
use vrrp::Report;

use super::board::Board;
use super::{TrackName, ticks};
use programs::script::{Ended, Run, Script};

/// Runs the script again and again, one run after the other, for ever.
pub(super) async fn watch(
    config: TrackScript,
    user: Option<String>,
    board: Arc<Board>,
    slots: Arc<Semaphore>,
) {
    let name = TrackName::Script(config.name.clone());
    let script = Script::new(config.command, user);
    let mut tally = Tally::new(config.rise, config.fall);
    let mut refused = Refused::default();
    let mut ticks = ticks(config.interval);
    loop {
        ticks.tick().await;
        let run = {
            let _slot = slots.acquire().await;
            script.run(&[], config.timeout).await
        };
        refused.tell(&config.name, &run.ended);
        let (before, passed) = (tally.up, matches!(run.ended, Ended::Exit(0)));
        let detail = words(&run);
        let Some(up) = tally.count(passed).filter(|up| Some(*up) != before) else {
            board.remark(&name, detail);
            continue;
        };
        if up {
            info!(script = config.name, result = detail, "tracked script is up");
        } else {
            info!(script = config.name, result = detail, "tracked script is down");
        }
        board.note(&name, if up { Report::Up } else { Report::Down }, detail);
    }
}

/// `exit status 1: what it printed`, shortened to what a line can bear.
fn words(run: &Run) -> String {
    const LINE: usize = 200;
    let printed = run.output.lines().next().unwrap_or_default().trim();
    if printed.is_empty() {
        return run.ended.to_string();
    }
    let printed: String = printed.chars().filter(|char| !char.is_control()).take(LINE).collect();
    format!("{}: {printed}", run.ended)
}

/// A script that is not safe any more is told of once, not at each interval.
#[derive(Default)]
struct Refused {
    told: Option<String>,
}

impl Refused {
    fn tell(&mut self, script: &str, ended: &Ended) {
        let why = match ended {
            Ended::NotRun(error) => Some(daemon::errors::one_line(error)),
            Ended::Exit(_) | Ended::Signal(_) | Ended::TimedOut(_) | Ended::Printed => None,
        };
        if let Some(why) = why.as_ref().filter(|_| why != self.told) {
            warn!(script, error = why, "tracked script is not run, and counts as failed");
        }
        self.told = why;
    }
}

/// Results in a row. The first result counts at once.
pub(super) struct Tally {
    rise: u32,
    fall: u32,
    in_a_row: u32,
    last: Option<bool>,
    pub(super) up: Option<bool>,
}

impl Tally {
    pub(super) const fn new(rise: u32, fall: u32) -> Self {
        Self { rise, fall, in_a_row: 0, last: None, up: None }
    }

    /// Counts one result, and answers what stands.
    pub(super) fn count(&mut self, passed: bool) -> Option<bool> {
        self.in_a_row = if self.last == Some(passed) { self.in_a_row.saturating_add(1) } else { 1 };
        self.last = Some(passed);
        let needed = if passed { self.rise } else { self.fall };
        if self.up.is_none() || self.in_a_row >= needed {
            self.up = Some(passed);
        }
        self.up
    }
}
