//! Which routers were master, for the next run. The file's time says when that was true last: a run that follows soon
//! enough goes on as master before any other router has noticed.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime};

use config::director::RouterConfig;
use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use serde::{Deserialize, Serialize};
use vrrp::State;

use crate::notes::Notes;

const FILE: &str = "vrrp.json";
/// Touching more often than that costs more than a resumed master is worth.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(1);

/// A router as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Was {
    state: String,
    /// what makes it the same router
    identity: String,
    interval_ms: u64,
}

/// What an earlier run wrote down.
#[derive(Debug, Default)]
pub(crate) struct Past {
    routers: BTreeMap<String, Was>,
    /// since the file was touched
    age: Option<Duration>,
}

impl Past {
    /// Nothing is known where the file cannot be read: routers start as they do after a boot.
    pub(crate) fn read(dir: &RunDir, notes: &Notes) -> Self {
        Self::try_read(&StateFile::new(dir, FILE)).unwrap_or_else(|error| {
            notes.warn(format!("cannot read which routers were master: {error}"));
            Self::default()
        })
    }

    fn try_read(file: &StateFile) -> io::Result<Self> {
        let age = file.modified()?.and_then(|then| SystemTime::now().duration_since(then).ok());
        Ok(Self { routers: file.read()?.unwrap_or_default(), age })
    }

    /// Whether a router was master so short a time ago that nobody misses it: its newest advert is at most one interval older
    /// than the file, and others wait for more than three (RFC 9568 section 6.1).
    pub(crate) fn goes_on(&self, config: &RouterConfig) -> bool {
        let (Some(was), Some(age)) = (self.routers.get(&config.name), self.age) else { return false };
        was.state == State::Master.word()
            && was.identity == identity(config)
            && age <= Duration::from_millis(was.interval_ms.saturating_mul(2))
    }
}

/// Writes it down.
pub(crate) struct Diary {
    file: StateFile,
    written: Option<BTreeMap<String, Was>>,
    period: Option<Duration>,
    touched: Duration,
    notes: Notes,
}

impl Diary {
    pub(crate) fn new(dir: &RunDir, notes: Notes) -> Self {
        Self { file: StateFile::new(dir, FILE), written: None, period: None, touched: Duration::ZERO, notes }
    }

    /// Writes the file if something in it changed.
    pub(crate) fn write<'a>(
        &mut self,
        routers: impl Iterator<Item = (&'a RouterConfig, State)>,
        now: Duration,
    ) {
        let routers: BTreeMap<String, Was> =
            routers.map(|(config, state)| (config.name.clone(), Was::of(config, state))).collect();
        if self.written.as_ref() == Some(&routers) {
            return;
        }
        let masters = routers.values().filter(|was| was.state == State::Master.word());
        let shortest = masters.map(|was| Duration::from_millis(was.interval_ms)).min();
        self.period = shortest.map(|interval| interval.clamp(SHORTEST, LONGEST));
        let done = self.file.write(&routers);
        (self.written, self.touched) = (Some(routers), now);
        self.complain(done);
    }

    /// Says that what is written is still so, if that is due.
    pub(crate) fn touch(&mut self, now: Duration) {
        if self.due().is_some_and(|due| due <= now) {
            self.touched = now;
            let done = self.file.touch();
            self.complain(done);
        }
    }

    fn complain(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.period = None;
            self.notes.warn(format!("cannot write down which routers are master: {error}"));
        }
    }

    /// When [`Self::touch`] should be called again.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.period.map(|period| self.touched + period)
    }
}

impl Was {
    fn of(config: &RouterConfig, state: State) -> Self {
        let interval_ms = u64::from(config.interval.centis()) * 10;
        Self { state: state.word().to_owned(), identity: identity(config), interval_ms }
    }
}

fn identity(config: &RouterConfig) -> String {
    let family = crate::settings::family(config);
    format!("{} {:?} {:?} {}", config.interface, config.version, family, config.vrid)
}

#[cfg(test)]
mod tests;
