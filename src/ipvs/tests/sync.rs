//! `/proc/net/ip_vs_conn` to messages of the sync protocol.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::net::SocketAddr;

use common::{direct, fwmark, ip, persistent, plain, real, service, tcp, tunnel};
use lvs_ipvs::proc::{ConnectionFault, ConnectionState, SeenConnection, parse_connection, parse_connections};
use lvs_ipvs::sync::{Connection, Routes, messages};
use lvs_ipvs::{Checksum, Destination, Family, Forward, Protocol, Table, TunnelKind};
use proptest::prelude::*;

const HEAD: &str = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";
const V6_LINE: &str = "TCP 2001:0db8:0000:0000:0000:0000:0000:0001 9C40 2001:0db8:0000:0000:0000:0000:0000:00f0 0050 \
                       2001:0db8:0000:0000:0000:0000:0000:0008 0050 ESTABLISHED     899";
const VIP: &str = "192.168.100.240";

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Services of every kind on one address.
fn table() -> Table {
    let (rs1, rs2) = ("192.168.100.8", "192.168.100.9");
    let nat = Destination { forward: Forward::Nat, ..direct(1) };
    let local = Destination { forward: Forward::Local, ..direct(1) };
    let gue = tunnel(TunnelKind::Gue, 6080, Checksum::None);
    [
        (tcp(VIP, 80), service(plain("rr"), [(real(rs1, 80), direct(1)), (real(rs2, 80), nat)])),
        (
            tcp(VIP, 443),
            service(persistent("rr", 300, 32, None), [(real(rs1, 443), gue), (real(rs2, 443), local)]),
        ),
        (tcp("192.168.100.241", 0), service(persistent("rr", 60, 24, None), [(real(rs1, 0), direct(1))])),
        (common::address_key(Protocol::Udp, VIP, 53), service(plain("rr"), [(real(rs1, 53), direct(1))])),
        (common::address_key(Protocol::Sctp, VIP, 99), service(plain("rr"), [(real(rs1, 99), direct(1))])),
        (fwmark(Family::V4, 0x2a), service(persistent("rr", 120, 32, None), [(real(rs2, 0), direct(1))])),
        (
            fwmark(Family::V6, 7),
            service(persistent("rr", 50, 64, None), [(real("2001:db8::9", 0), direct(1))]),
        ),
        (tcp("2001:db8::f0", 80), service(plain("rr"), [(real("2001:db8::8", 80), direct(1))])),
    ]
    .into_iter()
    .collect()
}

fn sent(line: &str) -> Option<Connection> {
    Routes::of(&table()).connection(&parse_connection(line).unwrap())
}

#[test]
fn lines_are_read() {
    let text = format!(
        "{HEAD}TCP C0A86401 9C40 C0A864F0 0050 C0A86408 0050 ESTABLISHED     899\n\
         UDP C0A86401 9C41 C0A864F0 0035 C0A86408 0035 UDP             299\n\
         TCP C0A86401 0000 C0A864F0 01BB C0A86408 01BB ASSURED         300 sip 12@host\n\n{V6_LINE}\n"
    );
    let all: Vec<_> = parse_connections(&text).map(Result::unwrap).collect();
    let first = SeenConnection {
        protocol: Some(Protocol::Tcp),
        client: at("192.168.100.1:40000"),
        service: at("192.168.100.240:80"),
        destination: at("192.168.100.8:80"),
        state: ConnectionState::Established,
        expires_s: 899,
    };
    assert_eq!(all[0], first);
    assert_eq!((all[1].state, all[1].expires_s), (ConnectionState::Udp, 299));
    assert_eq!(all[2].state, ConnectionState::Template { assured: true });
    assert!(all[2].is_template() && !all[1].is_template());
    assert_eq!(all[3].destination, at("[2001:db8::8]:80"));
    assert_eq!(all.len(), 4);
}

