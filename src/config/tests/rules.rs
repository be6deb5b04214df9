//! What is sound in either language.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

use std::net::IpAddr;

use lvs_config::rules::{
    AddressRange, Network, Role, WrongNetwork, WrongRange, edge_of_subnet, is_dns_name, is_mail_address,
    is_mail_part, is_name_or_address, why_no_interface, why_not,
};
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn printed(text: &str) -> Result<String, WrongRange> {
    AddressRange::parse(text).map(|range| range.to_string())
}

#[test]
fn ranges_are_printed_as_they_are_written_best() {
    for (text, best) in [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1-1", "192.0.2.1"),
        ("192.0.2.1-9", "192.0.2.1-9"),
        ("192.0.2.1-192.0.2.9", "192.0.2.1-9"),
        ("192.0.2.250-192.0.3.5", "192.0.2.250-192.0.3.5"),
        ("192.0.2.0/28", "192.0.2.0-15"),
        ("192.0.2.1/32", "192.0.2.1"),
        ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
        ("2001:db8::1-ff", "2001:db8::1-2001:db8::ff"),
        ("2001:db8::/126", "2001:db8::-2001:db8::3"),
    ] {
        assert_eq!(printed(text).as_deref(), Ok(best), "{text}");
    }
}

#[test]
fn what_is_no_range_is_told_apart() {
    for text in
        ["", "-", "x", "192.0.2.1-", "192.0.2.1-256", "192.0.2.1-+9", "192.0.2.1-2001:db8::1", "192.0.2.0/33"]
    {
        assert_eq!(printed(text), Err(WrongRange::Form), "{text}");
    }
    assert_eq!(printed("192.0.2.9-1"), Err(WrongRange::Backwards));
    let network = Network { address: ip("192.0.2.0"), prefix: 28 };
    assert_eq!(printed("192.0.2.9/28"), Err(WrongRange::HostBits(network)));
}

#[test]
fn all_of_ipv6_is_counted() {
    assert_eq!(AddressRange::parse("::/0").unwrap().further(), u128::MAX);
}

#[test]
fn a_range_grows_by_the_next_address_only() {
    let mut range = AddressRange::one(ip("192.0.2.1"));
    assert!(range.extend(ip("192.0.2.2")));
    for other in ["192.0.2.2", "192.0.2.4", "192.0.2.1", "::c000:203"] {
        assert!(!range.extend(ip(other)), "{other}");
    }
    assert_eq!(range, AddressRange::parse("192.0.2.1-2").unwrap());
    assert!(!AddressRange::one(ip("255.255.255.255")).extend(ip("::1:0:0")));
    assert!(!AddressRange::one(IpAddr::from([0xff; 16])).extend(ip("::")));
}

proptest! {
    /// Whatever range: read, counted and gone through, it is the same addresses.
    #[test]
    fn addresses_are_those_that_are_counted(first in any::<u32>(), further in 0..300_u32) {
        let last = first.saturating_add(further);
        let [first, last] = [first, last].map(|bits| IpAddr::V4(bits.into()));
        let range = AddressRange::parse(&format!("{first}-{last}")).unwrap();
        let all: Vec<IpAddr> = range.addresses().collect();
        prop_assert_eq!(all.len() as u128, range.further() + 1);
        prop_assert_eq!((all.first(), all.last()), (Some(&first), Some(&last)));
        let mut grown = AddressRange::one(first);
        prop_assert!(all.iter().skip(1).all(|address| grown.extend(*address)));
        prop_assert_eq!(grown, range);
        prop_assert_eq!(AddressRange::parse(&range.to_string()), Ok(range));
    }
}

#[test]
fn a_network_begins_with_its_lowest_address() {
    for text in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32"] {
        assert_eq!(Network::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Network::parse("192.0.2.1").unwrap().prefix, 32);
    assert_eq!(Network::parse("2001:db8::1").unwrap().prefix, 128);
    for text in ["default", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/33", "::/129", "10/8"] {
        assert_eq!(Network::parse(text), Err(WrongNetwork::Form), "{text}");
    }
    let (address, network) = (ip("10.1.2.3"), Network { address: ip("10.0.0.0"), prefix: 8 });
    assert_eq!(Network::parse("10.1.2.3/8"), Err(WrongNetwork::HostBits { address, network }));
}

#[test]
fn roles_differ_in_what_they_take() {
    let takes = |text| [Role::Vip, Role::Server, Role::Router].map(|role| why_not(ip(text), role).is_none());
    assert_eq!(takes("192.0.2.1"), [true, true, true]);
    assert_eq!(takes("127.0.0.1"), [false, true, false]);
    assert_eq!(takes("fe80::1"), [false, false, true]);
    for text in ["0.0.0.0", "0.1.2.3", "224.0.0.18", "240.0.0.1", "255.255.255.255", "::", "ff02::12"] {
        assert_eq!(takes(text), [false, false, false], "{text}");
    }
    let mapped = why_not(ip("::ffff:192.0.2.1"), Role::Server).unwrap();
    assert_eq!(mapped.help, "write the IPv4 address itself");
}

#[test]
fn a_subnet_has_two_edges_unless_it_is_small() {
    assert_eq!(edge_of_subnet(ip("192.0.2.0"), 24), Some("network address"));
    assert_eq!(edge_of_subnet(ip("192.0.2.255"), 24), Some("broadcast address"));
    for (address, prefix) in [("192.0.2.1", 24), ("192.0.2.0", 31), ("192.0.2.0", 32), ("2001:db8::", 64)] {
        assert_eq!(edge_of_subnet(ip(address), prefix), None, "{address}/{prefix}");
    }
}

#[test]
fn names_of_interfaces() {
    for name in ["eth0", "bond0.100", "fifteen-letters"] {
        assert_eq!(why_no_interface(name), None, "{name}");
    }
    for name in ["", ".", "..", "sixteen--letters", "eth0:1", "a/b", "a b", "a\u{0}"] {
        assert!(why_no_interface(name).is_some(), "{name}");
    }
}

#[test]
fn mail_addresses() {
    let long = format!("{}@example.org", "a".repeat(242));
    for text in ["root@localhost", "a+b@example.org", "jürgen@example.org", long.as_str()] {
        assert!(is_mail_address(text), "{text}");
    }
    let longer = format!("a{long}");
    for text in ["", "root", "@x", "root@", "a@b@c", "A <a@b>", "a@b..c", "a@b.", "a b@c", longer.as_str()] {
        assert!(!is_mail_address(text), "{text}");
    }
    assert!(is_mail_part("root") && !is_mail_part("") && !is_mail_part("a@b"));
}

#[test]
fn names_of_hosts() {
    let [most, more] = [63, 64].map(|length| "a".repeat(length));
    for text in ["mail", "mail.example.org.", "a_b-1", "192.0.2.1", "2001:db8::1", most.as_str()] {
        assert!(is_name_or_address(text), "{text}");
    }
    for text in ["", ".", "a..b", "a b", "mail:25", "[2001:db8::1]", more.as_str()] {
        assert!(!is_name_or_address(text), "{text}");
    }
    assert!(is_dns_name(".") && is_dns_name("*.example.org") && is_dns_name(&most));
    assert!(!is_dns_name("") && !is_dns_name("..") && !is_dns_name("a\\b") && !is_dns_name(&more));
}
