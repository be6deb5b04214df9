//! What is written is what is meant.

mod common;

use std::sync::Arc;

use common::{agent_taken, beside, real, service, taken};
use health::{CheckKind, HttpCheck, StatusRange};
use host::{Listener, ListenerProtocol, Scope};
use ipvs::{Checksum, Forward, SchedulerFlags, Tunnel, TunnelKind};

#[test]
fn vips_and_their_labels() {
    let config = agent_taken(
        r#"
        [[vip]]
        address = "192.0.2.1"
        [[vip]]
        address = "2001:db8::1/128"
        services = ["tcp/80", "udp/53"]
        [[vip]]
        address = "192.0.2.2/32"
        label = "lo:3"
        scope = "global"
        "#,
    );
    let labels: Vec<_> = config.vips.iter().map(|vip| vip.label.as_deref()).collect();
    assert_eq!(labels, [None, None, Some("lo:3")]);
    assert_eq!(config.vips[2].scope, Scope::Global);
    assert_eq!(config.vips[1].services[1], Listener { protocol: ListenerProtocol::Udp, port: 53 });
}

#[test]
fn listening_nowhere() {
    let config = agent_taken("[[vip]]\naddress = \"192.0.2.1\"\n[health]\nlisten = []\n");
    assert!(config.health_listen.is_empty());
}

#[test]
fn a_service_by_fwmark() {
    let config = taken(
        r#"
        [[service]]
        fwmark = 7
        family = "ipv6"
        check = []
        [[service.real]]
        address = "2001:db8::8"
        [[service.real]]
        address = "[2001:db8::9]:8080"
        forward = "nat"
        "#,
    );
    let service = &config.services[0];
    assert_eq!((service.name.as_str(), service.key.to_string().as_str()), ("FWM 7 IPv6", "FWM 7 IPv6"));
    assert_eq!(service.reals[0].key.to_string(), "[2001:db8::8]:0");
    assert_eq!(service.reals[1].key.to_string(), "[2001:db8::9]:8080");
    assert!(service.reals[0].checks.is_empty());
}

#[test]
fn a_service_on_every_port() {
    let config = taken(
        r#"
        [[service]]
        address = "192.0.2.1"
        persistence = "2m"
        persistence_granularity = "255.255.255.0"
        check.port = 80
        [[service.real]]
        address = "192.0.2.8"
        "#,
    );
    let persistence = config.services[0].settings.persistence.clone().unwrap();
    assert_eq!((persistence.timeout_s.get(), persistence.granularity), (120, 24));
    assert_eq!(config.services[0].reals[0].checks[0].target.port(), 80);
}

#[test]
fn udp_has_no_check_of_its_own() {
    let config = taken(&service("protocol = \"udp\"\none_packet = true"));
    assert!(config.services[0].reals[0].checks.is_empty());
    assert!(config.services[0].settings.one_packet);
}

