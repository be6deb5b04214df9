//! Routes and what an interface is like, seen by `ip`. Without the right to make hosts (root) these do nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hosts;

use hosts::{Host, address, ip, output, pair, until};
use lvs_kernel::address::{Addresses, Route};

fn route(to: &str) -> Route {
    let (to, prefix) = to.split_once('/').unwrap();
    let to = (address(to), prefix.parse().unwrap());
    Route { to, via: None, interface: None, source: None, table: None, metric: None }
}

fn via(to: &str, gateway: &str) -> Route {
    Route { via: Some(address(gateway)), ..route(to) }
}

fn on(interface: &str, route: Route) -> Route {
    Route { interface: Some(interface.into()), ..route }
}

/// Adds it, has it looked at, and removes it.
async fn comes_and_goes(addresses: &Addresses, route: &Route, shown: &str) {
    addresses.add_route(route).await.unwrap();
    assert!(addresses.add_route(route).await.unwrap_err().is_already_there());
    let table = route.table.unwrap_or(254);
    let family = if route.to.0.is_ipv6() { "-6" } else { "-4" };
    assert_eq!(output(&format!("ip {family} route show table {table} proto 112")).trim_end(), shown);
    let [found] = addresses.routes().await.unwrap().try_into().unwrap();
    assert!(route.is_there(&found), "{route} is not {found}");
    // what was read is what removes it, as well as what was wanted
    addresses.remove_route(&found).await.unwrap();
    assert!(addresses.remove_route(route).await.unwrap_err().is_gone());
    assert_eq!(addresses.routes().await.unwrap(), []);
}

fn with_host(test: &str, work: impl AsyncFnOnce(Addresses) + Send + 'static) {
    let Some((a, _b)) = pair(test) else { return };
    a.wait(|| async { work(Addresses::open().unwrap()).await });
}

#[test]
fn routes_come_and_go() {
    with_host("routes_come_and_go", async |addresses| {
        let plain = via("198.51.100.0/24", "10.0.0.254");
        comes_and_goes(&addresses, &plain, "198.51.100.0/24 via 10.0.0.254 dev eth0").await;
        let default = on("eth0", via("0.0.0.0/0", "10.0.0.254"));
        comes_and_goes(&addresses, &default, "default via 10.0.0.254 dev eth0").await;
        let on_link = on("eth0", route("198.51.100.0/24"));
        comes_and_goes(&addresses, &on_link, "198.51.100.0/24 dev eth0 scope link").await;
        let full = Route { source: Some(address("10.0.0.1")), table: Some(1000), metric: Some(7), ..plain };
        assert_eq!(full.to_string(), "198.51.100.0/24 via 10.0.0.254 src 10.0.0.1 table 1000 metric 7");
        let shown = "198.51.100.0/24 via 10.0.0.254 dev eth0 src 10.0.0.1 metric 7";
        comes_and_goes(&addresses, &full, shown).await;
        let mixed = on("eth0", via("198.51.100.0/24", "2001:db8::fe"));
        comes_and_goes(&addresses, &mixed, "198.51.100.0/24 via inet6 2001:db8::fe dev eth0").await;
    });
}

#[test]
fn ipv6_routes_come_and_go() {
    with_host("ipv6_routes_come_and_go", async |addresses| {
        let plain = via("2001:db8:1::/48", "2001:db8::fe");
        let shown = "2001:db8:1::/48 via 2001:db8::fe dev eth0 metric 1024 pref medium";
        comes_and_goes(&addresses, &plain, shown).await;
        comes_and_goes(&addresses, &Route { metric: Some(0), ..plain.clone() }, shown).await;
        let default = on("eth0", via("::/0", "fe80::1"));
        let shown = "default via fe80::1 dev eth0 metric 1024 pref medium";
        comes_and_goes(&addresses, &default, shown).await;
        let source = Some(address("2001:db8::1"));
        let full = on("eth0", Route { source, table: Some(100), metric: Some(7), ..plain });
        let shown = "2001:db8:1::/48 via 2001:db8::fe dev eth0 src 2001:db8::1 metric 7 pref medium";
        comes_and_goes(&addresses, &full, shown).await;
    });
}

#[test]
fn routes_of_others_are_left_alone() {
    with_host("routes_of_others_are_left_alone", async |addresses| {
        ip("route add 198.51.100.0/24 via 10.0.0.254");
        ip("-6 route add 2001:db8:1::/48 via 2001:db8::fe");
        for theirs in [via("198.51.100.0/24", "10.0.0.254"), via("2001:db8:1::/48", "2001:db8::fe")] {
            assert!(addresses.add_route(&theirs).await.unwrap_err().is_already_there());
            assert!(addresses.remove_route(&theirs).await.unwrap_err().is_gone());
        }
        assert_eq!(addresses.routes().await.unwrap(), []);
        // everything else still answers under strict checking
        let (links, found) = addresses.observe().await.unwrap();
        assert!(links.iter().any(|link| link.name == "eth0"));
        assert!(found.iter().any(|found| found.address == address("10.0.0.1")));
    });
}

