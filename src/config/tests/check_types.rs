//! What is wrong in a check of each type.

mod common;

use common::{refused, service, warned};

#[test]
fn keys_of_other_types() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "tcp", match = "x", command = "/x", login = {} },
    { type = "http", sni = "x", verify = true, expect = "x" },
    { type = "ping", port = 80, connect_timeout = "1s", reply_timeout = "1s" },
    { type = "dns", connect_timeout = "1s", helo = "x" },
    { type = "script", command = "/x", source = "192.0.2.1", interface = "eth0", mark = 1, address = "192.0.2.8", port = 80 },
    { type = "memcached", login = {} },
]"#)), @r#"
    4:21 error: a tcp check has no key `match` [not known] / `match` is for checks of type "http" and "https"; "tcp" and "udp" have `expect`
    4:34 error: a tcp check has no key `command` [not known] / `command` is for checks of type "script"
    4:50 error: a tcp check has no key `login` [not known] / `login` is for checks of type "mysql", "postgresql" and "redis"
    5:22 error: an http check has no key `sni` [not known] / `sni` is for checks of type "https"
    5:33 error: an http check has no key `verify` [not known] / `verify` is for checks of type "https"
    5:48 error: an http check has no key `expect` [not known] / `expect` is for checks of type "tcp" and "udp"
    6:22 error: a ping check has no key `port` [not known] / leave it away: this type of check connects to no port
    6:33 error: a ping check has no key `connect_timeout` [not known] / write `timeout`: this type of check has no connection
    6:57 error: a ping check has no key `reply_timeout` [not known] / write `timeout`: this type of check has one phase
    7:21 error: a dns check has no key `connect_timeout` [not known] / write `timeout`: this type of check has no connection
    7:45 error: a dns check has no key `helo` [not known] / `helo` is for checks of type "smtp"
    8:40 error: a script check has no key `source` [not known] / leave it away: a script or a file is on this machine
    8:62 error: a script check has no key `interface` [not known] / leave it away: a script or a file is on this machine
    8:82 error: a script check has no key `mark` [not known] / leave it away: a script or a file is on this machine
    8:92 error: a script check has no key `address` [not known] / leave it away: a script or a file is on this machine
    8:115 error: a script check has no key `port` [not known] / leave it away: this type of check connects to no port
    9:27 error: a memcached check has no key `login` [not known] / `login` is for checks of type "mysql", "postgresql" and "redis"
    "#);
}

#[test]
fn words_of_keepalived() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { connect_ip = "192.0.2.8", bindto = "192.0.2.2", bind_if = "eth0", delay_before_retry = 3 },
    { type = "http", regex = "x", regex_no_match = true, http_protocol = "1.1" },
    { type = "https", enable_sni = true, sni_name = "x", ca = "/x" },
    { type = "script", misc_path = "/x", misc_dynamic = true, misc_timeout = 3 },
    { type = "smtp", helo_name = "x" },
    { type = "file", track_file = "x" },
    { type = "udp", min_reply_length = 1 },
]"#)), @r#"
    4:7 error: a tcp check has no key `connect_ip` [not known] / write `address`
    4:33 error: a tcp check has no key `bindto` [not known] / write `source`
    4:55 error: a tcp check has no key `bind_if` [not known] / write `interface`
    4:73 error: a tcp check has no key `delay_before_retry` [not known] / keepalived's delay_before_retry is `interval_retry` here
    5:22 error: an http check has no key `regex` [not known] / write `match = "…"`, or `not_match = "…"`
    5:35 error: an http check has no key `regex_no_match` [not known] / write `not_match = "…"`
    5:58 error: an http check has no key `http_protocol` [not known] / write `version = "1.0"`, "1.0c" or "1.1"
    6:23 error: an https check has no key `enable_sni` [not known] / leave it away: `host` is sent as SNI; write `sni` for another name
    6:42 error: an https check has no key `sni_name` [not known] / write `sni`
    6:58 error: an https check has no key `ca` [not known] / write `verify = "/path/ca.pem"`
    7:24 error: a script check has no key `misc_path` [not known] / write `type = "script"` and `command = ["/path", "argument"]`
    7:42 error: a script check has no key `misc_dynamic` [not known] / write `type = "script"` and `weight = true`
    7:63 error: a script check has no key `misc_timeout` [not known] / write `timeout`
    8:22 error: an smtp check has no key `helo_name` [not known] / write `helo`
    9:22 error: a file check has no key `track_file` [not known] / write `type = "file"` and `path`
    10:21 error: a udp check has no key `min_reply_length` [not known] / write `reply_length = "1-255"`
    "#);
}

