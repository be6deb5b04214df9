//! What is ours and what drains, in the run directory's `state.json`: written before the kernel is told, so that a
//! crash leaves nothing unknown. The directory is on a tmpfs and ends with the kernel's own state.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use daemon::run_dir::RunDir;
use host::{ArpSysctl, Owned, Sysctl};
use serde::{Deserialize, Serialize};

use crate::core::{Director, Drains, Phase, Progress};

const FILE: &str = "state.json";
/// Where a file that cannot be read is put aside.
const ASIDE: &str = "state.json.unreadable";
/// Of the format below.
const VERSION: u32 = 1;

/// What an earlier run wrote down.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) owned: Owned,
    pub(crate) drains: Drains,
}

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("cannot read {FILE} in the run directory")]
    Read(#[source] io::Error),
    #[error("{FILE} in the run directory is not ours to read")]
    Foreign(#[source] serde_json::Error),
    #[error("{FILE} in the run directory is of format {0}, not {VERSION}")]
    Version(u32),
}

/// The run directory's file.
pub(crate) struct Store {
    directory: RunDir,
    /// what the file holds, so that nothing is written twice
    written: Vec<u8>,
}

impl Store {
    pub(crate) fn new(directory: RunDir) -> Self {
        Self { directory, written: Vec::new() }
    }

    pub(crate) fn directory(&self) -> &RunDir {
        &self.directory
    }

    /// Reads the file; nothing is ours where there is none.
    pub(crate) fn read(&self) -> Result<Stored, StoreError> {
        let Some(bytes) = self.directory.read(FILE).map_err(StoreError::Read)? else {
            return Ok(Stored::default());
        };
        let file: File = serde_json::from_slice(&bytes).map_err(StoreError::Foreign)?;
        if file.version == VERSION { Ok(file.into()) } else { Err(StoreError::Version(file.version)) }
    }

    /// Reads the file; one that cannot be read is put aside under another name, never overwritten.
    pub(crate) fn read_or_set_aside(&self) -> io::Result<Stored> {
        let error = match self.read() {
            Ok(stored) => return Ok(stored),
            Err(error) => daemon::errors::one_line(&error),
        };
        let path = self.directory.path();
        std::fs::rename(path.join(FILE), path.join(ASIDE))?;
        let aside = path.join(ASIDE);
        tracing::warn!(%error, aside = %aside.display(), "what is ours is not known: taken to be nothing");
        Ok(Stored::default())
    }

    /// Writes what is ours and what drains, if it is not what the file holds.
    pub(crate) fn write(&mut self, owned: &Owned, drains: &Drains) -> io::Result<()> {
        let bytes = serde_json::to_vec(&File::from((owned, drains)))?;
        if bytes != self.written {
            self.directory.write(FILE, &bytes)?;
            self.written = bytes;
        }
        Ok(())
    }

    /// Removes the file: nothing is ours any more.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        self.written.clear();
        self.directory.remove(FILE)
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    addresses: Vec<OwnAddress>,
    devices: Vec<String>,
    sysctls: Vec<OwnSysctl>,
    bystanders: Vec<OwnAddress>,
    drain_host: Option<u64>,
    drain_vips: BTreeMap<IpAddr, u64>,
    // what follows is missing where an agent wrote that knew no phases
    #[serde(default)]
    drain_host_stops: bool,
    #[serde(default)]
    drain_phases: BTreeMap<IpAddr, DrainPhase>,
    #[serde(default)]
    directors: Vec<Known>,
}

#[derive(Serialize, Deserialize)]
struct DrainPhase {
    phase: PhaseName,
    deadline_ms: u64,
    /// since boot
    ends_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PhaseName {
    Quiescing,
    Draining,
    Leaving,
    Off,
}

#[derive(Serialize, Deserialize)]
struct Known {
    name: String,
    address: IpAddr,
}

#[derive(Serialize, Deserialize)]
struct OwnAddress {
    address: IpAddr,
    device: String,
}

#[derive(Serialize, Deserialize)]
struct OwnSysctl {
    interface: String,
    name: SysctlName,
    before: i32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SysctlName {
    ArpIgnore,
    ArpAnnounce,
}

impl From<(&Owned, &Drains)> for File {
    fn from((owned, drains): (&Owned, &Drains)) -> Self {
        let address =
            |(address, device): &(IpAddr, String)| OwnAddress { address: *address, device: device.clone() };
        let sysctl = |(sysctl, before): (&Sysctl, &i32)| OwnSysctl {
            interface: sysctl.interface.clone(),
            name: sysctl.name.into(),
            before: *before,
        };
        Self {
            version: VERSION,
            addresses: owned.addresses.iter().map(address).collect(),
            devices: owned.devices.iter().cloned().collect(),
            sysctls: owned.sysctls.iter().map(sysctl).collect(),
            bystanders: owned.bystanders.iter().map(address).collect(),
            drain_host: drains.host,
            drain_vips: drains.vips.clone(),
            drain_host_stops: drains.host_stops,
            drain_phases: drains.progress.iter().map(|(vip, progress)| (*vip, progress.into())).collect(),
            directors: drains.directors.iter().map(Known::from).collect(),
        }
    }
}

impl From<File> for Stored {
    fn from(file: File) -> Self {
        let address = |own: OwnAddress| (own.address, own.device);
        let sysctl =
            |own: OwnSysctl| (Sysctl { interface: own.interface, name: own.name.into() }, own.before);
        Self {
            owned: Owned {
                addresses: file.addresses.into_iter().map(address).collect(),
                devices: file.devices.into_iter().collect(),
                sysctls: file.sysctls.into_iter().map(sysctl).collect(),
                bystanders: file.bystanders.into_iter().map(address).collect(),
            },
            drains: Drains {
                host: file.drain_host,
                host_stops: file.drain_host_stops,
                vips: file.drain_vips,
                progress: file.drain_phases.into_iter().map(|(vip, phase)| (vip, phase.into())).collect(),
                directors: file.directors.into_iter().map(Director::from).collect(),
            },
        }
    }
}

impl From<ArpSysctl> for SysctlName {
    fn from(name: ArpSysctl) -> Self {
        match name {
            ArpSysctl::Ignore => Self::ArpIgnore,
            ArpSysctl::Announce => Self::ArpAnnounce,
        }
    }
}

impl From<SysctlName> for ArpSysctl {
    fn from(name: SysctlName) -> Self {
        match name {
            SysctlName::ArpIgnore => Self::Ignore,
            SysctlName::ArpAnnounce => Self::Announce,
        }
    }
}

impl From<&Progress> for DrainPhase {
    fn from(progress: &Progress) -> Self {
        Self {
            phase: progress.phase.into(),
            deadline_ms: milliseconds(progress.deadline),
            ends_ms: milliseconds(progress.ends),
        }
    }
}

impl From<DrainPhase> for Progress {
    fn from(written: DrainPhase) -> Self {
        Self {
            phase: written.phase.into(),
            deadline: Duration::from_millis(written.deadline_ms),
            ends: Duration::from_millis(written.ends_ms),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<Phase> for PhaseName {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Quiescing => Self::Quiescing,
            Phase::Draining => Self::Draining,
            Phase::Leaving => Self::Leaving,
            Phase::Off => Self::Off,
        }
    }
}

impl From<PhaseName> for Phase {
    fn from(name: PhaseName) -> Self {
        match name {
            PhaseName::Quiescing => Self::Quiescing,
            PhaseName::Draining => Self::Draining,
            PhaseName::Leaving => Self::Leaving,
            PhaseName::Off => Self::Off,
        }
    }
}

impl From<&Director> for Known {
    fn from(director: &Director) -> Self {
        Self { name: director.name.clone(), address: director.address }
    }
}

impl From<Known> for Director {
    fn from(known: Known) -> Self {
        Self { name: known.name, address: known.address }
    }
}

#[cfg(test)]
mod tests;
