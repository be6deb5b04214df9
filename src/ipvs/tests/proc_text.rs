//! `/proc/net/ip_vs`: what it shows, what it leaves out, and the cheap look at it.

mod common;

use common::{direct, fwmark, persistent, plain, real, service, tcp, tunnel};
use lvs_ipvs::proc::{
    Fault, ProcError, SeenForward, SeenKey, SeenPersistence, fill_unseen, glance, parse_proc,
};
use lvs_ipvs::{
    Checksum, Destination, Family, Forward, SchedulerFlags, Scope, ServiceSettings, Table, TunnelKind, diff,
};
use proptest::prelude::*;

const KERNEL: &str = include_str!("fixtures/proc_ip_vs.txt");
const HEAD: &str = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> \
                    RemoteAddress:Port Forward Weight ActiveConn InActConn\n";

#[test]
fn a_real_file_is_read() {
    let seen = parse_proc(KERNEL).unwrap();
    assert_eq!(seen.services.len(), 7);
    let web = &seen.services[0];
    assert_eq!(web.key, SeenKey::Address(tcp("192.168.100.240", 80)));
    assert_eq!(web.scheduler.name(), "rr");
    assert_eq!(web.persistence, Some(SeenPersistence { timeout_jiffies: 2000, netmask: u32::MAX }));
    assert_eq!(web.destinations[1].key, real("192.168.100.8", 80));
    assert_eq!(web.destinations[1].forward, SeenForward::Direct);
    assert_eq!((web.destinations[1].active, web.destinations[1].inactive), (0, 3));
    assert!(seen.services[2].one_packet && !seen.services[1].one_packet);
    assert_eq!(seen.services[1].destinations[0].forward, SeenForward::Tunnel);
    assert_eq!(seen.services[4].destinations[0].weight.get(), i32::MAX.unsigned_abs());
}

/// The table behind the real file.
fn desired() -> Table {
    let (rs1, rs2) = ("192.168.100.8", "192.168.100.9");
    let udp = |port| common::address_key(lvs_ipvs::Protocol::Udp, "192.168.100.240", port);
    let sctp = common::address_key(lvs_ipvs::Protocol::Sctp, "192.168.100.240", 132);
    let flags = |flag1, flag2| SchedulerFlags { flag1, flag2, flag3: false };
    let limited = Destination { upper_threshold: 100, lower_threshold: 80, ..direct(1) };
    let gue = Destination { weight: direct(3).weight, ..tunnel(TunnelKind::Gue, 6080, Checksum::Remote) };
    let sh = ServiceSettings { flags: flags(true, true), ..plain("sh") };
    let mh = ServiceSettings { flags: flags(false, true), ..persistent("mh", 300, 64, None) };
    let sip = ServiceSettings { one_packet: true, ..persistent("rr", 60, 32, Some("sip")) };
    let wlc = ServiceSettings { one_packet: true, ..plain("wlc") };
    Table::from([
        (
            tcp("192.168.100.240", 80),
            service(persistent("rr", 20, 32, None), [(real(rs1, 80), limited), (real(rs2, 80), direct(0))]),
        ),
        (
            udp(53),
            service(wlc, [(real("10.0.0.5", 5353), Destination { forward: Forward::Nat, ..direct(7) })]),
        ),
        (udp(5060), service(sip, [])),
        (
            sctp,
            service(
                sh,
                [(real(rs1, 132), gue), (real(rs2, 132), tunnel(TunnelKind::Gre, 0, Checksum::Full))],
            ),
        ),
        (
            tcp("2001:db8::240", 443),
            service(mh, [(real("2001:db8::8", 443), direct(i32::MAX.unsigned_abs()))]),
        ),
        (fwmark(Family::V4, 7), service(persistent("wrr", 3600, 24, None), [(real(rs1, 0), direct(1))])),
        (fwmark(Family::V6, 7), service(plain("lc"), [(real("2001:db8::8", 0), direct(1))])),
    ])
}

#[test]
fn what_is_not_shown_comes_from_what_is_desired() {
    assert_eq!(fill_unseen(parse_proc(KERNEL).unwrap(), &desired()), desired());
}

#[test]
fn what_is_shown_is_seen() {
    let mut other = desired();
    let web = other.get_mut(&tcp("192.168.100.240", 80)).unwrap();
    web.settings = persistent("rr", 21, 32, None);
    web.destinations.insert(real("192.168.100.9", 80), direct(1));
    other.remove(&fwmark(Family::V6, 7));
    let seen = fill_unseen(parse_proc(KERNEL).unwrap(), &other);
    let lines: Vec<String> =
        diff(&other, &seen, &Scope::Everything).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "ipvsadm -E -t 192.168.100.240:80 -s rr -p 21",
            "ipvsadm -e -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 1",
            "ipvsadm -D -f 7 -6",
        ]
    );
}

