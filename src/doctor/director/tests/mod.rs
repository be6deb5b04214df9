#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod addresses;
mod daemon;
mod filter;
mod kernel;
mod others;
mod settings;
mod wire;

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{DirectorFacts, Table, Way, findings};
use crate::{Address, Facts, Finding, FirewallText, Link, Modules, Process, Release, Seen, Unit, Verdict};

const VIP: &str = "192.168.100.240";
const RIP: &str = "192.168.100.8";
const PEER: &str = "192.168.100.102";

/// LVS01 of the note, as it should be, with a director that does not run.
struct Host {
    host: Facts,
    own: DirectorFacts,
}

/// With `lines` at the end of the file's [[vrrp]].
fn prepared_with(lines: &str, rest: &str) -> Host {
    let text = format!(
        "[[vrrp]]\nname = \"VI_1\"\ninterface = \"eth0\"\nvirtual_router_id = 51\npriority = 100\naddresses = [\"{VIP}\"]\n{lines}\n\
         [[service]]\nname = \"web\"\naddress = \"{VIP}:80\"\nscheduler = \"rr\"\nforward = \"dr\"\n\
         [[service.real]]\naddress = \"{RIP}\"\n{rest}"
    );
    let config = config::director::parse(&text).unwrap_or_else(|errors| panic!("{errors:?}")).0;
    let own = DirectorFacts {
        path: "director.toml".to_owned(),
        config: Ok(config),
        daemon: Seen::Known(None),
        owned: Seen::Known(BTreeSet::new()),
        table: Seen::Known(Some(Table { services: BTreeSet::new(), owned: Seen::Known(BTreeSet::new()) })),
        ways: [(ip(RIP), Ok(Way { interface: "eth0".to_owned(), via: None }))].into(),
        claims: [("eth0".to_owned(), Seen::Known([(ip(VIP), [].into()), (ip(RIP), [[2; 6]].into())].into()))]
            .into(),
        heard: BTreeMap::new(),
        agents: BTreeMap::new(),
    };
    Host { host: host(), own }
}

fn prepared() -> Host {
    prepared_with("", "")
}

fn host() -> Facts {
    let modules: BTreeSet<String> = ["ip_vs", "ip_vs_rr"].map(ToOwned::to_owned).into();
    let mut facts = Facts {
        release: Seen::Known(Release::parse("6.1.0-18-amd64").unwrap()),
        links: Seen::Known(vec![eth0()]),
        processes: Seen::Known(Vec::new()),
        modules: Modules { loaded: Seen::Known(modules.clone()), available: Seen::Known(modules) },
        firewall: FirewallText {
            nft: Seen::Known(String::new()),
            iptables: Seen::Known(String::new()),
            ip6tables: Seen::Known(String::new()),
            arptables: Seen::Known(String::new()),
        },
        units: Seen::Known([("lvs-director.service".to_owned(), unit("active", "enabled"))].into()),
        clock_synchronised: Seen::Known(true),
        ..Facts::default()
    };
    let sysctls = [
        ("net/ipv4/ip_forward", "0"),
        ("net/ipv4/vs/conntrack", "0"),
        ("net/ipv4/vs/conn_reuse_mode", "1"),
        ("net/ipv4/vs/expire_nodest_conn", "1"),
        ("net/ipv4/vs/expire_quiescent_template", "1"),
        ("net/ipv4/vs/sloppy_tcp", "0"),
        ("net/ipv4/vs/backup_only", "0"),
        ("net/netfilter/nf_conntrack_count", "10"),
        ("net/netfilter/nf_conntrack_max", "65536"),
    ];
    for (path, value) in sysctls {
        facts.sysctls.insert(path, value);
    }
    for interface in ["all", "eth0"] {
        for (name, value) in [("send_redirects", "1"), ("rp_filter", "0"), ("accept_local", "0")] {
            facts.sysctls.insert(format!("net/ipv4/conf/{interface}/{name}"), value);
        }
    }
    facts
}

fn eth0() -> Link {
    Link {
        name: "eth0".to_owned(),
        index: 2,
        up: true,
        multicast: true,
        mtu: 1500,
        mac: Some([1; 6]),
        lro: Seen::Known(false),
        addresses: vec![held("192.168.100.101", 24)],
        ..Link::default()
    }
}

fn unit(active: &str, enabled: &str) -> Unit {
    Unit { active: active.to_owned(), enabled: enabled.to_owned(), ..Unit::default() }
}

fn held(address: &str, prefix: u8) -> Address {
    Address { address: ip(address), prefix, label: None, deprecated: false }
}

