//! What other programs read from our packets, and what we hear of theirs: tcpdump and arping must be there, so these run in
//! the lab (`--ignored`).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hosts;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hosts::{Host, address, claims, index, mac, pair};
use lvs_kernel::arp::{Announcer, Claim, Listener};
use lvs_kernel::vrrp::Socket;

/// Version 3, VRID 51, priority 100, 10 cs, 10.0.0.100, with its checksum over the pseudo-header of 10.0.0.1 to 224.0.0.18.
const ADVERT: [u8; 12] = [0x31, 51, 100, 1, 0, 10, 0x75, 0xcd, 10, 0, 0, 100];
/// The same of 2001:db8::100, from 2001:db8::1 to ff02::12.
const ADVERT6: [u8; 24] =
    [0x31, 51, 100, 1, 0, 10, 0x0e, 0xb1, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];

/// A `tcpdump` that listens on the host's `eth0` and ends by itself.
struct Tcpdump(Child);

impl Tcpdump {
    fn start(host: &Host, packets: u32, filter: &str) -> Self {
        let filter = filter.to_owned();
        let mut child = host.run(move || {
            let mut command = Command::new("timeout");
            command.args([
                "10",
                "tcpdump",
                "-nve",
                "-i",
                "eth0",
                "--immediate-mode",
                "-c",
                &packets.to_string(),
            ]);
            command.arg(filter).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(errors.read_line(&mut line).unwrap() > 0, "tcpdump does not listen");
        }
        child.stderr = Some(errors.into_inner());
        Self(child)
    }

    /// What it saw, white space as single spaces.
    fn saw(mut self) -> String {
        let mut text = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(self.0.wait().unwrap().success(), "too few packets: {text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

fn advertise(host: &Host, source: &'static str, group: &'static str, advert: &'static [u8]) {
    host.run(move || {
        let group = address(group);
        let socket = Socket::open("eth0", index("eth0"), group.is_ipv6(), &[group]).unwrap();
        socket.send(address(source), group, advert).unwrap();
    });
}

#[test]
#[ignore = "needs tcpdump"]
fn tcpdump_reads_adverts() {
    let (a, b) = pair("tcpdump_reads_adverts").unwrap();
    let tcpdump = Tcpdump::start(&b, 1, "ip proto 112");
    advertise(&a, "10.0.0.1", "224.0.0.18", &ADVERT);
    let text = tcpdump.saw();
    has(
        &text,
        &["> 01:00:5e:00:00:12,", "tos 0xc0", "ttl 255", "proto VRRP (112)", "10.0.0.1 > 224.0.0.18:"],
    );
    has(&text, &["VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 12, addrs: 10.0.0.100"]);
    assert!(!text.contains("bad vrrp cksum"), "{text}");
}

#[test]
#[ignore = "needs tcpdump"]
fn tcpdump_reads_ipv6_adverts() {
    let (a, b) = pair("tcpdump_reads_ipv6_adverts").unwrap();
    let tcpdump = Tcpdump::start(&b, 1, "ip6 proto 112");
    advertise(&a, "2001:db8::1", "ff02::12", &ADVERT6);
    let text = tcpdump.saw();
    has(&text, &["> 33:33:00:00:00:12,", "class 0xc0", "hlim 255", "2001:db8::1 > ff02::12:"]);
    has(&text, &["VRRPv3, Advertisement, vrid 51, prio 100, intvl 10cs, length 24, addrs: 2001:db8::100"]);
    assert!(!text.contains("bad vrrp cksum"), "{text}");
}

#[test]
#[ignore = "needs tcpdump"]
fn tcpdump_reads_gratuitous_arp_and_probes() {
    let (a, b) = pair("tcpdump_reads_gratuitous_arp_and_probes").unwrap();
    let own = a.mac("eth0");
    let tcpdump = Tcpdump::start(&b, 3, "arp");
    a.run(|| {
        let announcer = Announcer::open("eth0").unwrap();
        announcer.announce(address("10.0.0.100")).unwrap();
        announcer.ask(address("10.0.0.101")).unwrap();
    });
    let text = tcpdump.saw();
    let broadcast = format!("{own} > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42:");
    assert_eq!(text.matches(&broadcast).count(), 3, "{text}");
    let reply = format!("Reply 10.0.0.100 is-at {own}, length 28");
    has(&text, &["who-has 10.0.0.100 tell 10.0.0.100, length 28", &reply]);
    has(&text, &["who-has 10.0.0.101 tell 0.0.0.0, length 28"]);
}

#[test]
#[ignore = "needs tcpdump"]
fn tcpdump_reads_neighbour_discovery() {
    let (a, b) = pair("tcpdump_reads_neighbour_discovery").unwrap();
    let own = a.mac("eth0");
    let tcpdump = Tcpdump::start(&b, 2, "icmp6 and (ip6[40] = 135 or ip6[40] = 136)");
    a.run(|| {
        let announcer = Announcer::open("eth0").unwrap();
        announcer.announce(address("2001:db8::100")).unwrap();
        announcer.ask(address("2001:db8::12:3456")).unwrap();
    });
    let text = tcpdump.saw();
    let frame = format!("{own} > 33:33:00:00:00:01, ethertype IPv6 (0x86dd), length 86:");
    let option = format!("destination link-address option (2), length 8 (1): {own}");
    has(&text, &[&frame, "hlim 255", "2001:db8::100 > ff02::1: [icmp6 sum ok]", &option]);
    has(&text, &["neighbor advertisement, length 32, tgt is 2001:db8::100, Flags [override]"]);
    has(&text, &["> 33:33:ff:12:34:56,", ":: > ff02::1:ff12:3456: [icmp6 sum ok]"]);
    has(&text, &["neighbor solicitation, length 24, who has 2001:db8::12:3456"]);
}

/// Listens on `a` while `arping` says something on `b`, which has 10.0.0.100 then.
fn heard_of_arping(arguments: &'static str) -> (Vec<Claim>, [u8; 6]) {
    let (a, b) = pair("heard_of_arping").unwrap();
    b.ip("address add 10.0.0.100/32 dev eth0");
    let (told, ready) = std::sync::mpsc::channel();
    let found = std::thread::scope(|scope| {
        let listening = scope.spawn(|| {
            a.wait(move || async move {
                let mut listener = Listener::open("eth0").unwrap();
                listener.set_addresses(&[address("10.0.0.100")]).unwrap();
                told.send(()).unwrap();
                claims(&mut listener, Duration::from_secs(3)).await
            })
        });
        ready.recv().unwrap();
        b.run(move || {
            let words = format!("-c 1 -w 1 -I eth0 {arguments}");
            Command::new("arping").args(words.split(' ')).output().unwrap();
        });
        listening.join().unwrap()
    });
    (found, mac(&b.mac("eth0")))
}

#[test]
#[ignore = "needs arping"]
fn what_arping_claims_is_heard() {
    for arguments in ["-U 10.0.0.100", "-A 10.0.0.100", "-s 10.0.0.100 10.0.0.1"] {
        let (found, mac) = heard_of_arping(arguments);
        let claim = Claim { address: address("10.0.0.100"), mac };
        assert!(!found.is_empty() && found.iter().all(|found| *found == claim), "{arguments}: {found:?}");
    }
}

#[test]
#[ignore = "needs arping"]
fn what_arping_only_asks_is_no_claim() {
    let (found, _) = heard_of_arping("-D 10.0.0.100");
    assert_eq!(found, []);
}
