//! What is wrong in `[[service.real]]`.

mod common;

use common::{real, refused};

#[test]
fn unknown_keys_with_the_nearest() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
wieght = 1
port = 80
inhibit_on_failure = true"#)), @r#"
    5:1 error: [[service.real]] has no key `wieght` [not known] / did you mean `weight`?
    6:1 error: [[service.real]] has no key `port` [not known] / write it behind the address: "192.0.2.8:80"
    7:1 error: [[service.real]] has no key `inhibit_on_failure` [not known] / write `inhibit = true`
    "#);
}

#[test]
fn no_address() {
    insta::assert_snapshot!(refused(&real("weight = 1")), @r#"3:1 error: [[service.real]] has no `address` [`address` is missing] / write `address = "192.0.2.8"`"#);
}

#[test]
fn a_real_server_that_is_the_vip() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.240""#)), @r#"4:11 error: 192.168.100.240 is the service's own address [packets would come back to the director] / write the server's own address"#);
}

#[test]
fn a_real_server_twice() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
[[service.real]]
address = "192.168.100.8:80""#)), @r#"5:1 error: the real server 192.168.100.8:80 is there twice [the second time] / the first is in line 3: keep one, and give it the `weight` of both"#);
}

#[test]
fn another_port_under_direct_routing() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8:8080""#)), @r#"4:11 error: direct routing cannot change the port [the service has port 80] / leave the port away and let the server listen on 80, or write `forward = "nat"`"#);
}

#[test]
fn another_port_in_a_tunnel() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8:8080"
forward = "tun""#)), @r#"4:11 error: a tunnel cannot change the port [the service has port 80] / leave the port away and let the server listen on 80, or write `forward = "nat"`"#);
}

#[test]
fn a_port_below_a_fwmark() {
    insta::assert_snapshot!(refused(r#"[[service]]
fwmark = 1
[[service.real]]
address = "192.0.2.8:80"
"#), @r#"4:11 error: direct routing cannot change the port [the service has no port of its own] / leave the port away; a check's port is written in `check`"#);
}

#[test]
fn an_ipv4_server_for_an_ipv6_service() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "[2001:db8::1]:80"
[[service.real]]
address = "192.0.2.8"
"#), @r#"4:11 error: an IPv4 server for an IPv6 service [an IPv4 address] / write the server's IPv6 address; only `forward = "tun"` crosses families"#);
}

#[test]
fn an_ipv6_server_for_an_ipv4_service() {
    insta::assert_snapshot!(refused(&real(r#"address = "2001:db8::8"
forward = "nat""#)), @r#"4:11 error: an IPv6 server for an IPv4 service [an IPv6 address] / write the server's IPv4 address; only `forward = "tun"` crosses families"#);
}

#[test]
fn a_server_that_is_no_host() {
    insta::assert_snapshot!(refused(&real(r#"address = "0.0.0.0"
[[service.real]]
address = "fe80::8"
[[service.real]]
address = "239.0.0.1""#)), @r#"
    4:11 error: 0.0.0.0 is no host address [this stands for every address of a machine] / write the server's own address
    6:11 error: fe80::8 is no host address [this is valid on one link only] / write the server's own address
    8:11 error: 239.0.0.1 is no host address [this is a multicast group] / write the server's own address
    "#);
}

#[test]
fn a_weight_out_of_range() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
weight = 2147483648
[[service.real]]
address = "192.168.100.9"
weight = -1"#)), @r#"
    5:10 error: `weight` is out of range [not in 0 to 2147483647] / write a number from 0 to 2147483647
    8:10 error: `weight` is out of range [not in 0 to 2147483647] / write a number from 0 to 2147483647
    "#);
}

#[test]
fn a_weight_with_a_fraction() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
weight = 1.5"#)), @r#"5:10 error: `weight` takes a whole number, not a number with a fraction [this is a number with a fraction] / write a number from 0 to 2147483647, without quotes"#);
}

#[test]
fn thresholds_the_wrong_way_round() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
upper_threshold = 10
lower_threshold = 20"#)), @r#"6:19 error: the lower threshold 20 is above the upper, 10 / write an `upper_threshold` of 20 or more"#);
}

#[test]
fn a_lower_threshold_alone() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
lower_threshold = 20"#)), @r#"5:19 error: the lower threshold 20 is above the upper, 0 / write an `upper_threshold` of 20 or more"#);
}
