//! Checks that go to the VIP. The mark needs root: without it these do nothing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};

use common::{S, http, passes, read_head, reason, short, tcp};
use health::{CheckKind, CheckSpec, DrPath, TcpCheck};
use nix::unistd::geteuid;
use socket2::{Domain, Socket, Type};

const SERVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 8);
const VIP: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 240);

fn may_mark(test: &str) -> bool {
    if !geteuid().is_root() {
        eprintln!("{test}: skipped, only root may set marks");
    }
    geteuid().is_root()
}

/// The check of a server at the VIP's port.
fn by_vip(vip: SocketAddr, spec: CheckSpec) -> CheckSpec {
    let server = SocketAddr::new(SERVER.into(), vip.port());
    CheckSpec { target: server, path: Some(DrPath { vip: vip.ip(), mark: 77 }), ..spec }
}

/// Who came, with which head, and how it ended.
type Visit = (IpAddr, Vec<String>, std::io::Result<usize>);

/// Listens on the VIP alone.
fn at_vip(answer: &'static [u8]) -> (SocketAddr, Receiver<Visit>) {
    let listener = TcpListener::bind((VIP, 0)).unwrap();
    let (send, receive) = mpsc::channel();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, from)) = listener.accept() {
            stream.set_read_timeout(Some(S * 5)).unwrap();
            let head = if answer.is_empty() { Vec::new() } else { read_head(&stream) };
            std::io::Write::write_all(&mut stream, answer).unwrap();
            let end = stream.read(&mut [0]);
            // who waits for it may have heard enough
            let _ = send.send((from.ip(), head, end));
        }
    });
    (address, receive)
}

#[tokio::test]
async fn it_connects_to_the_vip_from_the_own_address_and_ends_with_a_reset() {
    if !may_mark("it_connects_to_the_vip") {
        return;
    }
    let (vip, seen) = at_vip(b"");
    passes(&by_vip(vip, tcp(vip))).await;
    let (from, _, end) = seen.recv_timeout(S * 5).unwrap();
    assert_eq!(from, IpAddr::V4(Ipv4Addr::LOCALHOST), "as the kernel goes to the server");
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_conversation_ends_with_a_reset_too() {
    if !may_mark("a_conversation_ends_with_a_reset_too") {
        return;
    }
    let (vip, seen) = at_vip(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    passes(&by_vip(vip, http(vip))).await;
    let (_, head, end) = seen.recv_timeout(S * 5).unwrap();
    let host = format!("host: {}:{}", SERVER, vip.port());
    assert!(head.iter().any(|line| line.eq_ignore_ascii_case(&host)), "{head:?}");
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_source_that_is_given_is_taken() {
    if !may_mark("a_source_that_is_given_is_taken") {
        return;
    }
    let (vip, seen) = at_vip(b"");
    let source = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 77));
    passes(&CheckSpec { source: Some(source), ..by_vip(vip, tcp(vip)) }).await;
    assert_eq!(seen.recv_timeout(S * 5).unwrap().0, source);
}

#[tokio::test]
async fn ipv6_goes_the_same_way() {
    if !may_mark("ipv6_goes_the_same_way") {
        return;
    }
    // the only address of loopback is the VIP here, so that much can be seen: it is not taken as the source
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
    let vip = listener.local_addr().unwrap();
    let spec = CheckSpec { target: vip, path: Some(DrPath { vip: vip.ip(), mark: 77 }), ..tcp(vip) };
    let words =
        "by the VIP ::1: this machine's address towards ::1 is the VIP, so the answer would not come back";
    assert_eq!(reason(&spec).await, words);
}

#[tokio::test]
async fn reasons_say_the_path() {
    if !may_mark("reasons_say_the_path") {
        return;
    }
    let closed = TcpListener::bind((VIP, 0)).unwrap().local_addr().unwrap();
    let refused = "by the VIP 127.0.0.240: connect: connection refused";
    assert_eq!(reason(&by_vip(closed, tcp(closed))).await, refused);
    // one connection fills a backlog of 0, and SYNs after it are dropped, as by a server without the VIP
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((VIP, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let silent = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = TcpStream::connect(silent).unwrap();
    let missing = "by the VIP 127.0.0.240: connect: timed out after 200ms: the server has no VIP, or does not answer for it";
    assert_eq!(reason(&by_vip(silent, short(tcp(silent)))).await, missing);
    let (vip, _seen) = at_vip(b"");
    let talk = TcpCheck { expect: b"PONG".to_vec(), ..TcpCheck::CONNECT };
    let spec = CheckSpec { kind: CheckKind::Tcp(talk), ..by_vip(vip, short(tcp(vip))) };
    let words = reason(&spec).await;
    assert!(words.starts_with("by the VIP 127.0.0.240: timed out after 200ms waiting for"), "{words}");
}
