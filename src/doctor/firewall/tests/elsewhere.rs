//! Rules that give a packet another address or port on its way in.

use super::*;

/// `docker run -p 80:8080`, as Docker 20.10 writes it by iptables 1.8.9, beside an INPUT that lets in SSH alone.
const DOCKER: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n*nat\n\
    :PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:DOCKER - [0:0]\n\
    -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-A DOCKER -i docker0 -j RETURN\n\
    -A DOCKER ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:8080\nCOMMIT\n";

/// Beside a filter with this policy.
fn nat(policy: &str, rule: &str) -> FirewallText {
    let Seen::Known(filter) = chain(policy, &[]).nft else { panic!("a text") };
    nft(&format!(
        "{filter}table ip nat {{\n\tchain prerouting {{\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t\
         {rule}\n\t}}\n}}\n"
    ))
}

fn unjudged(words: &str, found: Passage) {
    let Passage::Unseen(unseen) = found else { panic!("{words}: {found:?}") };
    assert!(unseen.why.contains(words), "{words}: {unseen:?}");
}

#[test]
fn a_container_s_port() {
    let by = "is sent elsewhere by nat PREROUTING: -A DOCKER ! -i docker0";
    unjudged(by, passage(&iptables(DOCKER), &web()));
    unjudged(by, passage(&iptables(DOCKER), &Packet { interface: Some("eth0"), ..web() }));
    for port in [81, 8080] {
        let found = passage(&iptables(DOCKER), &Packet { port: Some(port), ..web() });
        assert!(matches!(found, Passage::Dropped(_)), "{port}: {found:?}");
    }
    assert!(matches!(passage(&iptables(DOCKER), &vrrp()), Passage::Dropped(_)));
    // of all ports this one, and none is let in
    let closed = DOCKER.replace("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", "");
    let found = passage(&iptables(&closed), &Packet { port: None, ..web() });
    unjudged("may be sent elsewhere by nat PREROUTING", found);
}

#[test]
fn targets_of_iptables_that_rewrite() {
    for target in ["DNAT --to-destination 10.0.0.8", "REDIRECT --to-ports 8080", "NETMAP --to 10.0.0.0/24"] {
        let rule = format!("-A PREROUTING -p tcp -m tcp --dport 80 -j {target}");
        unjudged(
            &rule,
            passage(
                &iptables(&DOCKER.replace("-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER", &rule)),
                &web(),
            ),
        );
    }
}

#[test]
fn statements_of_nft_that_rewrite() {
    for rule in [
        "tcp dport 80 dnat to 172.17.0.2:8080",
        "iifname != \"docker0\" tcp dport 80 counter packets 0 bytes 0 dnat to 172.17.0.2:8080",
        "tcp dport 80 dnat ip to 172.17.0.2:8080 persistent",
        "tcp dport { 80, 443 } redirect",
        "ip protocol tcp redirect to :8080 fully-random",
        "ip daddr 192.168.100.240 ip daddr set 10.0.0.8 accept",
        "tcp dport 80 tcp dport set 8080",
        "tcp dport 80 counter packets 0 bytes 0 xt target \"DNAT\"",
        "tcp dport 80 counter packets 0 bytes 0 # xt_REDIRECT",
    ] {
        let expected = format!("is sent elsewhere by ip nat prerouting: {rule}");
        for policy in ["drop", "accept"] {
            unjudged(&expected, passage(&nat(policy, rule), &web()));
        }
    }
}

/// What nobody knows to be rewritten takes away the surety that it is dropped, and no more.
#[test]
fn a_rule_that_may_rewrite() {
    for rule in [
        "ip saddr 10.0.0.0/8 tcp dport 80 dnat to 172.17.0.2:8080",
        "ip saddr @s redirect",
        "dnat ip to tcp dport map { 443 : 10.0.0.8 }",
    ] {
        unjudged("may be sent elsewhere", passage(&nat("drop", rule), &web()));
        assert_eq!(Passage::Passes, passage(&nat("accept", rule), &web()), "{rule}");
    }
}

#[test]
fn a_rule_that_rewrites_others() {
    for rule in [
        "tcp dport 443 dnat to 172.17.0.2:8443",
        "udp dport 80 redirect to :8080",
        "iifname \"lo\" tcp dport 80 redirect",
        "ct status dnat accept",
        "tcp dport 80 return",
        "tcp dport 80 meta mark set 0x00000001",
    ] {
        let found = passage(&nat("drop", rule), &web());
        assert!(matches!(found, Passage::Dropped(_)), "{rule}: {found:?}");
        assert_eq!(Passage::Passes, passage(&nat("accept", rule), &web()), "{rule}");
    }
}

/// The surer rule is the one that is named, wherever it stands.
#[test]
fn of_two_rules_the_surer() {
    let maybe = "ip saddr 10.0.0.0/8 redirect to :1";
    let sure = "tcp dport 80 redirect to :2";
    unjudged("redirect to :2", passage(&nat("drop", &format!("{maybe}\n\t\t{sure}")), &web()));
    let mut both = nat("drop", maybe);
    both.iptables = iptables(DOCKER).iptables;
    unjudged("is sent elsewhere by nat PREROUTING", passage(&both, &web()));
}

/// Rules that cannot be seen do not hide one that can.
#[test]
fn beside_what_cannot_be_seen() {
    let rules = FirewallText { nft: Seen::unseen("not permitted", "run this as root"), ..iptables(DOCKER) };
    unjudged("is sent elsewhere", passage(&rules, &web()));
}
