//! Redis, memcached and PostgreSQL checks against servers that are played.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::io::{Read, Write};
use std::net::SocketAddr;

use common::play::{Play, Turn, hear, say};
use common::{passes, reason, refusing, server, short, tcp};
use health::{
    CheckKind, CheckSpec, Login, MysqlCheck, MysqlRole, PostgresCheck, PostgresRole, RedisCheck, RedisRole,
    Secret,
};
use proptest::prelude::*;

fn login(user: &str) -> Login {
    Login { user: user.to_owned(), password: Secret("secret".to_owned()) }
}

fn redis(target: SocketAddr, login: impl Into<Option<Login>>, role: Option<RedisRole>) -> CheckSpec {
    let login = login.into();
    CheckSpec { kind: CheckKind::Redis(RedisCheck { login, role }), ..tcp(target) }
}

fn memcached(target: SocketAddr) -> CheckSpec {
    CheckSpec { kind: CheckKind::Memcached, ..tcp(target) }
}

fn postgres(target: SocketAddr, login: impl Into<Option<Login>>, role: Option<PostgresRole>) -> CheckSpec {
    let login = login.into();
    let kind = CheckKind::Postgres(PostgresCheck { login, database: Some("shop".to_owned()), role });
    CheckSpec { kind, ..tcp(target) }
}

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";
const ROLE: &[u8] = b"*1\r\n$4\r\nROLE\r\n";
const QUIT: &[u8] = b"*1\r\n$4\r\nQUIT\r\n";

#[tokio::test]
async fn redis_answers_and_is_left() {
    let play = Play::new(&[hear(PING), say(b"+PONG\r\n"), hear(QUIT), say(b"+OK\r\n")]);
    passes(&redis(play.address, None, None)).await;
    play.is_over();
}

