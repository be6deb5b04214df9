//! What is wrong in `[[service]]`.

mod common;

use common::{beside, refused, service, warned};

#[test]
fn unknown_keys_with_the_nearest() {
    insta::assert_snapshot!(refused(&service(r#"schedular = "rr"
lb_algo = "rr"
agent-port = 9781
quorom = 1
persistance = "20s""#)), @r#"
    3:1 error: [[service]] has no key `schedular` [not known] / did you mean `scheduler`?
    4:1 error: [[service]] has no key `lb_algo` [not known] / keepalived's lb_algo is `scheduler` here
    5:1 error: [[service]] has no key `agent-port` [not known] / write `agent_port`
    6:1 error: [[service]] has no key `quorom` [not known] / did you mean `quorum`?
    7:1 error: [[service]] has no key `persistance` [not known] / did you mean `persistence`?
    "#);
}

#[test]
fn no_address() {
    insta::assert_snapshot!(refused(r#"[[service]]
name = "web"
[[service.real]]
address = "192.0.2.8"
"#), @r#"1:1 error: [[service]] has no `address` [`address` is missing] / write `address = "192.0.2.1:80"`, or `fwmark = 1`"#);
}

#[test]
fn address_and_fwmark() {
    insta::assert_snapshot!(refused(&service("fwmark = 1")), @r#"3:1 error: a service has an `address` or a `fwmark`, not both / leave one of the two away"#);
}

#[test]
fn a_fwmark_of_nothing() {
    insta::assert_snapshot!(refused(r#"[[service]]
fwmark = 0
check = []
[[service.real]]
address = "192.0.2.8"
"#), @r#"2:10 error: `fwmark` is out of range [not in 1 to 4294967295] / write a number from 1 to 4294967295"#);
}

#[test]
fn a_fwmark_with_protocol() {
    insta::assert_snapshot!(refused(r#"[[service]]
fwmark = 1
protocol = "tcp"
check = []
[[service.real]]
address = "192.0.2.8"
"#), @r#"3:1 error: `protocol` is for services with an address / leave it away: a fwmark service takes whatever carries the mark"#);
}

#[test]
fn an_address_with_family() {
    insta::assert_snapshot!(refused(&service(r#"family = "ipv6""#)), @r#"3:1 error: `family` is for fwmark services / leave it away: the address has its family"#);
}

#[test]
fn an_address_that_is_no_host_address() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "0.0.0.0:80"
[[service.real]]
address = "192.0.2.8"
[[service]]
address = "[ff02::1]:80"
[[service.real]]
address = "2001:db8::8"
"#), @r#"
    2:11 error: 0.0.0.0 is no host address [this stands for every address of a machine] / write the one address that clients connect to
    6:11 error: ff02::1 is no host address [this is a multicast group] / write the one address that clients connect to
    "#);
}

#[test]
fn ports_that_are_none() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "192.0.2.1:65536"
[[service.real]]
address = "192.0.2.8:http"
[[service]]
address = "[2001:db8::1]:"
[[service.real]]
address = "[2001:db8::8]:+80"
"#), @r#"
    2:11 error: "192.0.2.1:65536" is no address and port ["65536" is no port] / write a port from 1 to 65535
    4:11 error: "192.0.2.8:http" is no address and port ["http" is no port] / write a port from 1 to 65535
    6:11 error: "[2001:db8::1]:" is no address and port ["" is no port] / write a port from 1 to 65535
    8:11 error: "[2001:db8::8]:+80" is no address and port ["+80" is no port] / write a port from 1 to 65535
    "#);
}

#[test]
fn no_port_without_persistence() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "192.0.2.1"
check = []
[[service.real]]
address = "192.0.2.8"
"#), @r#"2:11 error: a service on every port needs `persistence` [no port] / write the port, "192.0.2.1:80", or add `persistence = "5m"`"#);
}

#[test]
fn a_service_twice() {
    insta::assert_snapshot!(refused(&beside(r#"[[service]]
address = "192.168.100.240:80"
name = "again"
[[service.real]]
address = "192.168.100.9""#)), @r#"5:1 error: the service TCP 192.168.100.240:80 is there twice [the second time] / the first is in line 1: write all servers there"#);
}

#[test]
fn a_service_name_twice() {
    insta::assert_snapshot!(refused(r#"[[service]]
name = "web"
address = "192.0.2.1:80"
[[service.real]]
address = "192.0.2.8"
[[service]]
name = "web"
address = "192.0.2.1:443"
[[service.real]]
address = "192.0.2.8"
"#), @r#"6:1 error: two services are named "web" [the second of this name] / the first is in line 1: write another `name`"#);
}

#[test]
fn no_real_server() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "192.0.2.1:80"
"#), @r#"1:1 error: the service has no real server [nobody would answer] / write a [[service.real]] section with its address below it"#);
}

#[test]
fn real_servers_of_an_empty_list() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "192.0.2.1:80"
real = []
"#), @r#"1:1 error: the service has no real server [nobody would answer] / write a [[service.real]] section with its address below it"#);
}

#[test]
fn an_unknown_scheduler() {
    insta::assert_snapshot!(refused(&service(r#"scheduler = "wrrr""#)), @r#"3:13 error: `scheduler` has no value "wrrr" [not known] / did you mean "wrr"? there are dh, fo, lblc, lblcr, lc, mh, nq, ovf, rr, sed, sh, twos, wlc and wrr"#);
}

#[test]
fn a_scheduler_in_capitals() {
    insta::assert_snapshot!(refused(&service(r#"scheduler = "WLC""#)), @r#"3:13 error: `scheduler` has no value "WLC" [in the wrong case] / write "wlc": case matters"#);
}

#[test]
fn a_scheduler_like_no_other() {
    insta::assert_snapshot!(refused(&service(r#"scheduler = "fastest""#)), @r#"3:13 error: `scheduler` has no value "fastest" [not known] / there are dh, fo, lblc, lblcr, lc, mh, nq, ovf, rr, sed, sh, twos, wlc and wrr"#);
}

#[test]
fn flags_of_another_scheduler() {
    insta::assert_snapshot!(refused(&service(r#"scheduler = "rr"
scheduler_flags = ["sh-port", "flag-3"]"#)), @r#"4:20 error: "sh-port" is a flag of the scheduler sh, not of rr / leave it away, or write `scheduler = "sh"`"#);
}

#[test]
fn an_unknown_flag() {
    insta::assert_snapshot!(refused(&service(r#"scheduler = "sh"
scheduler_flags = ["sh_port", "hash"]"#)), @r#"
    4:20 error: `scheduler_flags` has no value "sh_port" [not known] / did you mean "sh-port"? there are sh-port, sh-fallback, mh-port, mh-fallback, flag-1, flag-2 and flag-3
    4:31 error: `scheduler_flags` has no value "hash" [not known] / there are sh-port, sh-fallback, mh-port, mh-fallback, flag-1, flag-2 and flag-3
    "#);
}

#[test]
fn one_packet_over_tcp() {
    insta::assert_snapshot!(refused(&service("one_packet = true")), @r#"3:14 error: `one_packet` schedules single UDP datagrams, this service is TCP / leave it away, or write `protocol = "udp"`"#);
}

#[test]
fn persistence_of_half_a_second() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "500ms""#)), @r#"3:15 error: `persistence` is out of range [not in 1s to 31d] / write a duration from "1s" to "31d""#);
}

#[test]
fn persistence_with_a_fraction() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "1500ms""#)), @r#"3:15 error: `persistence` counts in whole seconds / write "2s""#);
}

#[test]
fn persistence_as_a_number() {
    insta::assert_snapshot!(refused(&service("persistence = 20")), @r#"3:15 error: `persistence` takes a duration with its unit, not a number [this is a number] / write "20s" for seconds, "20ms" for milliseconds"#);
}

#[test]
fn persistence_too_long() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "32d""#)), @r#"3:15 error: `persistence` is out of range [not in 1s to 31d] / write a duration from "1s" to "31d""#);
}

#[test]
fn granularity_without_persistence() {
    insta::assert_snapshot!(refused(&service(r#"persistence_granularity = 24
persistence_engine = "sip""#)), @r#"
    3:1 error: `persistence_granularity` without `persistence` / add `persistence = "5m"`
    4:1 error: `persistence_engine` without `persistence` / add `persistence = "5m"`
    "#);
}

#[test]
fn granularity_that_is_no_netmask() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "20s"
persistence_granularity = "255.0.255.0""#)), @r#"4:27 error: "255.0.255.0" is no netmask here / write how many leading bits count, as 24 or "255.255.255.0""#);
}

#[test]
fn granularity_out_of_range() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "20s"
persistence_granularity = 33"#)), @r#"4:27 error: `persistence_granularity` is out of range [not in 1 to 32] / write a number from 1 to 32"#);
}

#[test]
fn a_netmask_for_ipv6() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "[2001:db8::1]:80"
persistence = "20s"
persistence_granularity = "255.255.255.0"
[[service.real]]
address = "2001:db8::8"
"#), @r#"4:27 error: "255.255.255.0" is no netmask here / write how many leading bits count: a number from 1 to 128"#);
}

#[test]
fn an_engine_for_tcp() {
    insta::assert_snapshot!(refused(&service(r#"persistence = "20s"
persistence_engine = "sip""#)), @r#"4:22 error: the engine sip reads UDP, this service is TCP / leave it away, or write `protocol = "udp"`"#);
}

#[test]
fn an_unknown_protocol() {
    insta::assert_snapshot!(refused(&service(r#"protocol = "TCP""#)), @r#"3:12 error: `protocol` has no value "TCP" [in the wrong case] / write "tcp": case matters"#);
}

#[test]
fn an_unknown_forward() {
    insta::assert_snapshot!(refused(&service(r#"forward = "DR""#)), @r#"3:11 error: `forward` has no value "DR" [in the wrong case] / write "dr": case matters"#);
}

#[test]
fn a_forward_by_another_name() {
    insta::assert_snapshot!(refused(&service(r#"forward = "masq""#)), @r#"3:11 error: `forward` has no value "masq" [not known] / there are dr, nat and tun"#);
}

#[test]
fn a_tunnel_without_tunnel() {
    insta::assert_snapshot!(refused(&service(r#"tunnel = { type = "gue", port = 6080 }"#)), @r#"3:1 error: `tunnel` without a tunnel / write `forward = "tun"` beside it, or leave it away"#);
}

#[test]
fn tunnels_that_do_not_fit() {
    insta::assert_snapshot!(refused(r#"[[service]]
address = "192.0.2.1:80"
forward = "tun"
[[service.real]]
address = "192.0.2.8"
tunnel = { type = "gue" }
[[service.real]]
address = "192.0.2.9"
tunnel = { type = "ipip", port = 1 }
[[service.real]]
address = "192.0.2.10"
tunnel = { checksum = "full" }
[[service.real]]
address = "192.0.2.11"
tunnel = { type = "gre", checksum = "remote" }
[[service.real]]
address = "192.0.2.12"
tunnel = { typ = "gre" }
[[service.real]]
address = "192.0.2.13"
tunnel = "gre"
"#), @r#"
    6:10 error: a GUE tunnel needs a UDP port / add `port = 6080`
    9:10 error: only a GUE tunnel has a port / leave `port` away, or write `type = "gue"`
    12:10 error: an IPIP tunnel has no checksum / leave `checksum` away, or write `type = "gue"`
    15:10 error: a GRE tunnel has no remote checksum / write `checksum = "full"`
    18:12 error: `tunnel` has no key `typ` [not known] / did you mean `type`?
    21:10 error: `tunnel` takes a table, not a string [this is a string] / write `{ key = value }`, or a section of its own
    "#);
}

#[test]
fn a_quorum_above_all_weights() {
    insta::assert_snapshot!(warned(&service("quorum = 2")), @r#"3:10 warning: `quorum` is 2, but the weights of all servers make 1 [never reached] / write 1 or less, or more `weight`"#);
}

#[test]
fn a_hysteresis_above_all_weights() {
    insta::assert_snapshot!(warned(&service(r"quorum = 1
hysteresis = 1")), @r#"4:14 warning: `quorum` + `hysteresis` is 2, but the weights of all servers make 1 [never reached again, once lost] / write 1 or less, or more `weight`"#);
}

#[test]
fn a_service_without_any_weight() {
    insta::assert_snapshot!(warned(&service("weight = 0")), @r#"1:1 warning: `quorum` is 1, but the weights of all servers make 0 [never reached] / give a server a `weight` of 1 or more"#);
}

#[test]
fn a_sorry_server_on_another_port() {
    insta::assert_snapshot!(refused(&service(r#"sorry_server = "192.168.100.7:81""#)), @r#"3:16 error: direct routing cannot change the port [the service has port 80] / leave the port away and let the server listen on 80, or write `forward = "nat"`"#);
}

#[test]
fn a_sorry_server_that_is_the_vip() {
    insta::assert_snapshot!(refused(&service(r#"sorry_server = { adress = "192.168.100.240" , address = "192.168.100.240" }"#)), @r#"
    3:18 error: `sorry_server` has no key `adress` [not known] / did you mean `address`?
    3:57 error: 192.168.100.240 is the service's own address [packets would come back to the director] / write the server's own address
    "#);
}

#[test]
fn a_sorry_server_that_is_a_real_server() {
    insta::assert_snapshot!(refused(&service("sorry_server = \"192.168.100.8\"")), @"3:16 error: the sorry server 192.168.100.8:80 is a real server of the same service / name a server that serves only when the others do not");
}
