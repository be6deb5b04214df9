use std::time::Duration;

use lvs_keepalived::Mode;
use vrrp::Version;

use super::{ADDRESS, instance, only, refused_always, router, swallowed, taken, warned};

fn without_priority(inner: &str) -> String {
    format!("vrrp_instance VI_1 {{\ninterface eth0\nvirtual_router_id 51\n{ADDRESS}{inner}\n}}\n")
}

#[test]
fn master_without_priority_is_the_owner_under_keepalived() {
    let text = without_priority("state MASTER");
    let lenient = only(swallowed(&text, &["`state MASTER` without a `priority`", "keepalived takes 255"]));
    assert!(lenient.priority.is_owner());
    assert_eq!(only(taken(&text, Mode::Fix)).priority.get(), 100);
}

#[test]
fn backup_without_priority_has_100() {
    assert_eq!(only(taken(&without_priority("state BACKUP"), Mode::Strict)).priority.get(), 100);
    assert_eq!(only(taken(&without_priority(""), Mode::Strict)).priority.get(), 100);
}

#[test]
fn a_state_in_the_wrong_case_is_backup() {
    let text = without_priority("state master");
    let lenient =
        only(swallowed(&text, &["there is no state `master`", "write `MASTER`", "keepalived takes BACKUP"]));
    assert_eq!(lenient.priority.get(), 100);
    for other in ["SLAVE", "backup"] {
        let taken =
            warned(&without_priority(&format!("state {other}")), &["there is no state", "taken as BACKUP"]);
        assert_eq!(only(taken).priority.get(), 100);
    }
}

#[test]
fn a_priority_out_of_range_is_100_under_keepalived() {
    let text = instance("priority 300");
    assert_eq!(
        only(swallowed(&text, &["`priority` takes a number from 1 to 255", "keepalived takes 100"]))
            .priority
            .get(),
        100
    );
    assert_eq!(only(swallowed(&instance("priority 0"), &["`0` is none"])).priority.get(), 100);
    assert_eq!(only(swallowed(&instance("priority 50abc"), &["keepalived takes 50"])).priority.get(), 50);
}

#[test]
fn intervals_are_what_the_version_can_say() {
    assert_eq!(router("advert_int 3").interval.duration(), Duration::from_secs(3));
    assert_eq!(router("version 3\nadvert_int 0.1").interval.duration(), Duration::from_millis(100));
    assert_eq!(router("version 3").interval.duration(), Duration::from_secs(1));
    for (line, taken_as) in [
        ("advert_int 1.5", 2_000),
        ("advert_int 0.1", 1_000),
        ("advert_int 1.4", 1_000),
        ("advert_int 900", 255_000),
        ("version 3\nadvert_int 1.555", 1_560),
        ("version 3\nadvert_int 50", 40_950),
    ] {
        let text = instance(line);
        let expected = Duration::from_millis(taken_as);
        assert_eq!(
            only(swallowed(&text, &["has no advert interval of"])).interval.duration(),
            expected,
            "{line}"
        );
        assert_eq!(only(taken(&text, Mode::Fix)).interval.duration(), expected, "{line}");
    }
    assert_eq!(
        only(swallowed(&instance("advert_int 0"), &["no advert interval"])).interval.duration(),
        Duration::from_secs(1)
    );
    swallowed(&instance("advert_int often"), &["no advert interval"]);
}

#[test]
fn versions() {
    assert_eq!(router("version 2").version, Version::V2);
    assert_eq!(router("version 3").version, Version::V3);
    assert_eq!(only(swallowed(&instance("version 4"), &["from 2 to 3"])).version, Version::V2);
}

#[test]
fn preemption() {
    let waits = router("preempt_delay 2.5");
    assert_eq!((waits.preempt, waits.preempt_delay), (true, Duration::from_millis(2_500)));
    assert!(!router("nopreempt").preempt);
    assert!(router("nopreempt\npreempt").preempt);
    assert!(!router("preempt\nnopreempt").preempt);
    let both = only(warned(&instance("nopreempt\npreempt_delay 5"), &["`preempt_delay` has no effect"]));
    assert_eq!((both.preempt, both.preempt_delay), (false, Duration::ZERO));
    assert_eq!(
        only(swallowed(&instance("preempt_delay 2000"), &["from 0 to 1000"])).preempt_delay,
        Duration::ZERO
    );
    let owner = only(warned(&instance("priority 255\nnopreempt"), &["always preempts"]));
    assert!(owner.preempt);
}

#[test]
fn beside_state_master_keepalived_clears_what_needs_backup() {
    let text = instance("state MASTER\nnopreempt");
    assert!(
        only(swallowed(&text, &["`nopreempt` beside `state MASTER`", "write `state BACKUP` in line 8"]))
            .preempt
    );
    assert!(!only(taken(&text, Mode::Fix)).preempt);
    let text = instance("state MASTER\npreempt_delay 5");
    assert_eq!(only(swallowed(&text, &["`preempt_delay` beside"])).preempt_delay, Duration::ZERO);
    assert_eq!(only(taken(&text, Mode::Fix)).preempt_delay, Duration::from_secs(5));
}

#[test]
fn an_id_of_zero_is_refused() {
    refused_always(&instance("virtual_router_id 0"), &["from 1 to 255"]);
}
