use super::*;

#[test]
fn an_address_by_hand_is_found_and_taken_off() {
    let mut host = prepared();
    host.links()[0].addresses.push(held(VIP, 32));
    assert!(host.wrong("vip-by-hand").contains("ip addr del 192.168.100.240/32 dev eth0"));
    host.runs(&[]);
    assert!(host.wrong("vip-by-hand").contains("eth0 with /32"), "a backup does not hold it");
    host.runs(&["VI_1"]).fine("vip-by-hand");
}

#[test]
fn an_address_in_another_place_is_by_hand_also_beside_a_master() {
    let mut host = prepared();
    host.runs(&["VI_1"]).links()[0].addresses.extend([held(VIP, 32), held(VIP, 24)]);
    let wrong = host.wrong("vip-by-hand");
    assert!(
        wrong.contains("ip addr del 192.168.100.240/24 dev eth0") && !wrong.contains("240/32"),
        "{wrong}"
    );
}

#[test]
fn an_address_that_is_written_down_is_ours() {
    let mut host = prepared();
    host.links()[0].addresses.push(held(VIP, 32));
    host.own.owned = Seen::unseen("not permitted", "run this as root");
    host.unknown("vip-by-hand");
    host.own.owned = Seen::Known([(ip(VIP), "eth0".to_owned())].into());
    host.fine("vip-by-hand");
}

#[test]
fn an_interface_is_there_and_up() {
    let mut host = prepared();
    host.fine("interface");
    host.links()[0].up = false;
    assert!(host.wrong("interface").contains("ip link set eth0 up"));
    host.links().clear();
    assert!(host.wrong("interface").contains("none of this name"));
    host.not_applicable("lro");
}

#[test]
fn an_address_lies_in_a_subnet_of_its_interface() {
    let mut host = prepared();
    host.fine("vip-subnet");
    host.links()[0].addresses = vec![held("10.0.0.1", 8)];
    host.unknown("vip-subnet");
    host.links()[0].addresses.clear();
    assert!(host.wrong("vip-subnet").contains("no IPv4 address of its own"));
}

#[test]
fn interfaces_carry_what_a_director_sends() {
    let mut host = prepared();
    for id in ["lro", "multicast", "mtu"] {
        host.fine(id);
    }
    host.links()[0].lro = Seen::Known(true);
    host.links()[0].multicast = false;
    assert!(host.wrong("lro").contains("ethtool -K eth0 lro off"));
    assert!(host.wrong("multicast").contains("ip link set eth0 multicast on"));
    let inner = Link { name: "eth1".to_owned(), mtu: 1400, ..eth0() };
    host.links().push(inner);
    host.own.ways.insert(ip(RIP), Ok(Way { interface: "eth1".to_owned(), via: None }));
    assert!(host.wrong("mtu").contains("ip link set eth1 mtu 1500"));
}

#[test]
fn peers_are_no_group() {
    let mut host = prepared_with("unicast_peers = [\"192.168.100.102\"]", "");
    host.links()[0].multicast = false;
    host.not_applicable("multicast");
}

#[test]
fn a_server_behind_a_router_gets_nothing() {
    let mut host = prepared();
    host.fine("server-on-link");
    host.own.ways.insert(ip(RIP), Ok(Way { interface: "eth0".to_owned(), via: Some(ip("192.168.100.1")) }));
    assert!(host.wrong("server-on-link").contains("gateway 192.168.100.1"));
    host.own.ways.insert(ip(RIP), Err("Network is unreachable".to_owned()));
    assert!(host.wrong("server-on-link").contains("Network is unreachable"));
}

#[test]
fn a_server_with_nat_may_be_anywhere() {
    let mut host = prepared_with("", "forward = \"nat\"\n");
    host.own.ways.insert(ip(RIP), Ok(Way { interface: "eth0".to_owned(), via: Some(ip("192.168.100.1")) }));
    host.not_applicable("server-on-link");
    host.not_applicable("server-answers");
    host.own.config.as_mut().unwrap().services[0].reals[0].key.port = 8080;
    host.fine("server-port");
}

#[test]
fn without_nat_a_server_has_its_service_s_port() {
    let mut host = prepared();
    host.fine("server-port");
    host.own.config.as_mut().unwrap().services[0].reals[0].key.port = 8080;
    assert!(host.wrong("server-port").contains("write port 80"));
}

#[test]
fn a_silent_server_is_told() {
    let mut host = prepared();
    host.fine("server-answers");
    host.own.claims.insert("eth0".to_owned(), Seen::Known([(ip(RIP), [].into())].into()));
    host.unknown("server-answers");
}

#[test]
fn an_agent_takes_a_connection() {
    let mut host = prepared();
    host.not_applicable("agent");
    let agent = "192.168.100.8:9781".parse().unwrap();
    host.own.agents.insert(agent, Ok(()));
    host.fine("agent");
    host.own.agents.insert(agent, Err("Connection refused".to_owned()));
    let wrong = host.wrong("agent");
    assert!(wrong.contains("Connection refused") && wrong.contains("\"192.168.100.8:9781\""), "{wrong}");
}