fn process(pid: u32, words: &[&str]) -> Process {
    let name = words.first().and_then(|word| word.rsplit('/').next()).unwrap_or_default();
    Process { pid, name: name.to_owned(), command: words.iter().map(ToString::to_string).collect() }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

impl Host {
    fn links(&mut self) -> &mut Vec<Link> {
        let Seen::Known(links) = &mut self.host.links else { panic!("no links") };
        links
    }

    fn set(&mut self, path: &str, value: &str) -> &mut Self {
        self.host.sysctls.insert(path, value);
        self
    }

    fn runs(&mut self, masters: &[&str]) -> &mut Self {
        let masters = masters.iter().map(ToString::to_string).collect();
        self.own.daemon = Seen::Known(Some(super::Daemon { masters, ..super::Daemon::default() }));
        self
    }

    fn found(&self, id: &str) -> Vec<Finding> {
        let all = findings(&self.host, &self.own);
        let found: Vec<Finding> = all.into_iter().filter(|finding| finding.id == id).collect();
        assert!(!found.is_empty(), "no finding {id}");
        found
    }

    /// What is wrong, with the cures, as one text; panics where nothing is.
    fn wrong(&self, id: &str) -> String {
        let found = self.found(id);
        let texts = found.iter().filter_map(|finding| match &finding.verdict {
            Verdict::Wrong { what, cure } => {
                Some(format!("{}: {what}\n{}", finding.subject, cure.join("\n")))
            }
            Verdict::Fine(_) | Verdict::NotApplicable(_) | Verdict::Unknown { .. } => None,
        });
        let texts: Vec<String> = texts.collect();
        assert!(!texts.is_empty(), "{id} is not wrong: {found:?}");
        texts.join("\n")
    }

    fn all_are(&self, id: &str, is: impl Fn(&Verdict) -> bool) {
        let found = self.found(id);
        assert!(found.iter().all(|finding| is(&finding.verdict)), "{found:?}");
    }

    fn fine(&self, id: &str) {
        self.all_are(id, |verdict| matches!(verdict, Verdict::Fine(_)));
    }

    fn unknown(&self, id: &str) {
        self.all_are(id, |verdict| matches!(verdict, Verdict::Unknown { .. }));
    }

    fn not_applicable(&self, id: &str) {
        self.all_are(id, |verdict| matches!(verdict, Verdict::NotApplicable(_)));
    }
}

#[test]
fn nothing_is_wrong_with_a_prepared_director() {
    let host = prepared();
    let all = findings(&host.host, &host.own);
    let wrong: Vec<&Finding> =
        all.iter().filter(|one| matches!(one.verdict, Verdict::Wrong { .. })).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut ids: Vec<&str> = all.iter().map(|finding| finding.id).collect();
    ids.dedup();
    assert!(super::RULES.iter().all(|(id, _)| ids.contains(id)), "a rule says nothing: {ids:?}");
}

#[test]
fn a_rule_has_one_word() {
    let ids: BTreeSet<&str> = super::RULES.iter().map(|(id, _)| *id).collect();
    assert_eq!(super::RULES.len(), ids.len());
}

/// What nobody could look at is never taken for fine.
#[test]
fn a_blind_doctor_says_so() {
    let mut blind = prepared();
    blind.host = Facts::default();
    blind.own.table = Seen::default();
    blind.own.claims = [("eth0".to_owned(), Seen::default())].into();
    blind.own.heard = [("VI_1".to_owned(), Seen::default())].into();
    for id in [
        "interface",
        "vip-by-hand",
        "vip-subnet",
        "vip-on-the-wire",
        "virtual-router",
        "firewall-vrrp",
        "ipvs-modules",
        "strange-services",
        "conntrack",
        "conn-reuse-mode",
        "expire-nodest-conn",
        "ip-forward",
        "lro",
        "multicast",
        "mtu",
        "server-answers",
        "kernel",
        "keepalived",
        "ldirectord",
        "unit",
    ] {
        blind.unknown(id);
    }
}

#[test]
fn a_refused_file_is_told_and_the_host_is_looked_at_all_the_same() {
    let mut refused = prepared();
    refused.own.config = Err("line 3: unknown key".to_owned());
    refused.host.processes = Seen::Known(vec![process(7, &["/usr/sbin/keepalived"])]);
    assert!(refused.wrong("config").contains("line 3: unknown key"));
    assert!(refused.wrong("keepalived").contains("kill 7"));
    refused.not_applicable("lro");
}
