//! MySQL checks against servers that are played.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::net::SocketAddr;

use common::play::{Play, Turn, hear, say};
use common::{passes, reason, refusing, short, tcp};
use health::{CheckKind, CheckSpec, Login, MysqlCheck, MysqlRole, Secret};

const NATIVE: &str = "mysql_native_password";
const CACHING: &str = "caching_sha2_password";
const NONCE: [u8; 20] = [10, 47, 74, 111, 75, 73, 34, 48, 88, 76, 114, 74, 37, 13, 3, 80, 82, 2, 23, 21];
/// What shows that the password is "secret", for [`NONCE`].
const NATIVE_PROOF: &str = "6a149bdd80bda1ebf0fa2bd2cf2e9717fecc34bb";
const CACHING_PROOF: &str = "f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c";
const OK: &[u8] = b"\0\0\0\x02\0\0\0";
const END: &[u8] = b"\xfe\0\0\x02\0";
const QUIT: &[u8] = b"\x01\0\0\0\x01";

fn mysql(target: SocketAddr, login: Option<&str>, role: Option<MysqlRole>) -> CheckSpec {
    let login = login.map(|user| Login { user: user.to_owned(), password: Secret("secret".to_owned()) });
    CheckSpec { kind: CheckKind::Mysql(MysqlCheck { login, role }), ..tcp(target) }
}

fn packet(sequence: u8, body: &[u8]) -> Vec<u8> {
    [[u8::try_from(body.len()).unwrap(), 0, 0, sequence].as_slice(), body].concat()
}

fn greeting(plugin: &str) -> Turn {
    let body = [
        b"\n8.4.0\0\x4c\0\0\0".as_slice(),
        &NONCE[..8],
        b"\0\xff\xff\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0",
        &NONCE[8..],
        b"\0",
        plugin.as_bytes(),
        b"\0",
    ];
    say(packet(0, &body.concat()))
}

/// The answer to the greeting: as many capabilities as are needed, packets up to 256 KiB, a character set, who it is.
fn answer(user: &str, proof: &[u8], plugin: &str) -> Turn {
    let length = [u8::try_from(proof.len()).unwrap()];
    let who = [user.as_bytes(), b"\0", &length, proof, plugin.as_bytes(), b"\0"].concat();
    hear(packet(1, &[b"\x01\xa2\x08\0\0\0\x04\0\x21".as_slice(), &[0; 23], &who].concat()))
}

