//! The way to a host, beside what `ip` says. Without the right to make hosts (root) these do nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hosts;

use std::net::Ipv4Addr;

use hosts::{address, cable, ip, pair};
use lvs_kernel::ways::{Way, Ways, own_addresses};
use nix::errno::Errno;

#[test]
fn the_interface_towards_a_host_is_that_of_the_route() {
    let Some((a, b)) = pair("the_interface_towards_a_host_is_that_of_the_route") else { return };
    cable(&a, &b, "eth1");
    a.run(|| {
        ip("address add 10.0.1.1/24 dev eth1");
        ip("route add 198.51.100.0/24 via 10.0.1.2");
        let mut ways = Ways::open().unwrap();
        let mut towards = |host: Ipv4Addr| ways.interface_towards(host);
        assert_eq!(towards([10, 0, 0, 2].into()).unwrap(), "eth0");
        assert_eq!(towards([10, 0, 1, 2].into()).unwrap(), "eth1");
        assert_eq!(towards([198, 51, 100, 7].into()).unwrap(), "eth1");
        assert_eq!(towards([10, 0, 0, 1].into()).unwrap(), "lo", "this machine");
        let nowhere = towards([203, 0, 113, 1].into()).unwrap_err();
        assert_eq!(nowhere.raw_os_error(), Some(Errno::ENETUNREACH as i32));
        assert_eq!(towards([10, 0, 0, 2].into()).unwrap(), "eth0", "an error is not in the way of the next");
    });
}

#[test]
fn the_way_to_a_host_names_its_gateway() {
    let Some((a, b)) = pair("the_way_to_a_host_names_its_gateway") else { return };
    cable(&a, &b, "eth1");
    a.run(|| {
        ip("address add 10.0.1.1/24 dev eth1");
        ip("route add 198.51.100.0/24 via 10.0.1.2");
        ip("route add 2001:db8:9::/64 via 2001:db8::2");
        let mut ways = Ways::open().unwrap();
        let mut towards = |host: &str| ways.towards(address(host)).unwrap();
        let way = |interface: &str, via: Option<&str>| Way {
            interface: interface.to_owned(),
            via: via.map(address),
        };
        assert_eq!(towards("10.0.1.2"), way("eth1", None));
        assert_eq!(towards("198.51.100.7"), way("eth1", Some("10.0.1.2")));
        assert_eq!(towards("2001:db8::2"), way("eth0", None));
        assert_eq!(towards("2001:db8:9::7"), way("eth0", Some("2001:db8::2")));
    });
}

#[test]
fn own_addresses_are_where_they_are() {
    let Some((a, _b)) = pair("own_addresses_are_where_they_are") else { return };
    a.run(|| {
        ip("address add 10.0.0.240/32 dev lo");
        let found = own_addresses().unwrap();
        for (there, interface) in [("10.0.0.1", "eth0"), ("10.0.0.240", "lo"), ("2001:db8::1", "eth0")] {
            assert!(found.contains(&(address(there), interface.to_owned())), "{there} in {found:?}");
        }
        assert!(!found.iter().any(|(found, _)| *found == address("10.0.0.2")), "{found:?}");
    });
}