#[test]
fn bytes() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { send = "a", send_hex = "61" },
    { send_hex = "6" },
    { send_hex = "6x" },
    { send = 1 },
    { type = "udp", payload_hex = "éé", expect = [] },
]"#)), @r#"
    4:19 error: `send` and `send_hex` say the same thing / leave one of the two away
    5:18 error: `send_hex` is not hexadecimal [two digits for each byte] / write pairs of 0 to 9 and a to f, as in "00ff"
    6:18 error: `send_hex` is not hexadecimal [two digits for each byte] / write pairs of 0 to 9 and a to f, as in "00ff"
    7:14 error: `send` takes a string, not a number [this is a number] / write `"PING\r\n"`
    8:35 error: `payload_hex` is not hexadecimal [two digits for each byte] / write pairs of 0 to 9 and a to f, as in "00ff"
    8:50 error: `expect` takes a string, not a list [this is a list] / write `"PING\r\n"`
    "#);
}

#[test]
fn bytes_without_end() {
    insta::assert_snapshot!(refused(&service(&format!("check = {{ send = \"{}\" }}", "x".repeat(65_537)))), @r#"3:18 error: `send` is too long [65537 bytes] / write 65536 bytes at most"#);
}

#[test]
fn a_reply_that_nobody_waits_for() {
    insta::assert_snapshot!(refused(&service(r#"check = { send = "x", reply_timeout = "1s" }"#)), @r#"3:23 error: `reply_timeout` without `expect` [no reply is waited for] / add `expect = "…"`, or write `timeout`"#);
}

#[test]
fn expressions() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "http", match = "(" },
    { type = "http", match = "(?=x)" },
    { type = "http", not_match = '(x)\1' },
    { type = "http", match = "" },
    { type = "http", match = 'x{1000}{1000}' },
    { type = "http", match = '\w{400}' },
    { type = "http", match = 1 },
]"#)), @r#"
    4:30 error: the expression of `match` is not valid: unclosed group / write it as the regex crate has it: no look-around, no back-references; a single-quoted string keeps \ as it is
    5:30 error: the expression of `match` is not valid: look-around, including look-ahead and look-behind, is not supported / write it as the regex crate has it: no look-around, no back-references; a single-quoted string keeps \ as it is
    6:34 error: the expression of `not_match` is not valid: backreferences are not supported / write it as the regex crate has it: no look-around, no back-references; a single-quoted string keeps \ as it is
    7:30 error: the expression of `match` is empty / write what is looked for, or leave it away
    8:30 error: the expression of `match` is too large / write smaller repetitions: `{1000}` is a thousand copies
    9:30 error: the expression of `match` is too large / write smaller repetitions: `{1000}` is a thousand copies
    10:30 error: `match` takes a string, not a number [this is a number] / write `match = "status: ok"`
    "#);
}

#[test]
fn an_expression_without_end() {
    insta::assert_snapshot!(refused(&service(&format!("check = {{ type = \"http\", match = \"{}\" }}", "x".repeat(4_097)))), @r#"3:34 error: the expression of `match` is longer than 4096 bytes / write a shorter one"#);
}

#[test]
fn match_and_not_match() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "http", match = "a", not_match = "b" }"#)), @r#"3:39 error: a check has a `match` or a `not_match`, not both / leave one of the two away, or write two checks: `check = [{ … }, { … }]`"#);
}

#[test]
fn offsets() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "http", match_offset = [1, 2] },
    { type = "http", match = "a", match_offset = [2, 1] },
    { type = "http", match = "a", match_offset = [] },
    { type = "http", match = "a", match_offset = [1, 2, 3] },
    { type = "http", match = "a", match_offset = [-1] },
    { type = "http", match = "a", match_offset = 1 },
]"#)), @r#"
    4:22 error: `match_offset` without `match` or `not_match` / add `match = "…"`, or leave it away
    5:50 error: `match_offset` is no range / write where a match begins at the earliest and at the latest, in bytes: [0, 1024]
    6:50 error: `match_offset` is no range / write where a match begins at the earliest and at the latest, in bytes: [0, 1024]
    7:50 error: `match_offset` is no range / write where a match begins at the earliest and at the latest, in bytes: [0, 1024]
    8:51 error: `match_offset` is out of range [not in 0 to 4294967295] / write a number from 0 to 4294967295
    9:50 error: `match_offset` takes a list, not a number [this is a number] / write `match_offset = [0, 1024]`
    "#);
}