fn error(sequence: u8, code: u16, text: &str) -> Turn {
    let [low, high] = code.to_le_bytes();
    say(packet(sequence, &[[0xff, low, high].as_slice(), b"#28000", text.as_bytes()].concat()))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Logged in as `app`.
fn logged_in() -> Vec<Turn> {
    vec![greeting(NATIVE), answer("app", &bytes(NATIVE_PROOF), NATIVE), say(packet(2, OK))]
}

fn result(columns: &[&str], rows: &[&[&str]]) -> Turn {
    let text = |text: &str| [[u8::try_from(text.len()).unwrap()].as_slice(), text.as_bytes()].concat();
    let mut bodies = vec![vec![u8::try_from(columns.len()).unwrap()]];
    bodies.extend(columns.iter().map(|name| {
        let rest = b"\x0c\x21\0\0\x01\0\0\xfd\0\0\0\0\0".to_vec();
        [b"\x03def\0\0\0".to_vec(), text(name), text(name), rest].concat()
    }));
    bodies.push(END.to_vec());
    bodies.extend(rows.iter().map(|row| row.iter().flat_map(|value| text(value)).collect()));
    bodies.push(END.to_vec());
    let framed = (1..).zip(&bodies).flat_map(|(sequence, body)| packet(sequence, body));
    say(framed.collect::<Vec<u8>>())
}

fn query(text: &str) -> Turn {
    hear(packet(0, &[b"\x03", text.as_bytes()].concat()))
}

#[tokio::test]
async fn without_a_login_the_greeting_is_answered_in_full() {
    let play =
        Play::new(&[greeting(NATIVE), answer("lvs-director", b"", NATIVE), say(packet(2, OK)), hear(QUIT)]);
    passes(&mysql(play.address, None, None)).await;
    play.is_over();
    let play = Play::new(&[
        greeting(CACHING),
        answer("lvs-director", &[0], CACHING),
        error(2, 1045, "Access denied"),
    ]);
    passes(&mysql(play.address, None, None)).await;
    play.is_over();
}

#[tokio::test]
async fn without_a_login_a_change_of_the_method_is_answered_too() {
    let switch = packet(2, &[b"\xfe", CACHING.as_bytes(), b"\0", &NONCE, b"\0"].concat());
    let play = Play::new(&[
        greeting("sha256_password"),
        answer("lvs-director", b"", NATIVE),
        say(switch),
        hear(packet(3, &[0])),
        error(4, 1045, "Access denied"),
    ]);
    passes(&mysql(play.address, None, None)).await;
    play.is_over();
}

#[tokio::test]
async fn who_greets_with_an_error_or_does_not_serve_fails() {
    let blocked = b"\xff\x69\x04Host 'x' is blocked because of many connection errors";
    let play = Play::new(&[say(packet(0, blocked))]);
    let wanted = "greeting: \"Host 'x' is blocked because of many connection errors\"";
    assert_eq!(reason(&mysql(play.address, None, None)).await, wanted);
    let play = Play::new(&[
        greeting(NATIVE),
        answer("lvs-director", b"", NATIVE),
        error(2, 1053, "Server shutdown in progress"),
    ]);
    let wanted = "login: \"Server shutdown in progress\"";
    assert_eq!(reason(&mysql(play.address, None, None)).await, wanted);
}

#[tokio::test]
async fn logs_in_by_either_method_and_says_goodbye() {
    let mut turns = logged_in();
    turns.push(hear(QUIT));
    let play = Play::new(&turns);
    passes(&mysql(play.address, Some("app"), None)).await;
    play.is_over();
    let play = Play::new(&[
        greeting(CACHING),
        answer("app", &bytes(CACHING_PROOF), CACHING),
        say([packet(2, &[1, 3]), packet(3, OK)].concat()),
        hear(QUIT),
    ]);
    passes(&mysql(play.address, Some("app"), None)).await;
    play.is_over();
}

#[tokio::test]
async fn the_method_may_change() {
    let switch = packet(2, &[b"\xfe", CACHING.as_bytes(), b"\0", &NONCE, b"\0"].concat());
    let play = Play::new(&[
        greeting(NATIVE),
        answer("app", &bytes(NATIVE_PROOF), NATIVE),
        say(switch),
        hear(packet(3, &bytes(CACHING_PROOF))),
        say([packet(4, &[1, 3]), packet(5, OK)].concat()),
        hear(QUIT),
    ]);
    passes(&mysql(play.address, Some("app"), None)).await;
    play.is_over();
}

#[tokio::test]
async fn a_login_that_is_refused_says_why() {
    let play = Play::new(&[
        greeting(NATIVE),
        answer("app", &bytes(NATIVE_PROOF), NATIVE),
        error(2, 1045, "Access denied for user 'app'@'x' (using password: YES)"),
    ]);
    let wanted = "login: \"Access denied for user 'app'@'x' (using password: YES)\"";
    assert_eq!(reason(&mysql(play.address, Some("app"), None)).await, wanted);
}

/// What is beyond this check is answered nevertheless: silence would count against this host.
#[tokio::test]
async fn a_method_that_is_not_known_is_named() {
    let play = Play::new(&[
        greeting(CACHING),
        answer("app", &bytes(CACHING_PROOF), CACHING),
        say(packet(2, &[1, 4])),
        hear(packet(3, &[0; 64])),
        error(4, 1045, "Access denied"),
    ]);
    let why = reason(&mysql(play.address, Some("app"), None)).await;
    assert!(
        why.starts_with("login: the server does not know the password yet (caching_sha2_password)"),
        "{why}"
    );
    play.is_over();
    let play = Play::new(&[
        greeting(NATIVE),
        answer("app", &bytes(NATIVE_PROOF), NATIVE),
        say(packet(2, b"\xfeclient_ed25519\0abc\0")),
        hear(packet(3, &[0; 64])),
        error(4, 1045, "Access denied"),
    ]);
    let why = reason(&mysql(play.address, Some("app"), None)).await;
    assert!(why.starts_with("login: the server wants the authentication method \"client_ed25519\""), "{why}");
    play.is_over();
}

#[tokio::test]
async fn writable_or_not() {
    for (value, wanted) in [("0", None), ("1", Some("role: read_only is 1, wanted 0"))] {
        let mut turns = logged_in();
        turns.extend([
            query("SELECT @@global.read_only"),
            result(&["@@global.read_only"], &[&[value]]),
            hear(QUIT),
        ]);
        let play = Play::new(&turns);
        let spec = mysql(play.address, Some("app"), Some(MysqlRole::Writable));
        match wanted {
            None => passes(&spec).await,
            Some(wanted) => assert_eq!(reason(&spec).await, wanted),
        }
        play.is_over();
    }
}

#[tokio::test]
async fn replica_by_the_new_word_or_the_old_one() {
    let mut turns = logged_in();
    let columns = ["Replica_IO_Running", "Replica_SQL_Running"];
    turns.extend([query("SHOW REPLICA STATUS"), result(&columns, &[&["Yes", "Yes"]]), hear(QUIT)]);
    let play = Play::new(&turns);
    passes(&mysql(play.address, Some("app"), Some(MysqlRole::Replica))).await;
    play.is_over();

    let mut turns = logged_in();
    let columns = ["Slave_IO_Running", "Slave_SQL_Running", "Last_SQL_Error"];
    turns.extend([
        query("SHOW REPLICA STATUS"),
        error(1, 1064, "You have an error in your SQL syntax"),
        query("SHOW SLAVE STATUS"),
        result(&columns, &[&["Yes", "No", "Duplicate entry"]]),
        hear(QUIT),
    ]);
    let play = Play::new(&turns);
    let wanted = "role: the replica's SQL thread runs: \"No\", wanted Yes: \"Duplicate entry\"";
    assert_eq!(reason(&mysql(play.address, Some("app"), Some(MysqlRole::Replica))).await, wanted);
    play.is_over();
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let mut turns = logged_in();
    let text = "Access denied; you need (at least one of) the SLAVE MONITOR privilege(s) for this operation";
    turns.extend([query("SHOW REPLICA STATUS"), error(1, 1227, text), hear(QUIT)]);
    let play = Play::new(&turns);
    let why = reason(&mysql(play.address, Some("app"), Some(MysqlRole::Replica))).await;
    assert_eq!(why, format!("role: \"{text}\""));
    play.is_over();
}

#[tokio::test]
async fn who_is_no_mysql_says_so() {
    let why = reason(&mysql(refusing(), None, None)).await;
    assert_eq!(why, "connect: connection refused");
    let play = Play::new(&[say(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")]);
    assert_eq!(reason(&mysql(play.address, None, None)).await, "greeting: not the packet of a MySQL server");
    let play = Play::new(&[say(packet(0, b"hello"))]);
    assert_eq!(
        reason(&mysql(play.address, None, None)).await,
        "greeting: not the greeting of a MySQL server"
    );
    let play = Play::new(&[]);
    assert_eq!(
        reason(&mysql(play.address, None, None)).await,
        "greeting: connection closed before the answer"
    );
    let play = Play::new(&[say(b"\x4a\0\0\0\x0a8.4")]);
    assert_eq!(
        reason(&mysql(play.address, None, None)).await,
        "greeting: connection closed within the answer"
    );
    let play = Play::new(&[Turn::End]);
    assert_eq!(reason(&short(mysql(play.address, None, None))).await, "greeting: timed out after 200ms");
}
