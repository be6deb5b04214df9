//! What this director put into the kernel, written down before the kernel is told. The files live in the run
//! directory, on a tmpfs: they end when the kernel's table ends.

use std::collections::BTreeSet;
use std::io;

use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use ipvs::ServiceKey;

/// The services that are ours, and so may be deleted by us.
pub(crate) struct OwnedServices {
    file: StateFile,
    keys: BTreeSet<ServiceKey>,
}

impl OwnedServices {
    /// Reads what an earlier run wrote down.
    pub(crate) fn open(dir: &RunDir) -> io::Result<Self> {
        let file = StateFile::new(dir, "services.json");
        let texts: Vec<String> = file.read()?.unwrap_or_default();
        let keys = texts.iter().filter_map(|text| text.parse().ok()).collect();
        Ok(Self { file, keys })
    }

    /// The services that are ours.
    pub(crate) fn keys(&self) -> &BTreeSet<ServiceKey> {
        &self.keys
    }

    /// Writes down that these are ours, before they are made.
    pub(crate) fn add(&mut self, keys: impl Iterator<Item = ServiceKey>) -> io::Result<()> {
        let before = self.keys.len();
        self.keys.extend(keys);
        if self.keys.len() == before { Ok(()) } else { self.write() }
    }

    /// Keeps only what still exists or is wanted, after deletions.
    pub(crate) fn retain(&mut self, keep: impl Fn(&ServiceKey) -> bool) -> io::Result<()> {
        let before = self.keys.len();
        self.keys.retain(keep);
        if self.keys.len() == before { Ok(()) } else { self.write() }
    }

    fn write(&self) -> io::Result<()> {
        let texts: Vec<String> = self.keys.iter().map(ToString::to_string).collect();
        self.file.write(&texts)
    }
}

/// The file of the real servers drained by command.
pub(crate) const DRAINED: &str = "drained.json";
/// The file of what agents that drain were told.
pub(crate) const AGENT_ORDERS: &str = "agents.json";
