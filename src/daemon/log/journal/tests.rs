#![allow(clippy::unwrap_used, reason = "a test")]

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tracing_subscriber::layer::SubscriberExt;

use super::super::queue::{LIMIT, Queue};
use super::super::sender::{Logging, Outlet, standard_error, start};
use super::{LONGEST, Post, Style, cut, journal_name};

/// A journal of our own, in a directory that ends with the test.
struct Listener {
    socket: UnixDatagram,
    dir: PathBuf,
}

impl Listener {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("lvs-journal-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let socket = UnixDatagram::bind(dir.join("socket")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { socket, dir }
    }

    fn path(&self) -> PathBuf {
        self.dir.join("socket")
    }

    /// Waits for one.
    fn entry(&self) -> String {
        let mut bytes = vec![0; 1 << 16];
        let length = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    fn is_empty(&self) -> bool {
        self.socket.set_nonblocking(true).unwrap();
        self.socket.recv(&mut [0; 16]).is_err()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // a leftover below /tmp harms nobody
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn names_are_as_the_journal_wants_them_and_none_of_its_own() {
    let names = ["vip", "real_server", "priority", "message_id", "syslog_pid", "_pid", "2nd", "a.b"];
    let given = names.map(journal_name);
    let wanted = [
        "VIP",
        "REAL_SERVER",
        "LVS_PRIORITY",
        "LVS_MESSAGE_ID",
        "LVS_SYSLOG_PID",
        "LVS__PID",
        "LVS_2ND",
        "A_B",
    ];
    assert_eq!(given, wanted);
}

#[test]
fn a_long_value_is_cut_between_characters() {
    let long = "ä".repeat(LONGEST);
    assert_eq!(cut(&long).len(), LONGEST);
    assert_eq!(cut(&format!("x{long}")).len(), LONGEST - 1);
    assert_eq!(cut("short"), "short");
}

/// Logs to it with so much room in the queue.
fn logged(listener: &Listener, room: usize, log: impl FnOnce()) -> Logging {
    let (post, queue) = (Post::to(&listener.path()).unwrap(), Arc::new(Queue::new(room)));
    let subscriber = tracing_subscriber::registry().with(post.layer(Arc::clone(&queue)));
    let outlet = Outlet { post: Some(post), lines: standard_error().unwrap(), style: Style::Journal };
    let logging = start(queue, outlet).unwrap();
    tracing::subscriber::with_default(subscriber, log);
    logging
}

fn say(events: u32) {
    (0..events).for_each(|number| tracing::info!(number, "said"));
}

/// More than any queue of datagrams holds (net.unix.max_dgram_qlen).
const MANY: u32 = 20_000;

#[test]
fn a_burst_that_the_journal_reads_later_is_there_as_a_whole_and_in_its_order() {
    let listener = Listener::new("burst");
    let logging = logged(&listener, LIMIT, || say(MANY));
    for number in 0..MANY {
        let entry = listener.entry();
        assert!(entry.ends_with(&format!("NUMBER={number}\n")), "{number}: {entry}");
    }
    drop(logging);
    assert!(listener.is_empty());
}

#[test]
fn the_end_waits_until_the_journal_has_everything() {
    let listener = Listener::new("end");
    let logging = logged(&listener, LIMIT, || say(300));
    let reader = thread::spawn(move || (0..300).for_each(|_| drop(listener.entry())));
    drop(logging);
    reader.join().unwrap();
}

#[test]
fn a_journal_that_nobody_reads_holds_nothing_up_and_hears_how_much_is_lost() {
    let listener = Listener::new("busy");
    let logging = logged(&listener, 100_000, || say(MANY));
    let (mut said, mut lost) = (0, 0);
    while said + lost < MANY {
        match listener.entry().split_once("\nLOST=") {
            Some((_, number)) => lost += number.trim_end().parse::<u32>().unwrap(),
            None => said += 1,
        }
    }
    assert_eq!(said + lost, MANY);
    assert!(lost > 0, "{said} entries fit: the test needs more");
    drop(logging);
    assert!(listener.is_empty());
}

#[test]
fn the_end_does_not_wait_for_a_journal_that_nobody_reads() {
    let listener = Listener::new("stuck");
    drop(logged(&listener, LIMIT, || say(MANY)));
    assert!(listener.entry().contains("NUMBER=0\n"));
}

#[test]
fn a_journal_that_comes_back_is_told_again() {
    let before = Listener::new("back");
    let path = before.path();
    let post = Post::to(&path).unwrap();
    assert!(post.send(b"MESSAGE=there\n"));
    drop(before);
    assert!(!post.send(b"MESSAGE=to standard error\n"));
    let after = Listener::new("back");
    assert!(post.send(b"MESSAGE=ready\n"));
    assert_eq!(after.entry(), "MESSAGE=ready\n");
}

#[test]
fn an_entry_says_what_its_line_says_and_each_field() {
    let listener = Listener::new("fields");
    let _logging = logged(&listener, LIMIT, || tracing::info!(vip = "192.0.2.100", "ready"));
    let entry = listener.entry();
    assert!(entry.ends_with("MESSAGE=ready vip=192.0.2.100\nVIP=192.0.2.100\n"), "{entry}");
}

#[test]
fn where_nobody_listens_there_is_no_journal() {
    assert!(Post::to(std::path::Path::new("/no/journal")).is_err());
}
