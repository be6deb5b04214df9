//! What is wrong in an agent.toml.

mod common;

use common::agent_refused;

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(agent_refused(""), @r#"error: the file is empty: an agent without a VIP has nothing to do / write a [[vip]] section with its address"#);
}

#[test]
fn only_comments() {
    insta::assert_snapshot!(agent_refused(r"# nothing

# here
"), @r#"error: the file is empty: an agent without a VIP has nothing to do / write a [[vip]] section with its address"#);
}

#[test]
fn no_vip() {
    insta::assert_snapshot!(agent_refused(r#"[watch]
interval = "1s"
"#), @r#"error: there is no [[vip]]: an agent without a VIP has nothing to do / write a [[vip]] section with its address"#);
}

#[test]
fn one_table_instead_of_a_list() {
    insta::assert_snapshot!(agent_refused(r#"[vip]
address = "192.0.2.1"
"#), @r#"1:1 error: `vip` is a list of tables, also where it has only one / write [[vip]]"#);
}

#[test]
fn unknown_keys_with_the_nearest() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
adress = "192.0.2.1"
service = ["tcp/80"]
port = 80
xyzzy = 1
"#), @r#"
    2:1 error: [[vip]] has no key `adress` [not known] / did you mean `address`?
    3:1 error: [[vip]] has no key `service` [not known] / did you mean `services`?
    4:1 error: [[vip]] has no key `port` [not known] / write `services = ["tcp/80"]`
    5:1 error: [[vip]] has no key `xyzzy` [not known] / the keys are address, device, label, scope, services, unit and process
    "#);
}

#[test]
fn unknown_sections() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
[helth]
listen = []
[[service]]
name = "web"
"#), @r#"
    3:2 error: agent.toml has no key `helth` [not known] / did you mean `health`?
    5:3 error: agent.toml has no key `service` [not known] / [[service]] belongs to the director's director.toml
    "#);
}

#[test]
fn no_address() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
services = ["tcp/80"]
"#), @r#"1:1 error: [[vip]] has no `address` [`address` is missing] / write `address = "192.0.2.1"`"#);
}

#[test]
fn no_host_addresses() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "0.0.0.0"
[[vip]]
address = "::"
[[vip]]
address = "224.0.0.18"
[[vip]]
address = "ff02::12"
[[vip]]
address = "255.255.255.255"
[[vip]]
address = "127.0.0.1"
[[vip]]
address = "::1"
[[vip]]
address = "fe80::1"
[[vip]]
address = "::ffff:192.0.2.1"
[[vip]]
address = "0.1.2.3"
[[vip]]
address = "245.0.0.1"
"#), @r#"
    2:11 error: 0.0.0.0 is no host address [this stands for every address of a machine] / write the one address that clients connect to
    4:11 error: :: is no host address [this stands for every address of a machine] / write the one address that clients connect to
    6:11 error: 224.0.0.18 is no host address [this is a multicast group] / write the one address that clients connect to
    8:11 error: ff02::12 is no host address [this is a multicast group] / write the one address that clients connect to
    10:11 error: 255.255.255.255 is no host address [this is the broadcast address] / write the one address that clients connect to
    12:11 error: 127.0.0.1 is no host address [this is reached only from the same machine] / write the one address that clients connect to
    14:11 error: ::1 is no host address [this is reached only from the same machine] / write the one address that clients connect to
    16:11 error: fe80::1 is no host address [this is valid on one link only] / write the one address that clients connect to
    18:11 error: ::ffff:192.0.2.1 is no host address [this is an IPv4 address in IPv6 clothes] / write the IPv4 address itself
    20:11 error: 0.1.2.3 is no host address [0.0.0.0/8 is reserved] / write the one address that clients connect to
    22:11 error: 245.0.0.1 is no host address [240.0.0.0/4 is reserved] / write the one address that clients connect to
    "#);
}

#[test]
fn a_name_instead_of_an_address() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "www.example.org"
"#), @r#"2:11 error: "www.example.org" is no IP address [a name] / names are not looked up, a name server must not be able to move a service: write the address"#);
}

#[test]
fn an_address_with_port() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1:80"
"#), @r#"2:11 error: `address` takes an address without port / write "192.0.2.1""#);
}

#[test]
fn half_an_address() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2"
"#), @r#"2:11 error: "192.0.2" is no IP address / write an address such as "192.0.2.1", "192.0.2.1:80" or "[2001:db8::1]:80""#);
}

#[test]
fn another_prefix_than_32() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1/24"
[[vip]]
address = "2001:db8::1/64"
[[vip]]
address = "192.0.2.2/33"
"#), @r#"
    2:11 error: a VIP on a real server cannot be /24 [makes the whole subnet local: this host would answer itself for each address in it] / write "192.0.2.1", which is /32
    4:11 error: a VIP on a real server cannot be /64 [makes the whole subnet local: this host would answer itself for each address in it] / write "2001:db8::1", which is /128
    6:11 error: `/33` is no prefix length / write a number from 1 to 32 after the slash, or nothing for /32
    "#);
}

#[test]
fn a_vip_twice() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
[[vip]]
address = "192.0.2.1/32"
"#), @r#"4:11 error: the VIP 192.0.2.1 is there twice [the second time] / the first is in line 2: write all its `services` there"#);
}