#[test]
fn states_are_told_apart() {
    let state = |client_port: &str, word: &str| {
        let line = format!("TCP C0A86401 {client_port} C0A864F0 0050 C0A86408 0050 {word:11} 9");
        parse_connection(&line).unwrap().state
    };
    for word in
        ["NONE", "SYN_SENT", "SYN_RECV", "TIME_WAIT", "CLOSE", "LAST_ACK", "LISTEN", "SYNACK", "C-ECHOED"]
    {
        assert_eq!(state("0001", word), ConnectionState::Passing, "{word}");
    }
    assert_eq!(state("0001", "FIN_WAIT"), ConnectionState::FinWait);
    assert_eq!(state("0001", "CLOSE_WAIT"), ConnectionState::CloseWait);
    assert_eq!(state("0000", "NONE"), ConnectionState::Template { assured: false });
    assert_eq!(state("0000", "UDP"), ConnectionState::Template { assured: false });
    // one whose client's port is not known yet
    assert_eq!(state("0000", "LISTEN"), ConnectionState::Passing);
}

#[test]
fn lines_that_the_kernel_does_not_write_are_told() {
    let cases = [
        ("ICMP C0A86401 0001 C0A864F0 0050 C0A86408 0050 NONE 9", ConnectionFault::Protocol),
        ("TCP", ConnectionFault::Address),
        ("TCP XYZ 0001 C0A864F0 0050 C0A86408 0050 NONE 9", ConnectionFault::Address),
        ("TCP C0A8640101 0001 C0A864F0 0050 C0A86408 0050 NONE 9", ConnectionFault::Address),
        ("TCP C0A86401 10000 C0A864F0 0050 C0A86408 0050 NONE 9", ConnectionFault::Address),
        ("TCP 2001:: 0001 2001:::: 0050 C0A86408 0050 NONE 9", ConnectionFault::Address),
        ("TCP C0A86401 0001 C0A864F0 0050 C0A86408 0050", ConnectionFault::State),
        ("TCP C0A86401 0001 C0A864F0 0050 C0A86408 0050 NONE", ConnectionFault::Expires),
        ("TCP C0A86401 0001 C0A864F0 0050 C0A86408 0050 NONE -9", ConnectionFault::Expires),
    ];
    for (line, fault) in cases {
        assert_eq!(parse_connection(line), Err(fault), "{line}");
    }
}

#[test]
fn a_message_is_as_the_kernel_writes_it() {
    let connection = sent("TCP C0A86401 9C40 C0A864F0 0050 C0A86408 0050 ESTABLISHED     899").unwrap();
    let all: Vec<_> = messages([connection].into_iter(), 51, 1472).collect();
    let wanted = [
        [0x00, 51, 0, 44].as_slice(), // version 0 count, id, size
        &[1, 1, 0, 0],                // count, version
        &[0, 6, 0, 36],               // IPv4, TCP, size
        &[0, 0, 0, 0x0b],             // no output, direct
        &[0, 1, 0x9c, 0x40],          // established, client's port
        &[0, 80, 0, 80],              // service's and destination's
        &[0, 0, 0, 0],                // no mark
        &[0, 0, 3, 0x83],             // 899 s
        &[192, 168, 100, 1],
        &[192, 168, 100, 240],
        &[192, 168, 100, 8],
    ];
    assert_eq!(all, [wanted.concat()]);
}

#[test]
fn a_message_of_ipv6_is_as_the_kernel_writes_it() {
    let connection = sent(V6_LINE).unwrap();
    let all: Vec<_> = messages([connection].into_iter(), 0, 1472).collect();
    let address = |last: u8| [[0x20, 1, 0x0d, 0xb8].as_slice(), &[0; 11], &[last]].concat();
    let wanted = [
        [0, 0, 0, 80, 1, 1, 0, 0].as_slice(),
        &[1, 6, 0, 72, 0, 0, 0, 0x0b],
        &[0, 1, 0x9c, 0x40, 0, 80, 0, 80],
        &[0, 0, 0, 0, 0, 0, 3, 0x83],
        &address(1),
        &address(0xf0),
        &address(8),
    ];
    assert_eq!(all, [wanted.concat()]);
}

