//! The run directory and its lock.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::Scratch;
use lvs_daemon::run_dir::{LockError, RunDir, RunDirError};

fn open(dir: &Scratch) -> RunDir {
    RunDir::open(dir.path(), false).unwrap()
}

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn is_made_only_when_asked_to() {
    let dir = Scratch::new();
    let path = dir.path().join("deep/er");
    assert!(matches!(RunDir::open(&path, false), Err(RunDirError::Missing(_))));
    RunDir::open(&path, true).unwrap();
    assert_eq!(mode(&path), 0o755);
    RunDir::open(&path, true).unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(RunDir::open(file, true), Err(RunDirError::NotADirectory(_))));
}

#[test]
fn default_is_below_run() {
    // the test's own environment may have the variable that systemd sets
    if std::env::var_os("RUNTIME_DIRECTORY").is_none() {
        assert_eq!(RunDir::default_path("lvs-rs-agent").to_str(), Some("/run/lvs-rs-agent"));
    }
}

#[test]
fn one_holds_the_lock_until_it_lets_go() {
    let dir = Scratch::new();
    let lock = open(&dir).lock().unwrap();
    let refused = open(&dir).lock().unwrap_err();
    assert_eq!(refused.to_string(), format!("already running (pid {})", std::process::id()));
    assert!(matches!(refused, LockError::Held { pid: Some(pid) } if pid == std::process::id()));
    drop(lock);
    open(&dir).lock().unwrap();
}

#[test]
fn a_longer_pid_of_a_dead_holder_leaves_nothing() {
    let dir = Scratch::new();
    fs::write(dir.path().join("lock"), "12345678901\n").unwrap();
    let _lock = open(&dir).lock().unwrap();
    let text = fs::read_to_string(dir.path().join("lock")).unwrap();
    assert_eq!(text, format!("{}\n", std::process::id()));
}

#[test]
fn a_lock_that_cannot_be_opened_is_no_running_daemon() {
    let dir = Scratch::new();
    fs::create_dir(dir.path().join("lock")).unwrap();
    assert!(matches!(open(&dir).lock(), Err(LockError::Io { .. })));
}

#[test]
fn reads_back_what_it_wrote() {
    let dir = Scratch::new();
    let run = open(&dir);
    assert_eq!(run.read("owned.json").unwrap(), None);
    run.write("owned.json", b"first, and longer").unwrap();
    run.write("owned.json", b"second").unwrap();
    assert_eq!(run.read("owned.json").unwrap().unwrap(), b"second");
    assert_eq!(mode(dir.path().join("owned.json")), 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
    run.remove("owned.json").unwrap();
    run.remove("owned.json").unwrap();
    assert_eq!(run.read("owned.json").unwrap(), None);
}

#[test]
fn what_a_crash_left_does_not_hinder() {
    let dir = Scratch::new();
    fs::write(dir.path().join("owned.json.new"), "half").unwrap();
    open(&dir).write("owned.json", b"whole").unwrap();
    assert_eq!(open(&dir).read("owned.json").unwrap().unwrap(), b"whole");
    assert_eq!(mode(dir.path().join("owned.json")), 0o600);
}

#[test]
fn a_write_that_fails_keeps_the_old() {
    let dir = Scratch::new();
    open(&dir).write("owned.json", b"old").unwrap();
    fs::create_dir(dir.path().join("owned.json.new")).unwrap();
    open(&dir).write("owned.json", b"new").unwrap_err();
    assert_eq!(open(&dir).read("owned.json").unwrap().unwrap(), b"old");
}

#[test]
fn names_stay_within() {
    let dir = Scratch::new();
    for name in ["", "..", "../x", "a/b", ".hidden"] {
        open(&dir).write(name, b"x").unwrap_err();
        open(&dir).read(name).unwrap_err();
    }
}

#[test]
fn huge_files_are_not_read() {
    let dir = Scratch::new();
    fs::write(dir.path().join("owned.json"), vec![b'x'; 16 * 1024 * 1024 + 1]).unwrap();
    assert_eq!(open(&dir).read("owned.json").unwrap_err().kind(), std::io::ErrorKind::FileTooLarge);
}
