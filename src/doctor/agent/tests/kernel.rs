use super::*;

#[test]
fn arp_is_answered_on_one_interface() {
    let mut host = Host::prepared();
    assert!(host.is_fine("arp-sysctls") && host.is_fine("arp-sysctls-new-interface"));
    // only lo, as the folk script has it: no help
    for name in ["arp_ignore", "arp_announce"] {
        host.facts.sysctls.insert(alloc::format!("net/ipv4/conf/all/{name}"), "0");
        host.facts.sysctls.insert(alloc::format!("net/ipv4/conf/lo/{name}"), "2");
        host.facts.sysctls.insert(alloc::format!("net/ipv4/conf/eth1/{name}"), "2");
    }
    let (subject, what, cure) = host.wrong("arp-sysctls");
    assert_eq!("eth0", subject);
    assert!(what.contains("arp_ignore 0, arp_announce 0"), "{what}");
    assert_eq!(
        vec!["sysctl -w net.ipv4.conf.all.arp_ignore=1", "sysctl -w net.ipv4.conf.all.arp_announce=2"],
        cure
    );
    assert_eq!(1, host.verdicts("arp-sysctls").len(), "eth1 has its own");
    assert_eq!("default", host.wrong("arp-sysctls-new-interface").0);
}

#[test]
fn a_reserved_value_of_one_interface_is_above_that_of_all() {
    let mut host = Host::prepared();
    host.links()[1].name = "eth0.100".to_owned();
    host.facts.sysctls.insert("net/ipv4/conf/eth0.100/arp_ignore", "4");
    host.facts.sysctls.insert("net/ipv4/conf/eth0.100/arp_announce", "0");
    assert_eq!(vec!["sysctl -w net.ipv4.conf.eth0/100.arp_ignore=1"], host.wrong("arp-sysctls").2);
}

#[test]
fn arp_does_not_matter_without_ipv4() {
    let mut host = Host::with_config("[[vip]]\naddress = \"2001:db8::240\"\n");
    assert!(
        ["arp-sysctls", "arp-sysctls-new-interface", "arp-sysctls-at-boot", "rp-filter"]
            .iter()
            .all(|id| host.is_not_applicable(id))
    );
    host = Host::prepared();
    host.links().truncate(1);
    assert!(host.is_not_applicable("arp-sysctls") && host.is_not_applicable("mtu"));
    host.facts.links = Seen::default();
    assert!(host.is_unknown("arp-sysctls"));
}

#[test]
fn files_that_undo_the_arp_sysctls_at_boot() {
    let mut host = Host::prepared();
    host.file(
        "/etc/sysctl.d/10-good.conf",
        "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.eth0.arp_ignore = 0\n",
    );
    assert!(host.is_fine("arp-sysctls-at-boot"));
    host.file("/etc/sysctl.d/50-cni.conf", "net.ipv4.ip_forward=1\nnet.ipv4.conf.all.arp_announce=0\n");
    let (subject, what, cure) = host.wrong("arp-sysctls-at-boot");
    assert_eq!("/etc/sysctl.d/50-cni.conf", subject);
    assert!(what.starts_with("line 2 sets net/ipv4/conf/all/arp_announce to 0"), "{what}");
    assert_eq!(vec!["sed -i --follow-symlinks '2s/^/# /' /etc/sysctl.d/50-cni.conf"], cure);
    host.file("/etc/sysctl.d/60-good.conf", "net.ipv4.conf.all.arp_announce=2\n");
    assert!(host.is_fine("arp-sysctls-at-boot"), "a later file sets it right");
}

#[test]
fn files_of_packages_are_overruled_not_edited() {
    for (path, own) in [
        ("/usr/lib/sysctl.d/50-cni.conf", "/etc/sysctl.d/99-lvs-rs-agent.conf"),
        ("/run/sysctl.d/zz.conf", "/etc/sysctl.d/zz_lvs.conf"),
    ] {
        let mut host = Host::prepared();
        host.file(path, "net.ipv4.conf.*.arp_ignore = 0\n");
        let (subject, _, cure) = host.wrong("arp-sysctls-at-boot");
        assert_eq!(path, subject);
        assert_eq!(vec![alloc::format!("echo 'net/ipv4/conf/*/arp_ignore = 1' >>{own}")], cure);
        host.file(own, "net/ipv4/conf/*/arp_ignore = 1\n");
        assert!(host.is_fine("arp-sysctls-at-boot"), "after its cure");
    }
}