#[test]
fn the_way_of_forwarding_and_the_state_come_as_the_kernel_s_numbers() {
    let flags_and_state = |line: &str| sent(line).map(|connection| (connection.flags, connection.state));
    let cases = [
        ("TCP C0A86401 9C40 C0A864F0 0050 C0A86408 0050 FIN_WAIT 9", Some((0x10b, 4))),
        ("TCP C0A86401 9C40 C0A864F0 0050 C0A86408 0050 CLOSE_WAIT 9", Some((0x10b, 7))),
        ("TCP C0A86401 9C40 C0A864F0 0050 C0A86408 0050 SYN_RECV 9", None),
        ("TCP C0A86401 9C40 C0A864F0 0050 C0A86409 0050 ESTABLISHED 9", Some((0x000, 1))),
        ("TCP C0A86401 9C40 C0A864F0 01BB C0A86408 01BB ESTABLISHED 9", Some((0x00a, 1))),
        ("TCP C0A86401 9C40 C0A864F0 01BB C0A86409 01BB ESTABLISHED 9", Some((0x009, 1))),
        ("UDP C0A86401 9C40 C0A864F0 0035 C0A86408 0035 UDP 9", Some((0x10b, 0))),
        ("SCTP C0A86401 9C40 C0A864F0 0063 C0A86408 0063 ESTABLISHED 9", Some((0x00b, 8))),
        ("SCTP C0A86401 9C40 C0A864F0 0063 C0A86408 0063 FIN_WAIT 9", None),
        // no such destination, no such service
        ("TCP C0A86401 9C40 C0A864F0 0050 C0A8640A 0050 ESTABLISHED 9", None),
        ("TCP C0A86401 9C40 C0A864F3 0050 C0A86408 0050 ESTABLISHED 9", None),
        // client and destination of two families
        ("TCP C0A86401 9C40 C0A864F0 0050 2001:db8::8 0050 ESTABLISHED 9", None),
    ];
    for (line, wanted) in cases {
        assert_eq!(flags_and_state(line), wanted, "{line}");
    }
}

#[test]
fn templates_live_as_long_as_their_service_says() {
    let part = |line: &str| {
        let sent = sent(line).unwrap();
        (sent.protocol, sent.ports, sent.flags, sent.state, sent.mark, sent.timeout_s)
    };
    let of_port = part("TCP C0A86401 0000 C0A864F0 01BB C0A86408 01BB ASSURED 17");
    assert_eq!(of_port, (6, [0, 443, 443], 0x100a, 1, 0, 300));
    let of_every_port = part("TCP C0A86400 0000 C0A864F1 0000 C0A86408 0000 NONE 17");
    assert_eq!(of_every_port, (6, [0, 0, 0], 0x100b, 0, 0, 60));
    let of_a_mark = part("IP  C0A86401 0000 0000002A 0000 C0A86409 0000 NONE 17");
    assert_eq!(of_a_mark, (0, [0, 0, 0], 0x100b, 0, 0x2a, 120));
    let of_a_mark_v6 = part("IP  2001:db8:: 0000 0000:0007:: 0000 2001:db8::9 0000 ASSURED 17");
    assert_eq!(of_a_mark_v6, (0, [0, 0, 0], 0x100b, 1, 7, 50));
    assert_eq!(sent("IP  C0A86401 0000 0000002B 0000 C0A86409 0000 NONE 17"), None);
    assert_eq!(sent("IP  C0A86401 0000 00000000 0000 C0A86409 0000 NONE 17"), None);
}

