#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod daemon;
mod given;
mod kernel;
mod leftovers;
mod network;
mod networkd;
mod scripts;

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::{Agent, AgentFacts, findings};
use crate::{
    Address, Facts, File, Finding, FirewallText, Link, Listening, Modules, Process, Release, Route, Seen,
    Transport, Unit, Verdict,
};

const VIP: &str = "192.168.100.240";
const TOML: &str = r#"
[[vip]]
address = "192.168.100.240"
services = ["tcp/80"]

[[vip]]
address = "2001:db8::240"

[health]
listen = ["192.168.100.21:9781"]
"#;

/// A host that is prepared, and one thing changed.
struct Host {
    facts: Facts,
    own: AgentFacts,
}

impl Host {
    fn prepared() -> Self {
        Self { facts: facts(), own: own(TOML) }
    }

    fn verdicts(&self, id: &str) -> Vec<Finding> {
        findings(&self.facts, &self.own).into_iter().filter(|finding| finding.id == id).collect()
    }

    /// What is wrong, and the cure.
    fn wrong(&self, id: &str) -> (String, String, Vec<String>) {
        let found = self.verdicts(id);
        let wrong = found.iter().find_map(|finding| match &finding.verdict {
            Verdict::Wrong { what, cure } => Some((finding.subject.clone(), what.clone(), cure.clone())),
            Verdict::Fine(_) | Verdict::NotApplicable(_) | Verdict::Unknown { .. } => None,
        });
        wrong.unwrap_or_else(|| panic!("{id} is not wrong: {found:?}"))
    }

    fn is_fine(&self, id: &str) -> bool {
        let found = self.verdicts(id);
        !found.is_empty() && found.iter().all(|finding| matches!(finding.verdict, Verdict::Fine(_)))
    }

    fn is_unknown(&self, id: &str) -> bool {
        self.verdicts(id).iter().any(|finding| matches!(finding.verdict, Verdict::Unknown { .. }))
    }

    fn is_not_applicable(&self, id: &str) -> bool {
        let found = self.verdicts(id);
        !found.is_empty() && found.iter().all(|finding| matches!(finding.verdict, Verdict::NotApplicable(_)))
    }

    fn with_config(toml: &str) -> Self {
        Self { own: own(toml), ..Self::prepared() }
    }

    fn file(&mut self, path: &str, text: &str) -> &mut File {
        self.facts.files.push(File {
            path: path.to_owned(),
            text: Seen::Known(text.to_owned()),
            executable: false,
        });
        self.facts.files.last_mut().unwrap()
    }

    fn hidden(&mut self, path: &str) {
        self.file(path, "").text = Seen::unseen("not permitted", "run this as root");
    }

    /// This sysctl, or all below it, is there and cannot be read.
    fn refuse(&mut self, path: &str) {
        self.facts.sysctls = self.without(path);
        self.facts.sysctls.refuse(path, "not permitted");
    }

