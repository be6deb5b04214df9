//! What is written about VRRP is what is meant.

mod common;

use std::time::Duration;

use common::{router, service, taken};
use host::Scope;
use lvs_config::director::{self, DirectorConfig, IpvsOn, Notify, SyncRole, Tracked, VrrpConfig};
use vrrp::{Family, Interval, Password, Priority, Version};

/// Every key with a value that is not its default.
const ALL: &str = include_str!("vrrp.toml");

/// What the file is without a word about VRRP.
const QUIET: &str = "[[address]]\naddress = \"192.0.2.1\"\ninterface = \"eth0\"\n";

#[test]
fn a_router_with_nothing_but_what_it_needs() {
    let DirectorConfig { vrrp, ipvs_on, services, .. } = taken(&router(""));
    let one = &vrrp.routers[0];
    assert!(services.is_empty());
    assert_eq!((ipvs_on, one.name.as_str(), one.vrid.get()), (IpvsOn::All, "VI_1", 51));
    assert_eq!((one.version, one.priority.get(), one.preempt), (Version::V3, 100, true));
    assert_eq!(one.interval.duration(), Duration::from_millis(100));
    assert_eq!((one.preempt_delay, one.password, one.group), (Duration::ZERO, None, None));
    assert!(one.check_addresses && one.pseudo_header && one.peers.is_empty() && one.source.is_none());
    let vip = &one.addresses[0];
    assert_eq!((vip.address, vip.prefix), ("192.0.2.100".parse().unwrap(), 32));
    assert_eq!((vip.interface.as_str(), &vip.label, vip.scope), ("eth0", &None, Scope::Global));
    assert_eq!((one.announcing.repeat, one.announcing.delay), (5, Duration::from_secs(5)));
    assert_eq!((one.announcing.refresh, one.announcing.refresh_repeat), (Some(Duration::from_secs(60)), 1));
    assert_eq!((one.announcing.rival_delay, one.announcing.rival_repeat), (Duration::from_secs(5), 5));
    assert_eq!(one.notify, Notify::default());
}

#[test]
fn without_vrrp_nothing_is_said() {
    let config = taken(QUIET);
    assert_eq!(config.vrrp, VrrpConfig::default());
    assert_eq!(config.vrrp.notify_timeout, Duration::from_secs(30));
}

#[test]
fn version_2_counts_in_seconds() {
    let one = &taken(&router("version = 2")).vrrp.routers[0];
    assert_eq!(one.interval, Interval::seconds(1).unwrap());
    let lines =
        "version = 2\nadvert_interval = \"255s\"\nauth = { type = \"pass\", password = \"8 bytes!\" }";
    let one = &taken(&router(lines)).vrrp.routers[0];
    assert_eq!(one.interval, Interval::seconds(255).unwrap());
    assert_eq!(one.password, Password::new(b"8 bytes!"));
}

#[test]
fn version_3_counts_in_centiseconds() {
    for (text, centis) in [("10ms", 1), ("1s", 100), ("40950ms", 4095), ("40s", 4000)] {
        let one = &taken(&router(&format!("advert_interval = \"{text}\""))).vrrp.routers[0];
        assert_eq!(one.interval.centis(), centis, "{text}");
    }
}

#[test]
fn ipv6_adverts() {
    let config = taken(
        r#"
        [[vrrp]]
        name = "six"
        interface = "eth0"
        virtual_router_id = 255
        priority = 255
        addresses = ["fe80::1", "2001:db8::1/64"]
        excluded_addresses = ["192.0.2.1/24"]
        unicast_peers = ["fe80::2", "2001:db8::3"]
        source = "2001:db8::2"
        [[vrrp]]
        name = "the same link-local address elsewhere"
        interface = "eth1"
        virtual_router_id = 255
        addresses = ["fe80::1"]
        "#,
    );
    let one = &config.vrrp.routers[0];
    assert_eq!(one.priority, Priority::OWNER);
    assert_eq!(one.addresses.iter().map(|vip| vip.prefix).collect::<Vec<_>>(), [128, 64]);
    assert_eq!(one.excluded[0].prefix, 24);
    assert_eq!(one.peers.len(), 2);
}

