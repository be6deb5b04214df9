use core::time::Duration;

use vrrp::{Advert, Interval, Password, Refused, Version, Vrid};

use super::super::{Heard, Said};
use super::*;

const OTHER: [u8; 6] = [9; 6];

fn claimed(host: &mut Host, claims: &[(&str, &[[u8; 6]])]) {
    let claims = claims.iter().map(|(address, macs)| (ip(address), macs.iter().copied().collect())).collect();
    host.own.claims.insert("eth0".to_owned(), Seen::Known(claims));
}

/// What a peer of ours says.
fn advert() -> Advert {
    Advert {
        version: Version::V3,
        vrid: Vrid::new(51).unwrap(),
        priority: 90,
        interval: Interval::centiseconds(10).unwrap(),
        addresses: vec![ip(VIP)],
        password: None,
    }
}

fn advert_v2() -> Advert {
    Advert {
        version: Version::V2,
        interval: Interval::seconds(1).unwrap(),
        password: Password::new(b"1111"),
        ..advert()
    }
}

fn hears(host: &mut Host, said: &[(&str, Result<Advert, Refused>)]) {
    let senders =
        said.iter().map(|(from, last)| (ip(from), Said { packets: 20, last: last.clone() })).collect();
    let heard = Heard { during: Duration::from_secs(2), senders };
    host.own.heard.insert("VI_1".to_owned(), Seen::Known(heard));
}

#[test]
fn one_host_answers_for_a_vip() {
    let mut host = prepared();
    host.fine("vip-on-the-wire");
    claimed(&mut host, &[(VIP, &[OTHER]), (PEER, &[OTHER])]);
    host.fine("vip-on-the-wire");
    host.links()[0].addresses.push(held(VIP, 32));
    let wrong = host.wrong("vip-on-the-wire");
    assert!(wrong.contains("this host has it, and 09:09:09:09:09:09"), "{wrong}");
    assert!(wrong.contains("ip addr del 192.168.100.240/32 dev eth0"), "{wrong}");
}

#[test]
fn two_hosts_that_answer_are_named() {
    let mut host = prepared();
    claimed(&mut host, &[(VIP, &[OTHER, [8; 6]])]);
    let wrong = host.wrong("vip-on-the-wire");
    assert!(wrong.contains("08:08:08:08:08:08, 09:09:09:09:09:09"), "{wrong}");
}

#[test]
fn a_real_server_that_answers_for_a_vip_is_named() {
    let mut host = prepared();
    claimed(&mut host, &[(VIP, &[OTHER]), (RIP, &[OTHER])]);
    let wrong = host.wrong("vip-on-the-wire");
    assert!(wrong.contains("the real server 192.168.100.8"), "{wrong}");
    assert!(wrong.contains("net.ipv4.conf.all.arp_ignore=1"), "{wrong}");
}

#[test]
fn a_real_server_that_answers_hides_no_second_director() {
    let mut host = prepared();
    host.links()[0].addresses.push(held(VIP, 32));
    claimed(&mut host, &[(VIP, &[OTHER, [8; 6]]), (RIP, &[OTHER])]);
    let wrong = host.wrong("vip-on-the-wire");
    assert!(
        wrong.contains("the real server") && wrong.contains("08:08:08:08:08:08 answers for it too"),
        "{wrong}"
    );
}

#[test]
fn the_other_director_may_be_a_real_server() {
    let mut host = prepared();
    claimed(&mut host, &[(VIP, &[OTHER]), (RIP, &[OTHER])]);
    hears(&mut host, &[(RIP, Ok(advert()))]);
    host.fine("vip-on-the-wire");
}

#[test]
fn an_interface_without_ethernet_is_not_asked() {
    let mut host = prepared();
    host.own.claims.clear();
    host.not_applicable("vip-on-the-wire");
}

#[test]
fn a_peer_that_speaks_as_ours_is_fine() {
    let mut host = prepared();
    hears(&mut host, &[(PEER, Ok(advert()))]);
    host.fine("virtual-router");
    hears(&mut host, &[]);
    host.fine("virtual-router");
}

#[test]
fn a_peer_that_is_not_understood_is_named_with_what_to_write() {
    let cases = [
        (Ok(advert_v2()), "speaks version 2", "`version = 2` and `advert_interval = \"1s\"`"),
        (
            Ok(Advert { addresses: vec![ip("10.0.0.9")], ..advert() }),
            "only there 10.0.0.9, only here 192.168.100.240",
            "`addresses`",
        ),
        (Ok(Advert { priority: 100, ..advert() }), "same priority 100", "another `priority`"),
        (Err(Refused::Checksum), "checksum", "`pseudo_header = false`"),
        (Err(Refused::Ttl), "TTL", "another `virtual_router_id`"),
    ];
    for (said, what, cure) in cases {
        let mut host = prepared();
        hears(&mut host, &[(PEER, said)]);
        let wrong = host.wrong("virtual-router");
        assert!(wrong.contains(what) && wrong.contains(cure), "{wrong}");
    }
}

#[test]
fn version_2_has_more_that_may_differ() {
    let lines = "version = 2\nadvert_interval = \"1s\"\nauth = { type = \"pass\", password = \"1111\" }";
    let mut host = prepared_with(lines, "");
    hears(&mut host, &[(PEER, Ok(advert_v2()))]);
    host.fine("virtual-router");
    let cases = [
        (Advert { password: None, ..advert_v2() }, "no password"),
        (Advert { password: Password::new(b"2222"), ..advert_v2() }, "another password"),
        (Advert { interval: Interval::seconds(3).unwrap(), ..advert_v2() }, "speaks each 3s"),
    ];
    for (said, what) in cases {
        hears(&mut host, &[(PEER, Ok(said))]);
        let wrong = host.wrong("virtual-router");
        assert!(wrong.contains(what), "{wrong}");
        assert!(!wrong.contains("1111") && !wrong.contains("2222"), "a password is shown: {wrong}");
    }
}

#[test]
fn another_master_beside_this_one_is_wrong() {
    let mut host = prepared();
    hears(&mut host, &[(PEER, Ok(advert()))]);
    assert!(host.runs(&["VI_1"]).wrong("virtual-router").contains("so is this director"));
    hears(&mut host, &[]);
    host.fine("virtual-router");
}

#[test]
fn two_that_speak_at_one_time_are_wrong() {
    let mut host = prepared();
    hears(&mut host, &[(PEER, Ok(advert())), ("192.168.100.7", Ok(advert()))]);
    assert!(host.wrong("virtual-router").contains("192.168.100.7 and 192.168.100.102"));
}

#[test]
fn a_stranger_beside_unicast_peers_is_wrong() {
    let mut host = prepared_with("unicast_peers = [\"192.168.100.102\"]", "");
    hears(&mut host, &[(PEER, Ok(advert()))]);
    host.fine("virtual-router");
    hears(&mut host, &[("192.168.100.7", Ok(advert()))]);
    assert!(host.wrong("virtual-router").contains("none of `unicast_peers`"));
}

#[test]
fn silence_that_is_too_short_says_nothing() {
    let mut host = prepared_with("advert_interval = \"10s\"", "");
    hears(&mut host, &[]);
    host.unknown("virtual-router");
    let text = crate::Report::new(host.found("virtual-router")).text(crate::Marks::ASCII);
    assert!(text.contains("lvs-director doctor --listen 41s"), "{text}");
}
