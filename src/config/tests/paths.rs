//! `path = "dr"`: checks on the way of clients' packets, and their marks.

mod common;

use std::collections::BTreeMap;
use std::net::IpAddr;

use common::{real, refused, service, taken};
use health::{CheckKind, DrPath};
use lvs_config::director::{DirectorConfig, PATH_MARK, PATH_MARKS};

/// VIP, server and mark of each check on the true path.
fn paths(config: &DirectorConfig) -> Vec<(DrPath, IpAddr)> {
    let reals = config.services.iter().flat_map(|service| &service.reals);
    let checks = reals.flat_map(|real| &real.checks);
    checks.filter_map(|check| Some((check.path?, check.target.ip()))).collect()
}

/// The marks of servers.
fn marks(config: &DirectorConfig) -> BTreeMap<IpAddr, u32> {
    paths(config).into_iter().map(|(path, server)| (server, path.mark)).collect()
}

fn servers(count: u32, first: u32) -> String {
    let real = |n: u32| {
        let address = IpAddr::from((0x0a01_0000 + n).to_be_bytes());
        format!("[[service.real]]\naddress = \"{address}\"\n")
    };
    let reals: String = (first..first + count).map(real).collect();
    format!("[[service]]\naddress = \"192.0.2.1:80\"\ncheck = {{ path = \"dr\" }}\n{reals}")
}

#[test]
fn every_type_that_connects_by_tcp() {
    for kind in ["tcp", "http", "https", "smtp", "mysql", "redis", "memcached", "postgresql"] {
        for (word, on_path) in [("dr", true), ("direct", false)] {
            let config = taken(&service(&format!("check = {{ type = \"{kind}\", path = \"{word}\" }}")));
            let check = &config.services[0].reals[0].checks[0];
            assert_eq!((check.kind.word(), check.path.is_some()), (kind, on_path));
            assert_eq!(check.target, "192.168.100.8:80".parse().unwrap(), "{kind}");
            assert!(check.path.is_none_or(|path| path.vip.to_string() == "192.168.100.240"), "{kind}");
        }
    }
}

#[test]
fn the_page_of_a_check_on_the_way() {
    let page = |keys: &str| {
        let config = taken(&service(&format!("check = {{ type = \"http\", {keys} }}")));
        let check = &config.services[0].reals[0].checks[0];
        let CheckKind::Http(http) = &check.kind else { panic!("{check:?}") };
        (check.path.is_some(), http.path.clone())
    };
    assert_eq!(page("path = \"dr\""), (true, "/".to_owned()));
    assert_eq!(page("path = \"dr\", page = \"/health\""), (true, "/health".to_owned()));
    assert_eq!(page("path = \"direct\", page = \"/health\""), (false, "/health".to_owned()));
    assert_eq!(page("page = \"/health\""), (false, "/health".to_owned()));
    assert_eq!(page("path = \"/health\""), (false, "/health".to_owned()));
}

/// Each service's own VIP; one mark for a server, whoever it serves.
#[test]
fn a_way_for_each_vip_and_a_mark_for_each_server() {
    let config = taken(
        r#"
        [[service]]
        name = "web"
        addresses = ["192.0.2.1-2:80", "192.0.2.3:443"]
        check = { path = "dr" }
        [[service.real]]
        address = "192.0.2.8"
        [[service.real]]
        address = "192.0.2.9"
        [[service]]
        address = "[2001:db8::1]:80"
        check = { path = "dr" }
        [[service.real]]
        address = "2001:db8::8"
        "#,
    );
    let vips: Vec<String> = paths(&config).iter().map(|(path, _)| path.vip.to_string()).collect();
    let twice = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|vip| [vip, vip]).concat();
    assert_eq!(vips, [twice, vec!["2001:db8::1"]].concat());
    let marks = marks(&config);
    assert_eq!((paths(&config).len(), marks.len()), (7, 3));
    assert!(paths(&config).iter().all(|(path, server)| marks[server] == path.mark));
    let mut all: Vec<u32> = marks.into_values().collect();
    all.sort_unstable();
    all.dedup();
    assert!(
        all.len() == 3 && all.iter().all(|mark| (PATH_MARK..PATH_MARK + PATH_MARKS).contains(mark)),
        "{all:?}"
    );
}

