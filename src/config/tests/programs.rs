//! Programs and fifos: `notify` of services and servers, `[scripts]`.

mod common;

use common::{beside, real, refused, service, taken};
use health::{CheckKind, CheckSpec};

#[test]
fn notify_of_a_service() {
    insta::assert_snapshot!(refused(&service(r#"notify = { up = "/bin/up", quorum_up = "up", quorum_down = ["/bin/down", 1] }"#)), @r#"
    3:12 error: `notify` of a service has no key `up` [not known] / write `quorum_up`; `up` and `down` are a server's: write them in [[service.real]]
    3:40 error: "up" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    3:74 error: `quorum_down` takes a string, not a number [this is a number] / write `"/path"`
    "#);
}

#[test]
fn notify_of_a_server() {
    insta::assert_snapshot!(refused(&real("address = \"192.168.100.8\"\nnotify = { quorum_up = \"/bin/up\", notify_down = \"/x\", down = \"/x/\" }")), @r#"
    5:12 error: `notify` of a server has no key `quorum_up` [not known] / it is the service's: write it in [[service]]
    5:35 error: `notify` of a server has no key `notify_down` [not known] / write `down`
    5:62 error: "/x/" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    "#);
}

#[test]
fn notify_that_is_no_table() {
    insta::assert_snapshot!(refused(&service("notify = \"/bin/up\"")), @r#"3:10 error: `notify` takes a table, not a string [this is a string] / write `notify = { quorum_up = "/path", quorum_down = "/path" }`"#);
}

#[test]
fn words_of_keepalived() {
    insta::assert_snapshot!(refused(&service("quorum_up = \"/x\"\nnotify_down = \"/x\"\nsorry_server_inhibit = true\nretry = 3\nsmtp_alert = true\nvirtual_server_group = \"x\"\n")), @r#"
    3:1 error: [[service]] has no key `quorum_up` [not known] / write `notify = { quorum_up = "/path" }`
    4:1 error: [[service]] has no key `notify_down` [not known] / write `notify = { down = "/path" }` in [[service.real]]
    5:1 error: [[service]] has no key `sorry_server_inhibit` [not known] / write `sorry_server = { address = "…", inhibit = true }`
    6:1 error: [[service]] has no key `retry` [not known] / write `check = { fall = 4 }`; keepalived's retry 3 is fall = 4
    7:1 error: [[service]] has no key `smtp_alert` [not known] / write `alert = true`, and [mail]
    8:1 error: [[service]] has no key `virtual_server_group` [not known] / write `addresses = ["192.0.2.1:80", "192.0.2.2-9:80"]`
    "#);
}

#[test]
fn switches_that_are_none() {
    insta::assert_snapshot!(refused(&service("omega = 1\nha_suspend = \"yes\"\nsorry_server = { address = \"192.168.100.7\", inhibit = 0 }\nalpha = 2")), @r#"
    3:9 error: `omega` takes true or false, not a number [this is a number] / write `omega = true` or `omega = false`
    4:14 error: `ha_suspend` takes true or false, not a string [this is a string] / write `ha_suspend = true` or `ha_suspend = false`
    5:55 error: `inhibit` takes true or false, not a number [this is a number] / write `inhibit = true` or `inhibit = false`
    6:9 error: `alpha` takes true or false, not a number [this is a number] / write `alpha = true` or `alpha = false`
    "#);
}

#[test]
fn fifos() {
    insta::assert_snapshot!(refused(&beside(r#"[scripts]
fifo = "run/x"
vrrp_fifo = { reader = "/bin/x" }
lvs_fifo = { path = "/run/x", reader = "x", script = "/x" }"#)), @r#"
    6:8 error: "run/x" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    7:13 error: a fifo has no `path` [`path` is missing] / write `path = "/run/lvs-director/notify.fifo"`
    8:40 error: "x" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    8:45 error: a fifo has no key `script` [not known] / write `reader`
    "#);
}

#[test]
fn one_pipe_of_two_names() {
    insta::assert_snapshot!(refused(&beside("[scripts]\nfifo = \"/run/x\"\nlvs_fifo = \"/run/x\"")), @r#"7:12 error: "/run/x" is the path of two fifos [the second time] / the first is in line 6: write another, or `fifo` alone, which gets all lines"#);
}

#[test]
fn what_stays_of_the_table() {
    insta::assert_snapshot!(refused(&beside("[ipvs]\non_stop = \"flush\"\nlvs_flush = true\nlvs_flush_on_stop = true")), @r#"
    6:11 error: `on_stop` has no value "flush" [not known] / there are keep and remove
    7:1 error: [ipvs] has no key `lvs_flush` [not known] / write `own_table = true`: what the file does not have is removed
    8:1 error: [ipvs] has no key `lvs_flush_on_stop` [not known] / write `on_stop = "remove"`
    "#);
}

#[test]
fn words_of_keepalived_at_the_top() {
    insta::assert_snapshot!(refused("notification_email = []\nlvs_flush = true\nvirtual_server_group = []\nvrrp_notify_fifo = \"/x\"\n[[address]]\naddress = \"192.0.2.1\"\ninterface = \"eth0\"\n"), @r#"
    1:1 error: director.toml has no key `notification_email` [not known] / write `to` in [mail]
    2:1 error: director.toml has no key `lvs_flush` [not known] / write `own_table = true` in [ipvs]
    3:1 error: director.toml has no key `virtual_server_group` [not known] / write `addresses` in [[service]]
    4:1 error: director.toml has no key `vrrp_notify_fifo` [not known] / write `vrrp_fifo` in [scripts]
    "#);
}

/// Who is named runs a script, else who [scripts] names.
#[test]
fn who_runs_checks() {
    let checks = r#"check = [{ type = "script", command = "/bin/a" }, { type = "script", command = "/bin/a", user = "b" }]"#;
    for (scripts, first) in [("", None), ("[scripts]\nuser = \"nobody\"\n", Some("nobody"))] {
        let config = taken(&(service(checks) + scripts));
        let users: Vec<_> = config.services[0].reals[0].checks.iter().map(|check| user(check)).collect();
        assert_eq!(users, [first, Some("b")]);
    }
}

fn user(check: &CheckSpec) -> Option<&str> {
    let CheckKind::Script(script) = &check.kind else { return Some("no script") };
    script.user.as_deref()
}
