use config::director::VirtualAddress;
use host::Scope;
use lvs_keepalived::Mode;
use vrrp::Version;

use super::{USUAL, instance, only, refused, refused_always, router, swallowed, taken, told, warned};

fn file(addresses: &str, more: &str) -> String {
    format!("vrrp_instance VI_1 {{\n{USUAL}virtual_ipaddress {{\n{addresses}\n}}\n{more}\n}}\n")
}

fn addresses(lines: &str) -> Vec<VirtualAddress> {
    only(taken(&file(lines, ""), Mode::Strict)).addresses
}

fn plain(list: &[VirtualAddress]) -> Vec<String> {
    list.iter().map(|one| format!("{}/{} {}", one.address, one.prefix, one.interface)).collect()
}

#[test]
fn options() {
    let all = addresses(
        "192.0.2.1\n192.0.2.2/24 dev eth1\n192.0.2.3/32 brd 192.0.2.255 dev eth1 scope link label eth1:0\n192.0.2.4 scope host",
    );
    assert_eq!(
        plain(&all),
        ["192.0.2.1/32 eth0", "192.0.2.2/24 eth1", "192.0.2.3/32 eth1", "192.0.2.4/32 eth0"]
    );
    assert_eq!(all[2].label.as_deref(), Some("eth1:0"));
    assert_eq!(
        all.iter().map(|one| one.scope).collect::<Vec<_>>(),
        [Scope::Global, Scope::Global, Scope::Link, Scope::Host]
    );
}

#[test]
fn options_without_effect_are_told() {
    for option in ["home", "mngtmpaddr", "noprefixroute", "autojoin", "use_vmac", "preferred_lft 0"] {
        let word = option.split(' ').next().unwrap();
        let config = warned(&file(&format!("192.0.2.1 {option}"), ""), &[&format!("`{word}` has no effect")]);
        assert_eq!(only(config).addresses.len(), 1, "{option}");
    }
    for option in ["-nodad", "no_track", "brd +"] {
        let text = file(&format!("192.0.2.1 {option} dev eth3"), "");
        assert!(!told(&text, Mode::Strict).contains("warning"), "{option}");
        assert_eq!(plain(&only(taken(&text, Mode::Strict)).addresses), ["192.0.2.1/32 eth3"], "{option}");
    }
    assert_eq!(told(&file("192.0.2.1 preferred_lft forever", ""), Mode::Strict), "");
}

#[test]
fn unknown_options_and_second_addresses() {
    assert_eq!(only(swallowed(&file("192.0.2.1/24 eth1", ""), &["no option `eth1`"])).addresses.len(), 1);
    let text = file("192.0.2.1/24 dev eth1 192.0.2.2 dev eth2", "");
    assert_eq!(
        plain(&only(swallowed(&text, &["a second address on one line"])).addresses),
        ["192.0.2.1/24 eth2"]
    );
    assert_eq!(plain(&only(taken(&text, Mode::Fix)).addresses), ["192.0.2.1/24 eth1", "192.0.2.2/32 eth2"]);
    refused_always(&file("192.0.2.1 peer 192.0.2.9", ""), &["`peer`"]);
    refused_always(&file("192.0.2.1 scope site", ""), &["scope `site`"]);
    swallowed(&file("192.0.2.1 dev", ""), &["`dev` has no value"]);
}

#[test]
fn what_is_no_host_s_address_is_refused() {
    for (address, word) in [
        ("192.0.2.0/24", "network address"),
        ("192.0.2.255/24", "broadcast address"),
        ("224.0.0.1", "multicast"),
        ("127.0.0.1", "same machine"),
        ("0.0.0.0", "every address"),
        ("192.0.2.1/33", "no prefix length"),
        ("192.0.2.1/0", "no prefix length"),
    ] {
        refused_always(&file(address, ""), &[word]);
    }
    assert_eq!(
        only(swallowed(&file("192.0.2.1\nvip.example", ""), &["names are not looked up"])).addresses.len(),
        1
    );
}

#[test]
fn labels_that_are_none_are_left_away() {
    for label in ["vip", "eth1:0", "eth0:0123456789ab"] {
        let config = warned(&file(&format!("192.0.2.1 label {label}"), ""), &["is left away", "eth0:0"]);
        assert_eq!(only(config).addresses[0].label, None);
    }
    assert_eq!(addresses("192.0.2.1 label eth0")[0].label, None);
    warned(&file("fe80::1\n2001:db8::1 label eth0:0", ""), &["IPv6 address has none"]);
}

