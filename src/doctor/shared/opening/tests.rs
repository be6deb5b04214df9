#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Wanted, opening};
use crate::firewall::{Keeper, Stop};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn web() -> Wanted<'static> {
    Wanted::Port("tcp", 80, ip("192.168.100.240"))
}

fn web6() -> Wanted<'static> {
    Wanted::Port("tcp", 80, ip("2001:db8::240"))
}

fn adverts() -> Wanted<'static> {
    Wanted::Protocol("vrrp", ip("224.0.0.18"))
}

fn adverts6() -> Wanted<'static> {
    Wanted::Protocol("vrrp", ip("ff02::12"))
}

fn cure(chain: &str, rule: &str, keeper: &Keeper, wanted: Wanted<'_>) -> Vec<String> {
    opening(&Stop { chain: chain.to_owned(), rule: rule.to_owned(), keeper: keeper.clone() }, wanted)
}

#[test]
fn by_nft() {
    let first = |wanted| cure("inet filter input", "policy drop", &Keeper::Nft, wanted)[0].clone();
    let insert = "nft insert rule inet filter input ";
    assert_eq!(insert.to_owned() + "ip daddr 192.168.100.240 tcp dport 80 accept", first(web()));
    assert_eq!(insert.to_owned() + "ip6 daddr 2001:db8::240 tcp dport 80 accept", first(web6()));
    assert_eq!(insert.to_owned() + "ip daddr 224.0.0.18 meta l4proto 112 accept", first(adverts()));
    assert_eq!(insert.to_owned() + "ip6 daddr ff02::12 meta l4proto 112 accept", first(adverts6()));
}

#[test]
fn by_iptables_of_either_kind() {
    let first = |chain, wanted| cure(chain, "policy drop", &Keeper::Iptables, wanted)[0].clone();
    assert_eq!(
        "iptables -t filter -I INPUT -d 192.168.100.240 -p tcp --dport 80 -j ACCEPT",
        first("filter INPUT", web())
    );
    assert_eq!(first("filter INPUT", web()), first("ip filter INPUT", web()));
    assert_eq!(
        "ip6tables -t raw -I PREROUTING -d ff02::12 -p 112 -j ACCEPT",
        first("raw PREROUTING", adverts6())
    );
    assert_eq!(
        "iptables -t filter -I INPUT -d 224.0.0.18 -p 112 -j ACCEPT",
        first("filter INPUT", adverts())
    );
    let kept = &cure("ip6 filter INPUT", "policy drop", &Keeper::Iptables, web6())[1];
    assert!(kept.contains("ip6tables-save > /etc/iptables/rules.v6"), "{kept}");
}

#[test]
fn by_ufw() {
    let all = |wanted| cure("ip filter INPUT", "policy drop", &Keeper::Ufw, wanted);
    assert_eq!(["ufw prepend allow proto tcp to 192.168.100.240 port 80"], all(web()).as_slice());
    assert_eq!(["ufw prepend allow proto tcp to 2001:db8::240 port 80"], all(web6()).as_slice());
    let vrrp = all(adverts());
    assert_eq!("ufw prepend allow proto vrrp to 224.0.0.18", vrrp[0]);
    let line = "-A ufw-before-input -d 224.0.0.18 -p 112 -j ACCEPT";
    assert!(vrrp[1].contains(line) && vrrp[1].contains("/etc/ufw/before.rules"), "{vrrp:?}");
    assert!(
        all(adverts6())[1].contains("/etc/ufw/before6.rules write: -A ufw6-before-input -d ff02::12 -p 112")
    );
    let sctp = all(Wanted::Port("sctp", 9, ip("192.168.100.240")));
    assert!(sctp[0].starts_with("# ") && sctp[0].contains("-p sctp --dport 9 -j ACCEPT"), "{sctp:?}");
    assert_eq!(1, sctp.len());
}

#[test]
fn by_firewalld() {
    let zone = Keeper::Firewalld { zone: Some("public".to_owned()) };
    let general = "reject with icmpx admin-prohibited";
    let all = |wanted| cure("inet firewalld filter_INPUT", general, &zone, wanted);
    assert_eq!(
        [
            "firewall-cmd --zone=public --add-port=80/tcp",
            "firewall-cmd --permanent --zone=public --add-port=80/tcp"
        ],
        all(web()).as_slice()
    );
    assert_eq!("firewall-cmd --zone=public --add-protocol=vrrp", all(adverts6())[0]);
    assert_eq!("firewall-cmd --permanent --zone=public --add-protocol=vrrp", all(adverts6())[1]);
    assert_eq!(
        "firewall-cmd --zone=public --add-rich-rule='rule family=ipv4 destination address=192.168.100.240 \
         protocol value=tcp accept'",
        all(Wanted::Protocol("tcp", ip("192.168.100.240")))[0]
    );
    let unknown = cure("filter INPUT", "-A INPUT -j REJECT", &Keeper::Firewalld { zone: None }, web());
    assert_eq!(
        ["firewall-cmd --add-port=80/tcp", "firewall-cmd --permanent --add-port=80/tcp"],
        unknown.as_slice()
    );
}

/// What a zone refuses by a rule of its own comes before what it lets in.
#[test]
fn by_firewalld_where_a_rule_of_its_own_refuses_it() {
    let zone = Keeper::Firewalld { zone: Some("public".to_owned()) };
    for rule in ["tcp dport 80 drop", "-A IN_public_deny -p tcp -m tcp --dport 80 -j DROP"] {
        let found = cure("inet firewalld filter_INPUT", rule, &zone, web());
        assert_eq!("firewall-cmd --zone=public --list-all", found[0], "{rule}");
        assert!(found[1].starts_with("# ") && found.len() == 4, "{found:?}");
    }
    for rule in ["-A IN_drop -j DROP", "-A IN_public -j REJECT --reject-with icmp-port-unreachable", "drop"] {
        assert_eq!(2, cure("filter INPUT", rule, &zone, web()).len(), "{rule}");
    }
}
