//! Scheduling and locked memory, as the kernel shows them. Without the right to change them (root) these do nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use hosts::without_rights;
use lvs_kernel::realtime::{RealtimeError, lock_memory, prefer, scheduling};
use nix::unistd::geteuid;

/// `rt_priority` and `policy` of the current thread (proc(5): fields 40 and 41, counted behind the name).
fn current() -> (u8, u8) {
    let text = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit_once(") ").unwrap().1.split(' ').collect();
    (fields[37].parse().unwrap(), fields[38].parse().unwrap())
}

/// Bytes of the process that are locked.
fn locked_kib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn a_thread_alone_becomes_real_time() {
    if !geteuid().is_root() {
        return;
    }
    let before = current();
    let changed = std::thread::spawn(|| scheduling(42).map(|()| current())).join().unwrap();
    assert_eq!(changed.unwrap(), (42, 1), "SCHED_FIFO");
    assert_eq!(current(), before);
}

/// Niceness of the current thread (field 19).
fn nice() -> i32 {
    let text = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    text.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap().parse().unwrap()
}

#[test]
fn a_thread_alone_is_preferred() {
    if !geteuid().is_root() {
        return;
    }
    let before = nice();
    let preferred = std::thread::spawn(|| prefer().map(|()| nice())).join().unwrap().unwrap();
    assert!((-17..=-14).contains(&preferred), "{preferred}");
    assert_eq!((nice(), current().1), (before, 0));
}

#[test]
fn a_priority_is_1_to_99() {
    for priority in [0, 100, 255] {
        assert!(matches!(scheduling(priority), Err(RealtimeError::Priority(found)) if found == priority));
    }
}

#[test]
fn memory_is_locked_when_it_is_used() {
    if !geteuid().is_root() {
        return;
    }
    lock_memory().unwrap();
    let before = locked_kib();
    assert!(before > 0);
    let used = vec![1_u8; 64 << 20];
    assert!(locked_kib() >= before + (64 << 10), "what comes later is locked, too");
    drop(used);
}

#[test]
fn without_the_right_it_says_what_is_needed() {
    let options = "--bounding-set=-sys_nice,-ipc_lock";
    if !without_rights("without_the_right_it_says_what_is_needed", options) {
        return;
    }
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_RTPRIO, 0, 0).unwrap();
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_MEMLOCK, 4096, 4096).unwrap();
    let error = scheduling(10).unwrap_err();
    assert_eq!(error.to_string(), "cannot run a thread with real-time priority 10");
    assert!(error.hint().unwrap().contains("CAP_SYS_NICE"));
    let error = lock_memory().unwrap_err();
    assert_eq!(error.to_string(), "cannot lock memory");
    assert!(error.hint().unwrap().contains("CAP_IPC_LOCK"));
}
