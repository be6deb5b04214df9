//! Many attempts at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use common::{refusing, short, tcp};
use health::{CheckId, Checks, Outcome, Start};
use lvs_probe::Prober;
use tokio::sync::mpsc;

/// Ids come only from `Checks`.
fn ids(specs: &[Arc<health::CheckSpec>]) -> Vec<(CheckId, Arc<health::CheckSpec>)> {
    let mut checks = Checks::new(1);
    checks.set(specs.iter().map(|spec| (Arc::clone(spec), Start::Unknown)), Duration::ZERO);
    let soon = Duration::from_secs(1);
    std::iter::from_fn(|| checks.poll_due(soon)).collect()
}

#[tokio::test]
async fn every_attempt_has_one_result() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (send, mut results) = mpsc::channel(4);
    let prober = Prober::new(2, send);
    let (good, bad) = (Arc::new(tcp(listener.local_addr().unwrap())), Arc::new(tcp(refusing())));
    let started = ids(&[Arc::clone(&good), bad]);
    for (id, spec) in &started {
        prober.start(*id, Arc::clone(spec));
    }
    for _ in 0..2 {
        let (id, outcome) = results.recv().await.unwrap();
        let (_, spec) = started.iter().find(|(other, _)| *other == id).unwrap();
        assert_eq!(outcome == Outcome::Pass, *spec == good);
    }
    assert_eq!((prober.running(), prober.waiting()), (0, 0));
    assert!(results.try_recv().is_err());
}

#[tokio::test]
async fn attempts_above_the_limit_wait_with_their_timeout_unused() {
    // nothing is accepted and the backlog is full: attempts last as long as they may
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = std::net::TcpStream::connect(address).unwrap();

    let (send, mut results) = mpsc::channel(1);
    let prober = Prober::new(2, send);
    let spec = |nth| {
        let mut spec = short(tcp(address));
        spec.fall = nth;
        Arc::new(spec)
    };
    for (id, spec) in ids(&(1..=6).map(spec).collect::<Vec<_>>()) {
        prober.start(id, spec);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((prober.running(), prober.waiting()), (2, 4));
    for _ in 0..6 {
        let (_, outcome) = results.recv().await.unwrap();
        assert_eq!(outcome, Outcome::Fail("connect: timed out after 200ms".to_owned()));
    }
}