#[test]
fn connections_of_many_ports_and_of_marks_find_their_service() {
    let mark_and_timeout = |line: &str| sent(line).map(|sent| (sent.mark, sent.flags, sent.timeout_s));
    // a port of the address whose service has every port
    let line = "TCP C0A86401 9C40 C0A864F1 1234 C0A86408 1234 ESTABLISHED 9";
    assert_eq!(mark_and_timeout(line), Some((0, 0x0b, 9)));
    // an address that only a mark knows; about to expire: not 0, which would mean a default
    let line = "TCP C0A86401 9C40 C0A864F9 1234 C0A86409 1234 ESTABLISHED 0";
    assert_eq!(mark_and_timeout(line), Some((0x2a, 0x0b, 1)));
}

fn connection(nth: u16, v6: bool) -> Connection {
    let line = if v6 {
        format!("TCP 2001:db8::1 {nth:04X} 2001:db8::f0 0050 2001:db8::8 0050 ESTABLISHED 9")
    } else {
        format!("TCP C0A86401 {nth:04X} C0A864F0 0050 C0A86408 0050 ESTABLISHED 9")
    };
    sent(&line).unwrap()
}

/// The client's ports in a message, read as `ip_vs_process_message` does.
fn ports_in(message: &[u8], sync_id: u8) -> Vec<u16> {
    let be16 = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    assert_eq!((message[0], message[1], message[5], be16(6)), (0, sync_id, 1, 0));
    assert_eq!(usize::from(be16(2)), message.len());
    let mut at = 8;
    let mut ports = Vec::new();
    for _ in 0..message[4] {
        assert_eq!(usize::from(be16(at + 2)), if message[at] == 1 { 72 } else { 36 });
        ports.push(be16(at + 10));
        at += usize::from(be16(at + 2));
    }
    assert_eq!(at, message.len());
    ports
}

#[test]
fn messages_are_filled_but_not_beyond_their_limits() {
    let count = |total: u16, v6, max_len| {
        let all = (1..=total).map(|nth| connection(nth, v6));
        messages(all, 1, max_len).map(|message| message[4]).collect::<Vec<_>>()
    };
    assert_eq!(count(0, false, 1472), []);
    assert_eq!(count(82, false, 1472), [40, 40, 2]);
    assert_eq!(count(40, false, 8 + 40 * 36), [40]);
    assert_eq!(count(40, false, 8 + 40 * 36 - 1), [39, 1]);
    assert_eq!(count(21, true, 1452), [20, 1]);
    // the count is one byte
    assert_eq!(count(300, false, u16::MAX), [255, 45]);
    // one always fits
    assert_eq!(count(3, true, 0), [1, 1, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_connection_is_sent_once_and_in_order(v6 in proptest::collection::vec(any::<bool>(), 0..400), max_len in 0_u16.., id: u8) {
        let all = v6.iter().zip(1..).map(|(v6, nth)| connection(nth, *v6));
        let sent: Vec<_> = messages(all, id, max_len).collect();
        for message in &sent {
            prop_assert!(message.len() <= usize::from(max_len).max(80));
        }
        let ports: Vec<_> = sent.iter().flat_map(|message| ports_in(message, id)).collect();
        prop_assert_eq!(ports, (1..).take(v6.len()).collect::<Vec<u16>>());
    }

    #[test]
    fn no_text_panics(line in ".{0,200}", words in proptest::collection::vec("(TCP|IP|[0-9A-F:]{0,9}|UDP|NONE)", 0..12)) {
        let _ = parse_connection(&line);
        let line = words.join(" ");
        if let Ok(seen) = parse_connection(&line) {
            let _ = Routes::of(&table()).connection(&seen);
        }
        prop_assert!(parse_connections(&line).count() <= 1);
    }
}

#[test]
fn the_defaults_are_the_kernel_s() {
    use lvs_ipvs::sync::{DEFAULT_GROUP, DEFAULT_PORT};
    assert_eq!((DEFAULT_GROUP, DEFAULT_PORT), (ip("224.0.0.81"), 8848));
}
