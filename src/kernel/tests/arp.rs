//! Who has which address, between two hosts: the kernel's neighbour table of the other one judges what is said, the kernel's
//! answers are what is heard. Without the right to make hosts (root) these do nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hosts;

use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hosts::{Host, address, claims, ip, mac, output, pair, until, without_rights};
use lvs_kernel::address::{Addresses, Neighbour};
use lvs_kernel::arp::{Announcer, Claim, Listener, SocketError};
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{MsgFlags, sendto};
use socket2::{Domain, Socket, Type};

const VIP: &str = "10.0.0.100";
const VIP6: &str = "2001:db8::100";
const SOON: Duration = Duration::from_millis(500);

fn neighbour(host: &Host, address: &str) -> String {
    host.output(&format!("ip neigh show {address} dev eth0"))
}

fn announce(host: &Host, vip: &str) {
    let vip = address(vip);
    host.run(move || Announcer::open("eth0").unwrap().announce(vip).unwrap());
}

/// From the host's `eth0`, as it is.
fn send_frame(frame: &[u8]) {
    let socket = Socket::new(Domain::PACKET, Type::RAW, None).unwrap();
    let link = getifaddrs().unwrap().find_map(|found| {
        let is_link = found.interface_name == "eth0";
        found.address.filter(|_| is_link)?.as_link_addr().copied()
    });
    sendto(std::os::fd::AsRawFd::as_raw_fd(&socket), frame, &link.unwrap(), MsgFlags::empty()).unwrap();
}

/// Listens on `a` and does something on `b`.
fn heard(a: &Host, addresses: Option<Vec<IpAddr>>, on_b: impl FnOnce()) -> Vec<Claim> {
    let (told, ready) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let listening = scope.spawn(move || {
            a.wait(move || async move {
                let mut listener = Listener::open("eth0").unwrap();
                if let Some(addresses) = addresses {
                    listener.set_addresses(&addresses).unwrap();
                }
                told.send(()).unwrap();
                claims(&mut listener, SOON).await
            })
        });
        ready.recv().unwrap();
        on_b();
        listening.join().unwrap()
    })
}

#[test]
fn neighbours_learn_a_new_place_at_once() {
    let Some((a, b)) = pair("neighbours_learn_a_new_place_at_once") else { return };
    for vip in [VIP, VIP6] {
        b.ip(&format!("neigh replace {vip} lladdr 02:00:00:00:00:99 nud reachable dev eth0"));
        announce(&a, vip);
        until("b knows", || neighbour(&b, vip).contains(&a.mac("eth0")));
    }
}

#[test]
fn a_neighbour_that_never_heard_of_it_is_not_filled() {
    let Some((a, b)) = pair("a_neighbour_that_never_heard_of_it_is_not_filled") else { return };
    announce(&a, VIP);
    announce(&a, VIP6);
    std::thread::sleep(SOON);
    assert_eq!(neighbour(&b, VIP) + &neighbour(&b, VIP6), "");
}

#[test]
fn an_advertisement_says_router_where_it_forwards() {
    let Some((a, b)) = pair("an_advertisement_says_router_where_it_forwards") else { return };
    let entry = |vip: &str| {
        b.ip(&format!("neigh replace {vip} lladdr 02:00:00:00:00:99 nud reachable dev eth0"));
        announce(&a, vip);
        until("b knows", || neighbour(&b, vip).contains(&a.mac("eth0")));
        neighbour(&b, vip)
    };
    assert!(!entry(VIP6).contains("router"));
    a.run(|| std::fs::write("/proc/sys/net/ipv6/conf/eth0/forwarding", "1").unwrap());
    assert!(entry(VIP6).contains("router"));
}

