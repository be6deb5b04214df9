use lvs_keepalived::Mode;

use super::{instance, only, refused, refused_always, router, swallowed, taken, told, warned};

#[test]
fn programs_of_a_router() {
    let notify = router(
        "notify \"/etc/n.sh a 'b c'\"\nnotify_master /etc/m\nnotify_backup \"/etc/b\"\nnotify_fault '/etc/f x'\nnotify_stop /etc/s",
    )
    .notify;
    assert_eq!(notify.any, ["/etc/n.sh", "a", "b c"]);
    assert_eq!(notify.master, ["/etc/m"]);
    assert_eq!(notify.backup, ["/etc/b"]);
    assert_eq!(notify.fault, ["/etc/f", "x"]);
    assert_eq!(notify.stop, ["/etc/s"]);
}

#[test]
fn the_first_of_a_kind_counts() {
    let text = instance("notify_master /etc/a\nnotify_master /etc/b");
    assert_eq!(
        only(warned(&text, &["`notify_master` is said twice", "the first one counts"])).notify.master,
        ["/etc/a"]
    );
}

#[test]
fn a_user_is_that_of_script_user() {
    let user = |user: &str, inner: &str| format!("global_defs {{\n{user}\n}}\n{}", instance(inner));
    router("notify_master \"/etc/m\" root");
    refused_always(&instance("notify_master /etc/m nobody"), &["a user of its own", "script_user nobody"]);
    taken(&user("script_user nobody", "notify_master /etc/m nobody"), Mode::Strict);
    refused_always(&user("script_user nobody", "notify_master /etc/m root"), &["run by nobody"]);
    assert!(told(&instance("notify_master /etc/m root wheel"), Mode::Strict).contains("the group `wheel`"));
}

#[test]
fn arguments_outside_of_quotes() {
    let text = instance("notify_master /etc/m -v eth0 10");
    assert_eq!(only(swallowed(&text, &["arguments outside the quotes"])).notify.master, ["/etc/m"]);
    assert_eq!(only(taken(&text, Mode::Fix)).notify.master, ["/etc/m", "-v", "eth0", "10"]);
    refused(&instance("notify_master"), &["`notify_master` has no program"]);
}

#[test]
fn mail_needs_somebody_who_gets_it() {
    assert!(!router("smtp_alert").alert);
    let mail = "notification_email {\nadmin@example.com\n}\nsmtp_server 192.0.2.25\n";
    let with = |more: &str, inner: &str| {
        only(taken(&format!("global_defs {{\n{mail}{more}\n}}\n{}", instance(inner)), Mode::Strict)).alert
    };
    assert!(!with("", ""), "off unless said");
    assert!(with("", "smtp_alert"));
    assert!(with("smtp_alert on", ""));
    assert!(with("smtp_alert_vrrp on", ""));
    assert!(!with("smtp_alert on", "smtp_alert off"));
}
