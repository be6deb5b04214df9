use std::net::IpAddr;

use lvs_keepalived::Mode;

use super::{instance, only, refused_always, router, swallowed, taken, warned};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn unicast() {
    let router = router("unicast_src_ip 192.0.2.10\nunicast_peer {\n192.0.2.11\n192.0.2.12\n}");
    assert_eq!(router.source, Some(ip("192.0.2.10")));
    assert_eq!(router.peers, [ip("192.0.2.11"), ip("192.0.2.12")]);
}

#[test]
fn the_last_source_counts() {
    assert_eq!(router("mcast_src_ip 192.0.2.10").source, Some(ip("192.0.2.10")));
    assert_eq!(router("mcast_src_ip 192.0.2.10\nunicast_src_ip 192.0.2.13").source, Some(ip("192.0.2.13")));
}

#[test]
fn own_and_repeated_peers_are_left_away() {
    let text = instance("unicast_src_ip 192.0.2.10\nunicast_peer {\n192.0.2.10\n192.0.2.11\n192.0.2.11\n}");
    assert_eq!(only(warned(&text, &["192.0.2.10 is this router's own address"])).peers, [ip("192.0.2.11")]);
    warned(&text, &["192.0.2.11 is listed twice"]);
}

#[test]
fn peers_that_cannot_be() {
    let two = |peer: &str| instance(&format!("unicast_peer {{\n192.0.2.11\n{peer}\n}}"));
    assert_eq!(only(swallowed(&two("2001:db8::1"), &["not of the family"])).peers, [ip("192.0.2.11")]);
    assert_eq!(only(swallowed(&two("lvs2"), &["names are not looked up"])).peers, [ip("192.0.2.11")]);
    refused_always(&two("192.0.2.1"), &["192.0.2.1 moves with this router"]);
    refused_always(&two("224.0.0.9"), &["multicast"]);
    let empty = instance("unicast_peer {\n}");
    assert!(
        only(swallowed(&empty, &["nobody would hear the adverts", "keepalived sends multicast"]))
            .peers
            .is_empty()
    );
}

#[test]
fn a_ttl_is_255() {
    router("unicast_ttl 255\nunicast_peer {\n192.0.2.11\n}");
    let text = instance("unicast_ttl 64\nunicast_peer {\n192.0.2.11\n}");
    super::refused(&text, &["TTL of 255"]);
    taken(&text, Mode::Fix);
    super::refused(&instance("unicast_peer {\n192.0.2.11 min_ttl 1 max_ttl 64\n}"), &["TTL of 255"]);
    warned(&instance("unicast_peer {\n192.0.2.11 min_ttl 250 max_ttl 255\n}"), &["below 255"]);
    router("unicast_peer {\n192.0.2.11 min_ttl 255\n}");
}

#[test]
fn groups_of_multicast() {
    assert_eq!(router("mcast_dst_ip 224.0.0.99").group, Some(ip("224.0.0.99")));
    assert_eq!(router("mcast_dst_ip 224.0.0.18").group, None);
    refused_always(&instance("mcast_dst_ip 192.0.2.99"), &["no multicast group"]);
    refused_always(&instance("mcast_dst_ip ff02::12"), &["no multicast group of this family"]);
    let both = instance("mcast_dst_ip 224.0.0.99\nunicast_peer {\n192.0.2.11\n}");
    assert_eq!(only(warned(&both, &["beside `unicast_peer`"])).group, None);
}

#[test]
fn a_checksum_without_pseudo_header() {
    assert!(router("version 3").pseudo_header);
    assert!(!router("version 3\nv3_checksum_as_v2").pseudo_header);
    assert!(router("version 2\nv3_checksum_as_v2").pseudo_header);
}
