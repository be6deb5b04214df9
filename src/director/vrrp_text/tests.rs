use router::{DuplicateStatus, MasterStatus, RefusedStatus, VrrpStatus};

use super::*;

const SINCE: &str = "2026-11-22T10:04:05.678Z";

fn router() -> RouterStatus {
    let vip = |host: u8, held| VipStatus {
        address: format!("192.0.2.{host}/32"),
        interface: "eth0".into(),
        held,
        error: None,
    };
    RouterStatus {
        name: "VI_1".into(),
        interface: "eth0".into(),
        version: 3,
        virtual_router_id: 51,
        state: "master".into(),
        since: SINCE.into(),
        reason: "no advert from 192.0.2.5 for 327 ms".into(),
        priority: 100,
        effective_priority: 100,
        master: Some(MasterStatus { address: "192.0.2.4".into(), priority: 100 }),
        source: Some("192.0.2.4".into()),
        advert_interval_ms: 100,
        master_interval_ms: 100,
        addresses: vec![vip(100, true), vip(101, true)],
        route_errors: Vec::new(),
        faults: Vec::new(),
        tracks: Vec::new(),
        adverts_sent: 1_234,
        adverts_received: 5,
        became_master: 1,
        priority_zero_sent: 0,
        priority_zero_received: 0,
        rivals_heard: 0,
        refused: std::collections::BTreeMap::new(),
        last_refused: None,
        duplicates: Vec::new(),
        group: None,
        error: None,
    }
}

fn backup() -> RouterStatus {
    let mut router = router();
    router.state = "backup".into();
    router.reason = "started".into();
    router.master = Some(MasterStatus { address: "192.0.2.5".into(), priority: 150 });
    router.master_interval_ms = 1_000;
    router.addresses.iter_mut().for_each(|address| address.held = false);
    router
}

fn track(what: &str, weight: i16, detail: &str) -> TrackStatus {
    TrackStatus { what: what.into(), report: "down".into(), weight, detail: detail.into() }
}

fn troubled() -> RouterStatus {
    let mut router = backup();
    router.state = "fault".into();
    router.reason = "script chk_http is down".into();
    router.effective_priority = 80;
    router.faults = vec!["script chk_http is down".into()];
    router.master = None;
    router.group = Some("G1".into());
    router.tracks = vec![track("script chk_http", 0, "exit code 1"), track("interface eth1", -20, "")];
    router.refused = [("checksum".to_owned(), 2), ("ttl".to_owned(), 1)].into();
    router.last_refused =
        Some(RefusedStatus { reason: "ttl".into(), from: "192.0.2.9".into(), at: SINCE.into() });
    router.duplicates = vec![DuplicateStatus {
        address: "192.0.2.100".into(),
        mac: "02:00:00:00:00:09".into(),
        ips: Vec::new(),
        since: SINCE.into(),
        last: SINCE.into(),
    }];
    router.addresses[0].error = Some("address add 192.0.2.100/32 on eth0: no such device".into());
    router
}

#[test]
fn status_says_state_reason_and_what_is_wrong() {
    let status = VrrpStatus {
        routers: vec![router(), backup(), troubled()],
        unknown: [("vrid".to_owned(), 7)].into(),
        fifo_lines_dropped: 3,
        ..VrrpStatus::default()
    };
    let mut out = String::new();
    section(&mut out, &VrrpView { readiness: "installed".into(), status }, &Servers::default()).unwrap();
    insta::assert_snapshot!(out);
}

#[test]
fn lines_for_scripts_stay_as_they_are() {
    let lines: String = [router(), backup(), troubled()].iter().map(script_line).collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn a_name_is_one_word() {
    let mut router = router();
    router.name = "my first router".into();
    assert!(script_line(&router).starts_with("my_first_router master 100 "));
}

#[test]
fn states_have_exit_codes() {
    let codes: Vec<String> = ["master", "backup", "fault", "leaving", "init"]
        .iter()
        .map(|state| format!("{:?}", exit_code(state)))
        .collect();
    let expected: Vec<String> =
        [0, 3, 4, 5, 5].iter().map(|code| format!("{:?}", ExitCode::from(*code))).collect();
    assert_eq!(codes, expected);
}
