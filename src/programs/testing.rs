//! What tests with real programs need; the tests of the `router` room take this file too.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Long enough for a loaded machine; what takes so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A directory of a test's own, on a path that only root may write, unlike `/tmp`.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/var/lib/lvs-programs-test-{}-{nth}", std::process::id()));
        fs::create_dir(&path).expect("these tests run as root");
        let place = Self(path);
        mode(&place.0, 0o755);
        place
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("plain letters").to_owned()
    }

    /// A shell script, 0755.
    pub(crate) fn script(&self, name: &str, text: &str) -> Vec<String> {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("own directory");
        mode(&path, 0o755);
        vec![path]
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        // at once, so that nobody reads half of it
        fs::write(self.path(".new"), text).expect("own directory");
        fs::rename(self.path(".new"), self.path(name)).expect("own directory");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("own file");
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

/// Whether no process of that number runs; one that its parent has not reaped yet does not run.
pub(crate) fn is_dead(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with(['Z', 'X']) || rest.is_empty())
}
