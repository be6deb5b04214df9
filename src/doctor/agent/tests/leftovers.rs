use super::*;

#[test]
fn an_alias_of_a_service_that_has_left() {
    let mut host = Host::prepared();
    assert!(host.is_fine("leftover-addresses"));
    let old = Address {
        address: address("192.168.100.99"),
        prefix: 32,
        label: Some("lo:1".to_owned()),
        deprecated: false,
    };
    host.lo().push(old);
    let (subject, _, cure) = host.wrong("leftover-addresses");
    assert_eq!("192.168.100.99", subject);
    assert_eq!(vec!["ip address del 192.168.100.99/32 dev lo"], cure);
    host.own.owned = Seen::Known(BTreeSet::from([address("192.168.100.99")]));
    assert!(host.is_fine("leftover-addresses"), "the agent's own, from a file that was read before");
    host.facts.links = Seen::default();
    assert!(host.is_unknown("leftover-addresses"));
}

#[test]
fn a_host_route_by_hand() {
    let mut host = Host::prepared();
    host.facts.routes =
        Seen::Known(vec![route("192.168.100.240/32", "lo"), route("192.168.100.1/32", "eth0")]);
    assert_eq!(vec!["ip route del 192.168.100.240/32 dev lo"], host.wrong("leftover-routes").2);
    host.facts.routes = Seen::default();
    assert!(host.is_unknown("leftover-routes"));
    assert!(Host::prepared().is_fine("leftover-routes"));
}

#[test]
fn scripts_that_start_at_boot() {
    let mut host = Host::prepared();
    host.file("/etc/init.d/realserver", "#!/bin/sh\n# lo:0\necho 1 >/proc/sys/net/ipv4/conf/lo/arp_ignore\n");
    assert!(host.is_fine("leftover-scripts"), "it does not start");
    host.facts.starts_at_boot.insert("realserver".to_owned());
    let (subject, what, cure) = host.wrong("leftover-scripts");
    assert_eq!("/etc/init.d/realserver", subject);
    assert!(what.starts_with("line 3 at boot"), "{what}");
    assert!(cure[0].starts_with("update-rc.d realserver disable"), "{cure:?}");
}

#[test]
fn units_that_call_the_script() {
    let mut host = Host::prepared();
    host.file(
        "/etc/systemd/system/rs.service",
        "[Service]\nExecStart=/usr/local/sbin/lvs_realserver.sh start\n",
    );
    host.file(
        "/etc/systemd/system/lvs-rs-agent.service",
        "[Service]\nExecStart=/usr/sbin/lvs-rs-agent run # arp_ignore\n",
    );
    host.facts.starts_at_boot.insert("rs.service".to_owned());
    host.facts.starts_at_boot.insert("lvs-rs-agent.service".to_owned());
    assert_eq!("systemctl disable rs.service", host.wrong("leftover-scripts").2[0]);
    assert_eq!(1, host.verdicts("leftover-scripts").len());
}

#[test]
fn rc_local_counts_if_it_may_run() {
    let mut host = Host::prepared();
    host.file(
        "/etc/rc.local",
        "#!/bin/sh\n/opt/lvs_realserver.sh start\nip addr add 192.168.100.240/32 dev lo\n",
    );
    assert!(host.is_fine("leftover-scripts"));
    host.facts.files[0].executable = true;
    assert_eq!(vec!["sed -i '2s/^/# /;3s/^/# /' /etc/rc.local"], host.wrong("leftover-scripts").2);
    host.facts.files.clear();
    assert!(host.is_fine("leftover-scripts"));
    host.hidden("/etc/cron.d/x");
    assert!(host.is_unknown("leftover-scripts"));
}

#[test]
fn a_vip_that_the_network_files_give_too() {
    for (path, text) in [
        (
            "/etc/netplan/50-x.yaml",
            "network:\n  ethernets:\n    lo:\n      addresses: [192.168.100.240/32]\n",
        ),
        ("/etc/systemd/network/lo.network", "[Match]\nName=lo\n[Network]\nAddress=192.168.100.240/32\n"),
        ("/etc/sysconfig/network-scripts/ifcfg-lo:0", "DEVICE=lo:0\n\n\nIPADDR=192.168.100.240\n"),
        ("/etc/network/interfaces", "auto lo:0\niface lo:0 inet static\n\n  address 192.168.100.240\n"),
    ] {
        let mut host = Host::prepared();
        assert!(host.is_fine("vip-in-network-files"));
        host.file(path, text);
        let (subject, what, cure) = host.wrong("vip-in-network-files");
        assert_eq!(path, subject);
        assert!(what.starts_with("line 4 "), "{what}");
        assert_eq!(vec![alloc::format!("sed -i '4s/^/# /' {path}")], cure);
    }
    let mut host = Host::prepared();
    host.hidden("/etc/NetworkManager/system-connections/a");
    assert!(host.is_unknown("vip-in-network-files"));
}

#[test]
fn rules_about_arp_of_a_vip() {
    let mut host = Host::prepared();
    assert!(host.is_fine("arptables"));
    host.facts.firewall.arptables =
        Seen::Known("*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -d 192.168.100.240\n".to_owned());
    assert_eq!(vec!["arptables -D INPUT -j DROP -d 192.168.100.240"], host.wrong("arptables").2);
    host.facts.firewall.arptables = Seen::default();
    assert!(host.is_unknown("arptables"));
}