#[tokio::test]
async fn redis_with_login_and_role() {
    let play = Play::new(&[
        hear(b"*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$6\r\nsecret\r\n"),
        say(b"+OK\r\n"),
        hear(PING),
        say(b"+PONG\r\n"),
        hear(ROLE),
        say(b"*3\r\n$6\r\nmaster\r\n:3129659\r\n*1\r\n*3\r\n$8\r\n10.0.0.2\r\n$4\r\n6379\r\n$7\r\n3129543\r\n"),
        hear(QUIT),
    ]);
    passes(&redis(play.address, login("app"), Some(RedisRole::Master))).await;
    play.is_over();
    let play = Play::new(&[
        hear(b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n"),
        say(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
        hear(QUIT),
    ]);
    let wanted = "login: \"WRONGPASS invalid username-password pair or user is disabled.\"";
    assert_eq!(reason(&redis(play.address, login("default"), None)).await, wanted);
    play.is_over();
}

/// As one with `rename-command AUTH ""` does.
#[tokio::test]
async fn redis_that_repeats_the_password_is_not_quoted() {
    let play = Play::new(&[
        hear(b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n"),
        say(b"-ERR unknown command 'AUTH', with args beginning with: 'secret' \r\n"),
        hear(QUIT),
    ]);
    let why = reason(&redis(play.address, login("default"), None)).await;
    assert_eq!(why, "login: an error that repeats the password");
    play.is_over();
}

#[tokio::test]
async fn redis_that_wants_a_login_lives_but_tells_no_role() {
    let refusal = "-NOAUTH Authentication required.\r\n";
    let play = Play::new(&[hear(PING), say(refusal), hear(QUIT)]);
    passes(&redis(play.address, None, None)).await;
    play.is_over();
    let play = Play::new(&[hear(PING), say(refusal), hear(QUIT)]);
    let why = reason(&redis(play.address, None, Some(RedisRole::Master))).await;
    assert_eq!(why, "PING: \"NOAUTH Authentication required.\" (the role needs a login)");
}

#[tokio::test]
async fn redis_that_does_not_serve_says_why() {
    let answers = [
        (
            "-LOADING Redis is loading the dataset in memory\r\n",
            "PING: \"LOADING Redis is loading the dataset in memory\"",
        ),
        ("-ERR max number of clients reached\r\n", "PING: \"ERR max number of clients reached\""),
        ("+PANG\r\n", "PING: \"PANG\", wanted PONG"),
        ("ERROR\r\n", "PING: \"ERROR\", which is no answer of a Redis"),
        ("+PO", "PING: connection closed within the answer"),
    ];
    for (answer, wanted) in answers {
        let play = Play::new(&[hear(PING), say(answer)]);
        assert_eq!(reason(&redis(play.address, None, None)).await, wanted);
    }
    let play = Play::new(&[hear(PING), Turn::End]);
    assert_eq!(reason(&short(redis(play.address, None, None))).await, "PING: timed out after 200ms");
    assert_eq!(reason(&redis(refusing(), None, None)).await, "connect: connection refused");
}

#[tokio::test]
async fn endless_answers_are_given_up() {
    for endless in ["*1\r\n$200000\r\n", "$262145\r\n", "+"] {
        let address = server(move |mut stream| {
            let _ = stream.write_all(endless.as_bytes());
            while stream.write_all(&[b'x'; 8_192]).is_ok() {}
        });
        let why = reason(&redis(address, None, None)).await;
        assert!(why.starts_with("PING: "), "{why}");
        assert!(why.contains("which is no answer of a Redis"), "{why}");
    }
}

#[tokio::test]
async fn memcached_tells_its_version() {
    let play = Play::new(&[hear(b"version\r\n"), say(b"VERSION 1.6.18\r\n"), hear(b"quit\r\n")]);
    passes(&memcached(play.address)).await;
    play.is_over();
    let play = Play::new(&[hear(b"version\r\n"), say(b"CLIENT_ERROR unauthenticated\r\n"), Turn::End]);
    passes(&memcached(play.address)).await;
    play.is_over();
    let play = Play::new(&[hear(b"version\r\n"), say(b"SERVER_ERROR out of memory\r\n"), Turn::End]);
    assert_eq!(
        reason(&memcached(play.address)).await,
        "version: \"SERVER_ERROR out of memory\", wanted VERSION"
    );
    let play = Play::new(&[say([b'x'; 2_000])]);
    assert_eq!(reason(&memcached(play.address)).await, "version: a line longer than 1024 bytes");
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [[tag].as_slice(), &u32::try_from(body.len() + 4).unwrap().to_be_bytes(), body].concat()
}

fn begin(user: &str) -> Turn {
    let parameters = format!("user\0{user}\0application_name\0lvs-director\0database\0shop\0\0");
    let length = u32::try_from(parameters.len() + 8).unwrap().to_be_bytes();
    hear([length.as_slice(), b"\0\x03\0\0", parameters.as_bytes()].concat())
}

fn error(code: &str, text: &str) -> Turn {
    say(message(b'E', format!("SFATAL\0VFATAL\0C{code}\0M{text}\0\0").as_bytes()))
}

const TERMINATE: &[u8] = b"X\0\0\0\x04";
const READY: &[u8] = b"Z\0\0\0\x05I";

/// What follows a login, and that the server waits for a question.
fn accepted() -> Turn {
    let key = message(b'K', b"\0\0\0\x01\0\0\0\x02");
    say([message(b'R', &[0; 4]), message(b'S', b"TimeZone\0Etc/UTC\0"), key, READY.to_vec()].concat())
}

#[tokio::test]
async fn postgres_without_a_login_is_good_whatever_it_asks_or_refuses() {
    let answers = [
        say(message(b'R', &[0, 0, 0, 3])),
        say(message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")),
        error("28000", "no pg_hba.conf entry for host"),
        error("53300", "sorry, too many clients already"),
    ];
    for answer in answers {
        // and is left without a word
        let play = Play::new(&[begin("lvs-director"), answer, Turn::End]);
        passes(&postgres(play.address, None, None)).await;
        play.is_over();
    }
    let play = Play::new(&[begin("lvs-director"), accepted(), hear(TERMINATE)]);
    passes(&postgres(play.address, None, None)).await;
    play.is_over();
}

#[tokio::test]
async fn postgres_that_starts_up_or_shuts_down_fails() {
    for (code, text) in [
        ("57P03", "the database system is starting up"),
        ("57P03", "the database system is shutting down"),
        ("57P01", "terminating connection due to administrator command"),
    ] {
        let play = Play::new(&[begin("lvs-director"), error(code, text)]);
        assert_eq!(reason(&postgres(play.address, None, None)).await, format!("start: \"{text}\""));
    }
}

#[tokio::test]
async fn postgres_with_a_password_in_clear_or_hashed() {
    let play = Play::new(&[
        begin("app"),
        say(message(b'R', &[0, 0, 0, 3])),
        hear(message(b'p', b"secret\0")),
        accepted(),
        hear(TERMINATE),
    ]);
    passes(&postgres(play.address, login("app"), None)).await;
    play.is_over();
    // "md5" and md5(md5("secret" "app") in hex, "salt"), worked out apart
    let play = Play::new(&[
        begin("app"),
        say(message(b'R', b"\0\0\0\x05salt")),
        hear(message(b'p', b"md57f097e06031b34893c20e25a0e68242c\0")),
        error("28P01", "password authentication failed for user app"),
    ]);
    let wanted = "login: \"password authentication failed for user app\"";
    assert_eq!(reason(&postgres(play.address, login("app"), None)).await, wanted);
    play.is_over();
}

#[tokio::test]
async fn postgres_whose_login_is_beyond_this_check_is_named() {
    for question in [&message(b'R', &[0, 0, 0, 7]), &message(b'R', b"\0\0\0\x0aOAUTHBEARER\0\0")] {
        let play = Play::new(&[begin("app"), say(question), Turn::End]);
        let why = reason(&postgres(play.address, login("app"), None)).await;
        assert!(why.starts_with("login: the server wants an authentication method"), "{why}");
        play.is_over();
    }
}

/// It does not know the password, so it cannot prove that it does.
#[tokio::test]
async fn postgres_that_only_claims_to_know_the_password_fails() {
    let address = server(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(&message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"));
        let mut first = [0; 512];
        let length = stream.read(&mut first).unwrap_or(0);
        let text = String::from_utf8_lossy(&first[..length]).into_owned();
        let nonce = text.rsplit_once("r=").map_or("", |(_, nonce)| nonce);
        let challenge = format!("\0\0\0\x0br={nonce}server,s=c2FsdHNhbHQ=,i=4096");
        let _ = stream.write_all(&message(b'R', challenge.as_bytes()));
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(&message(b'R', b"\0\0\0\x0cv=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    });
    let why = reason(&postgres(address, login("app"), None)).await;
    assert_eq!(why, "login: the server's proof is not good: SCRAM verification error");
}

#[tokio::test]
async fn postgres_whose_challenge_is_wrong_fails() {
    for challenge in ["r=another,s=c2FsdA==,i=4096", "r=", "x"] {
        let play = Play::new(&[
            begin("app"),
            say([
                message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"),
                message(b'R', &[b"\0\0\0\x0b", challenge.as_bytes()].concat()),
            ]
            .concat()),
        ]);
        let why = reason(&postgres(play.address, login("app"), None)).await;
        assert!(why.starts_with("login: the server's challenge is not good: "), "{why}");
    }
}

#[tokio::test]
async fn postgres_is_writable_or_a_replica() {
    let cases = [
        ("f", PostgresRole::Writable, None),
        ("t", PostgresRole::Replica, None),
        ("t", PostgresRole::Writable, Some("role: it is in recovery, wanted writable")),
        ("f", PostgresRole::Replica, Some("role: it is not in recovery, wanted a replica")),
        ("?", PostgresRole::Replica, Some("role: pg_is_in_recovery() has no value")),
    ];
    for (value, role, wanted) in cases {
        let row = message(b'D', format!("\0\x01\0\0\0\x01{value}").as_bytes());
        let description = b"\0\x01pg_is_in_recovery\0\0\0\0\0\0\0\0\0\0\x10\0\x01\xff\xff\xff\xff\0\0";
        let answer = [message(b'T', description), row, message(b'C', b"SELECT 1\0"), READY.to_vec()].concat();
        let question = message(b'Q', b"SELECT pg_is_in_recovery()\0");
        let play = Play::new(&[begin("app"), accepted(), hear(question), say(answer), hear(TERMINATE)]);
        let spec = postgres(play.address, login("app"), Some(role));
        match wanted {
            None => passes(&spec).await,
            Some(wanted) => assert_eq!(reason(&spec).await, wanted),
        }
        play.is_over();
    }
}

#[tokio::test]
async fn who_is_no_postgres_says_so() {
    let play = Play::new(&[say(b"HTTP/1.1 400 Bad Request\r\n\r\n")]);
    let why = reason(&postgres(play.address, None, None)).await;
    assert_eq!(why, "start: not the answer of a PostgreSQL server");
    let parameters = message(b'S', b"a\0b\0").repeat(300);
    let play = Play::new(&[begin("app"), say(parameters)]);
    let why = reason(&postgres(play.address, login("app"), None)).await;
    assert_eq!(why, "login: the server finds no end of it");
}

#[tokio::test]
async fn no_role_is_looked_at_without_a_login() {
    let mysql = MysqlCheck { login: None, role: Some(MysqlRole::Writable) };
    let mysql = CheckSpec { kind: CheckKind::Mysql(mysql), ..tcp(refusing()) };
    for spec in [mysql, postgres(refusing(), None, Some(PostgresRole::Writable))] {
        assert_eq!(reason(&spec).await, "role: only who is logged in can ask for it");
    }
}

fn every_kind(target: SocketAddr) -> Vec<CheckSpec> {
    let mysql = |login, role| CheckSpec { kind: CheckKind::Mysql(MysqlCheck { login, role }), ..tcp(target) };
    vec![
        mysql(None, None),
        mysql(Some(login("app")), Some(MysqlRole::Replica)),
        redis(target, login("app"), Some(RedisRole::Replica)),
        memcached(target),
        postgres(target, None, None),
        postgres(target, login("app"), Some(PostgresRole::Writable)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever a server says, each check comes to an end with a reason, or takes it for good.
    #[test]
    fn no_server_is_too_strange(
        begin in proptest::sample::select(vec![
            b"".as_slice(), b"R\0\0\0\x0c\0\0\0\x05", b"\x4a\0\0\0\x0a8.4\0", b"*3\r\n", b"$9\r\n", b"+PONG\r\n", b"VERSION ",
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let said = [begin, &rest].concat();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = server(move |mut stream| {
            let _ = stream.write_all(&said);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        });
        for spec in every_kind(address) {
            match runtime.block_on(lvs_probe::attempt(&spec)) {
                health::Outcome::Fail(reason) => prop_assert!(!reason.is_empty() && !reason.contains("secret")),
                health::Outcome::Pass => (),
                health::Outcome::PassWith(_) => prop_assert!(false, "no database reports a weight"),
            }
        }
    }
}
