//! What is wrong around `[[vrrp]]`: tracking, groups, scripts, sync daemons, and words of keepalived.

mod common;

use common::{beside, refused, router, warned};

const SCRIPT: &str = "[[track_script]]\nname = \"gateway\"\ncommand = \"/bin/true\"\n";

fn tracking(lines: &str) -> String {
    format!("{}{SCRIPT}", router(lines))
}

#[test]
fn weights() {
    let weight =
        |weight| refused(&router(&format!("track_interfaces = [{{ name = \"eth1\", weight = {weight} }}]")));
    insta::assert_snapshot!(weight("254"), @r#"6:47 error: `weight` is out of range [not in -253 to 253] / write a number from -253 to 253"#);
    insta::assert_snapshot!(weight("-254"), @r#"6:47 error: `weight` is out of range [not in -253 to 253] / write a number from -253 to 253"#);
    insta::assert_snapshot!(weight("\"-10\""), @r#"6:47 error: `weight` takes a whole number, not a string [this is a string] / write a number from -253 to 253, without quotes"#);
}

#[test]
fn names_that_nothing_has() {
    insta::assert_snapshot!(refused(&tracking("track_scripts = [\"gatewya\", { name = \"chk_http\", weight = 1 }]")), @r#"
    6:18 error: there is no [[track_script]] named "gatewya" [not known] / did you mean "gateway"?
    6:38 error: there is no [[track_script]] named "chk_http" [not known] / there are: gateway
    "#);
    insta::assert_snapshot!(refused(&router("track_files = [\"bias\"]\ntrack_processes = [\"nginx\"]")), @r#"
    6:16 error: there is no [[track_file]] named "bias" [not known] / write a [[track_file]] section with that `name`
    7:20 error: there is no [[track_process]] named "nginx" [not known] / write a [[track_process]] section with that `name`
    "#);
    insta::assert_snapshot!(refused(&beside(&router("track_services = [\"web\"]"))), @r#"10:19 error: there is no [[service]] named "web" [not known] / there are: TCP 192.168.100.240:80"#);
    insta::assert_snapshot!(refused(&router("track_services = [\"web\"]")), @r#"6:19 error: there is no [[service]] named "web" [not known] / write a [[service]] section with that `name`"#);
}

#[test]
fn a_mistake_in_what_is_tracked_is_told_once() {
    let script = "[[track_script]]\nname = \"gateway\"\ncommand = \"true\"\n";
    insta::assert_snapshot!(refused(&format!("{}{script}", router("track_scripts = [\"gateway\"]"))), @r#"9:11 error: "true" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name""#);
    let service = beside(&router("track_services = [\"web\"]"))
        .replace("[[service]]", "[[service]]\nname = \"web\"\nscheduler = \"x\"");
    insta::assert_snapshot!(refused(&service), @r#"3:13 error: `scheduler` has no value "x" [not known] / there are dh, fo, lblc, lblcr, lc, mh, nq, ovf, rr, sed, sh, twos, wlc and wrr"#);
}

#[test]
fn lists_of_what_is_tracked() {
    insta::assert_snapshot!(refused(&tracking("track_scripts = \"gateway\"")), @r#"6:17 error: `track_scripts` takes a list, not a string [this is a string] / write `track_scripts = ["name", { name = "other", weight = -10 }]`"#);
    insta::assert_snapshot!(refused(&tracking("track_scripts = [\"gateway\", 1, { weight = 1 }, { name = \"gateway\" }]")), @r#"
    6:29 error: `track_scripts` takes a string, not a number [this is a number] / write `"name"`
    6:32 error: something tracked has no `name` [`name` is missing] / write `name = "…"`
    6:57 error: "gateway" is tracked twice [the second time] / leave one of the two
    "#);
    insta::assert_snapshot!(refused(&router("track_interfaces = [\"eth1\", \"eth1\", \"eth0:1\"]\ntrack_services = 1")), @r#"
    6:29 error: "eth1" is tracked twice [the second time] / leave one of the two
    6:37 error: the interface name "eth0:1" has `/` or `:` in it / write "eth0" here, and "eth0:1" as `label`
    7:18 error: `track_services` takes a list, or true, not a number [this is a number] / write `track_services = ["web"]`, or `track_services = true` for every service
    "#);
}

#[test]
fn nothing_to_track() {
    insta::assert_snapshot!(warned(&router("track_services = true")), @r#"6:18 warning: `track_services` without any [[service]] [nothing is tracked] / leave it away"#);
    insta::assert_snapshot!(warned(&tracking("")), @r#"7:1 warning: no router tracks [[track_script]] "gateway" [without effect] / write it in `track_scripts` of a [[vrrp]], or leave it away"#);
}

#[test]
fn scripts() {
    insta::assert_snapshot!(refused("[[track_script]]\n"), @r#"
    1:1 error: [[track_script]] has no `name` [`name` is missing] / write the `name` by which a [[vrrp]] tracks it
    1:1 error: [[track_script]] has no `command` [`command` is missing] / write `command = "/path"`, or a list with its arguments
    error: there is no [[service]], no [[vrrp]] and no [[address]]: nothing to do / write a [[service]] or a [[vrrp]] section
    "#);
    let script = |lines: &str| {
        format!(
            "[[track_script]]\nname = \"a\"\ncommand = \"/bin/true\"\n{lines}\n{}",
            router("track_scripts = [\"a\"]")
        )
    };
    insta::assert_snapshot!(refused(&script("interval = \"0s\"\ntimeout = \"0s\"\nrise = 0\nfall = 1001\nuser = \"\"\ninitially = true")), @r#"
    4:12 error: `interval` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d"
    5:11 error: `timeout` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d"
    6:8 error: `rise` is out of range [not in 1 to 1000] / write a number from 1 to 1000
    7:8 error: `fall` is out of range [not in 1 to 1000] / write a number from 1 to 1000
    8:8 error: `user` is empty / write 1 to 64 characters, such as "web"
    9:13 error: `initially` takes a word in quotes, not true or false [this is true or false] / there are up and down
    "#);
    insta::assert_snapshot!(refused(&script("weight = 1\nscript = \"/bin/true\"\ninitially = \"master\"")), @r#"
    4:1 error: [[track_script]] has no key `weight` [not known] / write it in the [[vrrp]]: `track_scripts = [{ name = "…", weight = -10 }]`
    5:1 error: [[track_script]] has no key `script` [not known] / write `command = "/path"`
    6:13 error: `initially` has no value "master" [not known] / there are up and down
    "#);
    insta::assert_snapshot!(warned(&script("timeout = \"2s\"")), @r#"4:11 warning: the timeout 2s is longer than the interval 1s [a run may still go on when the next is due] / write `timeout = "1s"` or less"#);
    insta::assert_snapshot!(refused(&(script("") + SCRIPT + SCRIPT)), @r#"14:1 error: two [[track_script]] are named "gateway" [the second of this name] / the first is in line 11: write another `name`"#);
}

#[test]
fn files_and_processes() {
    let text = "[[track_file]]\nname = \"a\"\npath = \"bias\"\nweight = 1\n[[track_process]]\nname = \"b\"\nprocess = \"/usr/sbin/keepalived-of-mine\"\nminimum = 0\n\
        [[track_process]]\nname = \"c\"\nprocess = \"keepalived-of-mine\"\n[track_file_]\n";
    insta::assert_snapshot!(refused(&format!("{}{text}", router(""))), @r#"
    9:8 error: "bias" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    10:1 error: [[track_file]] has no key `weight` [not known] / write it in the [[vrrp]]: `track_files = [{ name = "…", weight = 1 }]`
    13:11 error: `process` is a path / write the name alone: "keepalived-of-m"
    14:11 error: `minimum` is out of range [not in 1 to 100000] / write a number from 1 to 100000
    17:11 error: `process` is longer than 15 bytes / write what /proc/PID/comm has: "keepalived-of-m"
    18:2 error: director.toml has no key `track_file_` [not known] / did you mean `track_file`?
    "#);
    insta::assert_snapshot!(refused(&format!("{}[track_file]\nname = \"a\"\n", router(""))), @r#"7:1 error: `track_file` is a list of tables, also where it has only one / write [[track_file]]"#);
}

#[test]
fn groups() {
    let group = |lines: &str| refused(&format!("{}[[sync_group]]\n{lines}", router("")));
    insta::assert_snapshot!(group(""), @r#"
    7:1 error: [[sync_group]] has no `name` [`name` is missing] / write `name = "VG_1"`
    7:1 error: [[sync_group]] has no `members` [`members` is missing] / write `members = ["VI_1", "VI_2"]`
    "#);
    insta::assert_snapshot!(group("name = \"VG\"\nmembers = [\"VI_1\"]"), @r#"9:11 error: a sync group has at least two members [nobody to follow] / write the names of the [[vrrp]] sections that move together, or leave the group away"#);
    insta::assert_snapshot!(group("name = \"VG\"\nmembers = [\"VI_1\", \"VI_1\"]"), @r#"9:20 error: "VI_1" is in a sync group twice [the second time] / the first is in line 9: a router is in one group, once"#);
    insta::assert_snapshot!(group("name = \"VG\"\nmembers = [\"VI_1\", \"VI_2\", 3]"), @r#"
    9:20 error: there is no [[vrrp]] named "VI_2" [not known] / did you mean "VI_1"?
    9:28 error: `members` takes a string, not a number [this is a number] / write `"VI_1"`
    "#);
    insta::assert_snapshot!(group("name = \"VG\"\ngroup = [\"VI_1\"]\nnotify_master = \"x\""), @r#"
    9:1 error: [[sync_group]] has no key `group` [not known] / write `members = ["VI_1", "VI_2"]`
    10:1 error: [[sync_group]] has no key `notify_master` [not known] / write `notify = { master = "/path" }`
    "#);
}

#[test]
fn a_router_in_two_groups() {
    let other = "[[vrrp]]\nname = \"VI_2\"\ninterface = \"eth1\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.101\"]\n";
    let group = "[[sync_group]]\nname = \"VG\"\nmembers = [\"VI_1\", \"VI_2\"]\n";
    insta::assert_snapshot!(refused(&format!("{}{other}{group}{group}", router(""))), @r#"
    15:1 error: two [[sync_group]] are named "VG" [the second of this name] / the first is in line 12: write another `name`
    17:12 error: "VI_1" is in a sync group twice [the second time] / the first is in line 14: a router is in one group, once
    17:20 error: "VI_2" is in a sync group twice [the second time] / the first is in line 14: a router is in one group, once
    "#);
}

#[test]
fn running_scripts_and_real_time() {
    let text = "[scripts]\nuser = 1\ntimeout = \"0s\"\nfifo = \"fifo\"\n[realtime]\npriority = 100\nlock_memory = 1\n";
    insta::assert_snapshot!(refused(&format!("{text}{}", router(""))), @r#"
    2:8 error: `user` takes a string, not a number [this is a number] / write `"web"`
    3:11 error: `timeout` is out of range [not in 100ms to 1h] / write a duration from "100ms" to "1h"
    4:8 error: "fifo" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    6:12 error: `priority` is out of range [not in 1 to 99] / write a number from 1 to 99
    7:15 error: `lock_memory` takes true or false, not a number [this is a number] / write `lock_memory = true` or `lock_memory = false`
    "#);
    insta::assert_snapshot!(refused(&format!("[realtime]\npriority = 0\n{}", router(""))), @r#"2:12 error: `priority` is out of range [not in 1 to 99] / write a number from 1 to 99"#);
}

#[test]
fn where_the_table_is_installed() {
    insta::assert_snapshot!(refused(&format!("ipvs_on = \"backup\"\n{}", router(""))), @r#"1:11 error: `ipvs_on` has no value "backup" [not known] / there are all and master"#);
    insta::assert_snapshot!(refused(&format!("ipvs_on = \"master\"\n{}", beside(""))), @r#"1:11 error: `ipvs_on` is "master", but there is no [[vrrp]] [the table would be installed nowhere] / write a [[vrrp]] section, or `ipvs_on = "all"`"#);
}

#[test]
fn sync_daemons() {
    let sync = |lines: &str| refused(&format!("{}{lines}\n", router("")));
    insta::assert_snapshot!(sync("[[ipvs.sync]]\nrole = \"vrrp\"\ninterface = \"eth1\""), @r#"7:1 error: [[ipvs.sync]] has no `vrrp` [`vrrp` is missing] / write the name of the [[vrrp]] that it follows: `vrrp = "VI_1"`"#);
    insta::assert_snapshot!(sync("[[ipvs.sync]]\nrole = \"vrrp\"\nvrrp = \"VI_2\"\ninterface = \"eth1\""), @r#"9:8 error: there is no [[vrrp]] named "VI_2" [not known] / did you mean "VI_1"?"#);
    insta::assert_snapshot!(sync("[[ipvs.sync]]\nrole = \"master\"\nvrrp = \"VI_1\"\ncatch_up = \"1s\"\ninterface = \"eth1\""), @r#"
    9:1 error: `vrrp` belongs to a sync daemon that follows a router / write `role = "vrrp"`, or leave it away
    10:1 error: `catch_up` belongs to a sync daemon that follows a router / write `role = "vrrp"`, or leave it away
    "#);
    insta::assert_snapshot!(sync("[[ipvs.sync]]\nrole = \"vrrp\"\nvrrp = \"VI_1\"\ncatch_up = \"0s\"\ninterface = \"eth1\""), @r#"10:12 error: `catch_up` is out of range [all the time] / write "never", or a duration from "1s" to "1h""#);
    let follow = "[[ipvs.sync]]\nrole = \"vrrp\"\nvrrp = \"VI_1\"\ninterface = \"eth1\"\n";
    insta::assert_snapshot!(sync(&format!("[[ipvs.sync]]\nrole = \"backup\"\ninterface = \"eth1\"\n{follow}{follow}")), @r#"
    10:1 error: a sync daemon that follows a router is both: it sends while master, else it receives [the second of its role] / keep the one with role = "vrrp" alone
    14:1 error: a sync daemon that follows a router is both: it sends while master, else it receives [the second of its role] / keep the one with role = "vrrp" alone
    "#);
}

/// One who types in what keepalived.conf has is told the word for each line.
#[test]
fn words_of_keepalived_in_a_router() {
    let words = [
        "state = \"MASTER\"",
        "advert_int = 1",
        "nopreempt = true",
        "smtp_alert = true",
        "virtual_ipaddress = []",
        "virtual_ipaddress_excluded = []",
        "virtual_routes = []",
        "authentication = {}",
        "unicast_src_ip = \"\"",
        "mcast_src_ip = \"\"",
        "unicast_peer = []",
        "track_interface = []",
        "track_script = []",
        "track_file = []",
        "track_process = []",
        "notify_master = \"\"",
        "notify_stop = \"\"",
        "garp_master_delay = 5",
        "garp_lower_prio_repeat = 1",
        "use_vmac = true",
    ];
    insta::assert_snapshot!(refused(&router(&words.join("\n"))), @r#"
    6:1 error: [[vrrp]] has no key `state` [not known] / there is none: `priority` decides who is master
    7:1 error: [[vrrp]] has no key `advert_int` [not known] / write `advert_interval = "1s"`
    8:1 error: [[vrrp]] has no key `nopreempt` [not known] / write `preempt = false`
    9:1 error: [[vrrp]] has no key `smtp_alert` [not known] / write `alert = true`, and [mail]
    10:1 error: [[vrrp]] has no key `virtual_ipaddress` [not known] / write `addresses = ["192.0.2.1"]`
    11:1 error: [[vrrp]] has no key `virtual_ipaddress_excluded` [not known] / write `excluded_addresses`
    12:1 error: [[vrrp]] has no key `virtual_routes` [not known] / write `routes = [{ to = "10.0.0.0/8", via = "192.0.2.1" }]`
    13:1 error: [[vrrp]] has no key `authentication` [not known] / write `auth = { type = "pass", password = "…" }`, version 2 only
    14:1 error: [[vrrp]] has no key `unicast_src_ip` [not known] / write `source`
    15:1 error: [[vrrp]] has no key `mcast_src_ip` [not known] / write `source`
    16:1 error: [[vrrp]] has no key `unicast_peer` [not known] / write `unicast_peers = ["192.0.2.3"]`
    17:1 error: [[vrrp]] has no key `track_interface` [not known] / write `track_interfaces = ["eth1"]`
    18:1 error: [[vrrp]] has no key `track_script` [not known] / write `track_scripts`, and the script as [[track_script]]
    19:1 error: [[vrrp]] has no key `track_file` [not known] / write `track_files`, and the file as [[track_file]]
    20:1 error: [[vrrp]] has no key `track_process` [not known] / write `track_processes`, and the process as [[track_process]]
    21:1 error: [[vrrp]] has no key `notify_master` [not known] / write `notify = { master = "/path" }`
    22:1 error: [[vrrp]] has no key `notify_stop` [not known] / write `notify = { stop = "/path" }`
    23:1 error: [[vrrp]] has no key `garp_master_delay` [not known] / write `announce = { delay = "5s" }`
    24:1 error: [[vrrp]] has no key `garp_lower_prio_repeat` [not known] / write `announce = { rival_repeat = 5 }`
    25:1 error: [[vrrp]] has no key `use_vmac` [not known] / not supported: the addresses have the interface's own MAC, and gratuitous ARP tells the network
    "#);
}

#[test]
fn words_of_keepalived_around_routers() {
    let words = [
        "global_defs",
        "vrrp_instance",
        "vrrp_sync_group",
        "vrrp_script",
        "vrrp_track_process",
        "vrrp_track_file",
    ];
    let text: Vec<String> = words.iter().map(|word| format!("[{word}]\n")).collect();
    insta::assert_snapshot!(refused(&(router("") + &text.concat())), @r#"
    7:2 error: director.toml has no key `global_defs` [not known] / write its keys here: `router_id`, [scripts], [realtime]
    8:2 error: director.toml has no key `vrrp_instance` [not known] / keepalived's vrrp_instance is [[vrrp]] here
    9:2 error: director.toml has no key `vrrp_sync_group` [not known] / keepalived's vrrp_sync_group is [[sync_group]] here
    10:2 error: director.toml has no key `vrrp_script` [not known] / keepalived's vrrp_script is [[track_script]] here
    11:2 error: director.toml has no key `vrrp_track_process` [not known] / keepalived's vrrp_track_process is [[track_process]] here
    12:2 error: director.toml has no key `vrrp_track_file` [not known] / keepalived's vrrp_track_file is [[track_file]] here
    "#);
}
