//! Checks of real servers.

use super::Swallows::{Drops, Takes};
use super::Verdict::{Anyway, Differently, Ignored, Nearly, Old, Refused, Works};
use super::{Keyword, block, line, script};

/// `TCP_CHECK`
pub(super) const TCP: [Keyword; 14] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("fwmark", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("nb_get_retry", Old("retry", Drops)),
    line("retry", Works),
    line("warmup", Works),
];

/// `HTTP_GET`, `SSL_GET`
pub(super) const HTTP: [Keyword; 21] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("enable_sni", Works),
    line("fast_recovery", Anyway("it is always so: each url is a check of its own")),
    line("fwmark", Works),
    line("http_protocol", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("nb_get_retry", Old("retry", Takes)),
    line("retry", Works),
    line("sni_name", Works),
    line("tls_compliant", Anyway("it is always so")),
    block("url", Works),
    line("virtualhost", Works),
    line("warmup", Works),
];

/// `url`
pub(super) const URL: [Keyword; 11] = [
    line("digest", Works),
    line("path", Works),
    script("regex", Nearly("without look-around and back-references")),
    line("regex_max_offset", Works),
    line("regex_min_offset", Works),
    line("regex_no_match", Works),
    line(
        "regex_options",
        Nearly("caseless, multiline, dotall, ungreedy, extended, dollar_endonly; some others change nothing"),
    ),
    line("regex_stack", Ignored("an expression needs no stack")),
    line("status_code", Works),
    line("tls_compliant", Anyway("it is always so")),
    line("virtualhost", Works),
];

/// `MISC_CHECK`
pub(super) const MISC: [Keyword; 10] = [
    line("alpha", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("misc_dynamic", Differently("the weight is the exit code less 2, whatever other checks say")),
    script("misc_path", Works),
    line("misc_timeout", Works),
    line("retry", Works),
    line("user", Nearly("the group is the user's own")),
    line("warmup", Works),
];

/// `SMTP_CHECK`
pub(super) const SMTP: [Keyword; 15] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("fwmark", Works),
    line("helo_name", Works),
    block("host", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("retry", Works),
    line("warmup", Works),
];

/// `host`
pub(super) const SMTP_HOST: [Keyword; 7] = [
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("fwmark", Works),
];

/// `DNS_CHECK`
pub(super) const DNS: [Keyword; 15] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("fwmark", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("name", Works),
    line("retry", Works),
    line("type", Works),
    line("warmup", Works),
];

/// `UDP_CHECK`
pub(super) const UDP: [Keyword; 17] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("fwmark", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("max_reply_length", Works),
    line("min_reply_length", Works),
    line("payload", Nearly("without it an empty datagram is sent")),
    line("require_reply", Nearly("an answer may have the bytes anywhere; a pattern with `X` is refused")),
    line("retry", Works),
    line("warmup", Works),
];

/// `PING_CHECK`
pub(super) const PING: [Keyword; 13] = [
    line("alpha", Works),
    line("bind_if", Works),
    line("bind_port", Ignored("the kernel chooses the port: attempts that overlap would fail")),
    line("bindto", Works),
    line("connect_ip", Works),
    line("connect_port", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("fwmark", Works),
    line("log_all_failures", Anyway("every failure is logged with its reason, at the level debug")),
    line("retry", Works),
    line("warmup", Works),
];

/// `FILE_CHECK`
pub(super) const FILE: [Keyword; 3] =
    [line("alpha", Works), line("track_file", Works), line("weight", Works)];

/// `BFD_CHECK`
pub(super) const BFD_CHECK: [Keyword; 2] = [
    line("alpha", Refused("BFD is left to a routing daemon")),
    line("name", Refused("BFD is left to a routing daemon")),
];
