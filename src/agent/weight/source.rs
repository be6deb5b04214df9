//! Where a weight comes from.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use config::agent::WeightScript;
use nix::fcntl::OFlag;
use programs::script::{Ended, Run, Script};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::load::Load;
use super::steady::Bounds;

/// How long a file may take: it may be on a file server.
const READING: Duration = Duration::from_secs(3);

/// Read of a file, in bytes.
const MOST_READ: u64 = 256;

/// Shown of what is no number.
const MOST_SHOWN: usize = 32;

/// Something to ask for a percentage.
#[derive(Debug)]
pub(super) enum Source {
    File(File),
    Script { script: Script, limit: Duration },
    Load(Load),
}

/// A file, with a reading of it that has not come back.
#[derive(Debug)]
pub(super) struct File {
    path: String,
    reading: Option<JoinHandle<Result<u8, String>>>,
}

impl Source {
    pub(super) fn file(path: String) -> Self {
        Self::File(File { path, reading: None })
    }

    pub(super) fn script(script: WeightScript) -> Self {
        let WeightScript { command, timeout, user } = script;
        Self::Script { script: Script::new(command, user), limit: timeout }
    }

    pub(super) fn load(full: u32, bounds: Bounds) -> Self {
        Self::Load(Load::new(full, bounds))
    }

    /// For the log.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Script { script, .. } => script.program(),
            Self::Load(_) => "load average",
        }
    }

    /// Asks once; why there is no answer, in words.
    pub(super) async fn measure(&mut self) -> Result<u8, String> {
        match self {
            Self::File(file) => file.measure().await,
            Self::Script { script, limit } => judge(&script.run(&[], *limit).await),
            Self::Load(load) => load.measure(),
        }
    }
}

impl File {
    /// A reading that hangs is waited for again, so that there is never more than one.
    async fn measure(&mut self) -> Result<u8, String> {
        let path = self.path.clone();
        let reading = self.reading.get_or_insert_with(|| spawn_blocking(move || read(&path)));
        let Ok(read) = timeout(READING, &mut *reading).await else {
            return Err(format!("{} cannot be read within {} s", self.path, READING.as_secs()));
        };
        self.reading = None;
        read.unwrap_or_else(|error| Err(format!("cannot read {}: {error}", self.path)))
    }
}

fn read(path: &str) -> Result<u8, String> {
    let words = |error: std::io::Error| format!("cannot read {path}: {error}");
    // without waiting for whoever writes to a pipe
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
    let file = file.map_err(words)?;
    if !file.metadata().map_err(words)?.is_file() {
        return Err(format!("{path} is no regular file"));
    }
    let mut text = Vec::new();
    file.take(MOST_READ).read_to_end(&mut text).map_err(words)?;
    number(&String::from_utf8_lossy(&text)).map_err(|reason| format!("{path}: {reason}"))
}

fn judge(run: &Run) -> Result<u8, String> {
    match run.ended {
        Ended::Exit(0) => number(&run.output),
        Ended::Exit(_) | Ended::Signal(_) | Ended::TimedOut(_) | Ended::Printed | Ended::NotRun(_) => {
            let said: String = run.output.lines().next().unwrap_or_default().chars().take(200).collect();
            Err(if said.is_empty() { run.ended.to_string() } else { format!("{}: {said}", run.ended) })
        }
    }
}

/// The first word, which is the number; what follows is not looked at.
pub(super) fn number(text: &str) -> Result<u8, String> {
    let Some(word) = text.split_whitespace().next() else { return Err("there is no number".to_owned()) };
    let number = word.parse().ok().filter(|percent: &u8| *percent <= 100);
    number.ok_or_else(|| {
        let shown: String = word.chars().take(MOST_SHOWN).collect();
        format!("{shown:?} is no whole number from 0 to 100")
    })
}