#[test]
fn versions_of_http() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "http", version = "2" },
    { type = "http", version = 1.1 },
    { type = "http", version = "1.0C" },
]"#)), @r#"
    4:32 error: `version` has no value "2" [not known] / there are 1.0, 1.0c and 1.1
    5:32 error: `version` takes a word in quotes, not a number with a fraction [this is a number with a fraction] / there are 1.0, 1.0c and 1.1
    6:32 error: `version` has no value "1.0C" [in the wrong case] / write "1.0c": case matters
    "#);
}

#[test]
fn whom_to_trust() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "https", verify = "ca.pem" },
    { type = "https", verify = 1 },
    { type = "https", certificate = "/c.pem" },
    { type = "https", key = "/k.pem" },
    { type = "https", sni = "192.0.2.8" },
    { type = "https", sni = "" },
]"#)), @r#"
    4:32 error: "ca.pem" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    5:32 error: `verify` takes true, false or a file, not a number [this is a number] / write `verify = true` for the machine's authorities, or "/path/ca.pem" for your own
    6:23 error: `certificate` without `key` [a certificate is shown together with its key] / add `key = "/path/key.pem"`, or leave it away
    7:23 error: `key` without `certificate` [a certificate is shown together with its key] / add `certificate = "/path/certificate.pem"`, or leave it away
    8:29 error: "192.0.2.8" is no server name / leave it away: the handshake carries names only (RFC 6066 section 3)
    9:29 error: "" is no server name / write a name such as "www.example.org", or leave it away for `host`
    "#);
}

#[test]
fn names_to_greet_with() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "smtp", helo = "" },
    { type = "smtp", helo = "a b" },
]"#)), @r#"
    4:29 error: "" is no name to greet with / write a host name such as "lvs01.example.org", or an address: "[192.0.2.2]"
    5:29 error: "a b" is no name to greet with / write a host name such as "lvs01.example.org", or an address: "[192.0.2.2]"
    "#);
}

#[test]
fn questions_to_name_servers() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "dns", name = "" },
    { type = "dns", name = "a..b" },
    { type = "dns", name = "a b", record = "soa" },
    { type = "dns", record = "AXFR" },
    { type = "dns", name = "0123456789012345678901234567890123456789012345678901234567890123.x" },
]"#)), @r#"
    4:28 error: "" is no name in the DNS / write a name such as "www.example.org", or "." for the root
    5:28 error: "a..b" is no name in the DNS / write a name such as "www.example.org", or "." for the root
    6:28 error: "a b" is no name in the DNS / write a name such as "www.example.org", or "." for the root
    6:44 error: `record` has no value "soa" [in the wrong case] / write "SOA": case matters
    7:30 error: `record` has no value "AXFR" [not known] / did you mean "A"? there are A, AAAA, ANY, CAA, CNAME, DNSKEY, DS, HTTPS, MX, NAPTR, NS, NSEC, PTR, RRSIG, SOA, SRV, SVCB, TLSA and TXT
    8:28 error: "012345678901234567890123456789012345678901234567890123456789" is no name in the DNS / write a name such as "www.example.org", or "." for the root
    "#);
}

#[test]
fn lengths_of_answers() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "udp", reply_length = "255-1" },
    { type = "udp", reply_length = "1-65536" },
    { type = "udp", reply_length = -1 },
    { type = "udp", reply_length = true },
    { type = "udp", reply_length = "" },
]"#)), @r#"
    4:36 error: no length, and no range of them / write the shortest and the longest good answer in bytes: "1-255"
    5:36 error: no length, and no range of them / write the shortest and the longest good answer in bytes: "1-255"
    6:36 error: no length, and no range of them / write the shortest and the longest good answer in bytes: "1-255"
    7:36 error: no length, and no range of them / write the shortest and the longest good answer in bytes: "1-255"
    8:36 error: no length, and no range of them / write the shortest and the longest good answer in bytes: "1-255"
    "#);
}

#[test]
fn programs() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "script" },
    { type = "script", command = "check.sh" },
    { type = "script", command = "/check.sh -x" },
    { type = "script", command = [] },
    { type = "script", command = "/check.sh", weight = 1, user = "" },
]"#)), @r#"
    4:5 error: a script check has no `command` [`command` is missing] / write `command = "/path"`, or a list with its arguments
    5:34 error: "check.sh" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    6:34 error: `command` is the path of a program, without arguments [there is a space in it] / write a list: ["/check.sh", "-x"]
    7:34 error: `command` is empty / write the full path of a program, or leave it away
    8:66 error: `user` is empty / write 1 to 64 characters, such as "web"
    "#);
}

