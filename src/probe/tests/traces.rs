//! What attempts that end badly leave behind: nothing. Alone in its file, because it counts what the process has.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use health::{
    CheckKind, CheckSpec, DnsCheck, HttpCheck, Login, MysqlCheck, Outcome, PostgresCheck, RedisCheck,
    ScriptCheck, Secret, SmtpCheck, TcpCheck, TlsCheck, UdpCheck, Verify,
};
use lvs_probe::attempt;
use tokio::task::JoinSet;

fn kinds() -> Vec<CheckKind> {
    let login = || Some(Login { user: "app".to_owned(), password: Secret("secret".to_owned()) });
    let tls = TlsCheck { sni: None, verify: Verify::Off, certificate: None, key: None };
    vec![
        CheckKind::Tcp(TcpCheck { send: b"x".to_vec(), expect: b"y".to_vec() }),
        CheckKind::Http(HttpCheck::get("/")),
        CheckKind::Http(HttpCheck { tls: Some(tls), ..HttpCheck::get("/") }),
        CheckKind::Smtp(SmtpCheck { helo: "a".to_owned() }),
        CheckKind::Dns(DnsCheck { name: ".".to_owned(), record: "NS".to_owned() }),
        CheckKind::Udp(UdpCheck {
            payload: b"x".to_vec(),
            require_reply: true,
            min_reply: 1,
            max_reply: 9,
            expect: Vec::new(),
        }),
        CheckKind::Script(ScriptCheck {
            command: vec!["/bin/sleep".to_owned(), "3600".to_owned()],
            user: None,
            weight: false,
        }),
        CheckKind::Mysql(MysqlCheck { login: login(), role: None }),
        CheckKind::Redis(RedisCheck { login: login(), role: None }),
        CheckKind::Memcached,
        CheckKind::Postgres(PostgresCheck { login: login(), database: None, role: None }),
    ]
}

/// Several of each at once against a server that says nothing; a part of them is given up on the way, as at the end of a daemon.
async fn round(target: SocketAddr) {
    let mut attempts = JoinSet::new();
    for kind in kinds().into_iter().cycle().take(55) {
        let spec = CheckSpec { timeout: Duration::from_millis(300), ..CheckSpec::new(target, kind) };
        attempts.spawn(async move { attempt(&spec).await });
    }
    for _ in 0..40 {
        let outcome = attempts.join_next().await.unwrap().unwrap();
        assert!(matches!(outcome, Outcome::Fail(_)), "{outcome:?}");
    }
    attempts.shutdown().await;
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Of this process, in any state.
fn children() -> usize {
    let own = std::process::id().to_string();
    let is_child = |entry: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, behind) = stat.rsplit_once(") ")?;
        (behind.split(' ').nth(1)? == own).then_some(())
    };
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| is_child(entry.ok()?)).count()
}

#[tokio::test]
async fn attempts_that_fail_leave_neither_files_nor_processes() {
    let (tcp, target) = loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = tcp.local_addr().unwrap();
        if let Ok(udp) = UdpSocket::bind(target) {
            break ((tcp, udp), target);
        }
    };
    // what the first of each kind opens for all that follow
    round(target).await;
    settled(children, 0).await;
    let before = open_files();
    for _ in 0..3 {
        round(target).await;
    }
    settled(children, 0).await;
    settled(open_files, before).await;
    drop(tcp);
}

/// What is given up ends a moment later.
async fn settled(count: fn() -> usize, wanted: usize) {
    for _ in 0..2_000 {
        if count() <= wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} instead of {wanted}", count());
}
