//! What is wrong in a `[[vrrp]]`.

mod common;

use common::{beside, refused, router, warned};

/// A router with one line of the usual ones changed.
fn changed(from: &str, to: &str) -> String {
    let text = router("");
    assert!(text.contains(from));
    text.replace(from, to)
}

fn second(text: &str, lines: &str) -> String {
    format!("{text}[[vrrp]]\n{lines}\n")
}

#[test]
fn numbers_that_are_none() {
    let with = |id: &str| refused(&changed("= 51", &format!("= {id}")));
    insta::assert_snapshot!(with("0"), @r#"4:21 error: `virtual_router_id` is out of range [not in 1 to 255] / write a number from 1 to 255"#);
    insta::assert_snapshot!(with("256"), @r#"4:21 error: `virtual_router_id` is out of range [not in 1 to 255] / write a number from 1 to 255"#);
    insta::assert_snapshot!(with("-1"), @r#"4:21 error: `virtual_router_id` is out of range [not in 1 to 255] / write a number from 1 to 255"#);
    insta::assert_snapshot!(with("\"51\""), @r#"4:21 error: `virtual_router_id` takes a whole number, not a string [this is a string] / write a number from 1 to 255, without quotes"#);
}

#[test]
fn the_same_number_twice() {
    let other = "name = \"VI_2\"\ninterface = \"eth0\"\nvirtual_router_id = 51\nversion = 2\naddresses = [\"192.0.2.101\"]";
    insta::assert_snapshot!(refused(&second(&router(""), other)), @r#"7:1 error: the virtual router 51 is twice on eth0 [the second time] / the first is in line 1: write another `virtual_router_id`, or all addresses there"#);
}

#[test]
fn the_same_name_twice() {
    let other =
        "name = \"VI_1\"\ninterface = \"eth1\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.101\"]";
    insta::assert_snapshot!(refused(&second(&router(""), other)), @r#"7:1 error: two [[vrrp]] are named "VI_1" [the second of this name] / the first is in line 1: write another `name`"#);
}

#[test]
fn names_that_are_none() {
    insta::assert_snapshot!(refused(&changed("VI_1", &"x".repeat(65))), @r#"2:8 error: `name` is longer than 64 characters / write 1 to 64 characters, such as "web""#);
    insta::assert_snapshot!(refused(&changed("\"VI_1\"", "'VI\"1'")), @r#"2:8 error: `name` has a quotation mark in it / leave it away: the lines of `fifo` put names in quotes"#);
    insta::assert_snapshot!(refused(&changed("eth0", "a-name-too-long-0")), @r#"3:13 error: the interface name "a-name-too-long-0" is longer than 15 bytes / write a name as `ip link` shows it, such as "eth0""#);
}

#[test]
fn an_empty_router() {
    insta::assert_snapshot!(refused("[[vrrp]]\n"), @r#"
    1:1 error: [[vrrp]] has no `name` [`name` is missing] / write `name = "VI_1"`
    1:1 error: [[vrrp]] has no `interface` [`interface` is missing] / write the interface of its adverts: `interface = "eth0"`
    1:1 error: [[vrrp]] has no `virtual_router_id` [`virtual_router_id` is missing] / write the number that all its routers share: `virtual_router_id = 51`
    1:1 error: [[vrrp]] has no `addresses` [`addresses` is missing] / write `addresses = ["192.0.2.1"]`
    "#);
}

#[test]
fn versions() {
    insta::assert_snapshot!(refused(&router("version = 4")), @r#"6:11 error: `version` is out of range [not in 2 to 3] / write a number from 2 to 3"#);
    insta::assert_snapshot!(refused(&router("version = 1\nadvert_interval = \"1ms\"")), @r#"6:11 error: `version` is out of range [not in 2 to 3] / write a number from 2 to 3"#);
}

#[test]
fn priorities() {
    insta::assert_snapshot!(refused(&router("priority = 0")), @r#"6:12 error: priority 0 is reserved [adverts say with it that a master stops] / write 1 to 254, or 255 for the owner of the addresses"#);
    insta::assert_snapshot!(refused(&router("priority = 256")), @r#"6:12 error: `priority` is out of range [not in 1 to 255] / write a number from 1 to 255"#);
}

#[test]
fn what_an_owner_does_not_care_about() {
    let lines = "priority = 255\npreempt = false\ntrack_interfaces = [{ name = \"eth1\", weight = -1 }, { name = \"eth2\", weight = 0 }, \"eth3\"]";
    insta::assert_snapshot!(warned(&router(lines)), @r#"
    7:11 warning: an owner of the addresses, priority 255, always preempts [says nothing] / write a `priority` of 254 or less, or leave `preempt` away
    8:47 warning: priority 255, the owner of the addresses, is never raised or lowered [not applied] / write a `priority` of 254 or less, or no `weight`: then it is a fault while it is down
    "#);
}

#[test]
fn an_owner_with_services() {
    let lines = "priority = 255\ntrack_services = [{ name = \"TCP 192.168.100.240:80\", weight = 1 }]";
    insta::assert_snapshot!(warned(&beside(&router(lines))), @r#"11:63 warning: priority 255, the owner of the addresses, is never raised or lowered [not applied] / write a `priority` of 254 or less, or no `weight`: then it is a fault while it is down"#);
}

#[test]
fn intervals_of_version_2() {
    insta::assert_snapshot!(refused(&router("version = 2\nadvert_interval = \"100ms\"")), @r#"7:19 error: version 2 has no advert interval of 100ms [not in 1s to 255s] / write "1s" to "255s", or `version = 3`, which has shorter ones"#);
    insta::assert_snapshot!(refused(&router("version = 2\nadvert_interval = \"1500ms\"")), @r#"7:19 error: version 2 has no advert interval of 1500ms [not a whole number of seconds] / write "1s" to "255s", or `version = 3`, which has shorter ones"#);
    insta::assert_snapshot!(refused(&router("version = 2\nadvert_interval = \"256s\"")), @r#"7:19 error: version 2 has no advert interval of 256s [not in 1s to 255s] / write "1s" to "255s", or `version = 3`, which has shorter ones"#);
    insta::assert_snapshot!(refused(&router("version = 2\nadvert_interval = 1")), @r#"7:19 error: `advert_interval` takes a duration with its unit, not a number [this is a number] / write "1s" for seconds, "1ms" for milliseconds"#);
}

#[test]
fn intervals_of_version_3() {
    insta::assert_snapshot!(refused(&router("advert_interval = \"41s\"")), @r#"6:19 error: version 3 has no advert interval of 41s [not in 10ms to 40950ms] / write "10ms" to "40950ms", in steps of 10ms"#);
    insta::assert_snapshot!(refused(&router("advert_interval = \"9ms\"")), @r#"6:19 error: version 3 has no advert interval of 9ms [not in 10ms to 40950ms] / write "10ms" to "40950ms", in steps of 10ms"#);
    insta::assert_snapshot!(refused(&router("advert_interval = \"105ms\"")), @r#"6:19 error: version 3 has no advert interval of 105ms [not in steps of 10ms] / write "10ms" to "40950ms", in steps of 10ms"#);
    insta::assert_snapshot!(refused(&router("advert_interval = \"213503982334d\"")), @r#"6:19 error: version 3 has no advert interval of 213503982334d [not in 10ms to 40950ms] / write "10ms" to "40950ms", in steps of 10ms"#);
    insta::assert_snapshot!(refused(&router("advert_interval = \"0s\"")), @r#"6:19 error: version 3 has no advert interval of 0s [not in 10ms to 40950ms] / write "10ms" to "40950ms", in steps of 10ms"#);
}

#[test]
fn waiting_for_what_never_comes() {
    insta::assert_snapshot!(warned(&router("preempt = false\npreempt_delay = \"5s\"")), @r#"7:17 warning: `preempt_delay` without preemption [never waited for] / leave it away, or write `preempt = true`"#);
    insta::assert_snapshot!(refused(&router("preempt_delay = \"1001s\"")), @r#"6:17 error: `preempt_delay` is out of range [not in 0s to 1000s] / write a duration from "0s" to "1000s""#);
}

#[test]
fn passwords() {
    let with = |auth: &str| refused(&router(&format!("version = 2\nauth = {{ {auth} }}")));
    insta::assert_snapshot!(with("type = \"pass\", password = \"123456789\""), @r#"7:36 error: the password is longer than 8 bytes / write the first 8 characters, which is what keepalived uses"#);
    insta::assert_snapshot!(with("type = \"pass\", password = \"\""), @r#"7:36 error: the password is empty / write 1 to 8 characters, or no `auth`"#);
    insta::assert_snapshot!(with("type = \"pass\", password = \"geheím\""), @r#"7:36 error: the password is not plain ASCII / write letters, digits and signs: other routers see bytes"#);
    insta::assert_snapshot!(with("type = \"pass\", password = 1111"), @r#"7:36 error: `password` takes a string, not a number [this is a number] / write `"1111"`"#);
    insta::assert_snapshot!(with("type = \"ah\", password = \"1111\""), @r#"7:17 error: authentication by AH is not supported [RFC 3768 removed it] / write `type = "pass"` on all routers, or no `auth`; against strangers use `unicast_peers` and a firewall"#);
    insta::assert_snapshot!(with("type = \"PASS\", password = \"1111\""), @r#"7:17 error: `type` has no value "PASS" [in the wrong case] / write "pass": case matters"#);
    insta::assert_snapshot!(with("password = \"1111\""), @r#"7:8 error: `auth` has no `type` [`type` is missing] / write `type = "pass"`"#);
    insta::assert_snapshot!(with("type = \"pass\""), @r#"7:8 error: `auth` has no `password` [`password` is missing] / write `password = "1111"`, 1 to 8 characters"#);
}

#[test]
fn a_password_in_version_3() {
    insta::assert_snapshot!(refused(&router("auth = { type = \"pass\", password = \"1111\" }")), @r#"6:8 error: version 3 has no authentication [RFC 5798 removed it] / leave `auth` away, or write `version = 2`"#);
}

fn with_addresses(list: &str) -> String {
    changed("[\"192.0.2.100\"]", list)
}

#[test]
fn addresses_that_are_none() {
    insta::assert_snapshot!(refused(&with_addresses("[]")), @r#"5:13 error: `addresses` is empty [an advert has at least one address] / write one here; the others may be in `excluded_addresses`"#);
    insta::assert_snapshot!(refused(&with_addresses("\"192.0.2.100\"")), @r#"5:13 error: `addresses` takes a list, not a string [this is a string] / write `addresses = ["192.0.2.1"]`"#);
    insta::assert_snapshot!(refused(&with_addresses("[\"192.0.2.256\", 1, {}]")), @r#"
    5:14 error: "192.0.2.256" is no IP address / write an address such as "192.0.2.1", "192.0.2.1:80" or "[2001:db8::1]:80"
    5:29 error: `addresses` takes a string, not a number [this is a number] / write `"192.0.2.1"`
    5:32 error: an address of [[vrrp]] has no `address` [`address` is missing] / write `address = "192.0.2.1"`
    "#);
    insta::assert_snapshot!(refused(&with_addresses("[\"192.0.2.255/24\", \"192.0.2.0/24\", \"224.0.0.18\", \"127.0.0.1\", \"0.0.0.0\"]")), @r#"
    5:14 error: 192.0.2.255 is no host address [the broadcast address of its /24] / write another address, or "192.0.2.255" without /24
    5:32 error: 192.0.2.0 is no host address [the network address of its /24] / write another address, or "192.0.2.0" without /24
    5:48 error: 224.0.0.18 is no host address [this is a multicast group] / write the one address that clients connect to
    5:62 error: 127.0.0.1 is no host address [this is reached only from the same machine] / write the one address that clients connect to
    5:75 error: 0.0.0.0 is no host address [this stands for every address of a machine] / write the one address that clients connect to
    "#);
}

#[test]
fn addresses_of_two_families() {
    insta::assert_snapshot!(refused(&with_addresses("[\"192.0.2.100\", \"2001:db8::1\"]")), @r#"5:29 error: the addresses of an advert are of one family [2001:db8::1 is IPv6, the first is IPv4] / write it in `excluded_addresses`, or give it a [[vrrp]] of its own"#);
    insta::assert_snapshot!(refused(&with_addresses("[\"fe80::1\", \"192.0.2.100\"]")), @r#"5:25 error: the addresses of an advert are of one family [192.0.2.100 is IPv4, the first is IPv6] / write it in `excluded_addresses`, or give it a [[vrrp]] of its own"#);
}

#[test]
fn ipv6_in_version_2() {
    insta::assert_snapshot!(refused(&(with_addresses("[\"fe80::1\"]") + "version = 2\n")), @r#"7:11 error: version 2 has no IPv6 [fe80::1 is IPv6] / write `version = 3`, or leave `version` away"#);
}

#[test]
fn ipv6_without_a_link_local_address() {
    insta::assert_snapshot!(warned(&with_addresses("[\"2001:db8::1\", \"fe80::1\"]")), @r#"5:14 warning: the first IPv6 address of an advert should be a link-local one [RFC 9568 section 5.2.9] / write one that all its routers share before it, such as "fe80::1""#);
}

#[test]
fn more_addresses_than_fit() {
    let v6: Vec<String> = (1..=91).map(|n| format!("\"fe80::{n:x}\"")).collect();
    insta::assert_snapshot!(refused(&with_addresses(&format!("[{}]", v6.join(", ")))), @r#"5:1079 error: 91 addresses do not fit an advert [the first that does not fit] / 90 fit: move the others to `excluded_addresses`, which are held in the same way"#);
    let v4: Vec<String> = (0..300).map(|n| format!("\"10.0.{}.{}\"", n / 200, n % 200)).collect();
    insta::assert_snapshot!(refused(&(with_addresses(&format!("[{}]", v4.join(", "))) + "version = 2\n")), @r#"5:3409 error: 300 addresses do not fit an advert [the first that does not fit] / 255 fit: move the others to `excluded_addresses`, which are held in the same way"#);
}

#[test]
fn more_excluded_addresses_than_a_takeover_can_carry() {
    let all: Vec<String> = (0..4_001).map(|n| format!("\"10.{}.{}.1\"", n / 200, n % 200)).collect();
    insta::assert_snapshot!(refused(&router(&format!("excluded_addresses = [{}]", all.join(",")))), @r#"6:51823 error: more than 4000 excluded addresses / leave some away: each is added and announced while the director takes over"#);
}

#[test]
fn addresses_that_are_held_twice() {
    let held = "[[address]]\naddress = \"192.0.2.100\"\ninterface = \"eth0\"\n";
    insta::assert_snapshot!(refused(&(router("") + held)), @r#"5:14 error: 192.0.2.100 is held twice [the second time] / line 8 has it in [[address]], which holds it all the time: leave it away there"#);
    insta::assert_snapshot!(refused(&with_addresses("[\"192.0.2.100\", \"192.0.2.100/24\"]")), @r#"5:29 error: 192.0.2.100 is held twice [the second time] / the first is in line 5: one router holds an address, and has it once"#);
    insta::assert_snapshot!(refused(&with_addresses("[\"fe80::1\", \"fe80::1\"]")), @r#"5:25 error: fe80::1 is held twice [the second time] / the first is in line 5: one router holds an address, and has it once"#);
    insta::assert_snapshot!(refused(&router("excluded_addresses = [\"192.0.2.100\"]")), @r#"6:23 error: 192.0.2.100 is held twice [the second time] / the first is in line 5: one router holds an address, and has it once"#);
    let other =
        "name = \"VI_2\"\ninterface = \"eth1\"\nvirtual_router_id = 51\naddresses = [\"192.0.2.100\"]";
    insta::assert_snapshot!(refused(&second(&router(""), other)), @r#"11:14 error: 192.0.2.100 is held twice [the second time] / the first is in line 5: one router holds an address, and has it once"#);
}

#[test]
fn a_real_server_at_an_address_that_moves() {
    insta::assert_snapshot!(refused(&(beside("") + &changed("192.0.2.100", "192.168.100.8"))), @r#"4:11 error: 192.168.100.8 is held by this director itself [packets to it never leave this machine] / it is in [[vrrp]] in line 10: write the server's own address"#);
}

#[test]
fn tables_of_addresses() {
    insta::assert_snapshot!(refused(&with_addresses("[{ address = \"192.0.2.1\", dev = \"eth1\" }, { interface = \"eth1\" }]")), @r#"
    5:39 error: an address of [[vrrp]] has no key `dev` [not known] / write `interface`
    5:55 error: an address of [[vrrp]] has no `address` [`address` is missing] / write `address = "192.0.2.1"`
    "#);
    insta::assert_snapshot!(refused(&with_addresses("[{ address = \"192.0.2.1\", label = \"eth1:0\" }]")), @r#"5:47 error: a label is the interface's name, a colon and a word / write "eth0:0""#);
    insta::assert_snapshot!(refused(&with_addresses("[{ address = \"192.0.2.1\", interface = \"eth1\", label = \"eth1:01234567890\" }]")), @r#"5:67 error: the label is longer than 15 bytes / write a shorter one, as in "eth1:0""#);
    insta::assert_snapshot!(refused(&with_addresses("[{ address = \"192.0.2.1\", scope = \"site\" }]")), @r#"5:47 error: `scope` has no value "site" [not known] / there are global, link and host"#);
    insta::assert_snapshot!(refused(&with_addresses("[{ address = \"fe80::1\", scope = \"link\" }, { address = \"fe80::2\", label = \"eth0:0\" }]")), @r#"
    5:45 error: `scope` is for IPv4 only / leave it away: an IPv6 address has its scope in itself
    5:86 error: IPv6 addresses have no label / leave `label` away for fe80::2
    "#);
}

#[test]
fn peers() {
    insta::assert_snapshot!(refused(&router("unicast_peers = []")), @r#"6:17 error: `unicast_peers` is empty [nobody would hear the adverts] / write the other routers' addresses, or leave it away for multicast"#);
    insta::assert_snapshot!(refused(&router("unicast_peers = \"192.0.2.3\"")), @r#"6:17 error: `unicast_peers` takes a list, not a string [this is a string] / write `unicast_peers = ["192.0.2.3"]`"#);
    insta::assert_snapshot!(
        refused(&router("source = \"192.0.2.2\"\nunicast_peers = [\"192.0.2.2\", \"192.0.2.3\", \"192.0.2.3\", \"fe80::3\", \"192.0.2.100\", \"224.0.0.18\", \"lvs02\"]")),
        @r#"
    7:18 error: 192.0.2.2 is `source`, this router's own address / write the addresses of the other routers
    7:44 error: 192.0.2.3 is listed twice / leave one of the two
    7:57 error: `unicast_peers` takes an IPv4 address [fe80::3 is IPv6] / the first of `addresses` is IPv4, and so are the adverts
    7:68 error: 192.0.2.100 moves with this router [one of its addresses] / write an address that stays where it is
    7:83 error: 224.0.0.18 is no host address [this is a multicast group] / write the address that the router has on that network
    7:97 error: "lvs02" is no IP address [a name] / names are not looked up, a name server must not be able to move a service: write the address
    "#);
}

#[test]
fn too_many_peers() {
    let all: Vec<String> = (0..256).map(|n| format!("\"10.0.{n}.1\"")).collect();
    insta::assert_snapshot!(refused(&router(&format!("unicast_peers = [{}]", all.join(",")))), @r#"6:3223 error: more than 255 peers / leave some away: each gets every advert"#);
}

#[test]
fn sources() {
    insta::assert_snapshot!(refused(&router("source = \"fe80::2\"")), @r#"6:10 error: `source` takes an IPv4 address [fe80::2 is IPv6] / the first of `addresses` is IPv4, and so are the adverts"#);
    insta::assert_snapshot!(refused(&router("source = \"192.0.2.100\"")), @r#"6:10 error: 192.0.2.100 moves with this router [one of its addresses] / write an address that stays where it is"#);
    insta::assert_snapshot!(refused(&router("source = \"192.0.2.2/24\"")), @r#"6:10 error: "192.0.2.2/24" is no IP address / write the address alone, without a prefix length"#);
    insta::assert_snapshot!(warned(&(with_addresses("[\"fe80::1\"]") + "source = \"2001:db8::2\"\n")), @r#"7:10 warning: multicast adverts over IPv6 come from a link-local address [other routers may refuse them (RFC 9568 section 5.1.2.1)] / write the interface's own, or leave `source` away"#);
}

#[test]
fn multicast_groups() {
    insta::assert_snapshot!(refused(&router("multicast_group = \"192.0.2.1\"")), @r#"6:19 error: 192.0.2.1 is no multicast group / write one of 224.0.0.0/4 or ff00::/8, or leave it away for 224.0.0.18 or ff02::12"#);
    insta::assert_snapshot!(refused(&router("multicast_group = \"ff02::12\"")), @r#"6:19 error: `multicast_group` takes an IPv4 address [ff02::12 is IPv6] / the first of `addresses` is IPv4, and so are the adverts"#);
    insta::assert_snapshot!(refused(&router("multicast_group = \"224.0.0.18\"\nunicast_peers = [\"192.0.2.3\"]")), @r#"6:1 error: `multicast_group` beside `unicast_peers` [adverts go to the peers alone] / leave one of the two away"#);
}

#[test]
fn a_pseudo_header_where_there_is_no_choice() {
    insta::assert_snapshot!(refused(&router("version = 2\npseudo_header = false")), @r#"7:1 error: `pseudo_header` is for version 3 over IPv4 / leave it away: otherwise there is nothing to choose"#);
    insta::assert_snapshot!(refused(&(with_addresses("[\"fe80::1\"]") + "pseudo_header = true\n")), @r#"7:1 error: `pseudo_header` is for version 3 over IPv4 / leave it away: otherwise there is nothing to choose"#);
}

#[test]
fn routes() {
    let with = |route: &str| refused(&router(&format!("routes = [{{ {route} }}]")));
    insta::assert_snapshot!(refused(&router("routes = [\"10.0.0.0/8 via 192.0.2.1\"]")), @r#"6:11 error: `routes` takes tables, not a string [this is a string] / write `{ to = "10.0.0.0/8", via = "192.0.2.1" }`"#);
    insta::assert_snapshot!(with("via = \"192.0.2.1\""), @r#"6:11 error: a route of [[vrrp]] has no `to` [`to` is missing] / write the destination: `to = "10.0.0.0/8"` or `to = "default"`"#);
    insta::assert_snapshot!(with("to = \"default\""), @r#"6:11 error: a route has `via` or `interface` [leads nowhere] / write `{ to = "10.0.0.0/8", via = "192.0.2.1" }`"#);
    insta::assert_snapshot!(with("to = \"10.0.0.1/8\", via = \"192.0.2.1\""), @r#"6:18 error: 10.0.0.1 has bits below /8 [no network] / write "10.0.0.0/8""#);
    insta::assert_snapshot!(with("to = \"10.0.0.0/33\", via = \"192.0.2.1\""), @r#"6:18 error: "10.0.0.0/33" is no destination / write an address with its prefix length, "10.0.0.0/8", or "default"; "::/0" for IPv6"#);
    insta::assert_snapshot!(with("to = \"2001:db8::/+1\", via = \"fe80::1\""), @r#"
    6:11 error: fe80::1 is valid on one link only [`interface` is missing] / write the `interface` of that link beside it
    6:18 error: "2001:db8::/+1" is no destination / write an address with its prefix length, "10.0.0.0/8", or "default"; "::/0" for IPv6
    "#);
    insta::assert_snapshot!(with("to = \"::/0\", via = \"192.0.2.1\", source = \"192.0.2.2\""), @r#"
    6:32 error: 192.0.2.1 is not of the family of ::/0 / write an address of the destination's family
    6:54 error: 192.0.2.2 is not of the family of ::/0 / write an address of the destination's family
    "#);
    insta::assert_snapshot!(with("to = \"::/0\", via = \"fe80::1\""), @r#"6:11 error: fe80::1 is valid on one link only [`interface` is missing] / write the `interface` of that link beside it"#);
    insta::assert_snapshot!(with("to = \"default\", gw = \"192.0.2.1\", dev = \"eth0\", table = 0"), @r#"
    6:29 error: a route of [[vrrp]] has no key `gw` [not known] / write `via`
    6:47 error: a route of [[vrrp]] has no key `dev` [not known] / write `interface`
    6:69 error: `table` is out of range [not in 1 to 4294967295] / write a number from 1 to 4294967295
    "#);
    insta::assert_snapshot!(
        refused(&router("routes = [{ to = \"default\", via = \"192.0.2.1\" }, { to = \"0.0.0.0/0\", interface = \"eth0\" }]")),
        @r#"6:50 error: the route to 0.0.0.0/0 is there twice [the second of this table and metric] / leave one of the two, or write another `metric`"#);
}

#[test]
fn announcements() {
    insta::assert_snapshot!(refused(&router("announce = { repeat = 0, delay = \"2h\", refresh = \"0s\", refresh_repeat = 21, rival_dealy = \"1s\" }")), @r#"
    6:23 error: `repeat` is out of range [not in 1 to 20] / write a number from 1 to 20
    6:34 error: `delay` is out of range [not in 0s to 1h] / write a duration from "0s" to "1h"
    6:50 error: `refresh` is out of range [all the time] / write "never", or a duration from "1s" to "1d"
    6:73 error: `refresh_repeat` is out of range [not in 1 to 20] / write a number from 1 to 20
    6:77 error: `announce` has no key `rival_dealy` [not known] / did you mean `rival_delay`?
    "#);
    insta::assert_snapshot!(refused(&router("announce = false")), @r#"6:12 error: `announce` takes a table, not true or false [this is true or false] / write `{ key = value }`, or a section of its own"#);
}

#[test]
fn notify() {
    let with = |notify: &str| refused(&router(&format!("notify = {notify}")));
    insta::assert_snapshot!(with("\"/bin/notify\""), @r#"6:10 error: `notify` takes a table, not a string [this is a string] / write `notify = { any = "/path" }` for every transition, or `master`, `backup`, `fault`, `stop`"#);
    insta::assert_snapshot!(with("{ any = \"notify.sh\" }"), @r#"6:18 error: "notify.sh" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name""#);
    insta::assert_snapshot!(with("{ master = \"/bin/notify --master\" }"), @r#"6:21 error: `master` is the path of a program, without arguments [there is a space in it] / write a list: ["/bin/notify", "--master"]"#);
    insta::assert_snapshot!(with("{ backup = [], fault = [1], stop = [\"/bin/stop\", 2], deleted = \"/bin/x\" }"), @r#"
    6:21 error: `backup` is empty / write the full path of a program, or leave it away
    6:34 error: `fault` takes a string, not a number [this is a number] / write `"/path"`
    6:59 error: `stop` takes a string, not a number [this is a number] / write `"/path"`
    6:63 error: `notify` has no key `deleted` [not known] / the keys are any, master, backup, fault and stop
    "#);
    insta::assert_snapshot!(with("{ any = true, master = \"/etc/\", backup = [\"/bin/x\", \"a\\u0000b\"] }"), @r#"
    6:18 error: `any` takes a program, not true or false [this is true or false] / write its full path, "/path", or a list with its arguments, ["/path", "argument"]
    6:33 error: "/etc/" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    6:62 error: `backup` has a NUL byte in it / leave it away: no path or argument has one
    "#);
}
