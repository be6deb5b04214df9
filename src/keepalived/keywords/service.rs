//! `virtual_server` and `real_server`.

use super::Swallows::Drops;
use super::Verdict::{Ignored, Old, Refused, Works};
use super::{Keyword, block, line, script};

const SNMP: &str = "there is no SNMP agent";

/// `virtual_server`
pub(super) const SERVICE: [Keyword; 42] = [
    line("alpha", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("flag-1", Works),
    line("flag-2", Works),
    line("flag-3", Works),
    line("ha_suspend", Works),
    line("hashed", Ignored("it never did anything: schedulers that hash do so by themselves")),
    line("hysteresis", Works),
    line("inhibit_on_failure", Works),
    line("ip_family", Works),
    line("lb_algo", Works),
    line("lb_granularity", Old("persistence_granularity", Drops)),
    line("lb_kind", Works),
    line("lvs_method", Works),
    line("lvs_sched", Works),
    line("mh-fallback", Works),
    line("mh-port", Works),
    line(
        "nat_mask",
        Ignored(
            "leave it away: keepalived has not known it since 1.2.20, and direct routing has no use for it",
        ),
    ),
    line(
        "net_mask",
        Ignored("leave it away: keepalived does not know it, and direct routing has no use for it"),
    ),
    line("omega", Works),
    line("ops", Works),
    line("persistence_engine", Works),
    line("persistence_granularity", Works),
    line("persistence_timeout", Works),
    line("protocol", Works),
    line("quorum", Works),
    script("quorum_down", Works),
    script("quorum_up", Works),
    block("real_server", Works),
    line("retry", Works),
    line("sh-fallback", Works),
    line("sh-port", Works),
    line("smtp_alert", Works),
    line("snmp_name", Ignored(SNMP)),
    line("sorry_server", Works),
    line("sorry_server_inhibit", Works),
    line("sorry_server_lvs_method", Works),
    line("virtualhost", Works),
    line("warmup", Works),
    line("weight", Works),
];

/// `real_server`
pub(super) const REAL: [Keyword; 27] = [
    block("BFD_CHECK", Refused("BFD is left to a routing daemon: write another check")),
    block("DNS_CHECK", Works),
    block("FILE_CHECK", Works),
    block("HTTP_GET", Works),
    block("MISC_CHECK", Works),
    block("PING_CHECK", Works),
    block("SMTP_CHECK", Works),
    block("SSL_GET", Works),
    block("TCP_CHECK", Works),
    block("UDP_CHECK", Works),
    line("alpha", Works),
    line("connect_timeout", Works),
    line("delay_before_retry", Works),
    line("delay_loop", Works),
    line("inhibit_on_failure", Works),
    line("lb_kind", Old("lvs_method", Drops)),
    line("lthreshold", Works),
    line("lvs_method", Works),
    script("notify_down", Works),
    script("notify_up", Works),
    line("retry", Works),
    line("smtp_alert", Works),
    line("snmp_name", Ignored(SNMP)),
    line("uthreshold", Works),
    line("virtualhost", Works),
    line("warmup", Works),
    line("weight", Works),
];
