//! The keys of each type of check, and what is meant by those of another program or type.

use crate::read::{Foreign, Keys};

macro_rules! keys {
    ($name:literal, $($own:literal),+ $(,)?) => {
        Keys {
            name: $name,
            known: &[
                "type", "interval", "interval_down", "interval_retry", "warmup", "timeout", "fall", "rise", $($own),+
            ],
            foreign: FOREIGN,
        }
    };
}

macro_rules! datagram {
    ($name:literal, $($own:literal),* $(,)?) => {
        keys!($name, "address", "port", "source", "interface", "mark", $($own),*)
    };
}

macro_rules! stream {
    ($name:literal, $($own:literal),* $(,)?) => {
        datagram!($name, "connect_timeout", "reply_timeout", $($own),*)
    };
}

macro_rules! plain {
    ($name:literal, $($own:literal),* $(,)?) => {
        stream!($name, "path", $($own),*)
    };
}

pub(in crate::director) const TCP: Keys = plain!("a tcp check", "send", "send_hex", "expect", "expect_hex");
pub(in crate::director) const HTTP: Keys = stream!(
    "an http check",
    "path",
    "page",
    "host",
    "version",
    "status",
    "digest",
    "match",
    "not_match",
    "match_offset"
);
pub(in crate::director) const HTTPS: Keys = stream!(
    "an https check",
    "path",
    "page",
    "host",
    "version",
    "status",
    "digest",
    "match",
    "not_match",
    "match_offset",
    "sni",
    "verify",
    "certificate",
    "key"
);
pub(in crate::director) const SMTP: Keys = plain!("an smtp check", "helo");
pub(in crate::director) const DNS: Keys = datagram!("a dns check", "name", "record");
pub(in crate::director) const UDP: Keys = datagram!(
    "a udp check",
    "payload",
    "payload_hex",
    "require_reply",
    "reply_length",
    "expect",
    "expect_hex"
);
pub(in crate::director) const PING: Keys = keys!("a ping check", "address", "source", "interface", "mark");
pub(in crate::director) const SCRIPT: Keys = keys!("a script check", "command", "user", "weight");
pub(in crate::director) const FILE: Keys = keys!("a file check", "path", "weight");
pub(in crate::director) const MYSQL: Keys = plain!("a mysql check", "login", "role");
pub(in crate::director) const REDIS: Keys = plain!("a redis check", "login", "role");
pub(in crate::director) const MEMCACHED: Keys = plain!("a memcached check",);
pub(in crate::director) const POSTGRESQL: Keys = plain!("a postgresql check", "login", "role", "database");
pub(in crate::director) const LOGIN: Keys =
    Keys { name: "`login`", known: &["user", "password"], foreign: &[] };

/// The tables that the example file explains.
#[cfg(test)]
pub(in crate::director) const TABLES: [Keys; 14] =
    [TCP, HTTP, HTTPS, SMTP, DNS, UDP, PING, SCRIPT, FILE, MYSQL, REDIS, MEMCACHED, POSTGRESQL, LOGIN];

