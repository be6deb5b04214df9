//! Whether the systemd units and processes that VIPs need run: by cgroups and `/proc`, so that neither systemd nor D-Bus is
//! asked. Whoever stopped by a signal or was frozen serves nobody, and does not count.

mod processes;
mod search;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use host::Need;

use processes::Processes;
use units::Units;

/// What runs, with what the last look found, so that the next one is cheap.
pub(crate) struct Runs {
    units: Units,
    processes: Processes,
}

/// Where the kernel and systemd tell.
pub(super) struct Roots {
    cgroups: PathBuf,
    proc: PathBuf,
    /// directories of unit files, those that win first
    unit_files: Vec<PathBuf>,
}

impl Runs {
    /// This host's.
    pub(crate) fn new() -> Self {
        Self::at(Roots::default())
    }

    fn at(roots: Roots) -> Self {
        let Roots { cgroups, proc, unit_files } = roots;
        Self { units: Units::new(cgroups, proc.clone(), unit_files), processes: Processes::new(proc) }
    }

    /// Each that is wanted: it runs, or why not.
    ///
    /// What runs costs a read or two. What does not is searched for: at once, and then so rarely that searching takes at
    /// most a twentieth of the time.
    pub(crate) fn look<'a>(
        &mut self,
        wanted: impl Iterator<Item = &'a Need>,
    ) -> BTreeMap<Need, Result<(), String>> {
        self.look_at(wanted, Instant::now())
    }

    fn look_at<'a>(
        &mut self,
        wanted: impl Iterator<Item = &'a Need>,
        now: Instant,
    ) -> BTreeMap<Need, Result<(), String>> {
        let (mut units, mut processes) = (Vec::new(), Vec::new());
        for need in wanted {
            match need {
                Need::Unit(name) => units.push(name.as_str()),
                Need::Process(name) => processes.push(name.as_str()),
            }
        }
        let units = self.units.look(&units, now).into_iter();
        let units = units.map(|(name, found)| (Need::Unit(name), found));
        let processes = self.processes.look(&processes, now).into_iter();
        units.chain(processes.map(|(name, found)| (Need::Process(name), found))).collect()
    }
}

impl Default for Roots {
    fn default() -> Self {
        let files =
            ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
        Self {
            cgroups: Path::new("/sys/fs/cgroup").to_owned(),
            proc: Path::new("/proc").to_owned(),
            unit_files: files.map(PathBuf::from).to_vec(),
        }
    }
}
