//! Rules as real programs write them: ufw 0.36.2 and firewalld 1.3.3 of Debian 12, printed by nftables 1.0.6 and iptables
//! 1.8.9, without chains that nothing comes through on its way in. Each "closed" one lets in SSH alone, each "open" one port 80
//! and protocol 112, too.

use super::*;

const UFW_CLOSED: &str = include_str!("data/ufw-closed.nft");
const UFW_OPEN: &str = include_str!("data/ufw-open.nft");
const UFW_OPEN_LEGACY: &str = include_str!("data/ufw-open.iptables");
const FIREWALLD_CLOSED: &str = include_str!("data/firewalld-closed.nft");
const FIREWALLD_OPEN: &str = include_str!("data/firewalld-open.nft");
/// Lets in all of TCP to 192.168.100.240, too.
const FIREWALLD_LEGACY: &str = include_str!("data/firewalld-closed.iptables");

fn ssh() -> Packet<'static> {
    Packet { port: Some(22), ..web() }
}

fn v6(packet: Packet<'static>, to: &str) -> Packet<'static> {
    Packet { to: address(to), from: None, ..packet }
}

#[test]
fn ufw_that_is_closed() {
    let rules = nft(UFW_CLOSED);
    for packet in [web(), vrrp(), v6(web(), "2001:db8::240"), v6(vrrp(), "ff02::12")] {
        let stop = stop(&rules, &packet);
        assert_eq!((Keeper::Ufw, "policy drop"), (stop.keeper, stop.rule.as_str()), "{packet:?}");
    }
    assert_eq!(Passage::Passes, passage(&rules, &ssh()));
    assert_eq!(Passage::Passes, passage(&rules, &v6(ssh(), "2001:db8::240")));
}

#[test]
fn ufw_that_is_open() {
    for rules in [nft(UFW_OPEN), iptables(UFW_OPEN_LEGACY)] {
        assert_eq!(Passage::Passes, passage(&rules, &web()));
        assert_eq!(Passage::Passes, passage(&rules, &vrrp()));
        // from anybody, by the rule about the group
        assert_eq!(Passage::Passes, passage(&rules, &Packet { from: None, ..vrrp() }));
        let other = Packet { to: address("192.168.100.241"), ..web() };
        assert_eq!(Keeper::Ufw, stop(&rules, &other).keeper);
        // unicast, by the rule about the subnet
        let unicast = Packet { to: address("192.168.100.12"), ..vrrp() };
        assert_eq!(Passage::Passes, passage(&rules, &unicast));
        let stranger = Packet { from: Some(address("203.0.113.9")), ..unicast };
        assert!(matches!(passage(&rules, &stranger), Passage::Dropped(_)));
    }
    // by eth0 alone
    let group = v6(vrrp(), "ff02::12");
    assert_eq!(Passage::Passes, passage(&nft(UFW_OPEN), &group));
    let eth1 = Packet { interface: Some("eth1"), ..group };
    assert!(matches!(passage(&nft(UFW_OPEN), &eth1), Passage::Dropped(_)));
}

#[test]
fn firewalld_that_is_closed() {
    let rules = nft(FIREWALLD_CLOSED);
    let public = Keeper::Firewalld { zone: Some("public".to_string()) };
    for packet in [web(), vrrp(), v6(web(), "2001:db8::240"), v6(vrrp(), "ff02::12")] {
        let stop = stop(&rules, &packet);
        assert_eq!("inet firewalld filter_INPUT: reject with icmpx admin-prohibited", stop.to_string());
        assert_eq!(public, stop.keeper, "{packet:?}");
    }
    assert_eq!(Passage::Passes, passage(&rules, &ssh()));
}

#[test]
fn firewalld_that_is_open() {
    let rules = nft(FIREWALLD_OPEN);
    assert_eq!(Passage::Passes, passage(&rules, &web()));
    assert_eq!(Passage::Passes, passage(&rules, &vrrp()));
    let https = Packet { port: Some(443), ..web() };
    assert!(matches!(passage(&rules, &https), Passage::Dropped(_)));
    // the other family lies behind a check of the way back, which is not known
    assert_eq!(Passage::Passes, passage(&rules, &v6(web(), "2001:db8::240")));
}

#[test]
fn firewalld_by_iptables() {
    let rules = iptables(FIREWALLD_LEGACY);
    let public = Keeper::Firewalld { zone: Some("public".to_string()) };
    let stop = stop(&rules, &vrrp());
    assert_eq!("filter INPUT: -A IN_public -j REJECT --reject-with icmp-port-unreachable", stop.to_string());
    assert_eq!(public, stop.keeper);
    assert_eq!(Passage::Passes, passage(&rules, &web()), "by the rule about all of TCP");
    assert_eq!(Passage::Passes, passage(&rules, &ssh()));
    let open =
        FIREWALLD_LEGACY.replace("--dport 22", "--dport 53").replace("-p tcp -j ACCEPT", "-p vrrp -j ACCEPT");
    assert!(matches!(passage(&iptables(&open), &web()), Passage::Dropped(_)));
}

/// Tables with an owner have a note behind their name.
#[test]
fn firewalld_that_owns_its_table() {
    let owned = FIREWALLD_CLOSED.replace(
        "table inet firewalld {",
        "table inet firewalld { # progname firewalld\n\tflags owner,persist\n",
    );
    assert!(owned.contains("# progname"));
    assert_eq!(passage(&nft(FIREWALLD_CLOSED), &web()), passage(&nft(&owned), &web()));
}

/// Each interface may have a zone of its own.
#[test]
fn the_zone_is_that_of_the_interface() {
    let two = FIREWALLD_CLOSED.replace(
        "\t\tiifname \"eth0\" goto filter_IN_public",
        "\t\tip saddr 10.0.0.0/8 goto filter_IN_trusted\n\t\tiifname \"eth0\" goto filter_IN_dmz",
    ) + "";
    let two = two.replace(
        "\tchain filter_IN_public {",
        "\tchain filter_IN_trusted {\n\t\taccept\n\t}\n\n\tchain filter_IN_dmz {\n\t\treject\n\t}\n\n\tchain filter_IN_public {",
    );
    let at = |interface| Packet { interface, from: Some(address("192.0.2.1")), ..web() };
    for (interface, zone) in [(Some("eth0"), "dmz"), (Some("eth1"), "public")] {
        let expected = Keeper::Firewalld { zone: Some(zone.to_string()) };
        assert_eq!(expected, stop(&nft(&two), &at(interface)).keeper);
    }
    let anyone = Packet { from: None, ..at(Some("eth0")) };
    assert!(matches!(passage(&nft(&two), &anyone), Passage::Depends(rule) if rule.contains("10.0.0.0/8")));
}
