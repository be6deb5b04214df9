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
fn rules_about_arp_of_a_vip() {
    let mut host = Host::prepared();
    assert!(host.is_fine("arptables"));
    host.facts.firewall.arptables =
        Seen::Known("*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -d 192.168.100.240\n".to_owned());
    assert_eq!(vec!["arptables -D INPUT -j DROP -d 192.168.100.240"], host.wrong("arptables").2);
    host.facts.firewall.arptables = Seen::default();
    assert!(host.is_unknown("arptables"));
}
