//! What is wrong in `check`.

mod common;

use common::{real, refused, service, warned};

#[test]
fn unknown_keys_with_the_nearest() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "tcp", intervall = "6s", delay_loop = 6, retries = 3 }"#)), @r#"
    3:25 error: a tcp check has no key `intervall` [not known] / did you mean `interval`?
    3:43 error: a tcp check has no key `delay_loop` [not known] / keepalived's delay_loop is `interval` here
    3:59 error: a tcp check has no key `retries` [not known] / the keys are type, interval, interval_down, interval_retry, warmup, timeout, fall, rise, address, port, source, interface, mark, connect_timeout, reply_timeout, path, send, send_hex, expect and expect_hex
    "#);
}

#[test]
fn an_unknown_type() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "htps" }"#)), @r#"3:18 error: `type` has no value "htps" [not known] / did you mean "https"? there are tcp, http, https, smtp, dns, udp, ping, script, file, mysql, redis, memcached and postgresql"#);
}

#[test]
fn an_interval_of_zero() {
    insta::assert_snapshot!(refused(&service(r#"check = { interval = "0s" }"#)), @r#"3:22 error: `interval` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d""#);
}

#[test]
fn an_interval_too_short() {
    insta::assert_snapshot!(refused(&service(r#"check = { interval = "9ms" }"#)), @r#"3:22 error: `interval` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d""#);
}

#[test]
fn an_interval_too_long() {
    insta::assert_snapshot!(refused(&service(r#"check = { interval = "25h", interval_down = "2d" }"#)), @r#"
    3:22 error: `interval` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d"
    3:45 error: `interval_down` is out of range [not in 10ms to 1d] / write a duration from "10ms" to "1d"
    "#);
}

#[test]
fn an_interval_as_a_number() {
    insta::assert_snapshot!(refused(&service("check = { interval = 6 }")), @r#"3:22 error: `interval` takes a duration with its unit, not a number [this is a number] / write "6s" for seconds, "6ms" for milliseconds"#);
}

#[test]
fn an_interval_without_unit() {
    insta::assert_snapshot!(refused(&service(r#"check = { interval = "6", timeout = "3 sec" }"#)), @r#"
    3:22 error: `interval` is no duration: "6" / add the unit: "6s" for seconds, "6ms" for milliseconds
    3:37 error: `timeout` is no duration: "3 sec" / write "3s"
    "#);
}

#[test]
fn a_timeout_of_zero() {
    insta::assert_snapshot!(refused(&service(r#"check = { timeout = "0s" }"#)), @r#"3:21 error: `timeout` is out of range [not in 1ms to 1d] / write a duration from "1ms" to "1d""#);
}

#[test]
fn a_timeout_longer_than_the_interval() {
    insta::assert_snapshot!(warned(&service(r#"check = { interval = "2s", timeout = "3s" }"#)), @r#"3:38 warning: the timeout 3s is longer than the interval 2s [an attempt may still run when the next is due] / write `timeout = "2s"` or less"#);
}

#[test]
fn the_default_timeout_is_never_longer_than_the_interval() {
    assert_eq!(warned(&service(r#"check = { interval = "2s" }"#)), "");
    insta::assert_snapshot!(
        warned(&service(r#"check = { interval = "2s", timeout = "3s" }"#)),
        @r#"3:38 warning: the timeout 3s is longer than the interval 2s [an attempt may still run when the next is due] / write `timeout = "2s"` or less"#
    );
}

#[test]
fn fall_and_rise_of_zero() {
    insta::assert_snapshot!(refused(&service("check = { fall = 0, rise = 0 }")), @r#"
    3:18 error: `fall` is out of range [not in 1 to 1000] / write a number from 1 to 1000
    3:28 error: `rise` is out of range [not in 1 to 1000] / write a number from 1 to 1000
    "#);
}

#[test]
fn a_port_of_zero() {
    insta::assert_snapshot!(refused(&service("check = { port = 0 }")), @r#"3:18 error: `port` is out of range [not in 1 to 65535] / write a number from 1 to 65535"#);
}

#[test]
fn a_source_of_another_family() {
    insta::assert_snapshot!(refused(&service(r#"check = { source = "2001:db8::2" }"#)), @r#"3:9 error: the check cannot reach 192.168.100.8 from 2001:db8::2 [`source` is of the other address family] / give this server a `check` of its own, or leave `source` away"#);
}

#[test]
fn a_source_with_port() {
    insta::assert_snapshot!(refused(&service(r#"check = { source = "192.168.100.2:80", mark = 0 }"#)), @r#"
    3:20 error: `source` takes an address without port / write "192.168.100.2"
    3:47 error: `mark` is out of range [not in 1 to 4294967295] / write a number from 1 to 4294967295
    "#);
}

#[test]
fn http_keys_of_a_tcp_check() {
    insta::assert_snapshot!(refused(&service(r#"check = { path = "/", status = [200] }"#)), @r#"
    3:18 error: a check of type "tcp" asks for no page / write `type = "http"` beside it, or `path = "dr"` for a check on the way of clients' packets
    3:23 error: a tcp check has no key `status` [not known] / `status` is for checks of type "http" and "https"
    "#);
}

#[test]
fn a_path_that_is_none() {
    insta::assert_snapshot!(refused(&service(r#"check = [{ type = "http", path = "health" }, { type = "http", path = "http://a/" }, { type = "http", path = "/a b" }]"#)), @r#"
    3:34 error: "health" is no path / begin it with a slash, as in "/health"
    3:70 error: "http://a/" is no path / write the path alone, as in "/health"; the host goes into `host`
    3:109 error: "/a b" is no path / write spaces and other letters as %20 and the like
    "#);
}

#[test]
fn a_host_that_is_none() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", host = "" }"#)), @r#"3:33 error: "" is no host name / write a name such as "www.example.org", or leave it away for the server's address"#);
}

#[test]
fn a_digest_too_short() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", digest = "640205b7" }"#)), @r#"3:35 error: `digest` is no MD5 sum [8 characters] / write 32 hexadecimal digits, as md5sum prints them"#);
}

#[test]
fn a_digest_with_other_letters() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", digest = "g40205b7b0fc66c1ea91c463fac6334d" }"#)), @r#"3:35 error: `digest` is no MD5 sum [32 characters] / write 32 hexadecimal digits, as md5sum prints them"#);
}

#[test]
fn status_out_of_range() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", status = [99, 600, "299-200", "2xx", "200-", true] }"#)), @r#"
    3:36 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    3:40 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    3:45 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    3:56 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    3:63 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    3:71 error: no status code, and no range of them / write a number from 100 to 599, or a range such as "200-299"
    "#);
}

#[test]
fn no_status_at_all() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", status = [] }"#)), @r#"3:35 error: `status` is empty: no answer would be good / write `status = [200]`, or leave it away for 200 to 299"#);
}

#[test]
fn the_same_check_twice() {
    insta::assert_snapshot!(warned(&service(r#"check = [{ type = "tcp" }, { port = 80 }]"#)), @r#"3:28 warning: the same check twice / leave one of the two away"#);
}

#[test]
fn no_port_to_check() {
    insta::assert_snapshot!(refused(r#"[[service]]
fwmark = 1
[[service.real]]
address = "192.0.2.8"
[[service.real]]
address = "192.0.2.9"
[[service]]
address = "192.0.2.1"
persistence = "5m"
check = { type = "tcp", send = "x" }
[[service.real]]
address = "192.0.2.8"
"#), @r#"
    1:1 error: the check needs a port: the servers of this service have none / write `check = { type = "tcp", port = 80 }`, or `check = []` for none
    10:9 error: the check needs a port: the servers of this service have none / write `check = { type = "tcp", port = 80 }`, or `check = []` for none
    "#);
}

#[test]
fn a_check_of_one_server() {
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
check = { type = "tpc" }"#)), @r#"5:18 error: `type` has no value "tpc" [not known] / did you mean "tcp"? there are tcp, http, https, smtp, dns, udp, ping, script, file, mysql, redis, memcached and postgresql"#);
}
