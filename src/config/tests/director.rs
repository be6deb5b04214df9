//! What is wrong outside services.

mod common;

use common::{beside, refused};

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(refused(r"

"), @r#"error: the file is empty: a director without a service, a router or an address has nothing to do / write a [[service]] or a [[vrrp]] section"#);
}

#[test]
fn nothing_to_do() {
    insta::assert_snapshot!(refused(r#"router_id = "LVS01"
"#), @r#"error: there is no [[service]], no [[vrrp]] and no [[address]]: nothing to do / write a [[service]] or a [[vrrp]] section"#);
}

#[test]
fn lists_that_are_empty() {
    insta::assert_snapshot!(refused(r"service = []
address = []
"), @r#"error: there is no [[service]], no [[vrrp]] and no [[address]]: nothing to do / write a [[service]] or a [[vrrp]] section"#);
}

#[test]
fn unknown_sections() {
    insta::assert_snapshot!(refused(&beside(r#"[[adress]]
address = "192.0.2.1"
[[vrrp_instance]]
name = "VI_1"
[https]
listen = []"#)), @r#"
    5:3 error: director.toml has no key `adress` [not known] / did you mean `address`?
    7:3 error: director.toml has no key `vrrp_instance` [not known] / keepalived's vrrp_instance is [[vrrp]] here
    9:2 error: director.toml has no key `https` [not known] / did you mean `http`?
    "#);
}

#[test]
fn a_router_id_that_is_no_name() {
    insta::assert_snapshot!(refused(r#"router_id = ""
[[address]]
address = "192.0.2.1"
interface = "eth0"
"#), @r#"1:13 error: `router_id` is empty / write 1 to 64 characters, such as "web""#);
}

#[test]
fn held_addresses_that_are_no_host_addresses() {
    insta::assert_snapshot!(refused(r#"[[address]]
address = "0.0.0.0"
interface = "eth0"
[[address]]
address = "192.168.100.255/24"
interface = "eth0"
[[address]]
address = "192.168.100.0/24"
interface = "eth0"
[[address]]
address = "fe80::1"
interface = "eth0"
[[address]]
address = "192.168.100.1/0"
interface = "eth0"
"#), @r#"
    2:11 error: 0.0.0.0 is no host address [this stands for every address of a machine] / write the one address that clients connect to
    5:11 error: 192.168.100.255 is no host address [the broadcast address of its /24] / write another address, or "192.168.100.255" without /24
    8:11 error: 192.168.100.0 is no host address [the network address of its /24] / write another address, or "192.168.100.0" without /24
    11:11 error: fe80::1 is no host address [this is valid on one link only] / write the one address that clients connect to
    14:11 error: `/0` is no prefix length / write a number from 1 to 32 after the slash, or nothing for /32
    "#);
}

#[test]
fn a_held_address_without_interface() {
    insta::assert_snapshot!(refused(r#"[[address]]
address = "192.0.2.1"
"#), @r#"1:1 error: [[address]] has no `interface` [`interface` is missing] / write the interface that holds it: `interface = "eth0"`"#);
}

#[test]
fn a_held_address_on_two_interfaces() {
    insta::assert_snapshot!(refused(r#"[[address]]
address = "192.0.2.1"
interface = "eth0"
[[address]]
address = "192.0.2.1/24"
interface = "eth1"
"#), @r#"5:11 error: 192.0.2.1 is held twice [the second time] / the first is in line 2: one interface holds an address"#);
}

#[test]
fn a_held_address_with_the_label_of_another() {
    insta::assert_snapshot!(refused(r#"[[address]]
address = "192.0.2.1"
interface = "eth0"
label = "eth1:0"
[[address]]
address = "192.0.2.2"
interface = "eth0"
label = "eth0:0123456789"
[[address]]
address = "192.0.2.3"
interface = "eth0:3"
"#), @r#"
    4:9 error: a label is the interface's name, a colon and a word / write "eth0:0"
    11:13 error: the interface name "eth0:3" has `/` or `:` in it / write "eth0" here, and "eth0:3" as `label`
    "#);
}

#[test]
fn a_held_address_that_is_a_real_server() {
    insta::assert_snapshot!(refused(&beside(r#"[[address]]
address = "192.168.100.8"
interface = "eth0""#)), @r#"4:11 error: 192.168.100.8 is held by this director itself [packets to it never leave this machine] / it is in [[address]] in line 6: write the server's own address"#);
}

#[test]
fn resync_out_of_range() {
    insta::assert_snapshot!(refused(&beside(r#"[ipvs]
resync = "99ms""#)), @r#"6:10 error: `resync` is out of range [not in 100ms to 1h] / write a duration from "100ms" to "1h""#);
}

#[test]
fn timeouts_of_connections() {
    insta::assert_snapshot!(refused(&beside(r#"[ipvs]
timeouts = { tcp = "25d", tcp_fin = "0s", udp = "1500ms", icmp = "1s" }"#)), @r#"
    6:20 error: `tcp` is out of range [not in 1s to 24d] / write a duration from "1s" to "24d"
    6:37 error: `tcp_fin` is out of range [not in 1s to 24d] / write a duration from "1s" to "24d"
    6:49 error: `udp` counts in whole seconds / write "2s"
    6:59 error: `timeouts` has no key `icmp` [not known] / the keys are tcp, tcp_fin and udp
    "#);
}

#[test]
fn sync_daemons() {
    insta::assert_snapshot!(refused(&beside(r#"[[ipvs.sync]]
role = "master"
interface = "eth0"
id = 256
[[ipvs.sync]]
role = "master"
interface = "eth1"
group = "192.0.2.1"
port = 0
ttl = 0
[[ipvs.sync]]
role = "slave"
"#)), @r#"
    8:6 error: `id` is out of range [not in 0 to 255] / write a number from 0 to 255
    9:1 error: the kernel has one sync daemon of each role [the second of its role] / keep one [[ipvs.sync]] with role = "master" and one with role = "backup"
    12:9 error: 192.0.2.1 is no multicast group / write one of 224.0.0.0/4 or ff00::/8, or leave `group` away for 224.0.0.81
    13:8 error: `port` is out of range [not in 1 to 65535] / write a number from 1 to 65535
    14:7 error: `ttl` is out of range [not in 1 to 255] / write a number from 1 to 255
    15:1 error: [[ipvs.sync]] has no `interface` [`interface` is missing] / write `interface = "eth0"`
    16:8 error: `role` has no value "slave" [not known] / there are master, backup and vrrp
    "#);
}

#[test]
fn one_sync_daemon_as_a_table() {
    insta::assert_snapshot!(refused(&beside(r#"[ipvs.sync]
role = "master"
interface = "eth0""#)), @r#"5:1 error: `sync` is a list of tables, also where it has only one / write [[ipvs.sync]]"#);
}