#[test]
fn flags_of_schedulers() {
    for (scheduler, flags, expected) in [
        ("sh", r#""sh-port""#, SchedulerFlags { flag1: false, flag2: true, flag3: false }),
        ("mh", r#""mh-fallback", "flag-3""#, SchedulerFlags { flag1: true, flag2: false, flag3: true }),
        ("rr", r#""flag-2""#, SchedulerFlags { flag1: false, flag2: true, flag3: false }),
    ] {
        let text = service(&format!("scheduler = \"{scheduler}\"\nscheduler_flags = [{flags}]"));
        assert_eq!(taken(&text).services[0].settings.flags, expected);
    }
}

#[test]
fn servers_have_what_the_service_has() {
    let config = taken(
        r#"
        [[service]]
        address = "192.0.2.1:80"
        forward = "tun"
        tunnel = { type = "gue", port = 6080, checksum = "remote" }
        weight = 5
        [[service.real]]
        address = "192.0.2.8"
        [[service.real]]
        address = "2001:db8::9"
        weight = 0
        tunnel = { type = "gre" }
        [[service.real]]
        address = "192.0.2.10:8080"
        forward = "nat"
        upper_threshold = 100
        lower_threshold = 50
        "#,
    );
    let all: Vec<_> = config.services[0].reals.iter().map(|real| real.destination).collect();
    let gue = Tunnel { kind: TunnelKind::Gue, port: 6080, checksum: Checksum::Remote };
    let gre = Tunnel { kind: TunnelKind::Gre, port: 0, checksum: Checksum::None };
    let forwards: Vec<_> = all.iter().map(|one| one.forward).collect();
    assert_eq!(forwards, [Forward::Tunnel(gue), Forward::Tunnel(gre), Forward::Nat]);
    assert_eq!(all.iter().map(|one| one.weight.get()).collect::<Vec<_>>(), [5, 0, 5]);
    assert_eq!((all[2].upper_threshold, all[2].lower_threshold), (100, 50));
}

#[test]
fn http_checks() {
    let config = taken(&real(
        r#"address = "192.168.100.8"
        [[service.real.check]]
        type = "http"
        path = "/health?deep=1"
        host = "www.example.org"
        status = [200, "300-302"]
        digest = "640205B7b0fc66c1ea91c463fac6334d"
        interval_down = "500ms"
        port = 8080"#,
    ));
    let check = &config.services[0].reals[0].checks[0];
    let CheckKind::Http(HttpCheck { path, host, status, digest, .. }) = &check.kind else {
        panic!("{check:?}")
    };
    assert_eq!((path.as_str(), host.as_deref()), ("/health?deep=1", Some("www.example.org")));
    assert_eq!(status, &[StatusRange { first: 200, last: 200 }, StatusRange { first: 300, last: 302 }]);
    assert_eq!(digest.unwrap()[..3], [0x64, 0x02, 0x05]);
    assert_eq!((check.interval.as_millis(), check.interval_down.as_millis()), (6_000, 500));
    assert_eq!(check.target, "192.168.100.8:8080".parse().unwrap());
}

/// Two services of the same servers check each of them once.
#[test]
fn equal_checks_are_one() {
    let second = service("check = { port = 80 }").replace("240:80", "241:80");
    let config = taken(&(service("") + &second));
    let [first, second] = config.services.as_slice() else { panic!("{config:?}") };
    assert!(Arc::ptr_eq(&first.reals[0].checks[0], &second.reals[0].checks[0]));
}

#[test]
fn the_vip_may_be_held() {
    let config = taken(&beside(
        "[[address]]\naddress = \"192.168.100.240/24\"\ninterface = \"eth0\"\nlabel = \"eth0:0\"\n\
         [[address]]\naddress = \"192.168.100.9\"\ninterface = \"eth0\"",
    ));
    assert_eq!((config.addresses[0].prefix, config.addresses[1].prefix), (24, 32));
    assert_eq!(config.addresses[0].label.as_deref(), Some("eth0:0"));
}

#[test]
fn a_sorry_server_on_this_machine() {
    let config = taken(&service("sorry_server = { address = \"127.0.0.1:8080\", forward = \"nat\" }"));
    let (key, destination) = config.services[0].sorry_server.unwrap();
    assert_eq!((key.to_string().as_str(), destination.forward), ("127.0.0.1:8080", Forward::Nat));
    let inherited = taken(&service("sorry_server = \"192.168.100.7\""));
    assert_eq!(inherited.services[0].sorry_server.unwrap().0.to_string(), "192.168.100.7:80");
}

#[test]
fn the_whole_table() {
    let config = taken(&beside(
        r#"
        [ipvs]
        own_table = true
        manage_sysctls = false
        timeouts = { tcp = "1h" }
        sync = [{ role = "backup", interface = "eth1", id = 3, group = "ff02::81", port = 8849, ttl = 2, max_len = 1400 }]
        "#,
    ));
    assert_eq!(config.ipvs.timeouts.unwrap().tcp_s, Some(3_600));
    assert_eq!(config.ipvs.timeouts.unwrap().udp_s, None);
    assert_eq!((config.ipvs.sync[0].id, config.ipvs.sync[0].max_len), (3, Some(1_400)));
}
