//! The status as a person sees it.

use super::*;

fn step(name: &str, reason: Option<&str>, note: Option<&str>) -> StepStatus {
    StepStatus {
        step: name.into(),
        ok: reason.is_none(),
        reason: reason.map(Into::into),
        note: note.map(Into::into),
    }
}

fn vip(address: &str, steps: Vec<StepStatus>) -> VipStatus {
    VipStatus { reason: None, ..VipStatus::of(address.parse().unwrap(), "lo", steps) }
}

fn status() -> Status {
    let ready =
        vec![step("sysctls", None, None), step("address", None, Some("was there before us: used, not ours"))];
    let missing = Some("listens on 192.168.100.8:80 only, not on the VIP 192.168.100.241");
    let not = vec![step("sysctls", None, None), step("address", None, None), step("tcp/80", missing, None)];
    let mut draining = vip("2001:db8::240", vec![step("address", None, None)]);
    (draining.draining_since, draining.ready) = (Some(1_795_341_845), false);
    Status {
        format: watch::FORMAT,
        host: String::new(),
        instance: String::new(),
        seq: 1,
        weight: None,
        version: "0".into(),
        ready: false,
        draining_since: None,
        contested: false,
        vips: vec![vip("192.168.100.240", ready), vip("192.168.100.241", not), draining],
        repairs: Repairs { addresses: 1, sysctls: 0, devices: 2 },
        problems: vec!["lvs0 stays: 10.1.1.1/32 on it is not ours".into()],
    }
}

#[test]
fn one_line_for_each_vip() {
    insta::assert_snapshot!(text(&status(), Marks::UNICODE), @r"
    192.168.100.240  ready                                ✓ sysctls  ✓ address (was there before us: used, not ours)
    192.168.100.241  NOT READY                            ✓ sysctls  ✓ address  ✗ tcp/80: listens on 192.168.100.8:80 only, not on the VIP 192.168.100.241
    2001:db8::240    draining since 2026-11-22T10:04:05Z  ✓ address
    1 of 3 VIPs ready; repaired: 1 address, 2 devices
    ! lvs0 stays: 10.1.1.1/32 on it is not ours
    ");
}

#[test]
fn a_drain_says_how_far_it_is() {
    let mut status = status();
    let far = [
        (DrainPhase::Quiescing, Some("LVS02 to set weight 0")),
        (DrainPhase::Draining, Some("12 connections to end")),
        (DrainPhase::Left, None),
    ];
    for (vip, (phase, waits_for)) in status.vips.iter_mut().zip(far) {
        vip.draining_since = Some(1_795_341_845);
        vip.drain = Some(Drain { phase, connections: None, waits_for: waits_for.map(Into::into) });
        vip.steps.truncate(1);
    }
    status.weight = Some(40);
    insta::assert_snapshot!(text(&status, Marks::ASCII), @r"
    192.168.100.240  quiescing since 2026-11-22T10:04:05Z (waits for LVS02 to set weight 0)  + sysctls
    192.168.100.241  draining since 2026-11-22T10:04:05Z (waits for 12 connections to end)   + sysctls
    2001:db8::240    left since 2026-11-22T10:04:05Z                                         + address
    1 of 3 VIPs ready; repaired: 1 address, 2 devices; weight 40 %
    ! lvs0 stays: 10.1.1.1/32 on it is not ours
    ");
}

#[test]
fn without_unicode() {
    let text = text(&status(), Marks::ASCII);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("- tcp/80: listens on"), "{text}");
}

#[test]
fn nothing_to_tell_but_readiness() {
    let mut status = status();
    status.vips.truncate(1);
    (status.repairs, status.problems) = (Repairs::default(), Vec::new());
    status.draining_since = Some(0);
    status.vips[0].barred = Some("not looked at yet".into());
    insta::assert_snapshot!(text(&status, Marks::ASCII), @r"
    192.168.100.240  NOT READY (not looked at yet)  + sysctls  + address (was there before us: used, not ours)
    1 of 1 VIPs ready; no repairs; the whole host drains since 1970-01-01T00:00:00Z
    ");
}
