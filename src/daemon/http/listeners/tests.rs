//! Addresses to listen on come and go one by one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use tokio::task::LocalSet;

use super::super::Reply;
use super::*;

fn in_runtime(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, test);
}

/// A port that nobody has now.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An address that no interface has (RFC 5737).
fn absent() -> SocketAddr {
    "192.0.2.77:9781".parse().unwrap()
}

fn listeners() -> Listeners {
    Listeners::new(Rc::new(|_| Box::pin(async { Reply::text(200, "here") })))
}

async fn is_served(address: SocketAddr) -> bool {
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    });
    asked.await.unwrap().is_ok_and(|answer| answer.contains("200"))
}

#[test]
fn an_address_that_is_absent_keeps_no_other_from_listening() {
    in_runtime(async {
        let (mut listeners, here) = (listeners(), free());
        listeners.set(&[absent(), here]).await;
        tokio::task::yield_now().await;
        assert!(is_served(here).await);
    });
}

#[test]
fn what_stays_is_not_touched_and_what_goes_is_closed() {
    in_runtime(async {
        let (mut listeners, stays, goes) = (listeners(), free(), free());
        listeners.set(&[stays, goes]).await;
        tokio::task::yield_now().await;
        let task = listeners.tasks[&(stays, false)].id();
        listeners.set(&[absent(), stays]).await;
        assert_eq!(listeners.tasks[&(stays, false)].id(), task);
        assert!(is_served(stays).await && !is_served(goes).await);
        listeners.set(&[]).await;
        assert!(!is_served(stays).await);
    });
}

/// Whether what listens there answers plainly.
async fn is_plain(address: SocketAddr) -> bool {
    is_served(SocketAddr::new([127, 0, 0, 1].into(), address.port())).await
}

#[test]
fn only_loopback_addresses_are_plain_with_tls() {
    in_runtime(async {
        let files = super::super::tests::Files::new();
        let own = super::super::tests::Authority::new();
        let (mut listeners, here, everywhere) =
            (listeners(), free(), SocketAddr::new([0; 4].into(), free().port()));
        listeners.set(&[here, everywhere]).await;
        tokio::task::yield_now().await;
        assert!(is_plain(here).await && is_plain(everywhere).await);
        listeners.set_tls(Some(ServerTls::load(&files.of(&own, None)).unwrap()));
        assert!(is_plain(here).await && !is_plain(everywhere).await);
        listeners.set_tls(None);
        assert!(is_plain(everywhere).await);
    });
}
