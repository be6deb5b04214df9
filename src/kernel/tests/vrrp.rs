//! Raw VRRP sockets between two hosts. Without the right to make them (root) these do nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use hosts::{address, cable, index, ip, pair, without_rights};
use lvs_kernel::vrrp::{Received, Socket, SocketError};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{Domain, Protocol, Type};

const GROUP: &str = "224.0.0.18";
const GROUP6: &str = "ff02::12";

fn open(interface: &str, group: &str) -> Socket {
    let group = address(group);
    Socket::open(interface, index(interface), group.is_ipv6(), &[group]).unwrap()
}

/// The next packet, with its payload; none where none comes in time.
fn next(socket: &Socket, time: Duration) -> Option<(Received, Vec<u8>)> {
    let mut buffer = [0; 2048];
    let mut fds = [PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::try_from(time).unwrap()).unwrap();
    let received = socket.receive(&mut buffer).unwrap()?;
    Some((received, buffer[..received.length].to_vec()))
}

fn soon(socket: &Socket) -> (Received, Vec<u8>) {
    next(socket, Duration::from_secs(5)).unwrap()
}

fn silent(socket: &Socket) -> bool {
    next(socket, Duration::from_millis(100)).is_none()
}

/// From `source` to `destination` as given, and what `b` hears of it; nothing of it comes back.
fn carries(group: &'static str, source: &'static str, destination: &'static str) {
    let Some((a, b)) = pair("carries") else { return };
    a.ip("address add 10.0.0.9/32 dev eth0");
    a.ip("-6 address add 2001:db8::9/128 dev eth0 nodad");
    let there = b.run(move || open("eth0", group));
    let here = a.run(move || open("eth0", group));
    let source = if source == "link-local" { link_local(&a) } else { address(source) };
    let destination = address(destination);
    for length in [0, 1, 20, 1400] {
        let packet: Vec<u8> = (0..=255).cycle().take(length).collect();
        here.send(source, destination, &packet).unwrap();
        let (received, payload) = soon(&there);
        assert_eq!(received, Received { source, destination, ttl: 255, length });
        assert_eq!(payload, packet);
    }
    assert!(silent(&here), "what was sent does not come back");
}

fn link_local(host: &hosts::Host) -> IpAddr {
    let line = host.output("ip -6 -o address show dev eth0 scope link");
    address(line.split_once("inet6 ").unwrap().1.split('/').next().unwrap())
}

#[test]
fn a_group_hears_the_first_address() {
    carries(GROUP, "10.0.0.1", GROUP);
}

#[test]
fn a_group_hears_whatever_address_is_given() {
    carries(GROUP, "10.0.0.9", GROUP);
}

#[test]
fn a_peer_hears_on_the_same_socket() {
    carries(GROUP, "10.0.0.1", "10.0.0.2");
}

#[test]
fn an_ipv6_group_hears_the_link_local_address() {
    carries(GROUP6, "link-local", GROUP6);
}

#[test]
fn an_ipv6_group_hears_whatever_address_is_given() {
    carries(GROUP6, "2001:db8::9", GROUP6);
}

#[test]
fn an_ipv6_peer_hears_on_the_same_socket() {
    carries(GROUP6, "2001:db8::1", "2001:db8::2");
}

#[test]
fn other_interfaces_groups_and_protocols_are_not_heard() {
    let Some((a, b)) = pair("other_interfaces_groups_and_protocols_are_not_heard") else { return };
    cable(&a, &b, "eth1");
    a.ip("address add 10.0.1.1/24 dev eth1");
    b.ip("address add 10.0.1.2/24 dev eth1");
    let [eth0, other, six] =
        b.run(|| [open("eth0", GROUP), open("eth0", "224.0.0.19"), open("eth0", GROUP6)]);
    a.run(|| {
        let eth1 = open("eth1", GROUP);
        eth1.send(address("10.0.1.1"), address(GROUP), b"eth1").unwrap();
        let ospf = socket2::Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(89))).unwrap();
        ospf.send_to(b"89", &SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 0).into()).unwrap();
        let eth0 = open("eth0", GROUP);
        eth0.send(address("10.0.0.1"), address("224.0.0.19"), b"the other group").unwrap();
        eth0.send(address("10.0.0.1"), address(GROUP), b"this group").unwrap();
    });
    assert_eq!(soon(&eth0).1, b"this group");
    assert!(silent(&eth0));
    assert_eq!(soon(&other).1, b"the other group");
    assert!(silent(&other) && silent(&six));
}

