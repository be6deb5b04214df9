//! What a daemon writes down before the kernel is told: one JSON file of the run directory.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::run_dir::RunDir;

/// One JSON file of the run directory.
#[derive(Clone, Debug)]
pub struct StateFile {
    dir: RunDir,
    name: &'static str,
}

impl StateFile {
    /// The file of this name; it need not exist.
    pub fn new(dir: &RunDir, name: &'static str) -> Self {
        Self { dir: dir.clone(), name }
    }

    /// None if there is no file. A file that is not ours to read is an error: guessing would lose what we own.
    pub fn read<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let Some(bytes) = self.dir.read(self.name)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let path = self.dir.path().join(self.name);
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
        })
    }

    /// Writes it whole: afterwards the old content or the new is there, never a part.
    pub fn write<T: Serialize>(&self, value: &T) -> io::Result<()> {
        let bytes = serde_json::to_vec(value)?;
        self.dir.write(self.name, &bytes)
    }

    /// When it was written or touched; none if there is no file.
    pub fn modified(&self) -> io::Result<Option<std::time::SystemTime>> {
        match std::fs::metadata(self.dir.path().join(self.name)) {
            Ok(metadata) => metadata.modified().map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the time at which it was written to this moment; the content stays.
    pub fn touch(&self) -> io::Result<()> {
        let file = std::fs::OpenOptions::new().write(true).open(self.dir.path().join(self.name))?;
        file.set_modified(std::time::SystemTime::now())
    }
}
