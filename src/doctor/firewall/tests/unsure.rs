//! Rules of which nobody knows whether they match.

use alloc::vec;

use super::*;

fn input(policy: &str, rules: &[&str]) -> Passage {
    passage(&chain(policy, rules), &web())
}

/// A chain of its own that the rules stand in, and what comes behind it.
fn within(rules: &[&str], behind: &str) -> Passage {
    let text = format!(
        "table inet f {{\n\tchain input {{\n\t\ttype filter hook input priority 0; policy drop;\n\t\tjump own\n\t\t{behind}\n\t}}\n\
         \tchain own {{\n\t\t{}\n\t}}\n}}\n",
        rules.join("\n\t\t")
    );
    passage(&nft(&text), &web())
}

fn depends_on(words: &str, found: Passage) {
    assert!(matches!(&found, Passage::Depends(rule) if rule.contains(words)), "{words}: {found:?}");
}

/// What stands behind it does not surely drop everything.
#[test]
fn a_return_that_may_be() {
    let rules = ["ip saddr 10.0.0.0/8 return", "drop"];
    depends_on("10.0.0.0/8 return", within(&rules, "accept"));
    assert!(matches!(within(&rules, ""), Passage::Dropped(_)), "dropped either way");
    assert_eq!(Passage::Passes, within(&["ip saddr 10.0.0.0/8 return", "accept"], ""));
    assert_eq!(Passage::Passes, within(&["ip saddr 10.0.0.0/8 return"], "accept"));
    depends_on("return", within(&["ip saddr != 10.0.0.0/8 return", "accept"], ""));
}

#[test]
fn a_jump_or_goto_that_may_be() {
    for jump in ["jump", "goto"] {
        let rule = format!("ip saddr 10.0.0.0/8 {jump} web");
        depends_on("10.0.0.0/8", input("drop", &[&rule]));
        assert_eq!(Passage::Passes, input("accept", &[&rule]));
    }
}

/// Most clients are not in a subnet that has a name, and most are beside one that is excepted.
#[test]
fn an_exception_is_about_most() {
    assert_eq!(Passage::Passes, input("accept", &["ip saddr 10.0.0.0/8 drop"]));
    depends_on("!= 10.0.0.0/8", input("accept", &["ip saddr != 10.0.0.0/8 drop"]));
    assert_eq!(Passage::Passes, input("drop", &["ip saddr != 10.0.0.0/8 accept"]));
}

/// Rules that are surely about something else do not make the end less sure.
#[test]
fn what_is_about_others_leaves_it_sure() {
    for rule in [
        "icmp type { echo-request, destination-unreachable } accept",
        "icmpv6 type nd-neighbor-solicit accept",
        "ct status dnat accept",
        "ct state established,related accept",
        "iifname \"lo\" accept",
        "meta nfproto ipv6 accept",
        "ip6 saddr fe80::/10 accept",
        "igmp type membership-query accept",
        "tcp dport vmap { 22 : accept, 443 : accept }",
        "udp dport . ip saddr { 53 . 10.0.0.1 } accept",
        "fib daddr type multicast accept",
        "ip saddr 10.0.0.0/8 log prefix \"seen: \" counter packets 1 bytes 60",
        "meta mark set 0x00000001",
    ] {
        let found = input("drop", &[rule]);
        assert!(matches!(found, Passage::Dropped(_)), "{rule}: {found:?}");
    }
}

/// All ports of a protocol: a rule about one of them lets in some.
#[test]
fn any_port() {
    let any = Packet { port: None, ..web() };
    depends_on("dport 80", passage(&chain("drop", &["tcp dport 80 accept"]), &any));
    assert_eq!(Passage::Passes, passage(&chain("accept", &["tcp dport 80 drop"]), &any));
    let dropped = passage(&chain("drop", &["udp dport 80 accept"]), &any);
    assert!(matches!(dropped, Passage::Dropped(_)), "{dropped:?}");
}

/// How many packets are judged before it is too much work.
fn judged(filters: &Filters) -> usize {
    let judged = (0..10_000).take_while(|_| matches!(filters.passage(&web()), Passage::Dropped(_))).count();
    assert!(matches!(filters.passage(&web()), Passage::Unseen(_)), "{judged} and no end");
    judged
}

/// Neither rules nor packets without end take the command with them.
#[test]
fn more_rules_than_are_judged() {
    let rules = vec!["tcp dport 81 accept"; super::super::MOST_RULES];
    // the chain "web" has one more
    assert!(matches!(passage(&chain("drop", &rules), &web()), Passage::Unseen(_)));
    let filters = Filters::read(&chain("drop", &rules[..10_000]));
    filters.left.set(1_000_000);
    // three for each: itself, its protocol, its port
    assert_eq!(33, judged(&filters));
}

#[test]
fn a_set_of_many_values_counts_as_many() {
    let values: Vec<String> = (1..=60_000).step_by(2).map(|port| port.to_string()).collect();
    let rule = format!("tcp dport {{ {} }} accept", values.join(", "));
    let filters = Filters::read(&chain("drop", &[&rule]));
    filters.left.set(1_000_000);
    assert_eq!(33, judged(&filters));
}
