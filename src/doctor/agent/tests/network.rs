use super::*;

#[test]
fn a_vip_that_is_nowhere() {
    let mut host = Host::prepared();
    assert!(host.is_fine("vip"));
    host.lo().retain(|held| held.address != address(VIP));
    assert_eq!((VIP.to_owned(), vec!["systemctl restart lvs-rs-agent".to_owned()]), {
        let (subject, _, cure) = host.wrong("vip");
        (subject, cure)
    });
    *host.agent() = None;
    assert_eq!(vec!["lvs-rs-agent apply"], host.wrong("vip").2);
    *host.agent() = Some(Agent { draining: BTreeSet::from([address(VIP)]), ..Agent::default() });
    assert!(host.is_fine("vip"), "it has left");
    host.facts.links = Seen::default();
    assert!(host.is_unknown("vip"));
}

#[test]
fn a_vip_in_the_wrong_place() {
    let mut host = Host::prepared();
    let held = Address { address: address(VIP), prefix: 24, label: None, deprecated: false };
    host.links()[1].addresses.push(held);
    assert_eq!(vec!["ip address del 192.168.100.240/24 dev eth0"], host.wrong("vip").2);
    let mut host = Host::prepared();
    host.lo()[1].prefix = 24;
    let (_, what, cure) = host.wrong("vip");
    assert!(what.contains("lo with /24"), "{what}");
    assert_eq!(vec!["ip address del 192.168.100.240/24 dev lo", "systemctl restart lvs-rs-agent"], cure);
}

#[test]
fn an_ipv6_vip_is_no_source() {
    let mut host = Host::prepared();
    assert!(host.is_fine("vip-ipv6"));
    host.lo()[2].deprecated = false;
    assert_eq!(vec!["ip address change 2001:db8::240/128 dev lo preferred_lft 0"], host.wrong("vip-ipv6").2);
    host.lo().truncate(2);
    assert!(host.is_not_applicable("vip-ipv6"));
    host.facts.sysctls.insert("net/ipv6/conf/lo/disable_ipv6", "1");
    assert_eq!(vec!["sysctl -w net.ipv6.conf.lo.disable_ipv6=0"], host.wrong("vip-ipv6").2);
    host.own = own("[[vip]]\naddress = \"192.168.100.240\"\n");
    assert!(host.is_not_applicable("vip-ipv6"));
}

#[test]
fn a_service_bound_to_the_hosts_own_address() {
    let mut host = Host::prepared();
    assert!(host.is_fine("service-listens"));
    host.listeners()[0] = listening("192.168.100.21:80");
    let (subject, what, cure) = host.wrong("service-listens");
    assert_eq!("192.168.100.240 tcp/80", subject);
    assert!(what.contains("192.168.100.21:80 only"), "{what}");
    assert!(cure[0].contains("192.168.100.240:80"), "{cure:?}");
    host.listeners()[0] = listening("[::]:80");
    assert!(host.is_fine("service-listens"));
    host.listeners()[0].v6only = None;
    assert!(host.is_unknown("service-listens"), "not told");
    host.listeners()[0] = listening("[::ffff:192.168.100.240]:80");
    assert!(host.is_fine("service-listens"));
    host.listeners()[0] = listening("[::]:80");
    host.listeners()[0].v6only = Some(true);
    assert!(host.wrong("service-listens").1.contains("[::]:80"));
    host.listeners().remove(0);
    assert!(host.wrong("service-listens").1.starts_with("nobody does"));
    host.facts.listeners = Seen::default();
    assert!(host.is_unknown("service-listens"));
    assert!(Host::with_config("[[vip]]\naddress = \"192.0.2.1\"\n").is_not_applicable("service-listens"));
}

fn drops_all(host: &mut Host) {
    let text = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\t\
                tcp dport 22 accept\n\t}\n}\n";
    host.facts.firewall.nft = Seen::Known(text.to_owned());
}

#[test]
fn a_firewall_that_drops_the_service_and_the_directors() {
    let mut host = Host::prepared();
    assert!(host.is_fine("firewall-services") && host.is_fine("health-port"));
    drops_all(&mut host);
    let cure = "nft insert rule inet filter input ip daddr 192.168.100.240 tcp dport 80 accept";
    assert_eq!(cure, host.wrong("firewall-services").2[0]);
    let cure = "nft insert rule inet filter input ip daddr 192.168.100.21 tcp dport 9781 accept";
    assert_eq!(cure, host.wrong("health-port").2[0]);
    host.facts.firewall.nft = Seen::unseen("not permitted", "run this as root");
    assert!(host.is_unknown("firewall-services") && host.is_unknown("health-port"));
    assert!(Host::with_config("[[vip]]\naddress = \"192.0.2.1\"\n").is_not_applicable("firewall-services"));
}

#[test]
fn a_health_port_that_nobody_can_reach() {
    let mut host = Host::prepared();
    host.listeners().truncate(1);
    assert_eq!(vec!["systemctl restart lvs-rs-agent"], host.wrong("health-port").2);
    host.facts.listeners = Seen::default();
    assert!(host.is_unknown("health-port"));
    assert!(Host::with_config("[[vip]]\naddress = \"192.0.2.1\"\n").is_not_applicable("health-port"));
}

