//! Agents that are followed.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::ServerLabels;
use crate::status::Status;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AgentLabels {
    agent: String,
    host: String,
}

type Agents = Family<AgentLabels, Gauge>;
type Servers = Family<ServerLabels, Gauge>;

/// Nothing where no agent is followed.
pub(super) fn agents(registry: &mut Registry, status: &Status) {
    if status.agents.is_empty() {
        return;
    }
    let [heard, dead, ready, weight, connections, damped] = std::array::from_fn(|_| Agents::default());
    for agent in &status.agents {
        let labels = AgentLabels { agent: agent.address.clone(), host: agent.host.clone() };
        let set = |family: &Agents, value: i64| {
            family.get_or_create(&labels).set(value);
        };
        set(&heard, i64::from(agent.state == "heard"));
        set(&dead, i64::from(agent.dead));
        set(&ready, super::count(agent.ready));
        set(&weight, agent.weight.unwrap_or(100).into());
        set(&damped, i64::try_from(agent.damped).unwrap_or(i64::MAX));
        if let Some(count) = agent.connections {
            set(&connections, i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
    registry.register("agent_heard", "1 while the agent's stream speaks", heard);
    registry.register("agent_dead", "1 while it is not heard and its host answers nothing", dead);
    registry.register("agent_ready_vips", "VIPs that the agent says are ready", ready);
    registry.register("agent_weight_percent", "what the host may carry, of its configured weight", weight);
    registry.register(
        "agent_draining_connections",
        "connections to VIPs that drain, as the host counts them",
        connections,
    );
    registry.register("agent_damped_changes", "changes of mind that were not acted upon", damped);
    servers(registry, status);
}

fn servers(registry: &mut Registry, status: &Status) {
    let (ready, held) = (Servers::default(), Servers::default());
    for service in &status.services {
        for server in &service.servers {
            let Some(agent) = &server.agent else { continue };
            let labels = ServerLabels { service: service.name.clone(), server: server.address.clone() };
            ready.get_or_create(&labels).set(i64::from(agent.word == "ready"));
            held.get_or_create(&labels).set(i64::from(agent.held));
        }
    }
    registry.register("server_agent_ready", "1 while the server's agent says that it is ready", ready);
    registry.register(
        "server_agent_held",
        "1 while its agent is not believed before its own checks agree",
        held,
    );
}