/// A number belongs to an interface and a family.
#[test]
fn one_number_where_nobody_else_hears_it() {
    let second = |interface, address| {
        let other =
            router("").replace("VI_1", "VI_2").replace("eth0", interface).replace("192.0.2.100", address);
        let text = router("") + &other;
        director::parse(&text).map(|(config, _)| config.vrrp.routers.len()).ok()
    };
    assert_eq!(second("eth1", "192.0.2.101"), Some(2));
    assert_eq!(second("eth0", "fe80::1"), Some(2));
    assert_eq!(second("eth0", "192.0.2.101"), None);
}

#[test]
fn as_many_addresses_as_fit() {
    for (version, family, most) in [(2, Family::V4, 255), (3, Family::V4, 255), (3, Family::V6, 90)] {
        let text = |count| {
            let address = |n: u32| match family {
                Family::V4 => format!("\"10.0.0.{n}\""),
                Family::V6 => format!("\"fe80::{n:x}\""),
            };
            let all: Vec<String> = (0..count).map(address).collect();
            router(&format!("version = {version}")).replace("\"192.0.2.100\"", &all.join(", "))
        };
        assert_eq!(taken(&text(most)).vrrp.routers[0].addresses.len(), usize::try_from(most).unwrap());
        assert!(director::parse(&text(most + 1)).is_err(), "{version} {family:?}");
    }
}

#[test]
fn all_services_by_one_word() {
    let two = service("name = \"a\"") + &service("").replace(":80", ":81");
    let tracked = |value| {
        let config = taken(&(two.clone() + &router(&format!("track_services = {value}"))));
        config.vrrp.routers[0].track_services.clone()
    };
    let unweighted = |name: &str| Tracked { name: name.to_owned(), weight: 0 };
    assert_eq!(tracked("true"), [unweighted("a"), unweighted("TCP 192.168.100.240:81")]);
    assert_eq!(tracked("false"), []);
    assert_eq!(
        tracked("[{ name = \"TCP 192.168.100.240:81\", weight = 253 }]"),
        [Tracked { name: "TCP 192.168.100.240:81".to_owned(), weight: 253 }]
    );
}

#[test]
fn default_routes_of_both_families() {
    let lines = r#"routes = [
        { to = "default", via = "192.0.2.1" },
        { to = "default", via = "192.0.2.2", metric = 1 },
        { to = "::/0", via = "fe80::1", interface = "eth0" },
        { to = "10.0.0.1", interface = "eth1" },
    ]"#;
    let routes = &taken(&router(lines)).vrrp.routers[0].routes;
    let to: Vec<String> = routes.iter().map(|route| format!("{}/{}", route.to.0, route.to.1)).collect();
    assert_eq!(to, ["0.0.0.0/0", "0.0.0.0/0", "::/0", "10.0.0.1/32"]);
}

/// As the types have it, and as it is printed: what this shows is what a user of every key gets.
#[test]
fn every_key() {
    let config = taken(ALL);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.bind(|| {
        insta::assert_debug_snapshot!("vrrp_every_key", (&config.vrrp, config.ipvs_on, &config.ipvs.sync));
        insta::assert_snapshot!("vrrp_every_key_printed", config.to_toml());
    });
    assert_eq!(director::parse(&config.to_toml()), Ok((config, vec![])));
}

/// A key whose value changes nothing is not read.
#[test]
fn no_key_is_ignored() {
    let config = taken(ALL);
    let lines: Vec<&str> = ALL.lines().collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.contains(" = ")) {
        let without: Vec<&str> =
            lines.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, line)| *line).collect();
        let without = director::parse(&without.join("\n"));
        assert!(without.is_err() || without.is_ok_and(|(other, _)| other != config), "{line}");
    }
}

#[test]
fn a_sync_daemon_that_follows() {
    let sync = |lines| {
        let text = format!(
            "{}[[ipvs.sync]]\nrole = \"vrrp\"\nvrrp = \"VI_1\"\ninterface = \"eth1\"\n{lines}",
            router("")
        );
        taken(&text).ipvs.sync.remove(0)
    };
    assert_eq!(sync("").role, SyncRole::Follow("VI_1".to_owned()));
    assert_eq!(sync("").catch_up, Some(Duration::from_secs(5)));
    assert_eq!(sync("catch_up = \"never\"").catch_up, None);
    assert_eq!(sync("catch_up = \"1h\"").catch_up, Some(Duration::from_secs(3_600)));
}
