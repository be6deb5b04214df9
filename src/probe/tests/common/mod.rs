//! Real servers on 127.0.0.1 that do one thing.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

pub(crate) mod play;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use health::{CheckKind, CheckSpec, HttpCheck, Outcome, StatusRange, TcpCheck};

pub(crate) const S: Duration = Duration::from_secs(1);

/// A server that does `answer` to each connection, one after the other.
pub(crate) fn server(answer: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address
}

/// A server that reads the request's head and then sends `answer`.
pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = answer.into();
    server(move |mut stream| {
        read_head(&stream);
        // a client that has heard enough may be gone
        let _ = stream.write_all(&answer);
    })
}

/// The head of the first request, and the port it came from.
pub(crate) fn recording() -> (SocketAddr, mpsc::Receiver<(SocketAddr, Vec<String>)>) {
    let (send, receive) = mpsc::channel();
    let address = server(move |mut stream| {
        let head = read_head(&stream);
        send.send((stream.peer_addr().unwrap(), head)).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    (address, receive)
}

/// The lines of a request's head.
pub(crate) fn read_head(stream: &TcpStream) -> Vec<String> {
    let lines = BufReader::new(stream).lines();
    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect()
}

/// A port that nobody listens on.
pub(crate) fn refusing() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub(crate) fn tcp(target: SocketAddr) -> CheckSpec {
    let kind = CheckKind::Tcp(TcpCheck::CONNECT);
    CheckSpec { interval: S, interval_down: S, timeout: S * 3, fall: 1, ..CheckSpec::new(target, kind) }
}

pub(crate) fn http(target: SocketAddr) -> CheckSpec {
    with(target, None)
}

pub(crate) fn with(target: SocketAddr, digest: Option<[u8; 16]>) -> CheckSpec {
    let status = vec![StatusRange { first: 200, last: 299 }, StatusRange { first: 301, last: 301 }];
    let kind = CheckKind::Http(HttpCheck { status, digest, ..HttpCheck::get("/health?deep=1") });
    CheckSpec { kind, ..tcp(target) }
}

pub(crate) fn short(mut spec: CheckSpec) -> CheckSpec {
    spec.timeout = Duration::from_millis(200);
    spec
}

pub(crate) async fn reason(spec: &CheckSpec) -> String {
    match lvs_probe::attempt(spec).await {
        Outcome::Pass | Outcome::PassWith(_) => panic!("passed"),
        Outcome::Fail(reason) => reason,
    }
}

pub(crate) async fn passes(spec: &CheckSpec) {
    assert_eq!(lvs_probe::attempt(spec).await, Outcome::Pass);
}