#[test]
fn routes_that_are_impossible_say_so() {
    with_host("routes_that_are_impossible_say_so", async |addresses| {
        let far = via("198.51.100.0/24", "192.0.2.1");
        let error = addresses.add_route(&far).await.unwrap_err();
        assert_eq!(error.to_string(), "cannot add the route 198.51.100.0/24 via 192.0.2.1");
        assert!(!error.is_gone() && !error.is_already_there());
        let nowhere = on("eth9", route("198.51.100.0/24"));
        assert!(addresses.add_route(&nowhere).await.unwrap_err().is_gone());
        let stranger = on("eth0", Route { source: Some(address("10.9.9.9")), ..route("198.51.100.0/24") });
        assert!(addresses.add_route(&stranger).await.is_err());
    });
}

#[test]
fn a_route_is_known_by_what_was_asked_for() {
    let found =
        Route { table: Some(254), metric: Some(0), ..on("eth0", via("198.51.100.0/24", "10.0.0.254")) };
    let wanted = via("198.51.100.0/24", "10.0.0.254");
    assert!(wanted.is_there(&found));
    let others = [
        route("198.51.100.0/24"),
        via("198.51.100.0/25", "10.0.0.254"),
        via("198.51.100.0/24", "10.0.0.253"),
        on("eth1", wanted.clone()),
        Route { source: Some(address("10.0.0.1")), ..wanted.clone() },
        Route { table: Some(1), ..wanted.clone() },
        Route { metric: Some(1), ..wanted },
    ];
    for other in others {
        assert!(!other.is_there(&found), "{other}");
    }
}

fn look<T: Send + 'static>(
    host: &Host,
    look: impl Fn(&[lvs_kernel::address::Link], &[lvs_kernel::address::Address]) -> T + Send + 'static,
) -> T {
    host.wait(|| async move {
        let (links, addresses) = Addresses::open().unwrap().observe().await.unwrap();
        look(&links, &addresses)
    })
}

#[test]
fn a_carrier_a_mac_and_an_mtu_are_seen() {
    let Some((a, b)) = pair("a_carrier_a_mac_and_an_mtu_are_seen") else { return };
    let eth0 = || {
        look(&a, |links, _| {
            let link = links.iter().find(|link| link.name == "eth0").unwrap();
            (link.up, link.running, link.mac, link.mtu)
        })
    };
    let mac = Some(hosts::mac(&a.mac("eth0")));
    assert_eq!(eth0(), (true, true, mac, 1500));
    a.ip("link set eth0 mtu 1400");
    b.ip("link set eth0 down");
    until("the carrier is gone", || eth0() == (true, false, mac, 1400));
    b.ip("link set eth0 up");
    until("the carrier is back", || eth0() == (true, true, mac, 1400));
    a.ip("link set eth0 down");
    assert_eq!(eth0(), (false, false, mac, 1400));
    assert!(look(&a, |links, _| links.iter().any(|link| link.name == "lo" && link.running)));
}

#[test]
fn addresses_that_are_no_first_choice_are_told() {
    let Some((a, b)) = pair("addresses_that_are_no_first_choice_are_told") else { return };
    a.ip("address add 10.0.0.50/24 dev eth0");
    a.ip("address add 10.0.0.51/32 dev eth0");
    let state = |wanted: &str| {
        let wanted = address(wanted);
        look(&a, move |_, addresses| {
            let found = addresses.iter().find(|found| found.address == wanted);
            found.map(|found| (found.secondary, found.tentative))
        })
    };
    assert_eq!(state("10.0.0.1"), Some((false, false)));
    assert_eq!(state("10.0.0.50"), Some((true, false)));
    assert_eq!(state("10.0.0.51"), Some((false, false)), "a subnet of its own");
    assert_eq!(state("2001:db8::1"), Some((false, false)));
    // detection goes on for a second, finds b, and the address stays unusable
    b.ip("-6 address add 2001:db8::77/64 dev eth0 nodad");
    a.run(|| {
        std::fs::write("/proc/sys/net/ipv6/conf/all/accept_dad", "1").unwrap();
        std::fs::write("/proc/sys/net/ipv6/conf/eth0/accept_dad", "1").unwrap();
    });
    a.ip("-6 address add 2001:db8::77/64 dev eth0");
    assert_eq!(state("2001:db8::77"), Some((false, true)));
    until("it has failed", || {
        a.output("ip -6 address show dev eth0").contains("2001:db8::77/64 scope global dadfailed")
    });
    assert_eq!(state("2001:db8::77"), Some((false, true)));
}
