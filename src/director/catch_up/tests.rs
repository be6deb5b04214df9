use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use config::director::{SyncDaemon, SyncRole};
use ipvs::sync::{Connection, Routes};

use super::{BURST, CatchUp, Order, Target, send, sendable};

const MINUTE: Duration = Duration::from_secs(60);

fn daemon() -> SyncDaemon {
    SyncDaemon {
        role: SyncRole::Follow("VI_1".into()),
        catch_up: Some(Duration::from_secs(5)),
        interface: "eth0".into(),
        id: 51,
        group: None,
        port: None,
        ttl: None,
        max_len: None,
    }
}

fn target() -> Target {
    Target::of(&daemon()).unwrap()
}

/// One message holds 40 of them.
fn connections(count: usize) -> impl Iterator<Item = Connection> {
    let [client, service, real]: [SocketAddr; 3] =
        ["10.0.0.1:4000", "10.0.0.240:80", "10.0.0.8:80"].map(|text| text.parse().unwrap());
    let connection = Connection {
        protocol: 6,
        addresses: ipvs::sync::Addresses::V4([client, service, real].map(|socket| match socket {
            SocketAddr::V4(socket) => *socket.ip(),
            SocketAddr::V6(_) => panic!("IPv4"),
        })),
        ports: [4000, 80, 80],
        flags: 0x0b,
        state: 1,
        mark: 0,
        timeout_s: 900,
    };
    std::iter::repeat_n(connection, count)
}

#[test]
fn what_is_not_said_is_as_with_the_kernel_s_daemon() {
    let target = target();
    assert_eq!((target.group.to_string().as_str(), target.port, target.ttl), ("224.0.0.81", 8848, 1));
    assert_eq!((target.sync_id, target.max_len), (51, 1472));
    let v6 = Target::of(&SyncDaemon { group: Some("ff02::81".parse().unwrap()), ..daemon() }).unwrap();
    assert_eq!(v6.max_len, 1452);
    let said = SyncDaemon { port: Some(9000), ttl: Some(3), max_len: Some(600), ..daemon() };
    let said = Target::of(&said).unwrap();
    assert_eq!((said.port, said.ttl, said.max_len), (9000, 3, 600));
    assert_eq!(Target::of(&SyncDaemon { catch_up: None, ..daemon() }), None);
}

#[test]
fn lines_that_are_not_understood_are_passed_over() {
    let table = ipvs::Table::new();
    let lines =
        ["Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData", "", "XYZ"];
    assert_eq!(sendable(lines.map(str::to_owned).into_iter(), &Routes::of(&table)).count(), 0);
}

#[test]
fn bursts_are_followed_by_a_rest() {
    let (mut bytes, mut rests) = (Vec::new(), 0);
    let take = |message: &[u8]| {
        bytes.push(message.len());
        Ok(())
    };
    let sent = send(connections(40 * BURST * 2 + 1), &target(), take, || {
        rests += 1;
        true
    });
    assert_eq!(sent.unwrap().messages, 2 * BURST + 1);
    assert_eq!(rests, 2);
    assert_eq!(bytes.last(), Some(&44));
    assert!(bytes.iter().all(|length| *length <= 1472));
}

#[test]
fn a_round_ends_where_there_is_something_else_to_do() {
    let sent = send(connections(40 * BURST * 9), &target(), |_| Ok(()), || false).unwrap();
    assert_eq!(sent.messages, BURST);
    let error = send(connections(1), &target(), |_| Err(io::Error::other("gone")), || true).unwrap_err();
    assert_eq!(error.to_string(), "gone");
}

#[test]
fn the_thread_waits_for_a_target_and_ends_when_told() {
    let order = Arc::new(Order::default());
    let (told, heard) = mpsc::channel();
    let there = Arc::clone(&order);
    let thread = std::thread::spawn(move || {
        while let Some(target) = there.target() {
            told.send(target.sync_id).unwrap();
            // as long as it stays: until the other end changes it
            assert!(!there.stays(&target, MINUTE));
        }
    });
    assert!(heard.try_recv().is_err());
    order.put(|state| state.target = Some(target()));
    assert_eq!(heard.recv_timeout(MINUTE), Ok(51));
    order.put(|state| state.target = Some(Target { sync_id: 52, ..target() }));
    assert_eq!(heard.recv_timeout(MINUTE), Ok(52));
    order.put(|state| state.target = None);
    order.put(|state| state.stop = true);
    thread.join().unwrap();
    assert!(order.target().is_none());
}

#[test]
fn a_target_stays_for_the_time_given() {
    let order = Order::default();
    order.put(|state| state.target = Some(target()));
    assert!(order.stays(&target(), Duration::from_millis(1)));
    assert!(!order.stays(&Target { ttl: 9, ..target() }, MINUTE));
}

#[test]
fn there_is_no_thread_before_it_is_needed() {
    let mut catch_up = CatchUp::default();
    catch_up.set(None);
    assert!(!catch_up.runs);
    catch_up.set(Some(target()));
    assert!(catch_up.runs);
    let order = Arc::clone(&catch_up.order);
    drop(catch_up);
    assert!(order.target().is_none());
}
