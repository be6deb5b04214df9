//! TCP checks, and what is common to all: source, mark, timeout.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::net::{Ipv6Addr, TcpListener};

use common::{S, passes, reason, recording, refusing, server, short, tcp};
use socket2::{Domain, Socket, Type};

#[tokio::test]
async fn a_listener_passes() {
    passes(&tcp(server(drop))).await;
}

#[tokio::test]
async fn a_silent_listener_passes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    passes(&tcp(listener.local_addr().unwrap())).await;
}

#[tokio::test]
async fn leaves_no_time_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    passes(&tcp(listener.local_addr().unwrap())).await;
    let (mut stream, _) = listener.accept().unwrap();
    let end = std::io::Read::read(&mut stream, &mut [0]).unwrap_err();
    assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn ipv6_passes() {
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
    let mut spec = tcp(listener.local_addr().unwrap());
    passes(&spec).await;
    spec.source = Some(Ipv6Addr::LOCALHOST.into());
    passes(&spec).await;
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    assert_eq!(reason(&tcp(refusing())).await, "connect: connection refused");
}

#[tokio::test]
async fn a_server_that_takes_nobody_times_out() {
    // one connection fills a backlog of 0, and SYNs after it are dropped
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = std::net::TcpStream::connect(address).unwrap();
    assert_eq!(reason(&short(tcp(address))).await, "connect: timed out after 200ms");
}

#[tokio::test]
async fn connects_from_its_source() {
    let (address, head) = recording();
    let mut spec = common::http(address);
    spec.source = Some("127.0.0.77".parse().unwrap());
    passes(&spec).await;
    assert_eq!(head.recv_timeout(S).unwrap().0.ip(), spec.source.unwrap());
}

#[tokio::test]
async fn a_source_of_somebody_else_is_named() {
    let mut spec = tcp(refusing());
    spec.source = Some("192.0.2.1".parse().unwrap());
    assert_eq!(reason(&spec).await, "bind to 192.0.2.1: cannot assign requested address");
}

#[tokio::test]
async fn a_source_of_the_other_family_is_named() {
    let mut spec = tcp(refusing());
    spec.source = Some(Ipv6Addr::LOCALHOST.into());
    assert!(reason(&spec).await.starts_with("bind to ::1: "));
}

#[tokio::test]
async fn a_mark_is_set_or_its_missing_privilege_named() {
    let mut spec = tcp(server(drop));
    spec.mark = Some(77);
    match lvs_probe::attempt(&spec).await {
        health::Outcome::Pass | health::Outcome::PassWith(_) => (),
        health::Outcome::Fail(reason) => assert_eq!(reason, "set mark 77: operation not permitted"),
    }
}

#[tokio::test]
async fn a_timeout_longer_than_time_is_no_panic() {
    let mut spec = tcp(server(drop));
    spec.timeout = std::time::Duration::MAX;
    passes(&spec).await;
}

#[tokio::test]
async fn an_interface_that_is_not_there_is_named() {
    let mut spec = tcp(server(drop));
    spec.interface = Some("nowhere0".to_owned());
    assert_eq!(reason(&spec).await, "bind to interface nowhere0: no such device");
}

#[tokio::test]
async fn a_connection_has_its_own_time() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = std::net::TcpStream::connect(address).unwrap();
    let mut spec = tcp(address);
    spec.timeout = S * 60;
    spec.connect_timeout = Some(std::time::Duration::from_millis(100));
    assert_eq!(reason(&spec).await, "connect: timed out after 100ms");
}