/// `all` says 1, and an interface is lifted above that, to what answers for everything on any interface but for hosts.
#[test]
fn interfaces_that_come_later_are_judged_as_well() {
    let mut host = Host::prepared();
    host.file(
        "/etc/sysctl.d/50-x.conf",
        "net.ipv4.conf.bond0.arp_ignore=4\nnet.ipv4.conf.bond1.arp_ignore=0\n",
    );
    assert!(
        host.wrong("arp-sysctls-at-boot").1.starts_with("line 1 sets net/ipv4/conf/bond0/arp_ignore to 4")
    );
}

#[test]
fn sysctls_that_cannot_be_read_are_unknown() {
    for (path, ids) in [
        ("net/ipv4/conf/all/arp_ignore", ["arp-sysctls", "arp-sysctls-new-interface"].as_slice()),
        ("net/ipv4/conf/eth0/arp_announce", &["arp-sysctls"]),
        ("net/ipv4/conf/default/arp_ignore", &["arp-sysctls-new-interface"]),
        ("net/ipv4/conf", &["arp-sysctls"]),
        ("net/ipv4/ip_forward", &["ip-forward", "lro"]),
        ("net/ipv4/tcp_tw_recycle", &["tcp-tw-recycle"]),
        ("net/ipv6/conf/lo/disable_ipv6", &["vip-ipv6"]),
    ] {
        let mut host = Host::prepared();
        host.refuse(path);
        assert!(ids.iter().all(|id| host.is_unknown(id)), "{path}");
    }
    let mut host = Host::prepared();
    host.facts.sysctls.insert("net/ipv4/conf/eth0/arp_ignore", "4");
    host.facts.sysctls.refuse("net/ipv4/conf/eth0/arp_announce", "not permitted");
    assert_eq!("eth0", host.wrong("arp-sysctls").0, "what is known to be wrong is told");
}

/// As with an MTU below 68: such an interface has no sysctls, and answers nothing.
#[test]
fn an_interface_without_ipv4_is_silent() {
    let mut host = Host::prepared();
    host.facts.sysctls = host.without("net/ipv4/conf/eth1/");
    assert!(host.is_fine("arp-sysctls"));
    host.facts.sysctls = host.without("net/ipv4/conf/all/");
    assert!(host.is_unknown("arp-sysctls"));
}

#[test]
fn strict_reverse_path_matters_where_answers_leave_elsewhere() {
    let mut host = Host::prepared();
    host.facts.sysctls.insert("net/ipv4/conf/all/rp_filter", "1");
    assert!(host.is_fine("rp-filter"), "one way in and out");
    host.facts.routes = Seen::Known(vec![
        route("0.0.0.0/0", "eth1"),
        route("192.168.100.0/24", "eth0"),
        route("10.0.0.0/8", "eth1"),
    ]);
    let (subject, _, cure) = host.wrong("rp-filter");
    assert_eq!(("eth0", "sysctl -w net.ipv4.conf.eth0.rp_filter=2"), (subject.as_str(), cure[0].as_str()));
    host.facts.sysctls.insert("net/ipv4/conf/eth0/rp_filter", "2");
    assert!(host.is_fine("rp-filter"));
    host.refuse("net/ipv4/conf/eth0/rp_filter");
    assert!(host.is_unknown("rp-filter"));
    host.facts.routes = Seen::default();
    assert!(host.is_unknown("rp-filter"));
}

