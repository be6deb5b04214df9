//! Outside of every block, and blocks that stand there alone.

use super::Verdict::{Anyway, Differently, Ignored, Nearly, Refused, Works};
use super::{Keyword, block, line, values};

const INCLUDE: super::Verdict = Works;
const NAMESPACE: &str = "start lvs-director in the namespace: `NetworkNamespacePath=` of its unit";
const LINK: &str = "the kernel tells of every link: nothing is polled";

pub(super) const ROOT: [Keyword; 32] = [
    block("SSL", Works),
    block(
        "bfd_instance",
        Refused("BFD is left to a routing daemon: leave the block away, and what tracks it"),
    ),
    line("child_wait_time", Ignored("there are no child processes to wait for")),
    block("garp_group", Anyway("announcements are spread by themselves")),
    block("global_defs", Works),
    line("include", INCLUDE),
    line("includea", INCLUDE),
    line("includeb", INCLUDE),
    line("includem", INCLUDE),
    line("includer", INCLUDE),
    line("includew", INCLUDE),
    line("instance", Ignored("its name is that of the run directory: `--run-dir`")),
    values("interface_up_down_delays", Refused("a link counts as it is: leave the block away")),
    values("linkbeat_interfaces", Ignored(LINK)),
    line("linkbeat_use_polling", Ignored(LINK)),
    line("namespace_with_ipsets", Ignored("there are no ipsets")),
    line("net_namespace", Refused(NAMESPACE)),
    line("net_namespace_ipvs", Refused("addresses and table are in one namespace: leave it away")),
    values("static_ipaddress", Works),
    values("static_routes", Refused("write them where the machine's network is set up")),
    values("static_rules", Refused("write them where the machine's network is set up")),
    block("track_file", Works),
    block("track_group", Ignored("an address that is taken away is put back at once, and stops nobody")),
    block("track_process", Works),
    line("use_pid_dir", Ignored("files are in the run directory: `--run-dir`")),
    block("virtual_server", Works),
    values("virtual_server_group", Works),
    block("vrrp_instance", Works),
    block("vrrp_script", Works),
    block("vrrp_sync_group", Works),
    block("vrrp_track_file", Nearly("the old name of `track_file`")),
    block("vrrp_track_process", Works),
];

/// `track_group`
pub(super) const TRACK_GROUP: [Keyword; 1] = [values("group", Ignored("see `track_group`"))];

const BFD_WORDS: super::Verdict = Refused("BFD is left to a routing daemon");

/// `bfd_instance`
pub(super) const BFD: [Keyword; 11] = [
    line("hoplimit", BFD_WORDS),
    line("idle_tx", BFD_WORDS),
    line("max_hops", BFD_WORDS),
    line("min_rx", BFD_WORDS),
    line("min_tx", BFD_WORDS),
    line("multiplier", BFD_WORDS),
    line("neighbor_ip", BFD_WORDS),
    line("passive", BFD_WORDS),
    line("source_ip", BFD_WORDS),
    line("ttl", BFD_WORDS),
    line("weight", BFD_WORDS),
];

/// `SSL`
pub(super) const SSL: [Keyword; 4] = [
    line(
        "ca",
        Differently(
            "keepalived loads it and verifies nothing; so it is here: write `verify` in director.toml",
        ),
    ),
    line("certificate", Works),
    line("key", Works),
    line("password", Refused("keys are without a password: `openssl rsa -in KEY -out NEW`")),
];