#[test]
fn families_are_not_mixed() {
    let text = file("192.0.2.1\n2001:db8::1", "");
    let lenient = only(swallowed(&text, &["of one family", "2001:db8::1"]));
    assert_eq!((lenient.addresses.len(), lenient.excluded.len()), (1, 0));
    let mended = only(taken(&text, Mode::Fix));
    assert_eq!((mended.addresses.len(), mended.excluded.len()), (1, 1));
    let both = only(taken(
        &file("192.0.2.1", "virtual_ipaddress_excluded {\n2001:db8::1\n192.0.2.9 dev eth1\n}"),
        Mode::Strict,
    ));
    assert_eq!(plain(&both.excluded), ["2001:db8::1/128 eth0", "192.0.2.9/32 eth1"]);
}

#[test]
fn ipv6_is_version_3() {
    assert_eq!(only(taken(&file("fe80::1\n2001:db8::1", ""), Mode::Strict)).version, Version::V3);
    let router = only(warned(&file("fe80::1", "version 2"), &["version 2 has no IPv6"]));
    assert_eq!((router.version, router.interval.centis()), (Version::V3, 100));
    assert!(told(&file("2001:db8::1", ""), Mode::Strict).contains("note"), "link-local first");
}

#[test]
fn an_address_is_held_once() {
    let text = file("192.0.2.1\n192.0.2.1/24", "");
    assert_eq!(only(warned(&text, &["192.0.2.1 is held twice", "line 6"])).addresses.len(), 1);
    let other =
        "vrrp_instance VI_2 {\ninterface eth1\nvirtual_router_id 52\nvirtual_ipaddress {\n192.0.2.1\n}\n}";
    refused_always(&format!("{}{other}", instance("")), &["192.0.2.1 is held twice"]);
    let link_local =
        "vrrp_instance VI_2 {\ninterface eth1\nvirtual_router_id 52\nvirtual_ipaddress {\nfe80::1\n}\n}";
    taken(&format!("{}{link_local}", file("fe80::1", "")), Mode::Strict);
    refused_always(
        &format!("static_ipaddress {{\n192.0.2.1 dev lo\n}}\n{}", instance("")),
        &["192.0.2.1 is held twice"],
    );
}

#[test]
fn what_does_not_fit_an_advert_is_excluded() {
    let many: Vec<String> = (1..=300).map(|n| format!("10.0.{}.{}", n / 250, n % 250 + 1)).collect();
    let router =
        only(warned(&file(&many.join("\n"), ""), &["300 addresses do not fit an advert", "255 fit"]));
    assert_eq!((router.addresses.len(), router.excluded.len()), (255, 45));
    let too_many: Vec<String> = (0..4_300).map(|n| format!("10.1.{}.{}", n / 200, n % 200 + 1)).collect();
    refused(&file(&too_many.join("\n"), ""), &["more than 4000 addresses"]);
}

#[test]
fn static_addresses_are_held_always() {
    let text =
        format!("static_ipaddress {{\n192.0.2.77/24\n192.0.2.78 dev eth1 label eth1:3\n}}\n{}", instance(""));
    let held = taken(&text, Mode::Strict).addresses;
    let plain: Vec<_> = held
        .iter()
        .map(|one| (one.address.to_string(), one.prefix, one.interface.as_str(), one.label.as_deref()))
        .collect();
    assert_eq!(
        plain,
        [("192.0.2.77".into(), 24, "eth0", None), ("192.0.2.78".into(), 32, "eth1", Some("eth1:3"))]
    );
    let elsewhere = format!("global_defs {{\ndefault_interface ens3\n}}\n{text}");
    assert_eq!(taken(&elsewhere, Mode::Strict).addresses[0].interface, "ens3");
    warned(&format!("static_ipaddress {{\n192.0.2.77 scope link\n}}\n{}", instance("")), &["scope global"]);
    refused_always("static_ipaddress {\nfe80::7 dev eth0\n}", &["one link only"]);
    for block in
        ["static_routes {\n10.0.0.0/8 via 192.0.2.9\n}", "static_rules {\nfrom 10.0.0.0/8 table 7\n}"]
    {
        let word = block.split(' ').next().unwrap();
        refused_always(&format!("{block}\n{}", instance("")), &[&format!("`{word}` is not supported")]);
    }
}

#[test]
fn one_line_of_a_router() {
    assert_eq!(
        plain(&router("virtual_ipaddress {\n192.0.2.2\n}").addresses),
        ["192.0.2.1/32 eth0", "192.0.2.2/32 eth0"]
    );
}
