//! Services with a list of addresses or marks.

mod common;

use common::{refused, taken};

/// A list with the lines given, from line 3.
fn list(lines: &str) -> String {
    format!("[[service]]\nname = \"shops\"\n{lines}\n[[service.real]]\naddress = \"198.51.100.8\"\n")
}

/// More servers.
fn servers(count: u8) -> String {
    let one = |n: u8| format!("[[service.real]]\naddress = \"198.51.100.{n}\"\n");
    (100..100 + count).map(one).collect::<Vec<_>>().concat()
}

#[test]
fn addresses_that_are_none() {
    insta::assert_snapshot!(refused(&list(r#"addresses = [
    "192.0.2.1:0",
    "192.0.2.1-:80",
    "192.0.2.9-1:80",
    "192.0.2.1-256:80",
    "192.0.2.1/24:80",
    "192.0.2.0/33:80",
    "192.0.2.1-2001:db8::1:80",
    "[2001:db8::9-1]:80",
    "[2001:db8::1-2:80",
    "www:80",
    "",
    80,
]"#)), @r#"
    4:5 error: "192.0.2.1:0" has no valid port / write a port from 1 to 65535
    5:5 error: "192.0.2.1-:80" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    6:5 error: "192.0.2.9-1:80" ends before it begins / write the lower address first
    7:5 error: "192.0.2.1-256:80" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    8:5 error: "192.0.2.1/24:80" has bits below its prefix [no network] / write "192.0.2.0/24" for all of it, or a range such as "192.0.2.1-9"
    9:5 error: "192.0.2.0/33:80" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    10:5 error: "192.0.2.1-2001:db8::1:80" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    11:5 error: "[2001:db8::9-1]:80" ends before it begins / write the lower address first
    12:5 error: "[2001:db8::1-2:80" is no address and port / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    13:5 error: "www:80" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    14:5 error: "" is no address, and no range of them / write "192.0.2.1:80", "192.0.2.1-9:80", "192.0.2.250-192.0.3.5:80" or "192.0.2.0/28:80"; IPv6 as "[2001:db8::1-2001:db8::9]:80"
    15:5 error: `addresses` takes a string, not a number [this is a number] / write `"192.0.2.1-9:80"`
    "#);
}

#[test]
fn addresses_that_nobody_has() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["223.255.255.255-224.0.0.1:80", "127.0.0.1-2:80"]"#)), @r#"
    3:14 error: 224.0.0.0 is no host address [this is a multicast group] / write the one address that clients connect to
    3:46 error: 127.0.0.1 is no host address [this is reached only from the same machine] / write the one address that clients connect to
    "#);
}

#[test]
fn two_families() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["192.0.2.1:80", "[2001:db8::1]:80"]"#)), @r#"3:30 error: the addresses of a service are of one family [2001:db8::1 is not of the first one's] / write a [[service]] for IPv4 and one for IPv6"#);
}

#[test]
fn no_port_without_persistence() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["192.0.2.1", "2001:db8::1"]"#)), @r#"
    3:14 error: a service on every port needs `persistence` [no port] / write the port, "192.0.2.1:80", or add `persistence = "5m"`
    3:27 error: a service on every port needs `persistence` [no port] / write the port, "[2001:db8::1]:80", or add `persistence = "5m"`
    3:27 error: the addresses of a service are of one family [2001:db8::1 is not of the first one's] / write a [[service]] for IPv4 and one for IPv6
    "#);
}

#[test]
fn empty_lists() {
    insta::assert_snapshot!(refused(&(list("addresses = []") + &list("fwmarks = []").replace("shops", "marks"))), @r#"
    3:13 error: `addresses` is empty / write `addresses = ["192.0.2.1:80"]`
    8:11 error: `fwmarks` is empty / write `fwmarks = [1, 2]`
    "#);
}

#[test]
fn lists_of_something_else() {
    insta::assert_snapshot!(refused(&(list("addresses = \"192.0.2.1:80\"") + &list("fwmarks = [0, \"1\"]").replace("shops", "marks"))), @r#"
    3:13 error: `addresses` takes a list, not a string [this is a string] / write `addresses = ["192.0.2.1:80", "192.0.2.2-9:80"]`
    8:12 error: `fwmarks` is out of range [not in 1 to 4294967295] / write a number from 1 to 4294967295
    8:15 error: `fwmarks` takes a whole number, not a string [this is a string] / write a number from 1 to 4294967295, without quotes
    "#);
}

#[test]
fn an_address_and_addresses() {
    insta::assert_snapshot!(refused(&list(r#"address = "192.0.2.1:80"
addresses = ["192.0.2.2:80"]"#)), @r#"4:1 error: a service has an `address` or `addresses`, not both / write all of them in `addresses`"#);
}

#[test]
fn a_mark_and_marks() {
    insta::assert_snapshot!(refused(&list(r"fwmark = 1
fwmarks = [2]")), @r#"4:1 error: a service has a `fwmark` or `fwmarks`, not both / write all of them in `fwmarks`"#);
}

#[test]
fn marks_and_addresses() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["192.0.2.2:80"]
fwmarks = [2]"#)), @r#"4:1 error: a service has an `address` or a `fwmark`, not both / leave one of the two away"#);
}

#[test]
fn a_list_without_a_name() {
    insta::assert_snapshot!(refused(&list("addresses = [\"192.0.2.1:80\"]").replace("name = \"shops\"\n", "")), @r#"1:1 error: a [[service]] with a list has no `name` [`name` is missing] / write a `name`: its services are called by it and their address"#);
}

#[test]
fn an_address_twice() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["192.0.2.1-3:80", "192.0.2.3:80"]"#)), @r#"3:32 error: the service TCP 192.0.2.3:80 is there twice [the second time] / the first is in line 3: write all servers there"#);
}

#[test]
fn an_address_of_a_list_and_a_service() {
    insta::assert_snapshot!(refused(&(list("addresses = [\"192.0.2.1-3:80\"]") + &list("address = \"192.0.2.2:80\"").replace("shops", "web"))), @r#"6:1 error: the service TCP 192.0.2.2:80 is there twice [the second time] / the first is in line 3: write all servers there"#);
}

#[test]
fn two_lists_of_one_name() {
    insta::assert_snapshot!(refused(&(list("addresses = [\"192.0.2.1:80\"]") + &list("addresses = [\"192.0.2.2:80\"]"))), @r#"6:1 error: two services are named "shops" [the second of this name] / the first is in line 1: write another `name`"#);
}

#[test]
fn a_list_and_a_service_of_one_name() {
    insta::assert_snapshot!(refused(&(list("addresses = [\"192.0.2.1:80\"]") + &list("address = \"192.0.2.2:80\""))), @r#"6:1 error: two services are named "shops" [the second of this name] / the first is in line 1: write another `name`"#);
}

#[test]
fn a_server_that_is_one_of_the_addresses() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["198.51.100.7-9:80"]"#)), @r#"5:11 error: 198.51.100.8 is the service's own address [packets would come back to the director] / write the server's own address"#);
}

#[test]
fn a_server_at_one_of_the_ports() {
    insta::assert_snapshot!(refused(&list("addresses = [\"192.0.2.1:80\", \"192.0.2.2:443\"]").replace("100.8", "100.8:80")), @r#"5:11 error: direct routing cannot change the port [the service has port 443] / leave the port away and let the server listen on 443, or write `forward = "nat"`"#);
}

#[test]
fn too_many_addresses() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["10.0.0.0/16:80", "10.1.0.0:80"]"#)), @r#"3:32 error: more than 65536 services in all [each address is a service of its own in the kernel] / write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`"#);
}

#[test]
fn all_there_are() {
    insta::assert_snapshot!(refused(&list(r#"addresses = ["[::/0]:80"]"#)), @r#"3:14 error: more than 65536 services in all [each address is a service of its own in the kernel] / write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`"#);
}

#[test]
fn too_many_in_all() {
    insta::assert_snapshot!(refused(&(list("addresses = [\"10.0.0.0/16:80\"]") + &list("address = \"192.0.2.2:80\"").replace("shops", "web"))), @r#"6:1 error: more than 65536 services in all [each address is a service of its own in the kernel] / write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`"#);
}

#[test]
fn too_many_servers() {
    insta::assert_snapshot!(refused(&(list("addresses = [\"10.0.0.0/17:80\"]") + &servers(40))), @r#"1:1 error: more than 1000000 servers in all [each address of a list has all of them] / write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark = 1`"#);
}

#[test]
fn suspended_marks() {
    insta::assert_snapshot!(refused(&(list("fwmarks = [1]\nha_suspend = true") + &list("fwmark = 2\nha_suspend = true").replace("shops", "mark"))), @r#"
    1:1 error: the check needs a port: the servers of this service have none / write `check = { type = "tcp", port = 80 }`, or `check = []` for none
    4:14 error: `ha_suspend` is for services with an address [a firewall mark is held by nobody] / leave it away: the servers are checked always
    7:1 error: the check needs a port: the servers of this service have none / write `check = { type = "tcp", port = 80 }`, or `check = []` for none
    10:14 error: `ha_suspend` is for services with an address [a firewall mark is held by nobody] / leave it away: the servers are checked always
    "#);
}

/// What depends on the address is the service's own, and what is told is told once.
#[test]
fn a_list_of_addresses() {
    let config = taken(
        r#"
        [[service]]
        name = "shops"
        addresses = ["192.0.2.254-192.0.3.1:80", "192.0.2.9:443"]
        notify = { quorum_up = "/bin/up" }
        sorry_server = "198.51.100.9"
        [[service.real]]
        address = "198.51.100.8"
        notify = { down = "/bin/down" }
        [[service.real]]
        address = "198.51.100.10:8080"
        forward = "nat"
        check = [{ type = "tcp" }, { type = "tcp", port = 80 }]
        "#,
    );
    let names: Vec<_> = config.services.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "shops TCP 192.0.2.254:80",
            "shops TCP 192.0.2.255:80",
            "shops TCP 192.0.3.0:80",
            "shops TCP 192.0.3.1:80",
            "shops TCP 192.0.2.9:443"
        ]
    );
    assert!(config.services.iter().all(|one| one.group.as_deref() == Some("shops")));
    let ports = |nth: usize| {
        let one = &config.services[nth];
        let sorry = one.sorry_server.unwrap().0.port;
        let reals = one.reals.iter().map(|real| real.key.port).collect::<Vec<_>>();
        let checks = one.reals.iter().flat_map(|real| &real.checks);
        (reals, checks.map(|check| check.target.port()).collect::<Vec<_>>(), sorry)
    };
    assert_eq!(ports(1), (vec![80, 8_080], vec![80, 8_080, 80], 80));
    assert_eq!(ports(4), (vec![443, 8_080], vec![443, 8_080, 80], 443));
    let told = |nth: usize| {
        let one = &config.services[nth];
        (one.notify.quorum_up.len(), one.reals[0].notify.down.len())
    };
    assert_eq!((told(0), told(1), told(4)), ((1, 1), (0, 0), (0, 0)));
}

#[test]
fn forms_of_addresses() {
    for (text, count, last) in [
        ("192.0.2.1:80", 1, "192.0.2.1:80"),
        ("192.0.2.1-192.0.2.1:80", 1, "192.0.2.1:80"),
        ("192.0.2.0/30:80", 4, "192.0.2.3:80"),
        ("192.0.2.1/32:80", 1, "192.0.2.1:80"),
        ("[2001:db8::1]:80", 1, "[2001:db8::1]:80"),
        ("[2001:db8::1-ff]:80", 255, "[2001:db8::ff]:80"),
        ("[2001:db8::ffff-2001:db8::1:0]:80", 2, "[2001:db8::1:0]:80"),
        ("[2001:db8::/126]:80", 4, "[2001:db8::3]:80"),
    ] {
        let server = if text.starts_with('[') { "2001:db8:1::8" } else { "198.51.100.8" };
        let config = taken(&list(&format!("addresses = [\"{text}\"]")).replace("198.51.100.8", server));
        let key = config.services.last().unwrap().key.to_string();
        assert_eq!((config.services.len(), key), (count, format!("TCP {last}")), "{text}");
    }
}

/// All of a list have the same servers: the first speaks for them.
#[test]
fn tracking_a_list() {
    let router = "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]\n";
    let lists = list("addresses = [\"192.0.2.1-3:80\"]")
        + &list("address = \"192.0.2.9:80\"").replace("shops", "web");
    let tracked = |line: &str| {
        let config = taken(&format!("{router}track_services = {line}\n{lists}"));
        config.vrrp.routers[0].track_services.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(tracked("[\"shops\"]"), ["shops TCP 192.0.2.1:80"]);
    assert_eq!(tracked("true"), ["shops TCP 192.0.2.1:80", "web"]);
    let twice = format!("{router}track_services = [\"shops\", \"shops TCP 192.0.2.1:80\"]\n{lists}");
    insta::assert_snapshot!(refused(&twice), @r#"6:18 error: "shops TCP 192.0.2.1:80" is tracked twice [once by the name of its list] / leave one of the two"#);
}

/// A warning about the servers is said once, however many ports there are.
#[test]
fn warnings_are_said_once() {
    let check = "check = [{ type = \"tcp\" }, { type = \"tcp\" }]";
    let text = list(&format!("addresses = [\"192.0.2.1:80\", \"192.0.2.1:81\", \"192.0.2.1:82\"]\n{check}"));
    insta::assert_snapshot!(common::warned(&text), @r#"4:28 warning: the same check twice / leave one of the two away"#);
}