/// A service on every port has each.
#[test]
fn a_service_on_every_port() {
    let text = "[[service]]\naddress = \"192.0.2.1\"\npersistence = \"1m\"\n\
                check = [{ path = \"dr\", port = 443 }, { type = \"http\", path = \"dr\" }]\n\
                [[service.real]]\naddress = \"192.0.2.8\"\n";
    let config = taken(text);
    let targets = config.services[0].reals[0].checks.iter().map(|check| check.target.port());
    assert_eq!(targets.collect::<Vec<_>>(), [443, 80]);
}

/// What a mark stands for is in the kernel: another server must not move it.
#[test]
fn marks_stay_with_their_servers() {
    let before = marks(&taken(&servers(2_000, 0)));
    for after in [marks(&taken(&servers(2_001, 0))), marks(&taken(&servers(1_999, 1)))] {
        let moved = after.iter().filter(|(server, mark)| before.get(server).is_some_and(|old| old != *mark));
        assert!(moved.count() < 20);
    }
    let mut all: Vec<u32> = before.into_values().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 2_000);
}

#[test]
fn marks_begin_where_it_is_said() {
    let at = |first: &str| marks(&taken(&format!("[ipvs]\npath_mark = {first}\n{}", servers(3, 0))));
    let (low, high) = (at("1"), at("\"0xffff0000\""));
    assert_eq!((at("65536"), at("0x10000")), (at("\"0x10000\""), at("\"0X00010000\"")));
    assert!(
        low.iter()
            .all(|(server, mark)| (2..=65_536).contains(mark) && high[server] == mark - 1 + 0xffff_0000)
    );
}