#[test]
fn a_mark_without_destinations_gets_the_family_that_is_free() {
    let text = format!("{HEAD}FWM  00000007 rr \nFWM  00000007 wlc \nFWM  00000008 rr \n");
    let v6_8 = Table::from([(fwmark(Family::V6, 8), service(plain("rr"), []))]);
    let table = fill_unseen(parse_proc(&text).unwrap(), &v6_8);
    let keys: Vec<_> = table.keys().copied().collect();
    assert_eq!(keys, [fwmark(Family::V4, 7), fwmark(Family::V6, 7), fwmark(Family::V6, 8)]);
}

#[test]
fn timeouts_are_read_whatever_the_kernels_hz() {
    for hz in [100_u32, 250, 300, 1000] {
        let jiffies = (20 * hz, (2_678_400 * hz).cast_signed());
        let text = format!(
            "{HEAD}TCP  C0000201:0050 rr persistent {} FFFFFFFF\nTCP  C0000201:0051 rr persistent {} FFFFFFFF\n",
            jiffies.0, jiffies.1,
        );
        let desired = Table::from([
            (tcp("192.0.2.1", 80), service(persistent("rr", 20, 32, None), [])),
            (tcp("192.0.2.1", 81), service(persistent("rr", 2_678_400, 32, None), [])),
        ]);
        assert_eq!(fill_unseen(parse_proc(&text).unwrap(), &desired), desired, "{hz}");
    }
}

#[test]
fn each_fault_is_named_with_its_line() {
    let cases = [
        ("", Fault::Heading),
        ("ICMP C0000201:0050 rr", Fault::Beginning),
        ("TCP  C0000201 rr", Fault::Address),
        ("TCP  [2001:db8::zz]:0050 rr", Fault::Address),
        ("TCP  C0000201:10000 rr", Fault::Address),
        ("TCP", Fault::Address),
        ("FWM  00000000 rr", Fault::Mark),
        ("FWM  zz rr", Fault::Mark),
        ("TCP  C0000201:0050", Fault::Scheduler),
        ("TCP  C0000201:0050 rr persistent 5", Fault::Persistence),
        ("TCP  C0000201:0050 rr persistent x FFFFFFFF", Fault::Persistence),
        ("  -> C0000201:0050 Route 1 0 0", Fault::NoService),
        ("TCP  C0000201:0050 rr\n  -> C0000201:0050 Road 1 0 0", Fault::Forward),
        ("TCP  C0000201:0050 rr\n  -> C0000201:0050 Route -1 0 0", Fault::Number),
        ("TCP  C0000201:0050 rr\n  -> C0000201:0050 Route 1 0", Fault::Number),
    ];
    for (line, fault) in cases {
        let text = if fault == Fault::Heading { line.to_owned() } else { format!("{HEAD}{line}\n") };
        let expected = if fault == Fault::Heading { 1 } else { text.lines().count() };
        assert_eq!(parse_proc(&text), Err(ProcError { line: expected, fault }), "{line}");
    }
    assert_eq!(parse_proc(HEAD).unwrap().services, []);
}

#[test]
fn a_glance_sees_everything_but_connections() {
    let before = glance(KERNEL.as_bytes());
    let busier = KERNEL
        .replace("Route   1      0          3  ", "Route   1      1234567890 42 ")
        .replace("Masq    7      0          0 ", "Masq    7      8          9 ");
    assert_ne!(busier, KERNEL);
    assert_eq!(glance(busier.as_bytes()), before);
    for (from, to) in [
        ("Route   1      0", "Route   2      0"),
        ("Route   0      0", "Tunnel  0      0"),
        ("C0A86408:0050", "C0A86408:0051"),
        (" wlc ops", " wlc "),
        ("persistent 2000", "persistent 2001"),
        ("  -> C0A86408:0050      Route   1      0          3         \n", ""),
    ] {
        assert!(KERNEL.contains(from), "{from}");
        assert_ne!(glance(KERNEL.replace(from, to).as_bytes()), before, "{from}");
    }
    let lines: Vec<&str> = KERNEL.lines().collect();
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    assert_ne!(glance(swapped.join("\n").as_bytes()), glance(lines.join("\n").as_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}", place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let _ = parse_proc(&text);
        let _ = parse_proc(&format!("{HEAD}{text}"));
        let mut bytes = KERNEL.as_bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(seen) = parse_proc(&text) {
            fill_unseen(seen, &desired());
        }
        glance(&bytes);
    }
}