    fn without(&self, path: &str) -> crate::Sysctls {
        let others = self.facts.sysctls.iter().filter(|(name, _)| !name.starts_with(path));
        others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn links(&mut self) -> &mut Vec<Link> {
        match &mut self.facts.links {
            Seen::Known(links) => links,
            Seen::Unseen(_) => panic!("no links"),
        }
    }

    fn lo(&mut self) -> &mut Vec<Address> {
        &mut self.links()[0].addresses
    }

    fn process(&mut self, pid: u32, name: &str, command: &[&str]) {
        let command = command.iter().map(ToString::to_string).collect();
        match &mut self.facts.processes {
            Seen::Known(processes) => processes.push(Process { pid, name: name.to_owned(), command }),
            Seen::Unseen(_) => panic!("no processes"),
        }
    }

    fn agent(&mut self) -> &mut Option<Agent> {
        match &mut self.own.agent {
            Seen::Known(agent) => agent,
            Seen::Unseen(_) => panic!("no agent"),
        }
    }

    fn listeners(&mut self) -> &mut Vec<Listening> {
        match &mut self.facts.listeners {
            Seen::Known(listeners) => listeners,
            Seen::Unseen(_) => panic!("no listeners"),
        }
    }
}

fn own(toml: &str) -> AgentFacts {
    AgentFacts {
        path: "/etc/lvs-rs-agent/agent.toml".to_owned(),
        program: "lvs-rs-agent".to_owned(),
        config: Ok(config::agent::parse(toml).unwrap().0),
        agent: Seen::Known(Some(Agent::default())),
        owned: Seen::Known(BTreeSet::new()),
    }
}

fn facts() -> Facts {
    let none = || Seen::Known(String::new());
    Facts {
        release: Seen::Known(Release::parse("6.1.0-18-amd64").unwrap()),
        sysctls: sysctls(),
        links: Seen::Known(vec![lo(), eth("eth0", 2, "192.168.100.21/24"), eth("eth1", 3, "10.0.0.21/8")]),
        routes: Seen::Known(vec![
            route("0.0.0.0/0", "eth0"),
            route("192.168.100.0/24", "eth0"),
            route("10.0.0.0/8", "eth1"),
        ]),
        listeners: Seen::Known(vec![listening("0.0.0.0:80"), listening("192.168.100.21:9781")]),
        processes: Seen::Known(vec![]),
        modules: Modules::default(),
        firewall: FirewallText { nft: none(), iptables: none(), ip6tables: none(), arptables: none() },
        units: Seen::Known(BTreeMap::from([("lvs-rs-agent.service".to_owned(), unit("active", "enabled"))])),
        clock_synchronised: Seen::Known(true),
        ..Facts::default()
    }
}

fn unit(active: &str, enabled: &str) -> Unit {
    Unit {
        active: active.to_owned(),
        enabled: enabled.to_owned(),
        stop_timeout_s: Some(80),
        open_files: None,
    }
}

fn sysctls() -> crate::Sysctls {
    let mut found = crate::Sysctls::default();
    for interface in ["all", "default", "lo", "eth0", "eth1"] {
        let is_all = interface == "all";
        for (name, value) in [("arp_ignore", "1"), ("arp_announce", "2"), ("rp_filter", "0")] {
            let value = if is_all { value } else { "0" };
            found.insert(alloc::format!("net/ipv4/conf/{interface}/{name}"), value);
        }
    }
    found.insert("net/ipv4/ip_forward", "0");
    found
}

fn lo() -> Link {
    let addresses = vec![
        Address { address: address("127.0.0.1"), prefix: 8, label: Some("lo".to_owned()), deprecated: false },
        Address { address: address(VIP), prefix: 32, label: Some("lo:0".to_owned()), deprecated: false },
        Address { address: address("2001:db8::240"), prefix: 128, label: None, deprecated: true },
    ];
    Link {
        name: "lo".to_owned(),
        index: 1,
        loopback: true,
        up: true,
        mtu: 65_536,
        addresses,
        ..Link::default()
    }
}

fn eth(name: &str, index: u32, own: &str) -> Link {
    let (own, prefix) = own.split_once('/').unwrap();
    let held =
        Address { address: address(own), prefix: prefix.parse().unwrap(), label: None, deprecated: false };
    Link {
        name: name.to_owned(),
        index,
        up: true,
        mtu: 1500,
        lro: Seen::Known(false),
        addresses: vec![held],
        ..Link::default()
    }
}

fn route(to: &str, interface: &str) -> Route {
    let (to, prefix) = to.split_once('/').unwrap();
    let to = (address(to), prefix.parse().unwrap());
    Route { to, via: None, interface: Some(interface.to_owned()), metric: 0 }
}

fn listening(place: &str) -> Listening {
    let address: SocketAddr = place.parse().unwrap();
    Listening { transport: Transport::Tcp, address, v6only: Some(false), interface: Some(0) }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_prepared_host_has_nothing_wrong() {
    let host = Host::prepared();
    let report = crate::Report::new(findings(&host.facts, &host.own));
    assert!(report.is_good(), "{}", report.text(crate::Marks::ASCII));
    assert_eq!(0, report.exit_code());
}

#[test]
fn of_a_host_that_nothing_is_known_of_nothing_is_wrong() {
    let host = Host { facts: Facts::default(), own: AgentFacts { agent: Seen::default(), ..own(TOML) } };
    let report = crate::Report::new(findings(&host.facts, &host.own));
    let wrong: Vec<_> =
        report.findings().iter().filter(|found| matches!(found.verdict, Verdict::Wrong { .. })).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