#[test]
fn no_marks() {
    for wrong in ["0", "0xffff0001", "-1", "\"65536\"", "\"0x\"", "\"0xffff0001\"", "1.5"] {
        let text = refused(&format!("[ipvs]\npath_mark = {wrong}\n{}", service("")));
        assert!(text.contains("write a number from 1 to 4294901760"), "{wrong}: {text}");
    }
    insta::assert_snapshot!(refused(&format!("[ipvs]\npath_mark = \"4c560000\"\n{}", service(""))), @r#"2:13 error: "4c560000" is no mark, or leaves no room behind it [65536 marks from here on are kept for path checks] / write a number from 1 to 4294901760, as in "0x4c560000""#);
}

/// All servers that there are marks for, and one more.
#[test]
fn as_many_servers_as_marks() {
    let all = marks(&taken(&servers(65_535, 0)));
    let mut used: Vec<u32> = all.into_values().collect();
    used.sort_unstable();
    assert_eq!(used, (PATH_MARK + 1..PATH_MARK + PATH_MARKS).collect::<Vec<_>>());
    insta::assert_snapshot!(refused(&servers(65_536, 0)), @r#"error: more than 65535 servers with a check of the true path / each has a firewall mark of its own: write `path = "dr"` for fewer of them"#);
}

#[test]
fn marks_that_are_kept() {
    let marked = |mark: &str| {
        format!("[[service]]\nfwmark = {mark}\ncheck = []\n[[service.real]]\naddress = \"192.0.2.8\"\n")
    };
    for free in ["0x4c55ffff", "0x4c570000"] {
        taken(&marked(free));
    }
    insta::assert_snapshot!(refused(&marked("0x4c560000")), @r#"1:1 error: the mark 1280704512 (0x4c560000) is kept for path checks [0x4c560000 to 0x4c56ffff are] / write another mark, or another `path_mark` in [ipvs]"#);
    insta::assert_snapshot!(refused(&marked("0x4c56ffff")), @r#"1:1 error: the mark 1280770047 (0x4c56ffff) is kept for path checks [0x4c560000 to 0x4c56ffff are] / write another mark, or another `path_mark` in [ipvs]"#);
    insta::assert_snapshot!(refused(&format!("[ipvs]\npath_mark = 7\n{}", marked("8"))), @r#"3:1 error: the mark 8 (0x8) is kept for path checks [0x7 to 0x10006 are] / write another mark, or another `path_mark` in [ipvs]"#);
    insta::assert_snapshot!(refused(
        "[[service]]\nname = \"m\"\nfwmarks = [1, 0x4c560001]\ncheck = []\n[[service.real]]\naddress = \"192.0.2.8\"\n"
    ), @r#"3:15 error: the mark 1280704513 (0x4c560001) is kept for path checks [0x4c560000 to 0x4c56ffff are] / write another mark, or another `path_mark` in [ipvs]"#);
    insta::assert_snapshot!(refused(&service("check = { mark = 0x4c560001 }")), @r#"1:1 error: the mark 1280704513 (0x4c560001) is kept for path checks [0x4c560000 to 0x4c56ffff are] / write another mark, or another `path_mark` in [ipvs]"#);
}

#[test]
fn what_the_way_decides() {
    insta::assert_snapshot!(refused(&service(
        r#"check = { path = "dr", address = "192.0.2.9", source = "192.0.2.2", interface = "eth0", mark = 1 }"#
    )), @r#"
    3:24 error: `address` in a check with `path = "dr"` [it goes to the service's own address] / leave it away, or write another check for it: `check = [{ … }, { … }]`
    3:47 error: `source` in a check with `path = "dr"` [it comes from this director's own address, as the kernel chooses it] / leave it away, or write another check for it: `check = [{ … }, { … }]`
    3:69 error: `interface` in a check with `path = "dr"` [it leaves by the interface to the server] / leave it away, or write another check for it: `check = [{ … }, { … }]`
    3:89 error: `mark` in a check with `path = "dr"` [its mark says which server, see `path_mark` in [ipvs]] / leave it away, or write another check for it: `check = [{ … }, { … }]`
    "#);
}

#[test]
fn a_port_that_is_not_the_services() {
    insta::assert_snapshot!(refused(&service(r#"check = { path = "dr", port = 81 }"#)), @r#"3:9 error: `path = "dr"` with a port that is not the service's [the service has port 80] / leave `port` away, or leave `path` away and check that port directly"#);
    taken(&service(r#"check = { path = "dr", port = 80 }"#));
}

#[test]
fn no_way_to_a_mark() {
    insta::assert_snapshot!(refused(
        "[[service]]\nfwmark = 1\ncheck = { path = \"dr\", port = 80 }\n[[service.real]]\naddress = \"192.0.2.8\"\n\
         [[service.real]]\naddress = \"192.0.2.9\"\n"
    ), @r#"3:9 error: `path = "dr"` is for services with an address [which VIP to check is not known: a firewall mark has none] / leave `path` away, or write a [[service]] with an `address`"#);
}

#[test]
fn no_direct_routing() {
    insta::assert_snapshot!(refused(&service("forward = \"nat\"\ncheck = { path = \"dr\" }")), @r#"4:9 error: `path = "dr"` is for servers with `forward = "dr"` [one of the servers has another] / leave `path` away, or give the other servers a `check` of their own"#);
    insta::assert_snapshot!(refused(&real(
        "address = \"192.168.100.8\"\nforward = \"tun\"\ncheck = { type = \"http\", path = \"dr\" }"
    )), @r#"6:9 error: `path = "dr"` is for servers with `forward = "dr"` [one of the servers has another] / leave `path` away, or give the other servers a `check` of their own"#);
}

#[test]
fn words_that_are_no_way() {
    insta::assert_snapshot!(refused(&service(
        r#"check = [{ path = "DR" }, { path = "tun" }, { path = 1 }, { type = "smtp", path = "/" }, { type = "http", path = "DR" }, { type = "http", path = "/a", page = "/b" }, { type = "http", path = "dr", page = "b" }]"#
    )), @r#"
    3:19 error: `path` has no value "DR" [in the wrong case] / write "dr": case matters
    3:36 error: `path` has no value "tun" [not known] / there are direct and dr
    3:54 error: `path` takes a word in quotes, not a number [this is a number] / there are direct and dr
    3:83 error: a check of type "smtp" asks for no page / write `type = "http"` beside it, or `path = "dr"` for a check on the way of clients' packets
    3:114 error: "DR" is no path / write "dr" or "direct" in small letters for the way of the check, and the page as `page`
    3:152 error: `path` and `page` say the same thing / leave one of the two away; `page` is for checks with `path = "dr"`
    3:204 error: "b" is no path / begin it with a slash, as in "/health"
    "#);
    insta::assert_snapshot!(refused(&service(
        r#"check = [{ type = "udp", path = "dr" }, { type = "ping", path = "dr" }, { type = "dns", page = "/" }, { type = "file", path = "dr" }, { dr = true }]"#
    )), @r#"
    3:26 error: a udp check has no key `path` [not known] / `path` is for checks that connect by TCP, and of type "file"
    3:58 error: a ping check has no key `path` [not known] / `path` is for checks that connect by TCP, and of type "file"
    3:89 error: a dns check has no key `page` [not known] / `page` is for checks of type "http" and "https"
    3:127 error: "dr" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    3:137 error: a tcp check has no key `dr` [not known] / write `path = "dr"`
    "#);
}