#[test]
fn forwarding_makes_a_loop_unless_directors_follow() {
    let mut host = Host::prepared();
    assert!(host.is_fine("ip-forward"));
    host.facts.sysctls.insert("net/ipv4/ip_forward", "1");
    assert!(host.is_fine("ip-forward"), "directors follow");
    host.own = own("[[vip]]\naddress = \"192.168.100.240\"\n");
    let (_, what, cure) = host.wrong("ip-forward");
    assert!(what.contains("go round"), "{what}");
    assert_eq!("sysctl -w net.ipv4.ip_forward=0", cure[0]);
    assert!(
        cure[1].starts_with("# or, where others need it: add this host's address to `listen`"),
        "{cure:?}"
    );
    host.file("/etc/sysctl.d/20-x.conf", "\nnet.ipv4.ip_forward = 1\n");
    let cure = host.wrong("ip-forward").2;
    assert!(cure[1].starts_with("# edit /etc/sysctl.d/20-x.conf, line 2: write 0 instead"), "{cure:?}");
    host.facts.sysctls = crate::Sysctls::default();
    assert!(host.is_unknown("ip-forward"));
}

/// There, turning it off would cut off every container.
#[test]
fn forwarding_stays_on_where_containers_need_it() {
    let forwards = || {
        let mut host = Host::with_config("[[vip]]\naddress = \"192.168.100.240\"\n");
        host.facts.sysctls.insert("net/ipv4/ip_forward", "1");
        host
    };
    let only_follow = |host: &Host, user: &str| {
        let cure = host.wrong("ip-forward").2;
        assert!(cure.len() == 1 && cure[0].starts_with("# add this host's address to `listen`"), "{cure:?}");
        assert!(cure[0].contains(user), "{cure:?}");
    };
    let mut host = forwards();
    host.process(90, "dockerd", &["/usr/bin/dockerd", "-H", "fd://"]);
    only_follow(&host, "dockerd");
    let mut host = forwards();
    host.links().push(crate::Link {
        name: "cni0".to_owned(),
        kind: Some("bridge".to_owned()),
        ..crate::Link::default()
    });
    only_follow(&host, "cni0");
}

#[test]
fn old_kernels() {
    let mut host = Host::prepared();
    for (release, good) in
        [("4.18.0-553.el8.x86_64", true), ("6.12", true), ("4.17.1", false), ("3.10.0-1160", false)]
    {
        host.facts.release = Seen::Known(Release::parse(release).unwrap());
        assert_eq!(good, host.is_fine("kernel"), "{release}");
    }
    host.facts.release = Seen::default();
    assert!(host.is_unknown("kernel"));
    assert!(host.is_not_applicable("tcp-tw-recycle"));
    host.facts.sysctls.insert("net/ipv4/tcp_tw_recycle", "0");
    assert!(host.is_fine("tcp-tw-recycle"));
    host.facts.sysctls.insert("net/ipv4/tcp_tw_recycle", "1");
    assert_eq!(vec!["sysctl -w net.ipv4.tcp_tw_recycle=0"], host.wrong("tcp-tw-recycle").2);
}

#[test]
fn packets_too_small_for_the_protocol() {
    let mut host = Host::prepared();
    assert!(host.is_fine("mtu"));
    host.links()[1].mtu = 1200;
    assert_eq!(vec!["ip link set eth0 mtu 1500"], host.wrong("mtu").2, "IPv6 takes 1280 for granted");
    host.own = own("[[vip]]\naddress = \"192.168.100.240\"\n");
    assert!(host.is_fine("mtu"));
    host.facts.links = Seen::default();
    assert!(host.is_unknown("mtu"));
}

#[test]
fn joined_packets_matter_where_they_are_forwarded() {
    let mut host = Host::prepared();
    host.links()[1].lro = Seen::Known(true);
    assert!(host.is_not_applicable("lro"));
    host.facts.sysctls.insert("net/ipv4/ip_forward", "1");
    assert_eq!(vec!["ethtool -K eth0 lro off"], host.wrong("lro").2);
    host.links()[1].lro = Seen::default();
    assert!(host.is_unknown("lro"));
    host.links()[1].lro = Seen::Known(false);
    assert!(host.is_fine("lro"));
}
