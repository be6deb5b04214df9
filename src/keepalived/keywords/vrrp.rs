//! VRRP: routers, groups, and what they track.

use super::Verdict::{Anyway, Differently, Ignored, Nearly, Refused, Works};
use super::{Keyword, block, line, script, values};

const HMAC_WORDS: &str = "an advert has no HMAC";
const LINK: &str = "the kernel tells of every link: nothing is polled";
const VMAC: &str = "the addresses have the interface's own MAC";

/// `vrrp_instance`
pub(super) const INSTANCE: [Keyword; 71] = [
    line("accept", Anyway("it is always so")),
    line("advert_int", Works),
    block("auth_hmac", Refused("an advert has no HMAC: leave the block away on every router")),
    block("authentication", Works),
    line("check_unicast_src", Anyway("it is always so")),
    line("debug", Ignored("it never did anything")),
    line("dont_track_primary", Refused("a router whose interface is down is in fault: leave it away")),
    line("down_timer_adverts", Ignored("a master is gone after three adverts (RFC 9568 section 6.1)")),
    line("garp_extra_if", Ignored("an address is announced on the interface that holds it")),
    line("garp_interval", Anyway("announcements are spread by themselves")),
    line("garp_lower_prio_delay", Works),
    line("garp_lower_prio_repeat", Works),
    line("garp_master_delay", Works),
    line("garp_master_refresh", Works),
    line("garp_master_refresh_repeat", Works),
    line("garp_master_repeat", Works),
    line("gna_interval", Anyway("announcements are spread by themselves")),
    line(
        "higher_prio_send_advert",
        Ignored("a master that hears a higher priority gives way without a word"),
    ),
    line("interface", Works),
    line("kernel_rx_buf_size", Anyway("sockets have the room they need")),
    line("linkbeat_use_polling", Ignored(LINK)),
    line("lower_prio_no_advert", Ignored("a master that hears a lower priority answers at once")),
    line("lvs_sync_daemon_interface", Differently("the old place of `lvs_sync_daemon` in global_defs")),
    line("mcast_dst_ip", Works),
    line("mcast_src_ip", Works),
    line("native_ipv6", Ignored("the family is that of the addresses")),
    line("no_accept", Refused("a director answers on its addresses: leave it away")),
    line("no_virtual_ipaddress", Refused("a router has an address: write one in `virtual_ipaddress`")),
    line("nopreempt", Works),
    script("notify", Works),
    script("notify_backup", Works),
    script("notify_deleted", Ignored("a router that a reload takes away runs `notify_stop`")),
    script("notify_fault", Works),
    script("notify_master", Works),
    script("notify_master_rx_lower_pri", Ignored("a lower priority that a master hears is in the log")),
    line("notify_priority_changes", Ignored("changes of priority are in the log and in the status")),
    script("notify_stop", Works),
    line("old_unicast_checksum", Refused("only keepalived before 1.4 counts so: leave it away")),
    line("owner_ignore_adverts", Ignored("priority 255 does not give way")),
    line("preempt", Works),
    line("preempt_delay", Works),
    line("priority", Works),
    line("promote_secondaries", Ignored("an address that goes takes no other with it")),
    line("skip_check_adv_addr", Ignored("the addresses of every advert are compared: it costs little")),
    line("smtp_alert", Works),
    line("state", Differently("every router begins as backup; a higher priority takes over")),
    line("strict_mode", Differently("the rules of the RFC are kept, but addresses are answered on")),
    line("timer_expired_backup", Ignored("the machine's clock does not matter")),
    values("track_bfd", Refused("BFD is left to a routing daemon")),
    values("track_file", Works),
    values("track_interface", Works),
    values("track_process", Works),
    values("track_script", Works),
    line("track_src_ip", Ignored("the address of the adverts is always looked at")),
    line("unicast_fault_no_peer", Ignored("a router without a peer is master")),
    values("unicast_peer", Works),
    line("unicast_src_ip", Works),
    line("unicast_ttl", Differently("255 alone: adverts with another TTL are refused")),
    line("use_ipvlan", Ignored(VMAC)),
    line("use_vmac", Ignored(VMAC)),
    line("use_vmac_addr", Ignored(VMAC)),
    line("v3_checksum_as_v2", Works),
    line("version", Works),
    values("virtual_ipaddress", Works),
    values("virtual_ipaddress_excluded", Works),
    line("virtual_router_id", Works),
    values("virtual_routes", Works),
    values(
        "virtual_rules",
        Refused("routing rules do not move: write them where the machine's network is set up"),
    ),
    line("vmac_garp_intvl", Ignored("an address is announced on the interface that holds it")),
    line("vmac_xmit_base", Ignored(VMAC)),
    line("vrf", Refused("a router is in the main VRF: leave it away")),
];

/// `authentication`
pub(super) const AUTHENTICATION: [Keyword; 2] =
    [line("auth_pass", Works), line("auth_type", Nearly("`PASS` alone: `AH` is refused"))];

/// `auth_hmac`
pub(super) const HMAC: [Keyword; 5] = [
    line("active_key", Refused(HMAC_WORDS)),
    line("anti_replay", Refused(HMAC_WORDS)),
    block("key", Refused(HMAC_WORDS)),
    line("mode", Refused(HMAC_WORDS)),
    line("time_window", Refused(HMAC_WORDS)),
];

/// `key` of `auth_hmac`
pub(super) const HMAC_KEY: [Keyword; 3] =
    [line("file", Refused(HMAC_WORDS)), line("hex", Refused(HMAC_WORDS)), line("id", Refused(HMAC_WORDS))];

/// `vrrp_sync_group`
pub(super) const SYNC_GROUP: [Keyword; 16] = [
    line("global_tracking", Differently("the old word for `sync_group_tracking_weight`")),
    values("group", Works),
    script("notify", Works),
    script("notify_backup", Works),
    script("notify_deleted", Ignored("a router that a reload takes away runs `notify_stop`")),
    script("notify_fault", Works),
    script("notify_master", Works),
    line("notify_priority_changes", Ignored("changes of priority are in the log and in the status")),
    script("notify_stop", Works),
    line("smtp_alert", Works),
    line("sync_group_tracking_weight", Differently("weights of the group count in each of its routers")),
    values("track_bfd", Refused("BFD is left to a routing daemon")),
    values("track_file", Works),
    values("track_interface", Works),
    values("track_process", Works),
    values("track_script", Works),
];

/// `vrrp_script`
pub(super) const SCRIPT: [Keyword; 8] = [
    line("fall", Works),
    line("init_fail", Works),
    line("interval", Works),
    line("rise", Works),
    script("script", Works),
    line("timeout", Works),
    line("user", Works),
    line("weight", Works),
];

/// `track_process`
pub(super) const PROCESS: [Keyword; 9] = [
    line("delay", Ignored("processes are looked for each second")),
    line("fork_delay", Ignored("processes are looked for each second")),
    line("full_command", Refused("processes are found by name alone: leave it away")),
    line("param_match", Refused("processes are found by name alone: leave it away")),
    line("process", Differently("the name alone, without parameters")),
    line("quorum", Works),
    line("quorum_max", Refused("too many of a process are no fault: leave it away")),
    line("terminate_delay", Ignored("processes are looked for each second")),
    line("weight", Works),
];

/// `track_file`
pub(super) const TRACK_FILE: [Keyword; 3] = [
    line("file", Works),
    line("init_file", Differently("the file is never written: a missing one is 0")),
    line("weight", Works),
];
