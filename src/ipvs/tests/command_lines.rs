//! Each change prints as the ipvsadm command that would do it; the forms are those of `ipvsadm -S` 1.31.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

mod common;

use common::{address_key, direct, fwmark, persistent, plain, real, tcp, tunnel};
use lvs_ipvs::{
    Change, Checksum, Destination, DestinationKey, Family, Forward, Protocol, SchedulerFlags, ServiceKey,
    ServiceSettings, TunnelKind,
};

fn added(key: ServiceKey, settings: ServiceSettings) -> String {
    Change::AddService { key, settings }.to_string()
}

fn real_added(destination: Destination) -> String {
    let (service, key) = (tcp("192.168.100.240", 80), real("192.168.100.8", 80));
    let line = Change::AddDestination { service, key, destination }.to_string();
    line.strip_prefix("ipvsadm -a -t 192.168.100.240:80 -r 192.168.100.8:80 ").unwrap().to_owned()
}

#[test]
fn services() {
    let flags = |flag1, flag2, flag3| SchedulerFlags { flag1, flag2, flag3 };
    let web = tcp("192.168.100.240", 80);
    let cases = [
        (added(web, persistent("rr", 20, 32, None)), "-A -t 192.168.100.240:80 -s rr -p 20"),
        (
            added(tcp("192.168.100.240", 0), persistent("wlc", 300, 24, Some("sip"))),
            "-A -t 192.168.100.240:0 -s wlc -p 300 -M 255.255.255.0 --pe sip",
        ),
        (added(web, persistent("rr", 1, 0, None)), "-A -t 192.168.100.240:80 -s rr -p 1 -M 0.0.0.0"),
        (
            added(tcp("2001:db8::240", 443), persistent("rr", 300, 64, None)),
            "-A -t [2001:db8::240]:443 -s rr -p 300 -M 64",
        ),
        (
            added(
                address_key(Protocol::Udp, "192.0.2.1", 53),
                ServiceSettings { one_packet: true, ..plain("rr") },
            ),
            "-A -u 192.0.2.1:53 -s rr -o",
        ),
        (
            added(
                address_key(Protocol::Sctp, "192.0.2.1", 132),
                ServiceSettings { flags: flags(true, true, false), ..plain("sh") },
            ),
            "-A --sctp-service 192.0.2.1:132 -s sh -b sh-fallback,sh-port",
        ),
        (
            added(web, ServiceSettings { flags: flags(false, true, false), ..plain("mh") }),
            "-A -t 192.168.100.240:80 -s mh -b mh-port",
        ),
        (
            added(web, ServiceSettings { flags: flags(true, false, true), ..plain("rr") }),
            "-A -t 192.168.100.240:80 -s rr -b flag-1,flag-3",
        ),
        (added(fwmark(Family::V4, 7), plain("rr")), "-A -f 7 -s rr"),
        (added(fwmark(Family::V6, 7), plain("rr")), "-A -f 7 -6 -s rr"),
        (
            Change::EditService { key: web, settings: plain("lc") }.to_string(),
            "-E -t 192.168.100.240:80 -s lc",
        ),
        (Change::DeleteService { key: web }.to_string(), "-D -t 192.168.100.240:80"),
    ];
    for (line, expected) in cases {
        assert_eq!(line, format!("ipvsadm {expected}"));
    }
}

#[test]
fn destinations() {
    let cases = [
        (direct(1), "-g -w 1"),
        (Destination { forward: Forward::Nat, ..direct(0) }, "-m -w 0"),
        (tunnel(TunnelKind::Ipip, 0, Checksum::None), "-i -w 1 --tun-type ipip"),
        (
            tunnel(TunnelKind::Gue, 6080, Checksum::None),
            "-i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum",
        ),
        (
            tunnel(TunnelKind::Gue, 6080, Checksum::Remote),
            "-i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum",
        ),
        (tunnel(TunnelKind::Gre, 0, Checksum::Full), "-i -w 1 --tun-type gre --tun-csum"),
        (Destination { upper_threshold: 100, lower_threshold: 80, ..direct(1) }, "-g -w 1 -x 100 -y 80"),
    ];
    for (destination, expected) in cases {
        assert_eq!(real_added(destination), expected);
    }
    let (service, key): (_, DestinationKey) = (fwmark(Family::V6, 9), real("2001:db8::8", 0));
    let edited = Change::EditDestination { service, key, destination: direct(5) };
    assert_eq!(edited.to_string(), "ipvsadm -e -f 9 -6 -r [2001:db8::8]:0 -g -w 5");
    let deleted = Change::DeleteDestination { service, key };
    assert_eq!(deleted.to_string(), "ipvsadm -d -f 9 -6 -r [2001:db8::8]:0");
}
