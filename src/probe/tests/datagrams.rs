//! UDP, DNS and ping checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::{S, passes, reason, short, tcp};
use health::{CheckKind, CheckSpec, DnsCheck, Outcome, UdpCheck};
use proptest::prelude::*;

/// Answers each datagram with what `answer` makes of it.
fn server(answer: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut data = [0; 2000];
        while let Ok((length, from)) = socket.recv_from(&mut data) {
            for answer in answer(&data[..length]) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    address
}

fn silent() -> SocketAddr {
    server(|_| Vec::new())
}

fn closed() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn udp(target: SocketAddr, edit: impl FnOnce(&mut UdpCheck)) -> CheckSpec {
    let mut udp = UdpCheck {
        payload: Vec::new(),
        require_reply: false,
        min_reply: 0,
        max_reply: 255,
        expect: Vec::new(),
    };
    edit(&mut udp);
    CheckSpec { kind: CheckKind::Udp(udp), ..tcp(target) }
}

#[tokio::test]
async fn silence_is_good_or_not() {
    let begin = Instant::now();
    passes(&short(udp(silent(), |_| ()))).await;
    assert!(begin.elapsed() >= Duration::from_millis(200), "an ICMP error may yet come");
    let wanted = short(udp(silent(), |udp| udp.require_reply = true));
    assert_eq!(reason(&wanted).await, "timed out after 200ms waiting for an answer");
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    assert_eq!(reason(&udp(closed(), |_| ())).await, "answer: connection refused");
}

#[tokio::test]
async fn the_payload_arrives_and_the_answer_is_judged() {
    let echo = || server(|data| vec![[b"<", data, b">"].concat()]);
    let spec = |edit: fn(&mut UdpCheck)| {
        udp(echo(), |udp| {
            udp.payload = b"a\0b".to_vec();
            udp.require_reply = true;
            edit(udp);
        })
    };
    passes(&spec(|_| ())).await;
    passes(&spec(|udp| udp.expect = b"a\0b>".to_vec())).await;
    passes(&spec(|udp| (udp.min_reply, udp.max_reply) = (5, 5))).await;
    assert_eq!(reason(&spec(|udp| udp.min_reply = 6)).await, "answer: 5 bytes, wanted 6 to 255");
    assert_eq!(reason(&spec(|udp| udp.max_reply = 4)).await, "answer: 5 bytes, wanted 0 to 4");
    let other = reason(&spec(|udp| udp.expect = b"c".to_vec())).await;
    assert_eq!(other, "answer: \"<a\\0b>\", wanted \"c\" in it");
    let optional = udp(echo(), |udp| udp.expect = b"c".to_vec());
    assert_eq!(reason(&optional).await, "answer: \"<>\", wanted \"c\" in it");
}

#[tokio::test]
async fn an_empty_payload_is_an_empty_datagram() {
    let (send, got) = mpsc::channel();
    let address = server(move |data| {
        send.send(data.len()).unwrap();
        vec![Vec::new()]
    });
    passes(&udp(address, |udp| udp.require_reply = true)).await;
    assert_eq!(got.recv_timeout(S).unwrap(), 0);
}

#[tokio::test]
async fn datagrams_go_from_their_source() {
    let mut spec = udp(closed(), |_| ());
    spec.source = Some("192.0.2.1".parse().unwrap());
    assert_eq!(reason(&spec).await, "bind to 192.0.2.1: cannot assign requested address");
    let mut spec = udp(server(|_| vec![Vec::new()]), |udp| udp.require_reply = true);
    spec.source = Some("127.0.0.77".parse().unwrap());
    passes(&spec).await;
    spec.interface = Some("nowhere0".to_owned());
    let reason = reason(&spec).await;
    assert!(reason.starts_with("bind to interface nowhere0: "), "{reason}");
}

fn dns(target: SocketAddr) -> CheckSpec {
    let kind = CheckKind::Dns(DnsCheck { name: "www.example.org".to_owned(), record: "A".to_owned() });
    CheckSpec { kind, ..tcp(target) }
}

/// The question as an answer with this code.
fn answer(question: &[u8], code: u8) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2] |= 0x80;
    answer[3] |= code;
    answer
}

#[tokio::test]
async fn a_name_server_passes() {
    passes(&dns(server(|question| vec![answer(question, 0)]))).await;
}

#[tokio::test]
async fn errors_of_name_servers_are_named() {
    let with = |code| dns(server(move |question| vec![answer(question, code)]));
    assert_eq!(reason(&with(2)).await, "A www.example.org: the server failed (SERVFAIL)");
    assert_eq!(reason(&with(3)).await, "A www.example.org: no such name (NXDOMAIN)");
    assert_eq!(reason(&with(5)).await, "A www.example.org: the server refuses to answer (REFUSED)");
    assert_eq!(reason(&dns(closed())).await, "answer: connection refused");
    assert_eq!(reason(&short(dns(silent()))).await, "timed out after 200ms waiting for the answer");
}

#[tokio::test]
async fn answers_to_others_do_not_count() {
    let wrong_id = |question: &[u8]| {
        let mut answer = answer(question, 0);
        answer[0] ^= 1;
        answer
    };
    let forged = dns(server(move |question| vec![wrong_id(question)]));
    assert_eq!(reason(&short(forged)).await, "timed out after 200ms waiting for the answer");
    let both = dns(server(move |question| vec![b"?".to_vec(), wrong_id(question), answer(question, 0)]));
    passes(&both).await;
}

#[tokio::test]
async fn the_identifier_is_another_each_time() {
    let (send, got) = mpsc::channel();
    let address = server(move |question| {
        send.send([question[0], question[1]]).unwrap();
        vec![answer(question, 0)]
    });
    for _ in 0..5 {
        passes(&dns(address)).await;
    }
    let ids: std::collections::BTreeSet<[u8; 2]> = got.try_iter().collect();
    assert!(ids.len() > 1, "{ids:?}");
}

#[tokio::test]
async fn a_ping_comes_back_or_its_missing_privilege_is_named() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let spec = CheckSpec { kind: CheckKind::Ping, ..tcp(address.parse().unwrap()) };
        match lvs_probe::attempt(&spec).await {
            Outcome::Pass | Outcome::PassWith(_) => (),
            Outcome::Fail(reason) => assert!(reason.contains("needs CAP_NET_RAW"), "{address}: {reason}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a server says, each check ends with an outcome, and a reason is short and on one line.
    #[test]
    fn no_bytes_hurt(said in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let address = server(move |_| vec![said.clone()]);
            let mut dns = dns(address);
            dns.timeout = Duration::from_millis(20);
            for spec in [dns, udp(address, |udp| udp.expect = b"never in there".to_vec())] {
                let reason = reason(&spec).await;
                prop_assert!(reason.len() < 1000 && !reason.contains('\n'), "{}", reason);
            }
            Ok(())
        })?;
    }
}
