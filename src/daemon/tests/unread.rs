//! A log that goes into a pipe which nobody reads: each test runs itself again with its standard error there.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use lvs_daemon::log;

/// Set for the second run.
const CHILD: &str = "LVS_DAEMON_TEST_CHILD";
/// More than waits for a reader.
const MANY: usize = 200_000;
const LONG: Duration = Duration::from_secs(60);

fn child() -> bool {
    std::env::var_os(CHILD).is_some()
}

fn again(test: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").env_remove("RUST_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Says so when it has logged, and ends when its standard input does.
fn log_much() {
    let _logging = log::init_to("info", "/no/journal".as_ref()).unwrap();
    (0..MANY).for_each(|number| tracing::info!(number, "said"));
    println!("logged");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Its lines, as they come.
fn lines(stream: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            // whoever waited may have heard enough
            let _ = sender.send(line.unwrap());
        }
    });
    receiver
}

/// Waits until it has logged.
fn has_logged(child: &mut Child) {
    let stdout = lines(child.stdout.take().unwrap());
    while !stdout.recv_timeout(LONG).unwrap().ends_with("logged") {}
}

#[test]
fn nobody_waits_and_what_is_lost_is_said() {
    if child() {
        return log_much();
    }
    let mut child = again("nobody_waits_and_what_is_lost_is_said");
    has_logged(&mut child);
    let stderr = lines(child.stderr.take().unwrap());
    let (mut said, mut lost) = (0, 0);
    while said + lost < MANY {
        let line = stderr.recv_timeout(LONG).unwrap();
        said += usize::from(line.contains("INFO said number="));
        lost += line.split_once(" lost=").map_or(0, |(_, number)| number.parse::<usize>().unwrap());
    }
    assert_eq!(said + lost, MANY);
    assert!(lost > 0, "{said} lines fit: the test needs more");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_end_comes_although_nobody_reads() {
    if child() {
        return log_much();
    }
    let mut child = again("the_end_comes_although_nobody_reads");
    has_logged(&mut child);
    drop(child.stdin.take());
    let unread = child.stderr.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait().unwrap()));
    assert!(receiver.recv_timeout(LONG).unwrap().success());
    drop(unread);
}