#[test]
fn files() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "file" },
    { type = "file", path = "run/x" },
    { type = "file", path = "/run/x", weight = 2147483648 },
]"#)), @r#"
    4:5 error: a file check has no `path` [`path` is missing] / write the full path of the file: `path = "/run/weight"`
    5:29 error: "run/x" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    6:48 error: `weight` is out of range [not in -2147483648 to 2147483647] / write a number from -2147483648 to 2147483647
    "#);
}

#[test]
fn databases() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { type = "mysql", role = "writable" },
    { type = "postgresql", role = "replica", database = "x" },
    { type = "mysql", login = { user = "a", password = "" }, role = "master" },
    { type = "redis", role = "writable" },
    { type = "mysql", login = { password = "a" } },
    { type = "redis", login = { user = "a" } },
    { type = "redis", login = { name = "a", password = "a\u0000" } },
    { type = "mysql", login = "root" },
]"#)), @r#"
    4:23 error: `role` without `login` [only who is logged in can ask for it] / add `login = { user = "…", password = "…" }`, or leave it away
    5:28 error: `role` without `login` [only who is logged in can ask for it] / add `login = { user = "…", password = "…" }`, or leave it away
    5:46 error: `database` without `login` [only who is logged in can ask for it] / add `login = { user = "…", password = "…" }`, or leave it away
    6:69 error: `role` has no value "master" [not known] / there are writable and replica
    7:30 error: `role` has no value "writable" [not known] / there are master and replica
    8:31 error: `login` has no `user` [`user` is missing] / write `user = "monitor"`
    9:31 error: `login` has no `password` [`password` is missing] / write `password = "…"`; "" for a user without one
    10:33 error: `login` has no key `name` [not known] / the keys are user and password
    10:56 error: the password has a NUL byte in it / leave it away: no server takes one
    11:31 error: `login` takes a table, not a string [this is a string] / write `{ key = value }`, or a section of its own
    "#);
}

#[test]
fn phases_longer_than_the_whole() {
    insta::assert_snapshot!(warned(&service(r#"check = { timeout = "2s", connect_timeout = "3s", reply_timeout = "4s", expect = "x" }"#)), @r#"
    3:45 warning: the connect_timeout 3s is longer than the timeout 2s [never reached] / write `timeout = "3s"` or more
    3:67 warning: the reply_timeout 4s is longer than the timeout 2s [never reached] / write `timeout = "4s"` or more
    "#);
}

#[test]
fn phases_longer_than_the_interval() {
    insta::assert_snapshot!(warned(&service(r#"check = { interval = "1s", timeout = "9s", connect_timeout = "2s" }"#)), @r#"3:62 warning: the connect_timeout 2s is longer than the interval 1s [an attempt may still run when the next is due] / write `connect_timeout = "1s"` or less"#);
}

/// An attempt takes as long as its longest phase as a rule.
#[test]
fn the_whole_may_be_longer_than_the_interval_where_no_phase_is() {
    insta::assert_snapshot!(warned(&service(r#"check = { interval = "3s", timeout = "9s", connect_timeout = "3s" }"#)), @"");
}

#[test]
fn delays_out_of_range() {
    insta::assert_snapshot!(refused(&service(r#"check = { interval_retry = "2d", warmup = "-1s", connect_timeout = "0s" }"#)), @r#"
    3:28 error: `interval_retry` is out of range [not in 0s to 1d] / write a duration from "0s" to "1d"
    3:43 error: `warmup` is no duration: "-1s" / write a whole number and a unit, as in "6s" or "250ms"
    3:68 error: `connect_timeout` is out of range [not in 1ms to 1d] / write a duration from "1ms" to "1d"
    "#);
}

#[test]
fn another_target() {
    insta::assert_snapshot!(refused(&service(r#"check = [
    { address = "192.0.2.8:80" },
    { address = "224.0.0.1" },
    { address = "2001:db8::8", source = "192.0.2.2" },
    { interface = "eth0:1" },
]"#)), @r#"
    4:17 error: `address` takes an address without port / write "192.0.2.8"
    5:17 error: 224.0.0.1 is no host address [this is a multicast group] / write the server's own address
    6:5 error: the check cannot reach 2001:db8::8 from 192.0.2.2 [`source` is of the other address family] / give this server a `check` of its own, or leave `source` away
    7:19 error: the interface name "eth0:1" has `/` or `:` in it / write "eth0" here, and "eth0:1" as `label`
    "#);
}
