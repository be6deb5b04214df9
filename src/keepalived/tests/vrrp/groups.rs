use config::director::DirectorConfig;
use lvs_keepalived::Mode;

use super::{refused, swallowed, taken, warned};

const SCRIPT: &str = "vrrp_script chk {\nscript /usr/bin/true\nweight -20\n}\n";

/// Two instances and a group.
fn file(group: &str, inner: &str) -> String {
    let one = |name: &str, number: u8| {
        format!(
            "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id {number}\npriority 100\nvirtual_ipaddress {{\n192.0.2.{number}\n}}\n{inner}\n}}\n"
        )
    };
    format!("{SCRIPT}{}{}vrrp_sync_group VG {{\n{group}\n}}\n", one("A", 1), one("B", 2))
}

fn weights(config: &DirectorConfig) -> Vec<Vec<(&str, i16)>> {
    config
        .vrrp
        .routers
        .iter()
        .map(|router| router.track_scripts.iter().map(|one| (one.name.as_str(), one.weight)).collect())
        .collect()
}

#[test]
fn members_on_one_line_or_many() {
    for group in ["group {\nA\nB\n}", "group {\nA B\n}", "group { A B }"] {
        let config = taken(&file(group, ""), Mode::Strict);
        let group = &config.vrrp.groups[0];
        assert_eq!(
            (group.group.name.as_str(), group.group.members.clone()),
            ("VG", vec!["A".into(), "B".into()])
        );
        assert!(!group.alert);
    }
}

#[test]
fn members_that_are_not_there_are_left_away() {
    let config = swallowed(&file("group {\nA\nB\nC\n}", ""), &["there is no vrrp_instance `C`"]);
    assert_eq!(config.vrrp.groups[0].group.members, ["A", "B"]);
    swallowed(&file("group {\nA\nB\nA\n}", ""), &["`A` is in a sync group twice"]);
}

#[test]
fn a_group_of_one_is_no_group() {
    let config = warned(&file("group {\nA\n}", ""), &["at least two members", "left away"]);
    assert!(config.vrrp.groups.is_empty());
    refused(&file("group {\nA\n}\nnotify_master /etc/a", ""), &["at least two members", "vrrp_instance A"]);
    refused(&file("", ""), &["no `group`"]);
}

#[test]
fn what_a_group_tracks_its_routers_track() {
    let config = taken(
        &file("group {\nA\nB\n}\ntrack_script {\nchk\n}\ntrack_interface {\neth7\n}", ""),
        Mode::Strict,
    );
    assert_eq!(weights(&config), [[("chk", -20)], [("chk", -20)]]);
    assert!(config.vrrp.routers.iter().all(|router| router.track_interfaces.len() == 1));
}

#[test]
fn what_has_a_weight_is_not_tracked_by_members_unless_the_group_says_so() {
    let text = file("group {\nA\nB\n}", "track_script {\nchk\n}");
    let config = warned(&text, &["`chk` is not tracked", "sync group"]);
    let without = weights(&config);
    assert!(without.iter().all(Vec::is_empty), "{without:?}");
    for keep in ["sync_group_tracking_weight", "global_tracking"] {
        let config =
            taken(&file(&format!("group {{\nA\nB\n}}\n{keep}"), "track_script {\nchk\n}"), Mode::Strict);
        assert_eq!(weights(&config), [[("chk", -20)], [("chk", -20)]], "{keep}");
    }
}

#[test]
fn programs_of_a_group() {
    let config =
        taken(&file("group {\nA\nB\n}\nnotify \"/etc/n all\"\nnotify_fault /etc/f", ""), Mode::Strict);
    let notify = &config.vrrp.groups[0].notify;
    assert_eq!(notify.any, ["/etc/n", "all"]);
    assert_eq!(notify.fault, ["/etc/f"]);
    assert!(notify.master.is_empty() && notify.backup.is_empty() && notify.stop.is_empty());
}

#[test]
fn a_second_group_of_a_name_is_left_away() {
    let text = format!("{}vrrp_sync_group VG {{\ngroup {{\nA\nB\n}}\n}}\n", file("group {\nA\nB\n}", ""));
    assert_eq!(swallowed(&text, &["two vrrp_sync_group are named `VG`"]).vrrp.groups.len(), 1);
}
