use ipvs::ServiceKey;

use super::*;

fn with_services(host: &mut Host, services: &[&str], owned: &[&str]) {
    let keys =
        |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<BTreeSet<ServiceKey>>();
    host.own.table = Seen::Known(Some(Table { services: keys(services), owned: Seen::Known(keys(owned)) }));
}

#[test]
fn modules_are_loaded_or_can_be() {
    let mut host = prepared();
    host.fine("ipvs-modules");
    host.host.modules.loaded = Seen::Known(BTreeSet::new());
    host.fine("ipvs-modules");
    host.set("kernel/modules_disabled", "1");
    assert!(host.wrong("ipvs-modules").contains("/etc/modules-load.d/lvs-director.conf"));
    host.host.modules.available = Seen::Known(["ip_vs".to_owned()].into());
    assert!(host.wrong("ipvs-modules").contains("no ip_vs_rr:"));
    host.host.modules.available = Seen::default();
    host.unknown("ipvs-modules");
}

#[test]
fn services_of_others_are_named_and_left_alone() {
    let mut host = prepared();
    with_services(&mut host, &["TCP 192.168.100.240:80"], &[]);
    host.fine("strange-services");
    with_services(&mut host, &["TCP 192.168.100.240:80", "UDP 10.0.0.1:53", "FWM 7"], &[]);
    host.fine("strange-services");
    let Verdict::Fine(seen) = &host.found("strange-services")[0].verdict else { panic!("not fine") };
    assert!(seen.contains("are kept: UDP 10.0.0.1:53, FWM 7"), "{seen}");
}

#[test]
fn services_of_an_earlier_file_are_ours() {
    let mut host = prepared();
    with_services(&mut host, &["FWM 7", "TCP 10.0.0.1:80"], &["FWM 7 IPv6", "TCP 10.0.0.1:80"]);
    assert!(host.wrong("strange-services").contains("lvs-director apply"));
    host.runs(&[]).fine("strange-services");
}

#[test]
fn services_of_others_leave_a_table_that_is_ours() {
    let mut host = prepared_with("", "[ipvs]\nown_table = true\n");
    with_services(&mut host, &["UDP 10.0.0.1:53"], &[]);
    host.fine("strange-services");
}

#[test]
fn a_path_check_has_a_service_of_its_own() {
    let mut host = prepared();
    with_services(&mut host, &["FWM 1280704523"], &[]);
    host.fine("strange-services");
}

#[test]
fn an_old_kernel_is_told() {
    let mut host = prepared();
    host.fine("kernel");
    host.host.release = Seen::Known(Release::parse("3.10.0-1160.el7").unwrap());
    assert!(host.wrong("kernel").contains("3.10.0-1160.el7 is older than 4.18"));
}

#[test]
fn tunnels_need_a_kernel_that_has_them() {
    let mut host = prepared_with("", "forward = \"tun\"\ntunnel = { type = \"gue\", port = 6080 }\n");
    host.fine("kernel");
    host.host.release = Seen::Known(Release::parse("4.18.0").unwrap());
    assert!(host.wrong("kernel").contains("older than 5.2"));
}

#[test]
fn a_tunnel_needs_room() {
    let mut host = prepared_with("", "forward = \"tun\"\n");
    host.links().push(Link { name: "eth1".to_owned(), ..eth0() });
    host.own.ways.insert(ip(RIP), Ok(Way { interface: "eth1".to_owned(), via: None }));
    assert!(host.wrong("mtu").contains("ip link set eth1 mtu 1520"));
    host.links()[1].mtu = 1520;
    host.fine("mtu");
}

/// By the interface of the clients itself: what is longer than the Internet's packets counts for nothing.
#[test]
fn a_tunnel_by_the_interface_of_clients_has_a_cure_that_ends() {
    let mut host = prepared_with("", "forward = \"tun\"\n");
    assert!(host.wrong("mtu").contains("ip link set eth0 mtu 1520"));
    host.links()[0].mtu = 1520;
    host.fine("mtu");
    host.links()[0].mtu = 9000;
    host.fine("mtu");
}

#[test]
fn direct_routing_by_the_interface_of_clients_always_fits() {
    let mut host = prepared();
    host.fine("mtu");
    host.links()[0].mtu = 9000;
    host.fine("mtu");
}

#[test]
fn counting_thousands_of_services_holds_up_older_kernels() {
    let one = |port: u16| {
        format!("[[service]]\naddress = \"10.0.0.1:{port}\"\n[[service.real]]\naddress = \"192.168.100.8\"\n")
    };
    let many: Vec<String> = (1..=1000).map(one).collect();
    let mut host = prepared_with("", &many.concat());
    assert!(host.wrong("kernel").contains("6.2"));
    assert!(
        host.set("net/ipv4/vs/run_estimation", "1")
            .wrong("kernel")
            .contains("sysctl -w net.ipv4.vs.run_estimation=0")
    );
    host.set("net/ipv4/vs/run_estimation", "0").fine("kernel");
}
