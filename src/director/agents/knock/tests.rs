use std::fmt::Write;

use config::director::parse;

use super::*;

/// Where the host 192.0.2.1 is knocked at by a director with these services.
fn knocked(services: &[&str]) -> Vec<u16> {
    let mut text = String::new();
    for service in services {
        writeln!(text, "[[service]]\n{service}\n[[service.real]]\naddress = \"192.0.2.1\"").unwrap();
    }
    let (config, _) = parse(&text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let reals = config.services.iter().flat_map(|service| &service.reals);
    let targets = targets("192.0.2.1:9781".parse().unwrap(), reals);
    assert!(targets.iter().all(|target| target.ip().to_string() == "192.0.2.1"));
    targets.into_iter().map(|target| target.port()).collect()
}

#[test]
fn each_port_is_tried_once() {
    let (web, shop) = ("address = \"198.51.100.1:80\"", "address = \"198.51.100.2:80\"");
    assert_eq!(knocked(&[web, shop, "address = \"198.51.100.2:443\""]), [80, 443]);
}

#[test]
fn four_are_enough() {
    let services: Vec<String> = (1..9).map(|port| format!("address = \"198.51.100.1:{port}\"")).collect();
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    assert_eq!(knocked(&services), [1, 2, 3, 4]);
}

#[test]
fn a_service_without_a_port_has_its_check_s() {
    assert_eq!(knocked(&["fwmark = 7\ncheck = { type = \"tcp\", port = 8080 }"]), [8080]);
}

#[test]
fn the_agent_s_own_port_says_nothing_more() {
    assert_eq!(knocked(&["address = \"198.51.100.1:9781\""]), [0; 0]);
}