#[test]
fn a_host_that_has_the_address_answers_a_question() {
    let Some((a, b)) = pair("a_host_that_has_the_address_answers_a_question") else { return };
    b.ip(&format!("address add {VIP}/32 dev eth0"));
    b.ip(&format!("-6 address add {VIP6}/128 dev eth0 nodad"));
    let mac = mac(&b.mac("eth0"));
    let found = a.wait(|| async {
        let announcer = Announcer::open("eth0").unwrap();
        let mut listener = Listener::open("eth0").unwrap();
        for question in [VIP, VIP6, "10.0.0.101", "2001:db8::101"] {
            announcer.ask(address(question)).unwrap();
        }
        claims(&mut listener, SOON).await
    });
    let claim = |vip| Claim { address: address(vip), mac };
    assert!(found.contains(&claim(VIP)) && found.contains(&claim(VIP6)), "{found:?}");
    let strange = |claim: &&Claim| ![address(VIP), address(VIP6)].contains(&claim.address);
    assert_eq!(found.iter().find(strange), None);
    // and nobody thinks that the one who asked has it
    assert_eq!(neighbour(&b, VIP) + &neighbour(&b, VIP6), "");
}

#[test]
fn claims_of_others_are_heard_and_questions_are_not() {
    let Some((a, b)) = pair("claims_of_others_are_heard_and_questions_are_not") else { return };
    let mac = mac(&b.mac("eth0"));
    let found = heard(&a, None, || {
        b.run(|| {
            let announcer = Announcer::open("eth0").unwrap();
            announcer.ask(address(VIP)).unwrap();
            announcer.ask(address(VIP6)).unwrap();
            announcer.announce(address(VIP)).unwrap();
            announcer.announce(address(VIP6)).unwrap();
        });
    });
    let [four, six] = [VIP, VIP6].map(|vip| Claim { address: address(vip), mac });
    // the two forms of ARP come one after the other, and the two families by two ways
    assert_eq!(found.iter().filter(|claim| **claim == four).count(), 2, "{found:?}");
    assert_eq!(found.iter().filter(|claim| **claim == six).count(), 1, "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn whoever_asks_with_the_address_claims_it() {
    let Some((a, b)) = pair("whoever_asks_with_the_address_claims_it") else { return };
    let mac = mac(&b.mac("eth0"));
    b.ip(&format!("address add {VIP}/32 dev eth0"));
    let found = heard(&a, Some(vec![address(VIP)]), || {
        b.run(|| UdpSocket::bind((VIP, 0)).unwrap().send_to(b"hello", ("10.0.0.1", 9)).unwrap());
    });
    assert!(found.contains(&Claim { address: address(VIP), mac }), "{found:?}");
}

#[test]
fn what_this_interface_says_itself_is_not_heard() {
    let Some((a, _b)) = pair("what_this_interface_says_itself_is_not_heard") else { return };
    let found = heard(&a, None, || {});
    assert_eq!(found, []);
    let found = a.wait(|| async {
        let mut listener = Listener::open("eth0").unwrap();
        let announcer = Announcer::open("eth0").unwrap();
        announcer.announce(address(VIP)).unwrap();
        announcer.announce(address(VIP6)).unwrap();
        claims(&mut listener, SOON).await
    });
    assert_eq!(found, []);
}

/// Bytes that wait at the sockets of this host.
fn waiting(table: &str, column: usize) -> Vec<String> {
    let text = std::fs::read_to_string(table).unwrap();
    text.lines().skip(1).map(|line| line.split_whitespace().nth(column).unwrap().to_owned()).collect()
}

/// `/proc/net/packet`: `Rmem`; `/proc/net/raw6`: `tx_queue:rx_queue`.
fn queues() -> (Vec<String>, Vec<String>) {
    (waiting("/proc/thread-self/net/packet", 6), waiting("/proc/thread-self/net/raw6", 4))
}

#[test]
fn other_addresses_wake_nobody() {
    let Some((a, b)) = pair("other_addresses_wake_nobody") else { return };
    let b_says = |vips: &'static [&str]| {
        b.run(move || {
            let announcer = Announcer::open("eth0").unwrap();
            for vip in vips {
                announcer.announce(address(vip)).unwrap();
                announcer.ask(address(vip)).unwrap();
            }
        });
    };
    // many of them: more than a filter takes are left to user space
    for more in [0, 20, 300_u32] {
        let mut wanted = vec![address(VIP), address(VIP6)];
        wanted.extend((0..more).map(|number| IpAddr::from(number.to_be_bytes())));
        let listener = a.wait(move || async move {
            let mut listener = Listener::open("eth0").unwrap();
            listener.set_addresses(&wanted).unwrap();
            listener
        });
        b_says(&["10.0.0.101", "2001:db8::101"]);
        std::thread::sleep(Duration::from_millis(100));
        let (arp, advertisements) = a.run(queues);
        assert_eq!(arp == ["0"], more < 256, "{arp:?}");
        assert_eq!(advertisements, ["00000000:00000000"]);
        b_says(&[VIP, VIP6]);
        std::thread::sleep(Duration::from_millis(100));
        let (arp, advertisements) = a.run(queues);
        assert!(arp != ["0"] && advertisements != ["00000000:00000000"], "{arp:?} {advertisements:?}");
        a.run(move || drop(listener));
    }
}

