//! Sockets that are gone and sockets that have a peer, on hosts of their own. Without the right to make hosts (root) these do
//! nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hosts;

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::io::Read;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use host::{ListenerProtocol, ListeningSocket};
use hosts::{Host, address, pair, until, without_rights};
use lvs_kernel::sockets::{Destroyed, Sockets, listeners};
use socket2::{Domain, Socket, Type};
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(300);

/// A process that has nothing but this socket.
fn process_with(socket: OwnedFd) -> Child {
    Command::new("sleep").arg("1000").stdin(Stdio::from(socket)).spawn().unwrap()
}

/// What is told next; listing first, so that the kernel's modules are there.
async fn told(destroyed: &mut Destroyed) -> Vec<(ListenerProtocol, u16)> {
    timeout(LONG, destroyed.next()).await.unwrap().unwrap()
}

fn tcp(address: &str) -> (ListenerProtocol, u16, OwnedFd) {
    let listener = TcpListener::bind(address).unwrap();
    (ListenerProtocol::Tcp, listener.local_addr().unwrap().port(), listener.into())
}

fn udp(address: &str) -> (ListenerProtocol, u16, OwnedFd) {
    let socket = UdpSocket::bind(address).unwrap();
    (ListenerProtocol::Udp, socket.local_addr().unwrap().port(), socket.into())
}

#[test]
fn a_listener_that_is_killed_is_told_of() {
    let Some((host, _)) = pair("a_listener_that_is_killed_is_told_of") else { return };
    host.wait(|| async {
        let has_udp = listeners().is_ok();
        let mut destroyed = Destroyed::open().unwrap();
        let tcp = [tcp("0.0.0.0:0"), tcp("[::]:0"), tcp("127.0.0.1:0")];
        let udp = [udp("0.0.0.0:0"), udp("[::]:0")].into_iter().filter(|_| has_udp);
        for (protocol, port, socket) in tcp.into_iter().chain(udp) {
            let mut process = process_with(socket);
            assert!(timeout(SOON, destroyed.next()).await.is_err(), "{protocol:?} lives");
            process.kill().unwrap();
            assert_eq!(told(&mut destroyed).await, [(protocol, port)]);
            process.wait().unwrap();
        }
    });
}

#[test]
fn a_listener_that_two_have_is_told_of_with_the_second() {
    let Some((host, _)) = pair("a_listener_that_two_have_is_told_of_with_the_second") else { return };
    host.wait(|| async {
        let _ = listeners();
        let mut destroyed = Destroyed::open().unwrap();
        let (protocol, port, socket) = tcp("0.0.0.0:0");
        let mut first = process_with(socket.try_clone().unwrap());
        let mut second = process_with(socket);
        first.kill().unwrap();
        first.wait().unwrap();
        assert!(timeout(SOON, destroyed.next()).await.is_err());
        second.kill().unwrap();
        second.wait().unwrap();
        assert_eq!(told(&mut destroyed).await, [(protocol, port)]);
    });
}

#[test]
fn a_thousand_connections_wake_nobody() {
    let Some((host, _)) = pair("a_thousand_connections_wake_nobody") else { return };
    host.wait(|| async {
        let _ = listeners();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut destroyed = Destroyed::open().unwrap();
        let connections = tokio::task::spawn_blocking(move || {
            for nth in 0..1000 {
                let client = TcpStream::connect(address).unwrap();
                let (server, _) = listener.accept().unwrap();
                // whoever closes last has no TIME_WAIT
                if nth % 2 == 0 { drop((client, server)) } else { drop((server, client)) }
            }
            listener
        });
        let mut wakes = 0;
        {
            let mut next = pin!(destroyed.next());
            let told = poll_fn(|cx| {
                wakes += 1;
                next.as_mut().poll(cx)
            });
            assert!(timeout(LONG / 5, told).await.is_err());
        }
        let listener = connections.await.unwrap();
        assert!(wakes < 10, "{wakes} wakes");
        drop(listener);
        assert_eq!(told(&mut destroyed).await, [(ListenerProtocol::Tcp, address.port())]);
    });
}

