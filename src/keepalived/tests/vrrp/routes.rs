use config::director::VirtualRoute;
use lvs_keepalived::Mode;

use super::{instance, only, refused, refused_always, taken};

fn file(lines: &str) -> String {
    instance(&format!("virtual_routes {{\n{lines}\n}}"))
}

fn routes(lines: &str) -> Vec<VirtualRoute> {
    only(taken(&file(lines), Mode::Strict)).routes
}

#[test]
fn what_moves() {
    let all = routes(
        "src 192.0.2.1 to 10.0.0.0/8 via 192.0.2.254 dev eth1\n10.9.0.0/16 gw 192.0.2.254 table 100 metric 5\n172.16.0.0/12 dev eth2 scope link no_track\ndefault via 192.0.2.254 priority 7\ninet6 default via 2001:db8::9\n198.51.100.7 via 192.0.2.254 table main",
    );
    let plain: Vec<String> = all.iter().map(|route| format!("{}/{}", route.to.0, route.to.1)).collect();
    assert_eq!(plain, ["10.0.0.0/8", "10.9.0.0/16", "172.16.0.0/12", "0.0.0.0/0", "::/0", "198.51.100.7/32"]);
    assert_eq!(all[0].source, Some("192.0.2.1".parse().unwrap()));
    assert_eq!(all[0].interface.as_deref(), Some("eth1"));
    assert_eq!((all[1].table, all[1].metric), (Some(100), Some(5)));
    assert_eq!((all[3].metric, all[5].table), (Some(7), None));
}

#[test]
fn mistakes() {
    for (line, word) in [
        ("blackhole 10.0.0.0/8", "`blackhole` of a route is not supported"),
        ("10.0.0.0/8 via 192.0.2.254 or 192.0.2.253", "`or` of a route"),
        ("10.0.0.0/8 nexthop via 192.0.2.254", "`nexthop`"),
        ("10.0.0.0/8 via 2001:db8::1", "not of the family"),
        ("10.0.0.0/8", "leads nowhere"),
        ("via 192.0.2.254", "without a destination"),
        ("2001:db8::/32 via fe80::1", "one link only"),
        ("10.0.0.0/8 via 192.0.2.254 table small", "no number of a routing table"),
        ("10.0.0.0/8 via gateway", "no IP address"),
        ("10.0.0.0/8 via", "`via` has no value"),
        ("10.0.0.0/8 via 192.0.2.254\n10.0.0.0/8 via 192.0.2.253", "there twice"),
    ] {
        refused_always(&file(line), &[word]);
    }
    refused(&file("10.0.0.1/8 via 192.0.2.254"), &["bits below /8", "`10.0.0.0/8`"]);
    assert_eq!(
        only(taken(&file("10.0.0.1/8 via 192.0.2.254"), Mode::Fix)).routes[0].to.0.to_string(),
        "10.0.0.0"
    );
}
