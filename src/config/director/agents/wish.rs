//! `agent_port` and `agent`: whose agent a server has.

use core::mem::replace;
use core::net::{IpAddr, SocketAddr};
use core::ops::Range;

use ipvs::Forward;

use crate::director::{AgentPolicy, RealAgent};
use crate::read::{Report, Table, choice};
use crate::text::Entry;

/// `agent = "prefer" | "require" | "off"`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Follow(AgentPolicy),
    Off,
}

/// What holds for the servers of a section that say nothing themselves.
#[derive(Clone, Default)]
pub(in crate::director) struct Wish {
    port: Option<u16>,
    word: Option<Word>,
    /// where a service or a server says that it wants an agent: about its servers, not about all
    asked: Option<Range<usize>>,
    /// for one server, which is enough
    told_nat: bool,
    told_port: bool,
}

impl Wish {
    /// `[agents] port` and `policy`.
    pub(super) fn of_all(top: Table<'_>, agents: Table<'_>, report: &mut Report<'_>) -> Self {
        let port = agents.get("port").and_then(|entry| port(entry, report));
        let word = agents.get("policy").and_then(|entry| word(entry, report));
        if let (Some(entry), Some(Word::Follow(_))) = (agents.get("policy"), word)
            && agents.get("port").is_none()
            && !has_port(top)
        {
            report
                .error(entry.place(), "`policy` without a port of any agent")
                .label("no server would have one")
                .help("add `port = 9781`, or write `agent_port = 9781` in a [[service]]");
        }
        Self { port, word, ..Self::default() }
    }

    /// What holds below a section: as it says, else as before.
    pub(in crate::director) fn below(&self, table: Table<'_>, report: &mut Report<'_>) -> Self {
        let (port_entry, word_entry) = (table.get("agent_port"), table.get("agent"));
        let said = word_entry.and_then(|entry| word(entry, report));
        let own_port = port_entry.and_then(|entry| port(entry, report));
        let wrong = said.is_none() && word_entry.is_some() || own_port.is_none() && port_entry.is_some();
        let asked = word_entry.or(port_entry).filter(|_| said != Some(Word::Off)).map(Entry::place);
        Self {
            port: own_port.or(self.port),
            word: said.or(self.word),
            // what is wrong was told: what follows from it need not be
            asked: asked.or_else(|| self.asked.clone()).filter(|_| !wrong),
            ..Self::default()
        }
    }

    /// The agent of a server, as far as it can have one.
    pub(in crate::director) fn at(
        &mut self,
        server: IpAddr,
        forward: Forward,
        report: &mut Report<'_>,
    ) -> Option<RealAgent> {
        let policy = match self.word.unwrap_or(Word::Follow(AgentPolicy::Prefer)) {
            Word::Follow(policy) => policy,
            Word::Off => return None,
        };
        if forward == Forward::Nat {
            self.tell_nat(report);
            return None;
        }
        let Some(port) = self.port else {
            self.tell_no_port(report);
            return None;
        };
        Some(RealAgent { address: SocketAddr::new(server, port), policy })
    }

    /// Once for all servers of a section.
    fn tell_nat(&mut self, report: &mut Report<'_>) {
        if let Some(place) = self.asked.clone().filter(|_| !replace(&mut self.told_nat, true)) {
            report
                .warning(place, "no agent is followed where `forward` is \"nat\"")
                .label("an agent keeps VIPs, and behind NAT a server has none")
                .help("leave it away, or write `agent = \"off\"` at servers with NAT");
        }
    }

    fn tell_no_port(&mut self, report: &mut Report<'_>) {
        if let Some(place) = self.asked.clone().filter(|_| !replace(&mut self.told_port, true)) {
            report
                .error(place, "`agent` without a port")
                .label("nobody says where the agents listen")
                .help("write `agent_port = 9781` beside it, or `port = 9781` in [agents]");
        }
    }
}

fn port(entry: Entry<'_>, report: &mut Report<'_>) -> Option<u16> {
    entry.number(1..=65_535, report)
}

fn word(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Word> {
    let words = [
        ("prefer", Word::Follow(AgentPolicy::Prefer)),
        ("require", Word::Follow(AgentPolicy::Require)),
        ("off", Word::Off),
    ];
    choice(entry, &words, report)
}

/// Whether a service or a server says the port of its agent.
fn has_port(top: Table<'_>) -> bool {
    let below = |entry: Entry<'_>| entry.children().any(|child| child.key() == "agent_port");
    let services = || top.get("service").into_iter().flat_map(Entry::children);
    services().any(|service| {
        let reals = service.children().filter(|child| child.key() == "real").flat_map(Entry::children);
        below(service) || reals.into_iter().any(below)
    })
}