/// A packet with an IPv4 header of our own making.
fn send_with_header(header: &[u8], payload: &[u8]) {
    let socket = socket2::Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(112))).unwrap();
    socket.set_header_included_v4(true).unwrap();
    let packet = [header, payload].concat();
    socket.send_to(&packet, &SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 0).into()).unwrap();
}

#[test]
fn the_header_is_told_and_taken_off() {
    let Some((a, b)) = pair("the_header_is_told_and_taken_off") else { return };
    let there = b.run(|| open("eth0", GROUP));
    a.run(|| {
        let addresses = [10, 0, 0, 1, 10, 0, 0, 2];
        let plain = [&[0x45, 0, 0, 0, 0, 0, 0, 0, 7, 112, 0, 0][..], &addresses].concat();
        send_with_header(&plain, b"seven");
        let options = [&[0x46, 0, 0, 0, 0, 0, 0, 0, 8, 112, 0, 0][..], &addresses, &[1, 1, 1, 0]].concat();
        send_with_header(&options, b"options");
    });
    let (received, payload) = soon(&there);
    assert_eq!((received.ttl, payload.as_slice()), (7, &b"seven"[..]));
    let (received, payload) = soon(&there);
    assert_eq!((received.ttl, payload.as_slice()), (8, &b"options"[..]));
}

#[test]
fn an_ipv6_hop_limit_is_told() {
    let Some((a, b)) = pair("an_ipv6_hop_limit_is_told") else { return };
    let there = b.run(|| open("eth0", GROUP6));
    a.run(|| {
        let socket = socket2::Socket::new(Domain::IPV6, Type::RAW, Some(Protocol::from(112))).unwrap();
        socket.set_unicast_hops_v6(6).unwrap();
        socket.send_to(b"six", &std::net::SocketAddr::new(address("2001:db8::2"), 0).into()).unwrap();
    });
    let (received, payload) = soon(&there);
    assert_eq!(
        (received.ttl, received.destination, payload.as_slice()),
        (6, address("2001:db8::2"), &b"six"[..])
    );
}

#[test]
fn a_packet_longer_than_the_buffer_is_cut() {
    let Some((a, b)) = pair("a_packet_longer_than_the_buffer_is_cut") else { return };
    for group in [GROUP, GROUP6] {
        let there = b.run(move || open("eth0", group));
        a.run(move || {
            let six = group == GROUP6;
            let (source, peer) = if six { ("2001:db8::1", "2001:db8::2") } else { ("10.0.0.1", "10.0.0.2") };
            open("eth0", group).send(address(source), address(peer), &[9; 8000]).unwrap();
        });
        let (received, payload) = soon(&there);
        assert_eq!(received.length, if group == GROUP6 { 2048 } else { 2048 - 20 });
        assert!(payload.iter().all(|byte| *byte == 9));
    }
}

#[test]
fn what_waits_is_bounded() {
    let Some((a, b)) = pair("what_waits_is_bounded") else { return };
    let there = b.run(|| open("eth0", GROUP));
    a.run(|| {
        let here = open("eth0", GROUP);
        let end = Instant::now() + Duration::from_secs(10);
        for _ in 0..5000 {
            while here.send(address("10.0.0.1"), address(GROUP), &[0; 40]).is_err() {
                assert!(Instant::now() < end);
            }
        }
    });
    let mut buffer = [0; 2048];
    let mut waiting = 0;
    while there.receive(&mut buffer).unwrap().is_some() {
        waiting += 1;
    }
    // every virtual router of an interface may speak at once
    assert!((255..4000).contains(&waiting), "{waiting}");
}

