//! `arp_ignore` of interfaces on which ARP for addresses of `lo` must go unanswered for a moment. Written down before it is
//! set, and put back afterwards, by the next run if need be.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use kernel::sysctl::Sysctls;

use super::HoldError;
use crate::notes::Notes;

const FILE: &str = "arp_ignore.json";
/// Only addresses of the interface itself are answered for (`ip-sysctl.rst`).
const SILENT: i32 = 1;

pub(super) struct Silence {
    file: StateFile,
    sysctls: Sysctls,
    /// what interfaces had before
    before: BTreeMap<String, i32>,
    notes: Notes,
}

impl Silence {
    pub(super) fn open(dir: &RunDir, notes: Notes) -> Result<Self, HoldError> {
        let file = StateFile::new(dir, FILE);
        let before = file.read().map_err(HoldError::State)?.unwrap_or_default();
        Ok(Self { file, sysctls: Sysctls::default(), before, notes })
    }

    /// Before addresses come to `lo`.
    pub(super) fn begin(&mut self, interfaces: &BTreeSet<String>) {
        for interface in interfaces {
            if !self.before.contains_key(interface)
                && let Err(error) = self.silence(interface)
            {
                self.notes
                    .warn(format!("ARP for the addresses that leave {interface} may be answered: {error}"));
            }
        }
    }

    /// After addresses have gone from `lo`: only these stay silent.
    pub(super) fn end(&mut self, interfaces: &BTreeSet<String>) {
        let over: Vec<String> =
            self.before.keys().filter(|name| !interfaces.contains(*name)).cloned().collect();
        if over.is_empty() {
            return;
        }
        for interface in over {
            self.restore(&interface);
        }
        if let Err(error) = self.file.write(&self.before) {
            self.notes.warn(format!("cannot write {FILE}: {error}"));
        }
    }

    fn silence(&mut self, interface: &str) -> Result<(), String> {
        let text = |error: kernel::sysctl::SysctlError| daemon::errors::one_line(&error);
        let own = self.sysctls.read(&path(interface)).map_err(text)?;
        let all = self.sysctls.read(&path("all")).map_err(text)?;
        // the larger one counts (`IN_DEV_MAXCONF`)
        if own.max(all) >= SILENT {
            return Ok(());
        }
        self.before.insert(interface.to_owned(), own);
        self.file.write(&self.before).map_err(|error: io::Error| format!("cannot write {FILE}: {error}"))?;
        self.sysctls.write(&path(interface), SILENT).map_err(text)?;
        Ok(())
    }

    /// A value that somebody else wrote meanwhile stays; an interface that is gone has none.
    fn restore(&mut self, interface: &str) {
        let Some(before) = self.before.remove(interface) else { return };
        if self.sysctls.read(&path(interface)).is_ok_and(|value| value == SILENT)
            && let Err(error) = self.sysctls.write(&path(interface), before)
        {
            self.notes.warn(format!(
                "cannot put arp_ignore of {interface} back to {before}: {}",
                daemon::errors::one_line(&error)
            ));
        }
    }
}

fn path(interface: &str) -> String {
    format!("net/ipv4/conf/{interface}/arp_ignore")
}
