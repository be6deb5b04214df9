use router::VipStatus;

use super::*;

/// One router, as the control socket would tell of it.
fn status() -> VrrpStatus {
    let router = serde_json::from_value(serde_json::json!({
        "name": "VI_1", "interface": "eth0", "version": 2, "virtual_router_id": 51, "state": "fault",
        "since": "2026-11-22T10:04:05.678Z", "reason": "interface eth0 is down", "priority": 100,
        "effective_priority": 80, "master": null, "source": null, "advert_interval_ms": 1000,
        "master_interval_ms": 1000, "addresses": [], "route_errors": [], "faults": [], "tracks": [],
        "adverts_sent": 7, "adverts_received": 3, "became_master": 2, "priority_zero_sent": 1,
        "priority_zero_received": 0, "rivals_heard": 4, "refused": { "checksum": 5 },
        "last_refused": null, "duplicates": [], "group": null, "error": null
    }));
    let mut status = VrrpStatus { routers: vec![router.unwrap()], latest_us: 120, ..VrrpStatus::default() };
    status.unknown.insert("vrid".to_owned(), 9);
    status.fifo_lines_dropped = 6;
    status
}

#[test]
fn what_an_alert_needs_is_there() {
    let mut status = status();
    let address = "192.0.2.100/32".to_owned();
    status.routers[0].addresses =
        vec![VipStatus { address, interface: "eth0".into(), held: false, error: None }];
    let mut registry = Registry::default();
    routers(&mut registry, &status);
    let text = daemon::metrics::render(&registry).unwrap();
    for line in [
        r#"vrrp_state{router="VI_1",state="fault"} 1"#,
        r#"vrrp_state{router="VI_1",state="master"} 0"#,
        r#"vrrp_info{router="VI_1",interface="eth0",version="2",virtual_router_id="51",master=""} 1"#,
        r#"vrrp_priority{router="VI_1"} 80"#,
        r#"vrrp_priority_configured{router="VI_1"} 100"#,
        r#"vrrp_master_priority{router="VI_1"} 0"#,
        r#"vrrp_address_held{router="VI_1",address="192.0.2.100/32"} 0"#,
        r#"vrrp_became_master_total{router="VI_1"} 2"#,
        r#"vrrp_adverts_sent_total{router="VI_1"} 7"#,
        r#"vrrp_adverts_received_total{router="VI_1"} 3"#,
        r#"vrrp_rivals_heard_total{router="VI_1"} 4"#,
        r#"vrrp_refused_total{router="VI_1",reason="checksum"} 5"#,
        r#"vrrp_unknown_total{reason="vrid"} 9"#,
        "vrrp_fifo_lines_dropped_total 6",
        "vrrp_timer_late_max_microseconds 120",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}

#[test]
fn hosts_that_have_an_address_too_are_named_and_not_without_end() {
    let duplicate = |mac: String, ips: &[&str]| DuplicateStatus {
        address: "192.0.2.100".into(),
        mac,
        ips: ips.iter().map(ToString::to_string).collect(),
        since: String::new(),
        last: String::new(),
    };
    let mut status = status();
    status.routers[0].duplicates = vec![duplicate("02:00:00:00:00:08".into(), &["192.0.2.8", "192.0.2.9"])];
    let held = |duplicates| AddressStatus {
        address: "192.0.2.100/32".into(),
        interface: "eth0".into(),
        held: true,
        error: None,
        duplicates,
    };
    let lines = |addresses: &[AddressStatus], vrrp| {
        let mut registry = Registry::default();
        duplicates(&mut registry, addresses, vrrp);
        let text = daemon::metrics::render(&registry).unwrap();
        text.lines().filter(|line| line.starts_with("address_dup")).map(str::to_owned).collect::<Vec<_>>()
    };
    let stranger = held(vec![duplicate("02:00:00:00:00:09".into(), &[])]);
    let mut found = lines(&[stranger], Some(&status));
    found.sort();
    assert_eq!(
        found,
        [
            r#"address_duplicate{address="192.0.2.100",mac="02:00:00:00:00:08",ip="192.0.2.8"} 1"#,
            r#"address_duplicate{address="192.0.2.100",mac="02:00:00:00:00:09",ip=""} 1"#,
        ]
    );
    let many = held((0..256).map(|face| duplicate(format!("02:00:00:00:00:{face:02x}"), &[])).collect());
    assert_eq!(lines(&[many], None).len(), DUPLICATES);
    assert_eq!(lines(&[], None), [""; 0]);
}