#[test]
fn ports_that_nobody_asked_for_tell_nothing() {
    let Some((host, _)) = pair("ports_that_nobody_asked_for_tell_nothing") else { return };
    host.wait(|| async {
        let _ = listeners();
        let ((protocol, wanted, socket), (.., other)) = (tcp("0.0.0.0:0"), tcp("0.0.0.0:0"));
        let mut destroyed = Destroyed::open().unwrap();
        destroyed.set_ports([wanted, 1, 2]);
        drop(other);
        assert!(timeout(SOON, destroyed.next()).await.is_err());
        drop(socket);
        assert_eq!(told(&mut destroyed).await, [(protocol, wanted)]);

        destroyed.set_ports([]);
        drop(tcp("0.0.0.0:0"));
        assert!(timeout(SOON, destroyed.next()).await.is_err());
        // more than the kernel's filter is given
        let (.., port, socket) = tcp("0.0.0.0:0");
        destroyed.set_ports((1..=1000).chain([port]));
        drop(tcp("0.0.0.0:0"));
        drop(socket);
        assert_eq!(told(&mut destroyed).await, [(protocol, port)]);
    });
}

#[test]
fn what_was_lost_is_told_as_nothing_in_particular() {
    let Some((host, _)) = pair("what_was_lost_is_told_as_nothing_in_particular") else { return };
    host.wait(|| async {
        let _ = listeners();
        let mut destroyed = Destroyed::open().unwrap();
        let end = Instant::now() + LONG;
        loop {
            for _ in 0..1_000 {
                drop(tcp("127.0.0.1:0"));
            }
            // the kernel tells from a thread of its own, which has to come first
            sleep(SOON / 10);
            if told(&mut destroyed).await.is_empty() {
                break;
            }
            assert!(Instant::now() < end, "nothing is lost");
        }
        while timeout(SOON, destroyed.next()).await.is_ok() {}
        let (protocol, port, socket) = tcp("127.0.0.1:0");
        drop(socket);
        assert_eq!(told(&mut destroyed).await, [(protocol, port)], "it goes on");
    });
}

#[test]
fn no_rights_are_needed() {
    let nobody = "--reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all";
    if !without_rights("no_rights_are_needed", nobody) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut destroyed = Destroyed::open().unwrap();
        let (protocol, port, socket) = tcp("0.0.0.0:0");
        destroyed.set_ports([port]);
        assert!(
            Sockets::open().unwrap().listeners(&[protocol]).unwrap().iter().any(|found| found.port == port)
        );
        drop(socket);
        assert_eq!(told(&mut destroyed).await, [(protocol, port)]);
        let nobody = IpAddr::from([192, 0, 2, 1]);
        let found = Sockets::open().unwrap().connections(&BTreeSet::from([nobody])).unwrap();
        assert_eq!(found, BTreeMap::from([(nobody, 0)]));
    });
}

const VIPS: [&str; 3] = ["10.0.0.100", "10.0.0.101", "2001:db8::100"];

/// The server's ends of connections from `a` to `b`, and those of the client.
struct Ends {
    client: Vec<TcpStream>,
    server: Vec<TcpStream>,
}

/// A listener on `b`, and one connection of `a` to each of these.
fn connect(a: &Host, b: &Host, listen: &'static str, to: &[&'static str]) -> Ends {
    let listener = b.run(move || TcpListener::bind(listen).unwrap());
    let port = listener.local_addr().unwrap().port();
    let mut ends = Ends { client: Vec::new(), server: Vec::new() };
    for vip in to.iter().map(|vip| SocketAddr::new(address(vip), port)) {
        ends.client.push(a.run(move || TcpStream::connect_timeout(&vip, LONG).unwrap()));
        ends.server.push(listener.accept().unwrap().0);
    }
    ends
}

