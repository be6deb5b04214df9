//! TCP checks that send and expect, and SMTP checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use common::{S, passes, reason, refusing, server, short, tcp};
use health::{CheckKind, CheckSpec, SmtpCheck, TcpCheck};
use proptest::prelude::*;

fn talking(target: SocketAddr, send: &[u8], expect: &[u8]) -> CheckSpec {
    let kind = CheckKind::Tcp(TcpCheck { send: send.to_vec(), expect: expect.to_vec() });
    CheckSpec { kind, ..tcp(target) }
}

/// Says `text`, and keeps the connection until the client ends it.
fn saying(text: impl Into<Vec<u8>>) -> SocketAddr {
    let text = text.into();
    server(move |mut stream| {
        let _ = stream.write_all(&text);
        wait_for_the_end(stream);
    })
}

fn wait_for_the_end(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

#[tokio::test]
async fn what_is_sent_arrives() {
    let (send, got) = mpsc::channel();
    let address = server(move |mut stream| {
        let mut text = Vec::new();
        let ended = stream.read_to_end(&mut text).is_ok();
        send.send((text, ended)).unwrap();
    });
    passes(&talking(address, b"a\0b\r\n", b"")).await;
    assert_eq!(got.recv_timeout(S * 5).unwrap(), (b"a\0b\r\n".to_vec(), true));
}

#[tokio::test]
async fn the_answer_may_hold_it_anywhere() {
    let echo = || {
        server(|mut stream| {
            let mut text = [0; 5];
            stream.read_exact(&mut text).unwrap();
            let _ = stream.write_all(b"echo: ");
            let _ = stream.write_all(&text);
            wait_for_the_end(stream);
        })
    };
    passes(&talking(echo(), b"PING!", b"PING")).await;
    passes(&talking(saying("+PONG\r\n"), b"", b"PONG")).await;
}

#[tokio::test]
async fn it_may_come_in_pieces() {
    let address = server(|mut stream| {
        stream.set_nodelay(true).unwrap();
        for byte in b"filler PPPONG" {
            let _ = stream.write_all(&[*byte]);
            std::thread::sleep(Duration::from_millis(2));
        }
        wait_for_the_end(stream);
    });
    passes(&talking(address, b"", b"PONG")).await;
}

#[tokio::test]
async fn another_answer_is_shown() {
    let spec = short(talking(saying("-LOADING\r\n"), b"", b"PONG"));
    assert_eq!(reason(&spec).await, "timed out after 200ms waiting for \"PONG\", got \"-LOADING\\r\\n\"");
    let closing = server(|mut stream| {
        let _ = stream.write_all(b"no");
    });
    let closed = reason(&talking(closing, b"", b"PONG")).await;
    assert_eq!(closed, "answer: connection closed, waiting for \"PONG\", got \"no\"");
    let mute = short(talking(saying(""), b"", b"PONG"));
    assert_eq!(reason(&mute).await, "timed out after 200ms waiting for \"PONG\", got nothing");
    assert_eq!(reason(&talking(refusing(), b"", b"PONG")).await, "connect: connection refused");
}

#[tokio::test]
async fn a_reply_has_its_own_time() {
    let mut spec = talking(saying(""), b"", b"PONG");
    spec.timeout = S * 60;
    spec.connect_timeout = Some(S * 60);
    spec.reply_timeout = Some(Duration::from_millis(100));
    assert_eq!(reason(&spec).await, "timed out after 100ms waiting for \"PONG\", got nothing");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let endless = || server(|mut stream| while stream.write_all(&[b'x'; 4096]).is_ok() {});
    let too_long = reason(&talking(endless(), b"", b"PONG")).await;
    assert_eq!(too_long, "answer: no \"PONG\" within its first 64 KiB");
    let at_the_end = [vec![b'x'; 65_532], b"PONG".to_vec()].concat();
    passes(&talking(saying(at_the_end), b"", b"PONG")).await;
    let behind = [vec![b'x'; 65_533], b"PONG".to_vec()].concat();
    assert_eq!(reason(&talking(saying(behind), b"", b"PONG")).await, too_long);
}

fn smtp(target: SocketAddr) -> CheckSpec {
    let kind = CheckKind::Smtp(SmtpCheck { helo: "director.example.org".to_owned() });
    CheckSpec { kind, ..tcp(target) }
}

/// A mail server: greets, answers each line with the next reply, and tells what it was told.
fn mail_server(replies: &'static [&'static str]) -> (SocketAddr, mpsc::Receiver<String>) {
    let (send, heard) = mpsc::channel();
    let address = server(move |mut stream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for reply in replies {
            let _ = stream.write_all(reply.as_bytes());
            let Some(Ok(line)) = lines.next() else { return };
            let _ = send.send(line);
        }
        let _ = stream.write_all(b"221 bye\r\n");
    });
    (address, heard)
}

