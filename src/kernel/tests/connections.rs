//! What is sent to a sync group, between two hosts. Without the right to make them (root) this does nothing. What another
//! kernel makes of it needs `ip_vs`, and runs in the lab.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use std::io::BufRead as _;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use hosts::{Host, address, index, pair};
use ipvs::proc::parse_connection;
use ipvs::sync::{Routes, messages};
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

/// What `b`'s kernel knows after it was told, without the time that is left.
fn known(b: &Host) -> Vec<String> {
    let lines =
        b.run(|| lvs_kernel::connections::read().unwrap().lines().map_while(Result::ok).collect::<Vec<_>>());
    let entries = lines.iter().filter(|line| !line.starts_with("Pro ")).map(|line| without_time(line));
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries
}

fn without_time(line: &str) -> String {
    line.split_ascii_whitespace().take(8).collect::<Vec<_>>().join(" ")
}

/// Every kind of connection is what it was when another kernel was told of it.
#[test]
#[ignore = "needs an IPVS kernel and a namespace of its own"]
fn another_kernel_has_the_connections_as_they_were() {
    // where IPv6 is a module, the first socket loads it
    drop(UdpSocket::bind("[::]:0"));
    let (a, b) = pair("another kernel").unwrap();
    let v6 = |last: &str| format!("2001:0db8:0000:0000:0000:0000:0000:{last}");
    let lines = [
        "TCP C0A86401 9C40 0A0000F0 0050 0A000008 0050 ESTABLISHED".to_owned(),
        "TCP C0A86401 9C41 0A0000F0 0050 0A000008 0050 FIN_WAIT".to_owned(),
        "TCP C0A86401 9C42 0A0000F0 0050 0A000008 0050 CLOSE_WAIT".to_owned(),
        "UDP C0A86401 9C40 0A0000F0 0035 0A000008 0035 UDP".to_owned(),
        "SCTP C0A86401 9C40 0A0000F0 0063 0A000008 0063 ESTABLISHED".to_owned(),
        "TCP C0A86400 0000 0A0000F0 01BB 0A000008 01BB ASSURED".to_owned(),
        "TCP C0A86407 0000 0A0000F0 01BB 0A000008 01BB NONE".to_owned(),
        "IP C0A86401 0000 0000002A 0000 0A000008 0000 NONE".to_owned(),
        "TCP C0A86401 9C40 0A0000F9 1234 0A000008 1234 ESTABLISHED".to_owned(),
        format!("TCP {} 9C40 {} 0050 {} 0050 ESTABLISHED", v6("0001"), v6("00f0"), v6("0008")),
    ];
    b.run(|| {
        for command in [
            "-A -t 10.0.0.240:80 -s rr",
            "-a -t 10.0.0.240:80 -r 10.0.0.8:80 -g",
            "-A -u 10.0.0.240:53 -s rr",
            "-a -u 10.0.0.240:53 -r 10.0.0.8:53 -g",
            "-A --sctp-service 10.0.0.240:99 -s rr",
            "-a --sctp-service 10.0.0.240:99 -r 10.0.0.8:99 -g",
            "-A -t 10.0.0.240:443 -s rr -p 300 -M 255.255.255.0",
            "-a -t 10.0.0.240:443 -r 10.0.0.8:443 -g",
            "-A -f 42 -s rr -p 120",
            "-a -f 42 -r 10.0.0.8:0 -g",
            "-A -t [2001:db8::f0]:80 -s rr",
            "-a -t [2001:db8::f0]:80 -r [2001:db8::8]:80 -g",
            "--start-daemon backup --mcast-interface eth0 --syncid 51",
        ] {
            hosts::output(&format!("ipvsadm {command}"));
        }
    });
    let table = b.run(|| lvs_kernel::ipvs::Ipvs::open().unwrap().table().unwrap());
    let routes = Routes::of(&table);
    let seen = lines.iter().map(|line| parse_connection(&format!("{line} 600")).unwrap());
    let all: Vec<_> = seen.map(|seen| routes.connection(&seen).unwrap()).collect();
    assert_eq!(known(&b), [""; 0]);
    // an id of another pair's changes nothing
    a.run(move || {
        let sender = Sender::open("eth0", address("224.0.0.81"), PORT, 1).unwrap();
        for id in [52, 51] {
            messages(all.iter().copied(), id, 200).for_each(|message| sender.send(&message).unwrap());
        }
    });
    let mut wanted: Vec<_> = lines.iter().map(|line| without_time(line)).collect();
    wanted.sort();
    hosts::until("every message is read", || known(&b).len() >= wanted.len());
    assert_eq!(known(&b), wanted);
    // bound to their destinations: active ones, others, and those of the mark
    let counts = b.run(|| hosts::output("ipvsadm -Ln"));
    for (service, active, inactive) in
        [("10.0.0.8:80", 1, 2), ("10.0.0.8:53", 0, 1), ("10.0.0.8:99", 1, 0), ("10.0.0.8:0", 1, 0)]
    {
        let line = counts.lines().find(|line| line.contains(&format!("-> {service} "))).unwrap();
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        assert_eq!(words[4..6], [active.to_string(), inactive.to_string()], "{line}");
    }
}
