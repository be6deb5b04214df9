//! Agents' words in the table, in what is told, and in what is said back.

use std::net::SocketAddr;

use ipvs::DestinationKey;
use watch::{Drain, DrainPhase, News, Repairs, Status, StepStatus, VipStatus};

use super::lines::twice_checked;
use super::*;

mod answers;
mod doubt;
mod lines;
mod orders;
mod restart;
mod said;

/// Two VIPs over two servers with agents; `web` is BASE's, `shop` SECOND's.
fn text(keys: &str) -> String {
    format!("[agents]\nport = 9781\n{keys}\n{BASE}{SECOND}")
}

/// What an agent tells: one line for each VIP.
#[derive(Clone)]
struct Tells(Status);

const WEB_VIP: &str = "192.0.2.100";
const SHOP_VIP: &str = "192.0.2.101";

fn tells() -> Tells {
    let steps = ["sysctls", "address", "tcp/80"].map(StepStatus::done);
    let vips = [WEB_VIP, SHOP_VIP].map(|vip| VipStatus::of(vip.parse().unwrap(), "lo", steps.clone().into()));
    Tells(Status {
        version: "0.1.0".into(),
        format: 1,
        host: "RS".into(),
        instance: "abc".into(),
        seq: 1,
        ready: true,
        weight: None,
        draining_since: None,
        contested: false,
        vips: vips.into(),
        repairs: Repairs::default(),
        problems: Vec::new(),
    })
}

impl Tells {
    fn vip(&mut self, address: &str) -> &mut VipStatus {
        let address: IpAddr = address.parse().unwrap();
        self.0.vips.iter_mut().find(|vip| vip.address == address).unwrap()
    }

    fn lacks(mut self, vip: &str, step: &str, why: &str) -> Self {
        let vip = self.vip(vip);
        vip.ready = false;
        vip.reason = Some(format!("{step}: {why}"));
        let step = vip.steps.iter_mut().find(|one| one.step == step).unwrap();
        (step.ok, step.reason) = (false, Some(why.to_owned()));
        self
    }

    fn drains(mut self, vip: &str, phase: DrainPhase, connections: u64) -> Self {
        let vip = self.vip(vip);
        vip.ready = false;
        vip.draining_since = Some(1);
        vip.drain = Some(Drain { phase, connections: Some(connections), waits_for: None });
        self
    }

    fn seq(mut self, seq: u64) -> Self {
        self.0.seq = seq;
        self
    }

    fn weighs(mut self, percent: u8) -> Self {
        self.0.weight = Some(percent);
        self
    }
}

fn agent(server: &str) -> SocketAddr {
    SocketAddr::new(server.parse().unwrap(), 9781)
}

impl Rig {
    fn news(&mut self, server: &str, news: News) {
        self.core.handle_news(agent(server), news, self.now);
        self.take_turns();
    }

    fn hears(&mut self, server: &str, tells: Tells) -> Vec<String> {
        self.news(server, News::State(Box::new(tells.0)));
        told(&self.core.take_patches())
    }

    fn silent(&mut self, server: &str) -> Vec<String> {
        self.news(server, News::Silent);
        told(&self.core.take_patches())
    }

    fn lost(&mut self, server: &str) -> Vec<String> {
        self.news(server, News::Lost("connection refused".into()));
        told(&self.core.take_patches())
    }

    fn knocked(&mut self, server: &str, host_is_dead: bool) -> Vec<String> {
        self.news(server, News::Knocked { host_is_dead });
        told(&self.core.take_patches())
    }

    /// Every agent is heard, every check has passed.
    fn settled(keys: &str) -> Self {
        Self::settled_with(&text(keys), &["192.0.2.1", "192.0.2.2"])
    }

    fn settled_with(text: &str, servers: &[&str]) -> Self {
        let mut rig = Self::start(text, &Table::new());
        for server in servers {
            rig.hears(server, tells());
        }
        rig.pass(SECOND_LONG);
        rig.turned();
        rig.core.take_agent_turns();
        rig
    }

    /// What the log says of turns by agents' words.
    fn logged(&mut self) -> Vec<String> {
        let line = |turn: AgentTurn| {
            let AgentTurn { agent, from, to, reason, services, .. } = turn;
            format!("{} {from:?} {to:?} {services}: {reason}", agent.ip())
        };
        self.core.take_agent_turns().into_iter().map(line).collect()
    }

    /// The weight of a server that is wanted in the table of a VIP's service; none: it is not there.
    fn weight(&self, vip: &str, server: &str) -> Option<u32> {
        let vip: IpAddr = vip.parse().unwrap();
        let is_its = |key: &ServiceKey| matches!(key, ServiceKey::Address { address, .. } if *address == vip);
        let (_, verdict) = self.core.services().find(|(service, _)| is_its(&service.key)).unwrap();
        let key = DestinationKey { address: server.parse().unwrap(), port: 80 };
        verdict.service.destinations.get(&key).map(|one| one.weight.get())
    }
}