#[test]
fn addresses_are_chosen() {
    let Some((a, b)) = pair("addresses_are_chosen") else { return };
    let b_says = || {
        b.run(|| {
            let announcer = Announcer::open("eth0").unwrap();
            // its end is that of another that is listened for
            for vip in [VIP, VIP6, "10.0.0.101", "2001:db8::101", "2001:db8:1::100"] {
                announcer.announce(address(vip)).unwrap();
            }
        });
    };
    assert_eq!(heard(&a, Some(vec![]), b_says), []);
    for vip in [VIP, VIP6] {
        let found = heard(&a, Some(vec![address(vip)]), b_says);
        assert!(!found.is_empty());
        assert!(found.iter().all(|claim| claim.address == address(vip)), "{found:?}");
    }
    let many = (0..1000_u32).map(|number| IpAddr::from((0x0a00_0000 + number).to_be_bytes())).collect();
    let found = heard(&a, Some(many), b_says);
    let found: Vec<IpAddr> = found.iter().map(|claim| claim.address).collect();
    assert_eq!(found, [VIP, VIP, "10.0.0.101", "10.0.0.101"].map(address));
}

#[test]
fn a_listener_outlives_its_interface_going_down() {
    let Some((a, b)) = pair("a_listener_outlives_its_interface_going_down") else { return };
    let listener = a.wait(|| async {
        let mut listener = Listener::open("eth0").unwrap();
        ip("link set eth0 down");
        assert_eq!(claims(&mut listener, Duration::from_millis(100)).await, []);
        ip("link set eth0 up");
        listener
    });
    until("the carrier is back", || b.output("ip link show eth0").contains("LOWER_UP"));
    announce(&b, VIP);
    let heard = a.run(move || {
        until("it is heard", || listener.receive().unwrap().is_some());
        ip("link delete eth0");
        until("it is not there", || !output("ip -o link").contains("eth0"));
        while listener.receive().unwrap().is_some() {}
        true
    });
    assert!(heard);
}

#[test]
fn the_neighbour_table_tells_who_is_behind_a_hardware_address() {
    let Some((a, b)) = pair("the_neighbour_table_tells_who_is_behind_a_hardware_address") else { return };
    let mac = mac(&b.mac("eth0"));
    a.ip(&format!("neigh replace {VIP6} lladdr 02:00:00:00:00:99 nud permanent dev eth0"));
    // one that is looked for in vain
    a.run(|| UdpSocket::bind("0.0.0.0:0").unwrap().send_to(b"hello", "10.0.0.77:9").unwrap());
    // and one that answers
    a.run(|| UdpSocket::bind("0.0.0.0:0").unwrap().send_to(b"hello", "10.0.0.2:9").unwrap());
    until("a knows b", || neighbour(&a, "10.0.0.2").contains("lladdr"));
    let found = a.wait(|| async { Addresses::open().unwrap().neighbours().await.unwrap() });
    let interface = a.run(|| nix::net::if_::if_nametoindex("eth0").unwrap());
    let of = |text| {
        let found: Vec<_> = found.iter().filter(|found| found.address == address(text)).copied().collect();
        found
    };
    assert_eq!(of("10.0.0.2"), [Neighbour { interface, address: address("10.0.0.2"), mac }]);
    let six = Neighbour { interface, address: address(VIP6), mac: [2, 0, 0, 0, 0, 0x99] };
    assert_eq!(of(VIP6), [six]);
    assert_eq!(of("10.0.0.77"), []);
}