#[tokio::test]
async fn a_mail_server_passes_and_hears_goodbye() {
    let (address, heard) = mail_server(&["220-mail\r\n220 ready\r\n", "250-hello\r\n250 SIZE 1\r\n"]);
    passes(&smtp(address)).await;
    assert_eq!(heard.recv_timeout(S).unwrap(), "HELO director.example.org");
    assert_eq!(heard.recv_timeout(S).unwrap(), "QUIT");
}

#[tokio::test]
async fn what_a_mail_server_refuses_is_shown() {
    let (busy, _heard) = mail_server(&["421 too busy\r\n"]);
    assert_eq!(reason(&smtp(busy)).await, "greeting: \"421 too busy\", wanted 220");
    let (strict, _heard) = mail_server(&["220 mail\r\n", "550-who\r\n550 are you\r\n"]);
    assert_eq!(reason(&smtp(strict)).await, "HELO director.example.org: \"550 are you\", wanted 250");
    let other = saying("SSH-2.0-OpenSSH_9.2\r\n");
    assert_eq!(reason(&smtp(other)).await, "greeting: not an SMTP answer: \"SSH-2.0-OpenSSH_9.2\"");
}

#[tokio::test]
async fn a_silent_mail_server_times_out_where_it_is_silent() {
    assert_eq!(reason(&short(smtp(saying("")))).await, "timed out after 200ms waiting for the greeting");
    let greets = short(smtp(saying("220 hello\r\n")));
    let waiting = "timed out after 200ms waiting for the answer to HELO director.example.org";
    assert_eq!(reason(&greets).await, waiting);
}

#[tokio::test]
async fn a_mail_server_that_closes_is_told_as_such() {
    assert_eq!(reason(&smtp(server(drop))).await, "greeting: connection closed");
    let (closing, _heard) = mail_server(&["220 hello\r\n"]);
    // after HELO it says 221 and closes
    assert_eq!(reason(&smtp(closing)).await, "HELO director.example.org: \"221 bye\", wanted 250");
}

/// The process stands still while the first greeting is awaited, for longer than an answer may take, but not an attempt.
#[tokio::test]
async fn who_stood_still_in_one_phase_asks_again() {
    let (send, connected) = mpsc::channel();
    let address = server(move |mut stream| {
        if send.send(()).is_ok() {
            std::thread::sleep(S / 2);
        }
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for reply in ["220 mail\r\n", "250 hello\r\n", "221 bye\r\n"] {
            let _ = stream.write_all(reply.as_bytes());
            let _ = lines.next();
        }
    });
    let mut spec = smtp(address);
    spec.timeout = S * 60;
    spec.reply_timeout = Some(S / 5);
    let stands_still = async move {
        while connected.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        // from here on the server greets at once
        drop(connected);
        tokio::time::sleep(Duration::from_millis(20)).await;
        std::thread::sleep(S);
    };
    let (outcome, ()) = tokio::join!(lvs_probe::attempt(&spec), stands_still);
    assert_eq!(outcome, health::Outcome::Pass);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a server says, each check ends with an outcome, and a reason is short and on one line.
    #[test]
    fn no_bytes_hurt(said in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let address = server(move |mut stream| {
                let _ = stream.write_all(&said);
                let _ = stream.shutdown(std::net::Shutdown::Write);
                wait_for_the_end(stream);
            });
            let tls = health::TlsCheck { sni: None, verify: health::Verify::Off, certificate: None, key: None };
            let https = health::HttpCheck { tls: Some(tls), ..health::HttpCheck::get("/") };
            let https = CheckSpec { kind: CheckKind::Http(https), ..tcp(address) };
            for spec in [smtp(address), talking(address, b"x", b"never in there"), common::http(address), https] {
                let reason = reason(&spec).await;
                prop_assert!(reason.len() < 1000 && !reason.contains('\n'), "{}", reason);
            }
            Ok(())
        })?;
    }
}
