use std::time::Duration;

use vrrp::{Announcing, Version};

use super::{
    ADDRESS, USUAL, instance, only, refused, refused_always, router, swallowed, taken, told, warned,
};
use lvs_keepalived::Mode;

#[test]
fn what_is_not_said_is_keepalived_s_own() {
    let router = router("");
    assert_eq!((router.name.as_str(), router.interface.as_str(), router.vrid.get()), ("VI_1", "eth0", 51));
    assert_eq!(router.version, Version::V2);
    assert_eq!(router.interval.duration(), Duration::from_secs(1));
    assert!(router.preempt && router.preempt_delay.is_zero());
    assert_eq!(router.password, None);
    let five = Duration::from_secs(5);
    let announcing = Announcing {
        repeat: 5,
        delay: five,
        refresh: None,
        refresh_repeat: 1,
        rival_delay: five,
        rival_repeat: 5,
    };
    assert_eq!(router.announcing, announcing);
    assert!(router.check_addresses && router.pseudo_header && !router.alert);
    assert!(router.peers.is_empty() && router.source.is_none() && router.group.is_none());
}

#[test]
fn an_instance_needs_an_interface_an_id_and_an_address() {
    refused_always(&format!("vrrp_instance A {{\nvirtual_router_id 5\n{ADDRESS}}}"), &["no `interface`"]);
    refused_always(&format!("vrrp_instance A {{\ninterface eth0\n{ADDRESS}}}"), &["no `virtual_router_id`"]);
    refused_always(&format!("vrrp_instance A {{\n{USUAL}}}"), &["no address in `virtual_ipaddress`"]);
    refused_always(&format!("vrrp_instance A {{\n{USUAL}virtual_ipaddress {{\n}}\n}}"), &["no address"]);
    refused_always(&instance("virtual_router_id 256"), &["`virtual_router_id` takes a number from 1 to 255"]);
    refused_always(&instance("interface eth0:1"), &["`eth0:1`", "write `eth0`"]);
}

#[test]
fn two_of_one_name_are_one_under_keepalived_and_two_when_mended() {
    let text = format!(
        "{}vrrp_instance VI_1 {{\n{USUAL}virtual_router_id 52\nvirtual_ipaddress {{\n192.0.2.2\n}}\n}}",
        instance("")
    );
    assert_eq!(swallowed(&text, &["two vrrp_instance are named `VI_1`", "line 1"]).vrrp.routers.len(), 1);
    let mended = taken(&text, Mode::Fix).vrrp.routers;
    assert_eq!(mended.iter().map(|router| router.name.as_str()).collect::<Vec<_>>(), ["VI_1", "VI_1_2"]);
}

#[test]
fn the_same_id_twice_on_an_interface_is_refused() {
    let second = "vrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 51\npriority 90\nvirtual_ipaddress {\n192.0.2.2\n}\n}";
    refused_always(
        &format!("{}{second}", instance("")),
        &["the virtual router 51 is twice on eth0", "line 1"],
    );
    let elsewhere = second.replace("eth0", "eth1");
    assert_eq!(taken(&format!("{}{elsewhere}", instance("")), Mode::Strict).vrrp.routers.len(), 2);
}

#[test]
fn a_name_is_one_word() {
    refused(&format!("vrrp_instance {{\n{USUAL}{ADDRESS}}}"), &["`vrrp_instance` takes one name"]);
    refused(&format!("vrrp_instance VI 1 {{\n{USUAL}{ADDRESS}}}"), &["`vrrp_instance` takes one name"]);
}

#[test]
fn the_last_of_two_values_counts() {
    let config =
        warned(&instance("priority 90"), &["`priority` is said twice", "the last one counts", "line 4"]);
    assert_eq!(only(config).priority.get(), 90);
}

#[test]
fn words_behind_a_value_are_dropped_or_statements_of_their_own() {
    let text = instance("garp_master_delay 1 nopreempt");
    let lenient = only(swallowed(&text, &["words behind its value"]));
    assert!(lenient.preempt);
    let mended = only(taken(&text, Mode::Fix));
    assert!(!mended.preempt);
    assert_eq!(mended.announcing.delay, Duration::from_secs(1));
}

#[test]
fn what_cannot_be_had_is_refused_by_name() {
    for (line, word) in [
        ("virtual_rules {\nfrom 192.0.2.0/24 table 1\n}", "virtual_rules"),
        ("dont_track_primary", "dont_track_primary"),
        ("no_accept", "no_accept"),
        ("track_bfd {\nb\n}", "track_bfd"),
        ("vrf red", "vrf"),
        ("auth_hmac {\nactive_key 1\n}", "auth_hmac"),
    ] {
        refused_always(&instance(line), &[&format!("`{word}` is not supported")]);
    }
}

#[test]
fn what_nobody_misses_is_a_warning() {
    for line in [
        "use_vmac",
        "use_vmac vrrp.51",
        "vmac_xmit_base",
        "debug 3",
        "linkbeat_use_polling",
        "lower_prio_no_advert",
    ] {
        let word = line.split(' ').next().unwrap();
        warned(&instance(line), &[&format!("`{word}` has no effect")]);
    }
}

#[test]
fn unknown_keywords_are_left_away_and_misspelt_ones_mended() {
    let text = instance("nopreemt");
    assert!(only(swallowed(&text, &["`nopreemt`", "did you mean `nopreempt`?"])).preempt);
    assert!(!only(taken(&text, Mode::Fix)).preempt);
}

#[test]
fn notes_are_comments_of_their_router() {
    let text = instance("state MASTER");
    let all = told(&text, Mode::Strict);
    assert!(all.contains("note 8: `state`"), "{all}");
    let comments = super::read(&text, Mode::Strict).comments;
    assert_eq!(comments.routers.keys().collect::<Vec<_>>(), ["VI_1"]);
}

#[test]
fn announcements() {
    let router = router(
        "garp_master_delay 10\ngarp_master_repeat 2\ngarp_lower_prio_delay 3\ngarp_lower_prio_repeat 4\ngarp_master_refresh 60\ngarp_master_refresh_repeat 6",
    );
    let seconds = Duration::from_secs;
    let announcing = Announcing {
        repeat: 2,
        delay: seconds(10),
        refresh: Some(seconds(60)),
        refresh_repeat: 6,
        rival_delay: seconds(3),
        rival_repeat: 4,
    };
    assert_eq!(router.announcing, announcing);
    assert_eq!(only(warned(&instance("garp_master_repeat 50"), &["taken as 20"])).announcing.repeat, 20);
    assert_eq!(
        only(warned(&instance("garp_lower_prio_repeat 0"), &["taken as 1"])).announcing.rival_repeat,
        1
    );
    assert_eq!(super::router("garp_master_refresh 0").announcing.refresh, None);
}

#[test]
fn a_misspelt_block_is_mended_as_a_whole_or_left_away_as_a_whole() {
    let text = format!(
        "{}vrrp_instanc VI_2 {{\ninterface eth1\nvirtual_router_id 52\npriority 5\nvirtual_ipaddress {{\n192.0.2.2\n}}\n}}\n",
        instance("")
    );
    refused(&text, &["`vrrp_instanc`", "did you mean `vrrp_instance`?"]);
    let mended = taken(&text, Mode::Fix).vrrp.routers.len();
    let said = told(&text, Mode::Fix);
    assert_eq!(mended == 2, said.contains("taken as `vrrp_instance`"), "{mended} {said}");
}