/// ARP as bytes: destination, then the packet after the source.
fn arp(to: [u8; 6], kinds: [u8; 6], sender: [u8; 4]) -> Vec<u8> {
    let from = [2, 0, 0, 0, 0, 7];
    let rest: [&[u8]; 6] = [&kinds, &[0, 2], &from, &sender, &[0; 6], &sender];
    [&to[..], &from, &[0x08, 0x06], &rest.concat()].concat()
}

#[test]
fn rubbish_is_no_claim() {
    const ETHERNET: [u8; 6] = [0, 1, 8, 0, 6, 4];
    let Some((a, b)) = pair("rubbish_is_no_claim") else { return };
    a.ip("link set eth0 promisc on");
    let found = heard(&a, None, || {
        b.run(|| {
            let all = [0xff; 6];
            let [.., last] = [(); 2].map(|()| arp(all, ETHERNET, [10, 0, 0, 100]));
            for length in 14..last.len() - 14 {
                send_frame(&last[..length]);
            }
            for kinds in [[0, 2, 8, 0, 6, 4], [0, 1, 8, 1, 6, 4], [0, 1, 8, 0, 8, 4], [0, 1, 8, 0, 6, 16]] {
                send_frame(&arp(all, kinds, [10, 0, 0, 100]));
            }
            send_frame(&arp(all, ETHERNET, [0; 4]));
            send_frame(&arp([2, 0, 0, 0, 0, 9], ETHERNET, [10, 0, 0, 101]));
        });
    });
    assert_eq!(found, [], "cut, of another kind, a probe, and not for this host");
    let found = heard(&a, None, || b.run(|| send_frame(&arp([0xff; 6], ETHERNET, [10, 0, 0, 102]))));
    assert_eq!(found, [Claim { address: address("10.0.0.102"), mac: [2, 0, 0, 0, 0, 7] }]);
}

#[test]
fn claims_without_end_leave_others_their_turn() {
    let Some((a, b)) = pair("claims_without_end_leave_others_their_turn") else { return };
    a.wait(move || async move {
        let mut listener = Listener::open("eth0").unwrap();
        let vip = address(VIP);
        b.run(move || {
            let announcer = Announcer::open("eth0").unwrap();
            (0..100).for_each(|_| announcer.announce(vip).unwrap());
        });
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&heard);
        let listening = tokio::spawn(async move {
            loop {
                listener.next().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let so_far = || heard.load(Ordering::Relaxed);
        while so_far() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(so_far() < 100, "{}", so_far());
        while so_far() < 200 {
            tokio::task::yield_now().await;
        }
        listening.abort();
    });
}

#[test]
fn what_cannot_be_opened_says_why() {
    let Some((a, _b)) = pair("what_cannot_be_opened_says_why") else { return };
    let own = mac(&a.mac("eth0"));
    a.wait(move || async move {
        assert!(Announcer::open("eth9").unwrap_err().is_no_interface());
        assert!(Listener::open("eth9").unwrap_err().is_no_interface());
        let error = Announcer::open("lo").unwrap_err();
        assert!(matches!(error, SocketError::NotEthernet(_)));
        assert_eq!(error.to_string(), "lo is no Ethernet interface");
        assert!(matches!(Listener::open("lo").unwrap_err(), SocketError::NotEthernet(_)));
        let announcer = Announcer::open("eth0").unwrap();
        assert_eq!(announcer.mac(), own);
        ip("link set eth0 down");
        assert!(announcer.announce(address(VIP)).is_err());
        ip("link delete eth0");
        assert!(announcer.ask(address(VIP6)).is_err());
    });
}

#[test]
fn without_the_right_it_says_what_is_needed() {
    if !without_rights("without_the_right_it_says_what_is_needed", "--bounding-set=-net_raw") {
        return;
    }
    let interface = getifaddrs().unwrap().find_map(|found| {
        let link = found.address?.as_link_addr()?.hatype();
        (link == nix::libc::ARPHRD_ETHER).then_some(found.interface_name)
    });
    let Some(interface) = interface else { return };
    let error = Announcer::open(&interface).unwrap_err();
    assert_eq!(error.to_string(), format!("not permitted to open a packet socket on {interface}"));
    assert_eq!(error.hint(), Some("needs root or CAP_NET_RAW"));
}