#[test]
fn a_device_that_is_no_interface_name() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
device = ""
[[vip]]
address = "192.0.2.2"
device = "lo:0"
[[vip]]
address = "192.0.2.3"
device = "a-name-too-long-"
[[vip]]
address = "192.0.2.4"
device = "a b"
[[vip]]
address = "192.0.2.5"
device = "a/b"
[[vip]]
address = "192.0.2.6"
device = ".."
"#), @r#"
    3:10 error: the interface name "" is empty / write a name as `ip link` shows it, such as "eth0"
    6:10 error: the interface name "lo:0" has `/` or `:` in it / write "lo" here, and "lo:0" as `label`
    9:10 error: the interface name "a-name-too-long-" is longer than 15 bytes / write a name as `ip link` shows it, such as "eth0"
    12:10 error: the interface name "a b" has a space in it / write a name as `ip link` shows it, such as "eth0"
    15:10 error: the interface name "a/b" has `/` or `:` in it / write a name as `ip link` shows it, such as "eth0"
    18:10 error: the interface name ".." is not allowed / write a name as `ip link` shows it, such as "eth0"
    "#);
}

#[test]
fn a_label_too_long() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
label = "lo:0123456789abc"
"#), @r#"3:9 error: the label is longer than 15 bytes / write a shorter one, as in "lo:0""#);
}

#[test]
fn a_label_of_another_device() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
label = "eth0:0"
[[vip]]
address = "192.0.2.2"
label = "lo:"
"#), @r#"
    3:9 error: a label is the interface's name, a colon and a word / write "lo:0"
    6:9 error: a label is the interface's name, a colon and a word / write "lo:0"
    "#);
}

#[test]
fn a_label_twice() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
label = "lo:7"
[[vip]]
address = "192.0.2.2"
label = "lo:7"
"#), @r#"6:9 error: the label lo:7 is there twice / the first is in line 3: write another number"#);
}

#[test]
fn label_and_scope_of_an_ipv6_address() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "2001:db8::1"
label = "lo:0"
[[vip]]
address = "2001:db8::2"
scope = "host"
"#), @r#"
    3:9 error: IPv6 addresses have no label / leave `label` away for 2001:db8::1
    6:9 error: `scope` is for IPv4 only / leave it away: an IPv6 VIP is deprecated at once, so that it is no source address
    "#);
}

#[test]
fn an_unknown_scope() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
scope = "Host"
[[vip]]
address = "192.0.2.2"
scope = "site"
"#), @r#"
    3:9 error: `scope` has no value "Host" [in the wrong case] / write "host": case matters
    6:9 error: `scope` has no value "site" [not known] / there are host, link and global
    "#);
}

#[test]
fn services_of_another_form() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
services = ["tcp/80", "80/tcp", "http", "443", "tcp/0", "tcp/65536", "sctp/80", "tcp/80", 80]
"#), @r#"
    3:23 error: "80/tcp" is no protocol and port / write "tcp/80" or "udp/80"
    3:33 error: "http" is no protocol and port / write "tcp/80" or "udp/53"
    3:41 error: "443" is no protocol and port / write "tcp/443" or "udp/443"
    3:48 error: "tcp/0" is no protocol and port / write a port from 1 to 65535, as in "tcp/80"
    3:57 error: "tcp/65536" is no protocol and port / write a port from 1 to 65535, as in "tcp/80"
    3:70 error: "sctp/80" is no protocol and port / listeners are seen for tcp and udp only: leave this one away
    3:81 error: tcp/80 is listed twice / leave one of the two
    3:91 error: `services` takes a string, not a number [this is a number] / write `services = ["tcp/80"]`
    "#);
}

#[test]
fn services_without_brackets() {
    insta::assert_snapshot!(agent_refused(r#"[[vip]]
address = "192.0.2.1"
services = "tcp/80"
"#), @r#"3:12 error: `services` takes a list, not a string [this is a string] / write `services = ["tcp/80"]`"#);
}

#[test]
fn listening_nowhere_known() {
    insta::assert_snapshot!(agent_refused(r#"[health]
listen = ["127.0.0.1", "127.0.0.1:0", "[::1]:9781", "[::1]:9781", "localhost:9781", "127.0.0.1:99999"]
[[vip]]
address = "192.0.2.1"
"#), @r#"
    2:11 error: an address to listen on needs a port / write "127.0.0.1:9781"
    2:24 error: an address to listen on needs a port / write "127.0.0.1:9781"
    2:53 error: [::1]:9781 is listed twice / leave one of the two
    2:67 error: "localhost:9781" is no IP address [a name] / names are not looked up, a name server must not be able to move a service: write the address
    2:85 error: "127.0.0.1:99999" is no address and port ["99999" is no port] / write a port from 1 to 65535
    "#);
}

#[test]
fn an_interval_out_of_range() {
    insta::assert_snapshot!(agent_refused(r#"[watch]
interval = "2s"
[[vip]]
address = "192.0.2.1"
"#), @r#"2:12 error: `interval` is out of range [not in 50ms to 1s] / write a duration from "50ms" to "1s""#);
}
