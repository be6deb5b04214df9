#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{Wanted, boot_sysctls, clock, comment_out, confinement, names, opening, said};
use crate::{Confinement, Facts, File, Finding, Process, Seen, Verdict};

fn file(path: &str, text: &str) -> File {
    File { path: path.to_string(), text: Seen::Known(text.to_string()), executable: false }
}

#[test]
fn clock_of_each_kind() {
    let with = |clock| clock_of(&Facts { clock_synchronised: clock, ..Facts::default() });
    assert!(matches!(with(Seen::Known(true)), Verdict::Fine(_)));
    assert!(
        matches!(with(Seen::Known(false)), Verdict::Wrong { cure, .. } if cure[0] == "timedatectl set-ntp true")
    );
    assert!(matches!(with(Seen::unseen("why", "how")), Verdict::Unknown { .. }));
}

fn clock_of(host: &Facts) -> Verdict {
    clock(host).verdict
}

#[test]
fn security_modules() {
    let of = |confinement_of| {
        let host = Facts { confinement: confinement_of, ..Facts::default() };
        confinement(&host, "lvs-rs-agent")
            .into_iter()
            .map(|finding: Finding| finding.verdict)
            .collect::<Vec<_>>()
    };
    let none = of(Confinement::default());
    assert!(none.iter().all(|verdict| matches!(verdict, Verdict::NotApplicable(_))));
    let both = of(Confinement { selinux: Some(true), apparmor: Some("unconfined".to_string()) });
    assert!(
        both.iter().all(|verdict| matches!(verdict, Verdict::Fine(seen) if seen.contains("lvs-rs-agent")))
    );
    let permissive = of(Confinement { selinux: Some(false), apparmor: None });
    assert_eq!(Verdict::Fine("permissive".to_string()), permissive[0]);
}

#[test]
fn sysctl_files_in_their_order() {
    let host = Facts {
        files: vec![
            file(
                "/usr/lib/sysctl.d/50-default.conf",
                "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.eth0/100.arp_ignore=1",
            ),
            file("/usr/lib/sysctl.d/90-hidden.conf", "net.ipv4.ip_forward=1"),
            file("/etc/sysctl.d/90-hidden.conf", "# net.ipv4.ip_forward=0\n"),
            file("/etc/sysctl.d/10-first.conf", "net/ipv4/conf/eth0.100/arp_ignore = 3"),
            file("/etc/sysctl.conf", "; words\nkernel.x=1\nnonsense\n"),
        ],
        ..Facts::default()
    };
    let found: Vec<(String, String, usize)> =
        boot_sysctls(&host).into_iter().map(|line| (line.name, line.value, line.line)).collect();
    let expected = [
        ("net/ipv4/conf/eth0.100/arp_ignore", "3", 1),
        ("net/ipv4/conf/*/rp_filter", "2", 1),
        ("net/ipv4/conf/eth0.100/arp_ignore", "1", 2),
        ("kernel/x", "1", 2),
    ];
    assert_eq!(
        expected.map(|(name, value, line)| (name.to_string(), value.to_string(), line)).to_vec(),
        found
    );
}

#[test]
fn addresses_in_words() {
    let vip = "192.168.100.24".parse().unwrap();
    for line in
        ["addresses: [192.168.100.24/24]", "- 192.168.100.24", "VIP=192.168.100.24", "a 192.168.100.24."]
    {
        assert!(names(line, vip), "{line}");
    }
    for line in ["192.168.100.240", "1192.168.100.24", "192.168.100.24.5", "nothing"] {
        assert!(!names(line, vip), "{line}");
    }
    assert!(names("Address=2001:db8::24/128", "2001:db8::24".parse().unwrap()));
    assert!(names("address 2001:0DB8:0::24", "2001:db8::24".parse().unwrap()));
}

#[test]
fn lines_that_say_something() {
    let file = file("/etc/x", "# a\n\n  b\n;c\nd\n");
    let found: Vec<(usize, &str)> = said(&file).map(|line| (line.number, line.text)).collect();
    assert_eq!(vec![(3, "b"), (5, "d")], found);
    assert_eq!("sed -i '3s/^/# /;5s/^/# /' /etc/x", comment_out("/etc/x", [3, 5].into_iter()));
}

#[test]
fn firewalls_are_opened_by_whoever_keeps_them() {
    let vip = "192.168.100.240".parse().unwrap();
    let port = Wanted::Port("tcp", 80, vip);
    let host = Facts::default();
    let nft = opening(&host, "inet filter input: policy drop", port);
    assert_eq!("nft insert rule inet filter input ip daddr 192.168.100.240 tcp dport 80 accept", nft[0]);
    let nft = opening(&host, "inet filter input: policy drop", Wanted::Protocol("vrrp"));
    assert_eq!("nft insert rule inet filter input meta l4proto vrrp accept", nft[0]);
    let iptables = opening(&host, "filter INPUT: policy drop", port);
    assert_eq!("iptables -t filter -I INPUT -d 192.168.100.240 -p tcp --dport 80 -j ACCEPT", iptables[0]);
    let v6 = Wanted::Port("udp", 53, "2001:db8::240".parse().unwrap());
    assert!(opening(&host, "raw PREROUTING: x", v6)[0].starts_with("ip6tables -t raw -I PREROUTING "));
    let process = Process { pid: 7, name: "firewalld".to_string(), command: Vec::new() };
    let host = Facts { processes: Seen::Known(vec![process]), ..Facts::default() };
    let firewalld = opening(&host, "inet firewalld filter_INPUT: reject", port);
    assert_eq!(vec!["firewall-cmd --permanent --add-port=80/tcp", "firewall-cmd --reload"], firewalld);
}