/// Asked only about keys that a type does not know.
const FOREIGN: &[Foreign] = &[
    // other types'
    Foreign { key: "send", help: "`send` is for checks of type \"tcp\"" },
    Foreign { key: "send_hex", help: "`send_hex` is for checks of type \"tcp\"" },
    Foreign { key: "expect", help: "`expect` is for checks of type \"tcp\" and \"udp\"" },
    Foreign { key: "expect_hex", help: "`expect_hex` is for checks of type \"tcp\" and \"udp\"" },
    Foreign { key: "path", help: "`path` is for checks that connect by TCP, and of type \"file\"" },
    Foreign { key: "page", help: "`page` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "host", help: "`host` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "version", help: "`version` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "status", help: "`status` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "digest", help: "`digest` is for checks of type \"http\" and \"https\"" },
    Foreign {
        key: "match",
        help: "`match` is for checks of type \"http\" and \"https\"; \"tcp\" and \"udp\" have `expect`",
    },
    Foreign { key: "not_match", help: "`not_match` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "match_offset", help: "`match_offset` is for checks of type \"http\" and \"https\"" },
    Foreign { key: "sni", help: "`sni` is for checks of type \"https\"" },
    Foreign { key: "verify", help: "`verify` is for checks of type \"https\"" },
    Foreign { key: "certificate", help: "`certificate` is for checks of type \"https\"" },
    Foreign { key: "key", help: "`key` is for checks of type \"https\"" },
    Foreign { key: "helo", help: "`helo` is for checks of type \"smtp\"" },
    Foreign { key: "name", help: "`name` is for checks of type \"dns\"" },
    Foreign { key: "record", help: "`record` is for checks of type \"dns\"" },
    Foreign { key: "payload", help: "`payload` is for checks of type \"udp\"" },
    Foreign { key: "payload_hex", help: "`payload_hex` is for checks of type \"udp\"" },
    Foreign { key: "require_reply", help: "`require_reply` is for checks of type \"udp\"" },
    Foreign { key: "reply_length", help: "`reply_length` is for checks of type \"udp\"" },
    Foreign { key: "command", help: "`command` is for checks of type \"script\"" },
    Foreign { key: "user", help: "`user` is for checks of type \"script\"; databases have `login`" },
    Foreign { key: "weight", help: "`weight` is for checks of type \"script\" and \"file\"" },
    Foreign { key: "login", help: "`login` is for checks of type \"mysql\", \"postgresql\" and \"redis\"" },
    Foreign { key: "role", help: "`role` is for checks of type \"mysql\", \"postgresql\" and \"redis\"" },
    Foreign { key: "database", help: "`database` is for checks of type \"postgresql\"" },
    Foreign { key: "port", help: "leave it away: this type of check connects to no port" },
    Foreign { key: "address", help: "leave it away: a script or a file is on this machine" },
    Foreign { key: "source", help: "leave it away: a script or a file is on this machine" },
    Foreign { key: "interface", help: "leave it away: a script or a file is on this machine" },
    Foreign { key: "mark", help: "leave it away: a script or a file is on this machine" },
    Foreign { key: "reply_timeout", help: "write `timeout`: this type of check has one phase" },
    // keepalived's
    Foreign { key: "connect_timeout", help: "write `timeout`: this type of check has no connection" },
    Foreign { key: "delay_loop", help: "keepalived's delay_loop is `interval` here" },
    Foreign { key: "delay_before_retry", help: "keepalived's delay_before_retry is `interval_retry` here" },
    Foreign { key: "retry", help: "write `fall`: failures in a row; keepalived's retry 3 is fall = 4" },
    Foreign { key: "nb_get_retry", help: "write `fall`: failures in a row" },
    Foreign { key: "connect_ip", help: "write `address`" },
    Foreign { key: "connect_port", help: "write `port`" },
    Foreign { key: "bindto", help: "write `source`" },
    Foreign { key: "bind_if", help: "write `interface`" },
    Foreign { key: "bind_port", help: "not supported: every connection has a source port of its own" },
    Foreign { key: "fwmark", help: "write `mark`" },
    Foreign { key: "alpha", help: "write it in the [[service.real]] or its [[service]]" },
    Foreign {
        key: "url",
        help: "write `path`, `status` and `digest` in the check itself: one check for each url",
    },
    Foreign { key: "dr", help: "write `path = \"dr\"`" },
    Foreign { key: "virtualhost", help: "write `host`" },
    Foreign { key: "status_code", help: "write `status = [200]`" },
    Foreign { key: "http_protocol", help: "write `version = \"1.0\"`, \"1.0c\" or \"1.1\"" },
    Foreign { key: "regex", help: "write `match = \"…\"`, or `not_match = \"…\"`" },
    Foreign { key: "regex_no_match", help: "write `not_match = \"…\"`" },
    Foreign { key: "regex_options", help: "write options within the expression: `match = \"(?i)…\"`" },
    Foreign { key: "regex_min_offset", help: "write `match_offset = [min, max]`" },
    Foreign { key: "regex_max_offset", help: "write `match_offset = [min, max]`" },
    Foreign { key: "regex_stack", help: "leave it away: a match needs no stack" },
    Foreign {
        key: "fast_recovery",
        help: "leave it away: `rise` says how many successes bring a server back",
    },
    Foreign { key: "enable_sni", help: "leave it away: `host` is sent as SNI; write `sni` for another name" },
    Foreign { key: "sni_name", help: "write `sni`" },
    Foreign { key: "tls_compliant", help: "leave it away" },
    Foreign { key: "ca", help: "write `verify = \"/path/ca.pem\"`" },
    Foreign { key: "misc_path", help: "write `type = \"script\"` and `command = [\"/path\", \"argument\"]`" },
    Foreign { key: "misc_timeout", help: "write `timeout`" },
    Foreign { key: "misc_dynamic", help: "write `type = \"script\"` and `weight = true`" },
    Foreign { key: "script", help: "write `type = \"script\"` and `command = [\"/path\", \"argument\"]`" },
    Foreign { key: "track_file", help: "write `type = \"file\"` and `path`" },
    Foreign { key: "file", help: "write `type = \"file\"` and `path`" },
    Foreign { key: "helo_name", help: "write `helo`" },
    Foreign { key: "require-reply", help: "write `require_reply`" },
    Foreign { key: "min_reply_length", help: "write `reply_length = \"1-255\"`" },
    Foreign { key: "max_reply_length", help: "write `reply_length = \"1-255\"`" },
    Foreign { key: "password", help: "write `login = { user = \"…\", password = \"…\" }`" },
    Foreign { key: "log_all_failures", help: "leave it away: every failure is logged with its reason" },
];