/// Of each of these.
fn connections(host: &Host, vips: &[&'static str]) -> Vec<u64> {
    let vips: Vec<IpAddr> = vips.iter().copied().map(address).collect();
    host.run(move || {
        let wanted = vips.iter().copied().collect();
        let found = Sockets::open().unwrap().connections(&wanted).unwrap();
        assert_eq!(found.len(), wanted.len());
        vips.iter().map(|vip| found[vip]).collect()
    })
}

/// `b` has the VIPs.
fn real_server(test: &str) -> Option<(Host, Host)> {
    let (a, b) = pair(test)?;
    for vip in &VIPS[..2] {
        b.ip(&format!("address add {vip}/32 dev lo"));
    }
    b.ip("-6 address add 2001:db8::100/128 dev eth0 nodad");
    Some((a, b))
}

#[test]
fn connections_are_counted_for_each_vip() {
    let Some((a, b)) = real_server("connections_are_counted_for_each_vip") else { return };
    let [vip, other, six] = VIPS;
    let _four = connect(&a, &b, "10.0.0.100:0", &[vip, vip]);
    let _both = connect(&a, &b, "[::]:0", &[vip, other, six, six, six, "10.0.0.2", "2001:db8::2"]);
    assert_eq!(connections(&b, &VIPS), [3, 1, 3]);
    assert_eq!(connections(&b, &[vip]), [3]);
    assert_eq!(connections(&b, &[six, "2001:db8::101"]), [3, 0]);
    assert_eq!(connections(&b, &[]), [0; 0]);
    let many = b.run(move || {
        let mut many: BTreeSet<IpAddr> = (0..1000_u32).map(|n| IpAddr::from(n.to_be_bytes())).collect();
        many.extend(VIPS.map(address));
        let found = Sockets::open().unwrap().connections(&many).unwrap();
        VIPS.map(|vip| found[&address(vip)])
    });
    assert_eq!(many, [3, 1, 3], "without the kernel choosing");
}

#[test]
fn connections_that_are_over_do_not_count() {
    let Some((a, b)) = real_server("connections_that_are_over_do_not_count") else { return };
    let [vip, ..] = VIPS;
    let mut ends = connect(&a, &b, "10.0.0.100:0", &[vip, vip, vip]);
    let count = || connections(&b, &[vip])[0];
    assert_eq!(count(), 3);

    // the client has ended, the server still has to: CLOSE_WAIT
    drop(ends.client.remove(0));
    ends.server[0].set_read_timeout(Some(LONG)).unwrap();
    assert_eq!(ends.server[0].read(&mut [0]).unwrap(), 0);
    assert_eq!(count(), 3);
    drop(ends.server.remove(0));
    until("closed by both", || count() == 2);

    // the server has said all, and its client has taken it: FIN_WAIT2
    drop(ends.server.remove(0));
    until("the client knows", || count() == 1);
    let ended = || {
        b.run(move || {
            let mut sockets = Sockets::open().unwrap();
            let found = sockets.ended(&BTreeSet::from([address(vip), address("10.0.0.101")])).unwrap();
            found.into_values().collect::<Vec<u64>>()
        })
    };
    assert_eq!(ended(), [1, 0], "the one that the server ended first");
    drop(ends.client.remove(0));
    until("the client has ended, too", || count() == 1);
    assert_eq!(ended(), [1, 0], "TIME_WAIT");

    // nobody takes what the server has said: FIN_WAIT1
    b.ip("link set eth0 down");
    drop(ends.server.remove(0));
    assert_eq!(count(), 1);
}

/// The first packet of a connection from an address that nobody has, so that it stays half open.
fn half_open(port: u16) {
    let (from, to) = ([10, 0, 0, 50], [10, 0, 0, 100]);
    let mut segment = [0; 20];
    segment[..2].copy_from_slice(&4000_u16.to_be_bytes());
    segment[2..4].copy_from_slice(&port.to_be_bytes());
    // five words of header, SYN, window
    (segment[12], segment[13], segment[14]) = (5 << 4, 2, 64);
    let words = [&from[..], &to, &[0, 6, 0, 20], &segment].concat();
    let sum: u32 = words.chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    let folded = u16::try_from(if sum > 0xffff { sum - 0xffff } else { sum }).unwrap();
    segment[16..18].copy_from_slice(&(!folded).to_be_bytes());
    // the kernel fills in length, number and checksum
    let header = [&[0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0][..], &from, &to].concat();
    let socket = Socket::new(Domain::IPV4, Type::RAW, Some(socket2::Protocol::from(255))).unwrap();
    let place: SocketAddr = "10.0.0.100:0".parse().unwrap();
    socket.send_to(&[&header[..], &segment].concat(), &place.into()).unwrap();
}

#[test]
fn connections_that_are_half_open_count() {
    let Some((a, b)) = real_server("connections_that_are_half_open_count") else { return };
    let listener = b.run(|| TcpListener::bind("10.0.0.100:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    a.run(move || half_open(port));
    until("the request is there", || connections(&b, &VIPS) == [1, 0, 0]);
}

#[test]
fn a_full_queue_is_seen() {
    let Some((host, _)) = pair("a_full_queue_is_seen") else { return };
    host.run(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
        socket.listen(1).unwrap();
        let listener = TcpListener::from(socket);
        let place = listener.local_addr().unwrap();
        let seen = || -> ListeningSocket {
            let mut found = Sockets::open().unwrap().listeners(&[ListenerProtocol::Tcp]).unwrap();
            found.retain(|socket| socket.port == place.port());
            found.remove(0)
        };
        assert_eq!((seen().waiting, seen().most), (0, 1));
        let _waiting = [(); 2].map(|()| TcpStream::connect(place).unwrap());
        until("both wait", || seen().waiting == 2);
        listener.accept().unwrap();
        assert_eq!((seen().waiting, seen().most), (1, 1));
    });
}
