use super::*;

fn duplicate(ips: &[&str]) -> DuplicateStatus {
    DuplicateStatus {
        address: "192.0.2.100".into(),
        mac: "02:00:00:00:00:09".into(),
        ips: ips.iter().map(ToString::to_string).collect(),
        since: "10:00".into(),
        last: "10:01".into(),
    }
}

fn servers() -> Servers {
    let servers = [("192.0.2.8:80", ""), ("[2001:db8::9]:80", ""), ("192.0.2.9:80", "")];
    Servers::new(servers.into_iter().chain([("192.0.2.9:9111", "RS02"), ("nonsense", "RS03")]))
}

#[test]
fn a_real_server_is_named_as_well_as_it_is_known() {
    let line = |ips: &[&str]| line(&duplicate(ips), &servers());
    let tail = " has 192.0.2.100 as well, since 10:00, last heard 10:01: it answers ARP for it: lvs-rs-agent there prevents \
                that, or arp_ignore=1 and arp_announce=2";
    let head = "✗ the real server 02:00:00:00:00:09 (192.0.2.8)";
    assert_eq!(line(&["192.0.2.8"]), format!("{head}{tail}"));
    let head = "✗ the real server RS02, 02:00:00:00:00:09 (198.51.100.9, 192.0.2.9)";
    assert_eq!(line(&["198.51.100.9", "192.0.2.9"]), format!("{head}{tail}"));
    assert!(line(&["2001:db8::9"]).starts_with("✗ the real server 02:"));
}

#[test]
fn a_stranger_is_shown_as_it_is() {
    let tail = " has 192.0.2.100 as well, since 10:00, last heard 10:01: take it off that machine, or compare \
                virtual_router_id, version, password and network of the two routers";
    assert_eq!(line(&duplicate(&[]), &servers()), format!("✗ 02:00:00:00:00:09{tail}"));
    let head = "✗ 02:00:00:00:00:09 (192.0.2.77)";
    assert_eq!(line(&duplicate(&["192.0.2.77"]), &Servers::default()), format!("{head}{tail}"));
}
