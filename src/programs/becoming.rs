//! Tests that run once more as somebody else: what a process may do is the process's.

use std::path::PathBuf;
use std::process::Command;

use crate::testing::{Place, mode};

const PLACE: &str = "LVS_TEST_PLACE";

/// The place that the first run has made; none in the first run.
pub(crate) fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// Runs `test` again under `setpriv` with these options. The copy is where every user can run it.
pub(crate) fn again(test: &str, place: &Place, options: &[&str]) {
    let copy = place.path("tests");
    std::fs::copy(std::env::current_exe().expect("this"), &copy).expect("own directory");
    mode(&copy, 0o755);
    let done = Command::new("setpriv")
        .args(options)
        .args([&copy, "--exact", test])
        .env(PLACE, &place.0)
        .current_dir("/")
        .output()
        .expect("util-linux has it");
    let [printed, complained] = [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(done.status.success() && printed.contains("1 passed"), "{printed}{complained}");
}
