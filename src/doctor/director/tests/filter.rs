use super::*;

const CLOSED: &str = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n";

#[test]
fn a_closed_filter_keeps_everything_away() {
    let mut host = prepared_with("", "[[ipvs.sync]]\nrole = \"backup\"\ninterface = \"eth0\"\n");
    for id in ["firewall-vrrp", "firewall-sync", "firewall-services"] {
        host.fine(id);
    }
    host.host.firewall.nft = Seen::Known(CLOSED.to_owned());
    for (id, part) in
        [("firewall-vrrp", "l4proto 112"), ("firewall-sync", "8848"), ("firewall-services", "80")]
    {
        let wrong = host.wrong(id);
        assert!(wrong.contains("nft insert rule inet filter input") && wrong.contains(part), "{wrong}");
    }
}

#[test]
fn a_filter_that_lets_them_in_is_fine() {
    let mut host = prepared();
    let open = CLOSED.replace("tcp dport 22", "ip protocol 112");
    host.host.firewall.nft = Seen::Known(open);
    host.fine("firewall-vrrp");
    assert!(host.wrong("firewall-services").contains("192.168.100.240"));
}

/// What a filter would drop may never come there as what it was.
#[test]
fn a_service_that_is_sent_elsewhere_is_not_judged() {
    let mut host = prepared();
    let nat = "table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t\
               tcp dport 80 dnat to 172.17.0.2:8080\n\t}\n}\n";
    host.host.firewall.nft = Seen::Known(format!("{CLOSED}{nat}"));
    host.unknown("firewall-services");
    assert!(host.wrong("firewall-vrrp").contains("l4proto 112"));
}

#[test]
fn a_filter_that_nobody_may_see_is_not_known() {
    let mut host = prepared();
    host.host.firewall.nft = Seen::unseen("not permitted", "run this as root");
    host.unknown("firewall-vrrp");
    host.unknown("firewall-services");
    host.not_applicable("firewall-sync");
}
