//! What this director put into the kernel, written down before the kernel is told. The files live in the run
//! directory, on a tmpfs: they end when the kernel's table ends.

use std::collections::BTreeSet;
use std::io;

use daemon::run_dir::RunDir;
use ipvs::ServiceKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// One JSON file of the run directory.
pub(crate) struct StateFile {
    dir: RunDir,
    name: &'static str,
}

impl StateFile {
    pub(crate) fn new(dir: &RunDir, name: &'static str) -> Self {
        Self { dir: dir.clone(), name }
    }

    /// None if there is no file. A file that is not ours to read is an error: guessing would lose what we own.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let Some(bytes) = self.dir.read(self.name)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let path = self.dir.path().join(self.name);
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
        })
    }

    pub(crate) fn write<T: Serialize>(&self, value: &T) -> io::Result<()> {
        let bytes = serde_json::to_vec(value)?;
        self.dir.write(self.name, &bytes)
    }
}
