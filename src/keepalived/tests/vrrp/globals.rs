use std::time::Duration;

use lvs_keepalived::Mode;
use vrrp::Version;

use super::{instance, only, refused_always, taken, warned};

fn file(globals: &str, inner: &str) -> String {
    format!("global_defs {{\n{globals}\n}}\n{}", instance(inner))
}

fn router(globals: &str, inner: &str) -> config::director::RouterConfig {
    only(taken(&file(globals, inner), Mode::Strict))
}

#[test]
fn they_are_the_defaults_of_instances_wherever_they_stand() {
    assert_eq!(router("vrrp_version 3", "").version, Version::V3);
    assert_eq!(router("vrrp_version 3", "version 2").version, Version::V2);
    let behind = format!("{}global_defs {{\nvrrp_version 3\n}}\n", instance(""));
    assert_eq!(only(taken(&behind, Mode::Strict)).version, Version::V3);
}

#[test]
fn announcements() {
    let seconds = Duration::from_secs;
    let said = router("vrrp_garp_master_delay 2\nvrrp_garp_master_repeat 3", "").announcing;
    assert_eq!(
        (said.delay, said.repeat, said.rival_delay, said.rival_repeat),
        (seconds(2), 3, seconds(2), 3)
    );
    let own =
        router("vrrp_garp_master_delay 2\nvrrp_garp_lower_prio_delay 7", "garp_master_delay 9").announcing;
    assert_eq!((own.delay, own.rival_delay), (seconds(9), seconds(7)));
    let least = router("vrrp_min_garp", "").announcing;
    assert_eq!((least.repeat, least.delay, least.rival_repeat), (1, Duration::ZERO, 1));
    assert_eq!(router("vrrp_min_garp off", "").announcing.repeat, 5);
    assert_eq!(router("vrrp_garp_master_refresh 30", "").announcing.refresh, Some(seconds(30)));
}

#[test]
fn groups_of_multicast() {
    assert_eq!(router("vrrp_mcast_group4 224.0.0.99", "").group, Some("224.0.0.99".parse().unwrap()));
    assert_eq!(router("vrrp_mcast_group6 ff02::99", "").group, None);
    assert_eq!(router("vrrp_mcast_group4 224.0.0.99", "unicast_peer {\n192.0.2.9\n}").group, None);
    refused_always(&file("vrrp_mcast_group4 192.0.2.1", ""), &["no multicast group"]);
}

#[test]
fn strict_mode_is_told_about() {
    warned(&file("vrrp_strict", ""), &["strict mode works differently"]);
    let off = file("vrrp_strict", "strict_mode off");
    assert!(!super::told(&off, Mode::Strict).contains("warning"), "{}", super::told(&off, Mode::Strict));
    warned(&file("vrrp_strict", "preempt_delay 5"), &["`preempt_delay` has no effect", "strict"]);
}

#[test]
fn checksums() {
    assert!(!router("vrrp_version 3\nv3_checksum_as_v2 on", "").pseudo_header);
}

#[test]
fn the_sample_of_the_distribution_runs() {
    let router =
        router("vrrp_skip_check_adv_addr\nvrrp_garp_interval 0\nvrrp_gna_interval 0", "state BACKUP");
    assert!(router.check_addresses);
}
