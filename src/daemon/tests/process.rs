//! What depends on the process' surroundings: each test runs itself again with other ones.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use common::Scratch;
use lvs_daemon::signals::{Signal, Signals};
use lvs_daemon::{log, notify};

/// Set for the second run.
const CHILD: &str = "LVS_DAEMON_TEST_CHILD";

fn child() -> bool {
    std::env::var_os(CHILD).is_some()
}

fn again(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").env_remove("RUST_LOG");
    command
}

#[test]
fn the_service_manager_is_told() {
    if child() {
        notify::ready("2 VIPs ready");
        notify::status("first\nREADY=0");
        notify::reloading();
        notify::watchdog();
        notify::stopping();
        assert_eq!(notify::watchdog_interval(), Some(Duration::from_secs(5)));
        return;
    }
    let dir = Scratch::new();
    let path = dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut command = again("the_service_manager_is_told");
    command.env("NOTIFY_SOCKET", path).env("WATCHDOG_USEC", "10000000").env_remove("WATCHDOG_PID");
    assert!(command.status().unwrap().success());
    let told = std::array::from_fn::<_, 5, _>(|_| {
        let mut bytes = vec![0; 4096];
        let length = socket.recv(&mut bytes).unwrap();
        bytes.truncate(length);
        String::from_utf8(bytes).unwrap()
    });
    let [ready, status, reloading, watchdog, stopping] = told;
    assert_eq!(ready.trim_end(), "READY=1\nSTATUS=2 VIPs ready");
    assert_eq!(status.trim_end(), "STATUS=first READY=0");
    assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
    assert_eq!((watchdog.trim_end(), stopping.trim_end()), ("WATCHDOG=1", "STOPPING=1"));
}

#[test]
fn without_a_service_manager_nothing_happens() {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        notify::ready("x");
        notify::stopping();
    }
}

#[test]
fn no_thread_of_a_daemon_hands_capabilities_down() {
    if child() {
        // those of the test's own harness keep them
        let none = || ambient().iter().filter(|set| *set == "0000000000000000").count();
        assert_eq!(none(), 0);
        let _logging = log::init_to_run("info").unwrap();
        assert_eq!(none(), 2, "this one's and the log's");
        std::process::exit(0);
    }
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let test = "no_thread_of_a_daemon_hands_capabilities_down";
    let mut command = Command::new("setpriv");
    command.args(["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"]);
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture", "--test-threads=1"]);
    assert!(command.env(CHILD, "1").env_remove("RUST_LOG").status().unwrap().success());
}

/// What each thread of this process hands down to the programs that it runs.
fn ambient() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let status = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap());
    let line =
        |text: String| text.lines().find_map(|line| Some(line.strip_prefix("CapAmb:")?.trim().to_owned()));
    status.map(|text| line(text).unwrap()).collect()
}

/// Where the second run finds the journal.
const JOURNAL: &str = "LVS_DAEMON_TEST_JOURNAL";

fn log_two_lines() {
    let journal = std::env::var_os(JOURNAL).unwrap_or_else(|| "/no/journal".into());
    let _logging = log::init_to("info", journal.as_ref()).unwrap();
    tracing::info!(service = "web", priority = 100, reason = "refused\nby 192.0.2.8", "real server down");
    tracing::debug!("not shown");
}

/// The same file as what systemd says it connected to its journal.
fn stream(file: &File) -> String {
    let metadata = file.metadata().unwrap();
    format!("{}:{}", metadata.dev(), metadata.ino())
}

const LINE: &str = "INFO real server down service=web priority=100 reason=\"refused\\nby 192.0.2.8\"\n";

#[test]
fn the_journal_is_recognised_by_its_stream() {
    if child() {
        return log_two_lines();
    }
    let dir = Scratch::new();
    let path = dir.path().join("stderr");
    let file = File::create(&path).unwrap();
    let test = "the_journal_is_recognised_by_its_stream";
    let journal = stream(&file);
    assert!(again(test).env("JOURNAL_STREAM", journal).stderr(file).status().unwrap().success());
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("<6>{LINE}"));

    // a variable that was handed down to a terminal means nothing
    let shown = again(test).env("JOURNAL_STREAM", "1:1").output().unwrap();
    let text = String::from_utf8(shown.stderr).unwrap();
    assert!(text.starts_with("20") && text.ends_with(&format!("Z {LINE}")), "{text}");

    let quiet = again(test).env("RUST_LOG", "error").output().unwrap();
    assert!(quiet.stderr.is_empty());
}

#[test]
fn the_journal_gets_one_entry_with_its_fields_and_standard_error_nothing() {
    if child() {
        return log_two_lines();
    }
    let dir = Scratch::new();
    let (stderr, socket) = (dir.path().join("stderr"), dir.path().join("journal"));
    let journal = UnixDatagram::bind(&socket).unwrap();
    journal.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let file = File::create(&stderr).unwrap();
    let mut command = again("the_journal_gets_one_entry_with_its_fields_and_standard_error_nothing");
    command.env(JOURNAL, &socket).env("JOURNAL_STREAM", stream(&file)).stderr(file);
    assert!(command.status().unwrap().success());
    let mut bytes = vec![0; 65_536];
    let length = journal.recv(&mut bytes).unwrap();
    bytes.truncate(length);
    let entry = String::from_utf8(bytes).unwrap();
    let (plain, reason) = entry.split_at(entry.find("REASON\n").unwrap());
    let name = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(
        plain,
        format!(
            "PRIORITY=6\nSYSLOG_IDENTIFIER={name}\nTARGET=process\nMESSAGE={}SERVICE=web\nLVS_PRIORITY=100\n",
            LINE.strip_prefix("INFO ").unwrap()
        )
    );
    // a value of more lines has its length before it
    assert_eq!(reason, "REASON\n\u{14}\0\0\0\0\0\0\0refused\nby 192.0.2.8\n");
    journal.set_nonblocking(true).unwrap();
    assert!(journal.recv(&mut [0; 16]).is_err(), "an event is one entry");
    assert_eq!(fs::read_to_string(&stderr).unwrap(), "");
}

#[test]
fn a_level_that_is_none_is_refused() {
    for wrong in
        ["lots=of,=it=", "bogus", "", "3", "warn,bogus", "lvs_agent", "lvs_agent=", "warn,lvs_agent=bogus"]
    {
        let error = log::check(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("log level {wrong:?} is not understood"));
        assert!(error.hint().unwrap().starts_with("error, warn, info"));
    }
    for good in [
        "off",
        "error",
        "warn",
        "info",
        "debug",
        "trace",
        "INFO",
        "warn,lvs_agent=debug",
        "lvs_agent=off, info",
    ] {
        assert!(log::check(good).is_ok(), "{good}");
    }
}

#[tokio::test]
async fn signals_become_orders() {
    let mut signals = Signals::new().unwrap();
    let raise = |signal| nix::sys::signal::kill(nix::unistd::getpid(), signal).unwrap();
    raise(nix::sys::signal::Signal::SIGHUP);
    assert_eq!(signals.next().await, Signal::Reload);
    raise(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(signals.next().await, Signal::Terminate);
    raise(nix::sys::signal::Signal::SIGINT);
    assert_eq!(signals.next().await, Signal::Terminate);
}
