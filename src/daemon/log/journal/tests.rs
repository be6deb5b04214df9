#![allow(clippy::unwrap_used, reason = "a test")]

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use tracing_subscriber::layer::SubscriberExt;

use super::{Journal, LONGEST, cut, journal_name};

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
        socket.set_nonblocking(true).unwrap();
        Self { socket, dir }
    }

    fn path(&self) -> PathBuf {
        self.dir.join("socket")
    }

    fn entries(&self) -> Vec<String> {
        let mut bytes = vec![0; 1 << 20];
        let receive = || {
            let length = self.socket.recv(&mut bytes).ok()?;
            Some(String::from_utf8_lossy(bytes.get(..length)?).into_owned())
        };
        std::iter::from_fn(receive).collect()
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

#[test]
fn a_journal_that_nobody_reads_holds_nothing_up_and_hears_how_much_is_lost() {
    let listener = Listener::new("busy");
    let journal = Journal::new(&listener.path()).unwrap();
    let lost = |events: u32| {
        for number in 0..events {
            tracing::info!(number, "said");
        }
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(journal), || {
        // more than any queue of datagrams holds (net.unix.max_dgram_qlen)
        lost(20_000);
        let taken = listener.entries().len();
        assert!(taken < 20_000, "{taken} entries fit: the test needs more");
        lost(1);
        let entries = listener.entries();
        let lost = 20_000 - taken;
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().any(|entry| entry.contains(&format!("LOST={lost}\n"))), "{lost}: {entries:?}");
    });
}

#[test]
fn a_journal_that_comes_back_is_told_again() {
    let before = Listener::new("back");
    let journal = Journal::new(&before.path()).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(journal), || {
        drop(before);
        tracing::info!("to standard error");
        let after = Listener::new("back");
        tracing::info!(vip = "192.0.2.100", "ready");
        let entries = after.entries();
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert!(
            entries.iter().all(|entry| entry.contains("MESSAGE=ready vip=192.0.2.100\nVIP=192.0.2.100\n"))
        );
    });
}

#[test]
fn where_nobody_listens_there_is_no_journal() {
    assert!(Journal::new(std::path::Path::new("/no/journal")).is_err());
}
