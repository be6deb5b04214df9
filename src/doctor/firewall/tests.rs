#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Filters, Keeper, Packet, Passage, Stop, arp_rules};
use crate::{FirewallText, Seen};

mod elsewhere;
mod programs;
mod unsure;

const NO_RULES: &str = "";

fn nft(text: &str) -> FirewallText {
    let none = || Seen::Known(String::new());
    FirewallText {
        nft: Seen::Known(text.to_string()),
        iptables: none(),
        ip6tables: none(),
        arptables: none(),
    }
}

fn chain(policy: &str, rules: &[&str]) -> FirewallText {
    nft(&format!(
        "table inet filter {{\n\tset s {{\n\t\ttype ipv4_addr\n\t\telements = {{ 192.0.2.1,\n\t\t\t     192.0.2.2 }}\n\t}}\n\
         \n\tchain input {{\n\t\ttype filter hook input priority filter; policy {policy};\n\t\t{}\n\t}}\n\
         \n\tchain web {{\n\t\ttcp dport 80 accept\n\t}}\n\n\tchain forward {{\n\t\t\
         type filter hook forward priority filter; policy drop;\n\t}}\n}}\n",
        rules.join("\n\t\t")
    ))
}

fn iptables(text: &str) -> FirewallText {
    FirewallText { iptables: Seen::Known(text.to_string()), ..nft(NO_RULES) }
}

fn web() -> Packet<'static> {
    Packet { protocol: 6, to: address("192.168.100.240"), port: Some(80), from: None, interface: None }
}

fn vrrp() -> Packet<'static> {
    let to = address("224.0.0.18");
    Packet { protocol: 112, to, port: None, from: Some(address("192.168.100.11")), interface: Some("eth0") }
}

fn passage(rules: &FirewallText, packet: &Packet<'_>) -> Passage {
    Filters::read(rules).passage(packet)
}

/// Dropped, with the words of what drops it.
fn dropped(rules: &FirewallText, packet: &Packet<'_>) -> String {
    stop(rules, packet).to_string()
}

