//! What is sent to a sync group, between two hosts. Without the right to make them (root) this does nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use hosts::{Host, address, index, pair};
use lvs_kernel::connections::Sender;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

const PORT: u16 = 8848;

fn member(host: &Host, group: &'static str, time: Duration) -> UdpSocket {
    host.run(move || {
        let group = address(group);
        let domain = if group.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP)).unwrap();
        socket.bind(&SocketAddr::new(group, PORT).into()).unwrap_or_else(|_| {
            // a link-local group needs the interface
            let unspecified = SocketAddr::new(IpAddr::from([0_u16; 8]), PORT);
            socket.bind(&unspecified.into()).unwrap();
        });
        match group {
            IpAddr::V4(group) => {
                let by = socket2::InterfaceIndexOrAddress::Index(index("eth0"));
                socket.join_multicast_v4_n(&group, &by).unwrap();
            }
            IpAddr::V6(group) => socket.join_multicast_v6(&group, index("eth0")).unwrap(),
        }
        socket.set_read_timeout(Some(time)).unwrap();
        socket.into()
    })
}

fn reaches(group: &'static str, source: &'static str) {
    let Some((a, b)) = pair("reaches") else { return };
    // no route leads there
    let there = member(&b, group, Duration::from_secs(5));
    let here = member(&a, group, Duration::from_millis(100));
    let sender = a.run(move || Sender::open("eth0", address(group), PORT, 3).unwrap());
    let message = vec![7; 1452];
    sender.send(&message).unwrap();
    let mut buffer = [0; 2048];
    let (length, from) = there.recv_from(&mut buffer).unwrap();
    assert_eq!(buffer[..length], message);
    assert!(source == "link-local" || from.ip() == address(source), "{from}");
    assert!(here.recv_from(&mut buffer).is_err(), "what was sent does not come back");
}

#[test]
fn messages_reach_the_members_of_a_group() {
    reaches("224.0.0.81", "10.0.0.1");
}

#[test]
fn messages_reach_the_members_of_an_ipv6_group() {
    reaches("ff02::81", "link-local");
}

#[test]
fn the_reach_is_as_asked_for() {
    let Some((a, _b)) = pair("reach") else { return };
    let (ttl, hops) = a.run(|| {
        let by = |group| Sender::open("eth0", address(group), PORT, 9).unwrap();
        let v4 = SockRef::from(&by("224.0.0.81")).multicast_ttl_v4().unwrap();
        (v4, SockRef::from(&by("ff02::81")).multicast_hops_v6().unwrap())
    });
    assert_eq!((ttl, hops), (9, 9));
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let error = Sender::open("nosuch0", address("224.0.0.81"), PORT, 1).unwrap_err();
    assert_eq!(error.to_string(), "there is no interface nosuch0");
    assert!(error.is_no_interface());
}