#[test]
fn a_source_that_was_taken_away_still_speaks() {
    let Some((a, b)) = pair("a_source_that_was_taken_away_still_speaks") else { return };
    a.ip("-6 address add 2001:db8::9/64 dev eth0 nodad");
    let there = b.run(|| [open("eth0", GROUP), open("eth0", GROUP6)]);
    let here = a.run(|| [open("eth0", GROUP), open("eth0", GROUP6)]);
    a.ip("address flush dev eth0");
    assert!(!a.output("ip -o address show dev eth0").contains("inet"));
    for ((here, there), (source, group)) in
        here.iter().zip(&there).zip([("10.0.0.1", GROUP), ("2001:db8::9", GROUP6)])
    {
        here.send(address(source), address(group), b"away").unwrap();
        let (received, payload) = soon(there);
        assert_eq!((received.source, payload.as_slice()), (address(source), &b"away"[..]));
    }
    // and hears: the groups stay
    drop(there);
    let [four, _] = here;
    b.run(|| open("eth0", GROUP).send(address("10.0.0.2"), address(GROUP), b"back").unwrap());
    assert_eq!(soon(&four).1, b"back");
}

#[test]
fn what_cannot_be_sent_is_an_error() {
    let Some((a, b)) = pair("what_cannot_be_sent_is_an_error") else { return };
    a.run(|| {
        let (four, six) = (open("eth0", GROUP), open("eth0", GROUP6));
        for socket in [&four, &six] {
            let mixed = socket.send(address("10.0.0.1"), address(GROUP6), b"x").unwrap_err();
            assert_eq!(mixed.kind(), std::io::ErrorKind::InvalidInput);
        }
        ip("link set eth0 down");
        assert!(four.send(address("10.0.0.1"), address(GROUP), b"x").is_err());
        assert!(six.send(address("2001:db8::1"), address(GROUP6), b"x").is_err());
        ip("link set eth0 up");
        ip("-6 address add 2001:db8::8/64 dev eth0 nodad");
        four.send(address("10.0.0.1"), address(GROUP), b"x").unwrap();
        six.send(address("2001:db8::8"), address(GROUP6), b"x").unwrap();
        ip("link delete eth0");
        assert!(four.send(address("10.0.0.1"), address(GROUP), b"x").is_err());
        assert!(six.send(address("2001:db8::8"), address(GROUP6), b"x").is_err());
    });
    drop(b);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let Some((a, _b)) = pair("what_cannot_be_opened_says_why") else { return };
    a.run(|| {
        let error = |interface: &str, index, v6, group: &str| {
            Socket::open(interface, index, v6, &[address(group)]).unwrap_err()
        };
        let (eth0, lo) = (index("eth0"), index("lo"));
        assert!(error("eth9", 9, false, GROUP).is_no_interface());
        assert!(error("eth0", lo, false, GROUP).is_no_interface(), "another interface has this name");
        let text = error("eth0", eth0, true, "2001:db8::2");
        assert_eq!(text.to_string(), "cannot open a raw IPv6 socket for VRRP on eth0");
        assert!(matches!(error("eth0", eth0, false, GROUP6), SocketError::Refused { .. }));
        assert!(matches!(error("eth0", eth0, false, "10.0.0.2"), SocketError::Refused { .. }));
    });
}

#[test]
fn without_the_right_it_says_what_is_needed() {
    if !without_rights("without_the_right_it_says_what_is_needed", "--bounding-set=-net_raw") {
        return;
    }
    let error = Socket::open("lo", 1, false, &[]).unwrap_err();
    assert_eq!(error.to_string(), "not permitted to open a raw IPv4 socket for VRRP on lo");
    assert_eq!(error.hint(), Some("needs root or CAP_NET_RAW"));
}