fn stop(rules: &FirewallText, packet: &Packet<'_>) -> Stop {
    let found = passage(rules, packet);
    let Passage::Dropped(stop) = found else { panic!("{found:?}") };
    stop
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn nothing_keeps_nothing_out() {
    assert_eq!(Passage::Passes, passage(&nft(NO_RULES), &web()));
    assert_eq!(Passage::Passes, passage(&chain("accept", &["ct state invalid drop"]), &web()));
}

#[test]
fn policy_drops_what_no_rule_lets_in() {
    let rules = chain(
        "drop",
        &["iifname \"lo\" accept", "ct state established,related accept", "tcp dport 22 accept"],
    );
    assert_eq!("inet filter input: policy drop", dropped(&rules, &web()));
    assert_eq!("inet filter input: policy drop", dropped(&rules, &vrrp()));
}

#[test]
fn rules_of_nft_that_let_it_in() {
    for rule in [
        "tcp dport { 22, 80, 443 } counter packets 4 bytes 240 accept",
        "tcp dport 1-1024 log prefix \"in: { drop \" level info accept comment \"drop\"",
        "tcp dport != 22 accept",
        "meta l4proto { tcp, udp } th dport 80 accept",
        "ip daddr 192.168.100.0/24 accept",
        "ip daddr { 192.168.100.240, 192.168.100.241 } ip protocol tcp accept",
        "jump web",
        "iifname != \"lo\" goto web",
        "ct state vmap { invalid : drop, established : accept, new : jump web }",
        "ct state { new, untracked } tcp dport 80 accept",
        "tcp dport vmap { 80 : accept, 22 : drop }",
        "tcp dport vmap { 1-1023 : jump web, * : drop }",
        "iifname vmap { \"eth0\" : goto web, \"eth1\" : drop }",
        "ip daddr 192.168.100.1-192.168.100.250 meta mark set 0x00000001 accept",
        "fib daddr type local accept",
        "meta pkttype { host, broadcast } accept",
        "meta nfproto ipv4 ct direction original accept",
    ] {
        // from no interface in particular
        let packet = Packet { interface: Some("eth0"), ..web() };
        assert_eq!(Passage::Passes, passage(&chain("drop", &[rule]), &packet), "{rule}");
    }
}

#[test]
fn rules_of_nft_that_keep_it_out() {
    for rule in [
        "tcp dport 80 drop",
        "ip daddr 192.168.100.240 reject with icmp port-unreachable",
        "meta l4proto tcp counter packets 0 bytes 0 drop",
        "ct state new drop",
        "drop",
        "tcp dport vmap { 22 : accept, * : drop }",
        "tcp dport 80 counter packets 0 bytes 0 xt target \"REJECT\"",
        "counter packets 3 bytes 180 # xt_REJECT",
    ] {
        let expected = format!("inet filter input: {rule}");
        assert_eq!(expected, dropped(&chain("accept", &[rule]), &web()), "{rule}");
    }
}

#[test]
fn rules_that_are_about_others() {
    for rule in [
        "udp dport 80 drop",
        "ip daddr 192.168.101.0/24 drop",
        "ip6 daddr 2001:db8::/32 drop",
        "iifname \"lo\" drop",
        "ct state vmap { invalid : drop, established : drop }",
        "ip protocol vrrp drop",
        "ip saddr 203.0.113.0/24 drop",
        "ip saddr @s drop",
        "limit rate over 100/second drop",
        "tcp dport vmap { 23 : drop, 25 : drop }",
        "icmp type echo-request drop",
        "meta nfproto ipv6 drop",
        "meta protocol ip6 drop",
        "ip6 nexthdr 6 drop",
        "ct status dnat drop",
        "fib daddr type { multicast, broadcast } drop",
        "fib saddr . mark . iif oif missing drop",
        "tcp dport 80 counter packets 0 bytes 0 xt target \"LOG\"",
    ] {
        assert_eq!(Passage::Passes, passage(&chain("accept", &[rule]), &web()), "{rule}");
    }
}

#[test]
fn what_depends_on_the_unknown_is_said_to() {
    for rule in [
        "ip saddr 10.0.0.0/8 tcp dport 80 accept",
        "ip saddr @s accept",
        "meta mark 0x00000001 accept",
        "iifname \"eth1\" tcp dport 80 accept",
        "ip saddr 10.0.0.0/8 jump web",
        "ip saddr . iifname @s accept",
        "tcp dport vmap @ports",
        "numgen random mod 2 vmap { 0 : accept, 1 : drop }",
        "ip daddr 192.168.100.240 # xt_recent counter packets 0 bytes 0 accept",
        "tcp dport 80 xt match \"recent\" counter packets 0 bytes 0 accept",
        "queue to 0",
        "fib saddr . iif oif exists accept",
    ] {
        let found = passage(&chain("drop", &[rule]), &web());
        assert!(matches!(found, Passage::Depends(_)), "{rule}: {found:?}");
    }
}

#[test]
fn vrrp_by_number_by_name_and_by_group() {
    for rule in [
        "ip protocol 112 accept",
        "meta l4proto vrrp accept",
        "ip daddr 224.0.0.18 accept",
        "ip saddr 192.168.100.0/24 accept",
    ] {
        assert_eq!(Passage::Passes, passage(&chain("drop", &[rule]), &vrrp()), "{rule}");
    }
    let rules = chain("accept", &["ip daddr 224.0.0.0/4 drop"]);
    assert!(matches!(passage(&rules, &vrrp()), Passage::Dropped(_)));
    let rules = chain("drop", &["tcp dport 80 accept", "udp dport 8848 accept"]);
    assert!(matches!(passage(&rules, &vrrp()), Passage::Dropped(_)));
}

#[test]
fn rules_of_iptables() {
    let save = |rules: &str| {
        iptables(&format!(
            "# Generated\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:WEB - [0:0]\n\
             -A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n{rules}\n\
             -A WEB -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"
        ))
    };
    for rule in [
        "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT",
        "-A INPUT -p tcp -m multiport --dports 22,80:90 -m comment --comment \"a b -j DROP\" -j ACCEPT",
        "-A INPUT ! -i lo -p tcp -j WEB",
        "-A INPUT -d 192.168.100.240/32 -g WEB",
        "-A INPUT -p tcp -m state --state NEW -j LOG --log-prefix \"x\"\n-A INPUT ! -p udp -j ACCEPT",
        "-A INPUT -m iprange --dst-range 192.168.100.1-192.168.100.250 -j ACCEPT",
        "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment \"\\\"new\\\" -j DROP\" -j ACCEPT",
        "-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP\n-A INPUT -p tcp -j ACCEPT",
        "-A INPUT -p tcp -m tcp --tcp-flags ALL NONE -j DROP\n-A INPUT -p tcp -j ACCEPT",
        "-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT",
        "-A INPUT -m addrtype ! --dst-type LOCAL -j DROP\n-A INPUT -d 192.168.100.240/255.255.255.255 -j ACCEPT",
    ] {
        let packet = Packet { interface: Some("eth0"), ..web() };
        assert_eq!(Passage::Passes, passage(&save(rule), &packet), "{rule}");
    }
    let found = dropped(&save("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), &web());
    assert_eq!("filter INPUT: policy drop", found);
    let found = dropped(&save("-A INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset"), &web());
    assert!(found.contains("--dport 80"), "{found}");
    let found = passage(&save("-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT"), &web());
    assert!(matches!(found, Passage::Depends(_)));
    assert_eq!(Passage::Passes, passage(&save("-A INPUT -p vrrp -j ACCEPT"), &vrrp()));
}

#[test]
fn rules_of_the_other_family_do_not_count() {
    let rules = nft(
        "table ip6 filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n",
    );
    assert_eq!(Passage::Passes, passage(&rules, &web()));
    let v6 = Packet { to: address("2001:db8::240"), ..web() };
    assert!(matches!(passage(&rules, &v6), Passage::Dropped(_)));
}

#[test]
fn chains_in_a_circle_end() {
    let rules = nft(
        "table inet f {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tjump a\n\t}\n\
         \tchain a {\n\t\tjump a\n\t\tjump a\n\t}\n}\n",
    );
    let Passage::Unseen(why) = passage(&rules, &web()) else { panic!("nobody knows") };
    assert!(why.why.contains("more firewall rules"), "{why:?}");
}

#[test]
fn rules_that_cannot_be_seen_decide_unless_others_drop() {
    let hidden = || Seen::unseen("not permitted", "run this as root");
    let rules = FirewallText { nft: hidden(), ..nft(NO_RULES) };
    assert!(matches!(passage(&rules, &web()), Passage::Unseen(_)));
    let text = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
    let rules = FirewallText { nft: hidden(), ..iptables(text) };
    assert!(matches!(passage(&rules, &web()), Passage::Dropped(_)));
}

#[test]
fn rules_about_arp() {
    let text = "table arp filter {\n\tchain output {\n\t\ttype filter hook output priority 0; policy accept;\n\t\t\
                arp saddr ip 192.168.100.240 drop\n\t}\n}\n";
    let rules = FirewallText {
        arptables: Seen::Known("*filter\n-A INPUT -j DROP -d 192.168.100.240\n".to_string()),
        ..nft(text)
    };
    let found = arp_rules(&rules);
    assert_eq!(2, found.known().unwrap().len());
    assert!(found.known().unwrap().iter().all(|rule| rule.contains("192.168.100.240")));
    assert_eq!(Some(0), arp_rules(&nft(NO_RULES)).known().map(Vec::len));
}