#[test]
fn other_daemons_that_would_hold_a_vip() {
    let mut host = Host::prepared();
    assert!(host.is_fine("other-daemons"));
    host.process(20, "keepalived", &["/usr/sbin/keepalived"]);
    assert!(host.is_fine("other-daemons"), "without a file");
    host.file("/etc/keepalived/keepalived.conf", "virtual_ipaddress {\n  192.168.100.250\n}\n");
    assert!(host.is_fine("other-daemons"), "of other VIPs");
    host.facts.files.clear();
    host.file("/etc/keepalived/keepalived.conf", "virtual_ipaddress {\n  192.168.100.240\n}\n");
    assert_eq!(vec!["kill 20"], host.wrong("other-daemons").2);
    host.facts.starts_at_boot.insert("keepalived.service".to_owned());
    assert_eq!(vec!["systemctl disable --now keepalived.service", "kill 20"], host.wrong("other-daemons").2);
    let units = BTreeMap::from([("keepalived.service".to_owned(), unit("active", "enabled"))]);
    host.facts.units = Seen::Known(units);
    assert_eq!(vec!["systemctl disable --now keepalived.service"], host.wrong("other-daemons").2);
    host.facts.files.clear();
    host.hidden("/etc/keepalived/keepalived.conf");
    assert!(host.is_unknown("other-daemons"));
    let mut host = Host::prepared();
    host.facts.starts_at_boot.insert("ldirectord.service".to_owned());
    assert!(host.wrong("other-daemons").1.starts_with("starts here at boot"));
    host.facts.starts_at_boot.clear();
    host.facts.processes = Seen::default();
    assert!(host.is_unknown("other-daemons"));
}

#[test]
fn a_file_of_a_directory_that_cannot_be_listed() {
    let mut host = Host::prepared();
    host.hidden("/etc/sysconfig/network-scripts/");
    host.hidden("/etc/cron.d/");
    assert!(host.is_unknown("vip-in-network-files") && host.is_unknown("leftover-scripts"));
    host.facts.boot_unseen =
        Some(crate::Unseen { why: "not permitted".to_owned(), how: "run this as root".to_owned() });
    assert!(host.is_unknown("other-daemons"));
}

const DIRECTOR: &str = "/etc/lvs-director/director.toml";

fn director_too(top: &str) -> Host {
    let mut host = Host::prepared();
    host.process(30, "lvs-director", &["/usr/sbin/lvs-director", "run"]);
    host.file(DIRECTOR, &alloc::format!("{top}\n[[vrrp]]\naddresses = [\"{VIP}\"]\nipvs_on = \"master\"\n"));
    host
}

#[test]
fn a_director_of_what_this_host_serves_is_not_stopped() {
    for top in ["ipvs_on = \"master\" # both", "# x\nipvs_on='master'"] {
        assert!(director_too(top).is_fine("other-daemons"), "{top}");
    }
    for top in ["", "ipvs_on = \"all\"", "# ipvs_on = \"master\"", "ipvs_on = \"all\" # \"master\""] {
        let (subject, _, cure) = director_too(top).wrong("other-daemons");
        assert_eq!("lvs-director", subject);
        assert!(
            cure[0].contains("write `ipvs_on = \"master\"` at the top of /etc/lvs-director/director.toml")
        );
        assert_eq!("# if this host is to be no director: kill 30", cure[1]);
    }
}

#[test]
fn what_a_director_holds_is_not_taken_from_it() {
    let held = || Address { address: address(VIP), prefix: 32, label: None, deprecated: false };
    let commented = |host: &Host| host.wrong("vip").2.iter().all(|line| line.starts_with('#'));
    let mut host = director_too("");
    host.links()[1].addresses.push(held());
    assert_eq!(1, host.wrong("vip").2.len());
    assert!(commented(&host) && host.wrong("vip").2[0].contains("lvs-director"));
    host.lo().retain(|held| held.address != address(VIP));
    assert!(commented(&host), "and the agent is not asked for what it would refuse");
    host.facts.files.clear();
    assert!(commented(&host), "with a file elsewhere");
    host.hidden(DIRECTOR);
    assert!(commented(&host), "with a file that cannot be read");
    host.facts.files.clear();
    host.file(DIRECTOR, "[[vrrp]]\naddresses = [\"192.168.100.250\"]\n");
    assert!(!commented(&host), "of other VIPs");
}

#[test]
fn keepalived_that_holds_a_vip_is_not_stopped_by_pasting() {
    let mut host = Host::prepared();
    let held = Address { address: address(VIP), prefix: 32, label: None, deprecated: false };
    host.links()[1].addresses.push(held);
    host.facts.units =
        Seen::Known(BTreeMap::from([("keepalived.service".to_owned(), unit("active", "enabled"))]));
    host.process(20, "keepalived", &["/usr/sbin/keepalived"]);
    host.file("/etc/keepalived/keepalived.conf", "virtual_ipaddress {\n  192.168.100.240\n}\n");
    assert!(host.wrong("vip").2[0].starts_with("# keepalived, which runs here"));
    let expected = ["# if this host is to be no director: systemctl disable --now keepalived.service"];
    assert_eq!(expected.as_slice(), host.wrong("other-daemons").2);
}
