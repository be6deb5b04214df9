use std::fmt::Write;

use keepalived::Mode;
use lvs_keepalived as keepalived;
use proptest::prelude::*;

/// Lines of an instance: good ones, and ones with a mistake.
const LINES: [&str; 46] = [
    "state MASTER",
    "state backup",
    "priority 255",
    "priority 0",
    "version 3",
    "version 2",
    "advert_int 0.25",
    "advert_int 300",
    "nopreempt",
    "preempt_delay 12.3456",
    "authentication {\nauth_type PASS\nauth_pass a!b\n}",
    "authentication {\nauth_type PASS\nauth_pass \"quo\\\"te\"\n}",
    "virtual_ipaddress {\n2001:db8::1/64\n}",
    "virtual_ipaddress {\nfe80::1\n192.0.2.9\n}",
    "virtual_ipaddress {\n192.0.2.1/24 dev eth0 label eth0:x scope link\n}",
    "virtual_ipaddress {\n192.0.2.3 192.0.2.4 dev br-lan\n}",
    "virtual_ipaddress_excluded {\n192.0.2.5 dev a\"b\n}",
    "virtual_ipaddress_excluded {\n10.255.255.255/8\n2001:db8::7 scope host\n}",
    "virtual_routes {\ndefault via 192.0.2.254\n}",
    "virtual_routes {\n10.0.0.1/8 dev eth1 table 9 metric 4294967295\n}",
    "virtual_routes {\nfe80::/10 via fe80::1 dev eth1\n}",
    "unicast_peer {\n192.0.2.10\n192.0.2.10\n}",
    "unicast_peer {\n}",
    "unicast_peer {\n2001:db8::10 min_ttl 3\n}",
    "unicast_src_ip 192.0.2.10",
    "mcast_src_ip fe80::10",
    "mcast_dst_ip ff02::99",
    "mcast_dst_ip 224.0.0.7",
    "unicast_ttl 4",
    "v3_checksum_as_v2",
    "strict_mode",
    "garp_master_repeat 0",
    "garp_master_delay 100000",
    "garp_master_refresh 1",
    "garp_lower_prio_repeat 300",
    "track_interface {\neth1 weight -254\neth1\n}",
    "track_script {\ns weight 5\n}",
    "track_script {\nlate\n}",
    "track_file {\nf weight 3 reverse\n}",
    "track_process {\np reverse\np\n}",
    "notify \"/bin/a b 'c d' \\\"e\\\"\"",
    "notify_master relative arguments",
    "notify_fault /bin/sh root root",
    "smtp_alert yes",
    "interface eth0 virtual_router_id 7",
    "virtual_router_id 51 junk",
];
const THINGS: &str = "vrrp_script s {\nscript \"pgrep x\"\ninterval 0.0125\nweight 7\n}\ntrack_file f {\nfile /run/f\n}\nvrrp_track_process p {\nprocess /usr/bin/x\nweight -254\n}\n";

fn file(instances: &[Vec<usize>], group: bool) -> String {
    let mut text = String::from(THINGS);
    for (number, lines) in instances.iter().enumerate() {
        write!(text, "vrrp_instance VI_{number} {{\ninterface eth{number}\nvirtual_router_id 51\n").unwrap();
        write!(text, "virtual_ipaddress {{\n198.51.100.{}\n}}\n", number + 1).unwrap();
        for line in lines {
            writeln!(text, "{}", LINES[*line]).unwrap();
        }
        text.push_str("}\n");
    }
    if group {
        text.push_str(
            "vrrp_sync_group G {\ngroup {\nVI_0 VI_1 VI_2\n}\ntrack_script {\ns\n}\nnotify /bin/g\n}\n",
        );
    }
    text.push_str("vrrp_script late {\nscript /bin/late\n}\n");
    text
}

proptest! {
    /// Whatever is taken in some mode means the same in TOML, and what is refused says why.
    #[test]
    fn what_is_taken_is_what_toml_takes(
        instances in prop::collection::vec(prop::collection::vec(0..LINES.len(), 0..7), 1..4),
        group: bool,
    ) {
        let text = file(&instances, group);
        for mode in [Mode::Strict, Mode::Lenient, Mode::Fix] {
            let reading = super::read(&text, mode);
            let refused = reading.findings.iter().any(|finding| finding.kind == keepalived::Kind::Error);
            prop_assert_eq!(refused, reading.config.is_none(), "{}", text);
            if reading.config.is_some() {
                super::taken(&text, mode);
            }
        }
    }
}
