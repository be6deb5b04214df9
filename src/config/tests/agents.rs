//! `[agents]`, `agent_port` and `agent`: whose agents are followed.

mod common;

use std::time::Duration;

use common::{beside, real, refused, service, taken, warned};
use lvs_config::director::{AgentGuard, AgentPolicy, AgentsConfig, DirectorConfig};

/// The agents of all servers, in words.
fn agents(config: &DirectorConfig) -> Vec<String> {
    let reals = config.services.iter().flat_map(|service| &service.reals);
    reals
        .map(|real| match real.agent {
            Some(agent) => format!("{} {:?}", agent.address, agent.policy),
            None => String::from("none"),
        })
        .collect()
}

#[test]
fn nobody_is_followed_unless_said() {
    let config = taken(&service(""));
    assert_eq!(agents(&config), ["none"]);
    assert_eq!(config.agents, AgentsConfig::default());
}

#[test]
fn every_key_of_the_section() {
    let config = taken(&beside(
        "[agents]\nport = 9781\npolicy = \"require\"\nheartbeat = \"100ms\"\ngrace = \"1m\"\n\
         guard = { share = 100, window = \"1s\" }\ntls = { ca = \"/ca.pem\" }",
    ));
    let read = &config.agents;
    assert_eq!((read.heartbeat, read.grace), (Some(Duration::from_millis(100)), Duration::from_secs(60)));
    assert_eq!(read.guard, AgentGuard { share: 100, window: Duration::from_secs(1) });
    let tls = read.tls.as_ref().unwrap();
    assert_eq!((tls.ca.as_str(), &tls.certificate, &tls.name), ("/ca.pem", &None, &None));
    assert_eq!(agents(&config), ["192.168.100.8:9781 Require"]);
}

/// The server's word counts before the service's, and that before the section's; port and policy each for itself.
#[test]
fn the_nearest_word_counts() {
    let config = taken(
        r#"
        [agents]
        port = 1
        policy = "require"
        [[service]]
        address = "192.0.2.100:80"
        agent_port = 2
        [[service.real]]
        address = "192.0.2.8"
        [[service.real]]
        address = "192.0.2.9"
        agent_port = 3
        agent = "prefer"
        [[service.real]]
        address = "192.0.2.10"
        agent = "off"
        [[service]]
        address = "[2001:db8::100]:80"
        agent = "off"
        [[service.real]]
        address = "2001:db8::8"
        [[service.real]]
        address = "2001:db8::9"
        agent = "prefer"
        "#,
    );
    let wanted = ["192.0.2.8:2 Require", "192.0.2.9:3 Prefer", "none", "none", "[2001:db8::9]:1 Prefer"];
    assert_eq!(agents(&config), wanted);
}

#[test]
fn every_member_of_a_list_has_the_same() {
    let config = taken(
        "[[service]]\nname = \"web\"\naddresses = [\"192.0.2.1-2:80\", \"192.0.2.3:443\"]\nagent_port = 9781\n\
         [[service.real]]\naddress = \"192.0.2.8\"\n",
    );
    assert_eq!(agents(&config), ["192.0.2.8:9781 Prefer"; 3]);
}

/// Where every service says that it wants an agent somewhere, the port need not be said for all.
#[test]
fn a_policy_for_those_with_a_port() {
    let config = taken(&format!(
        "{}[agents]\npolicy = \"require\"\n",
        real("address = \"192.0.2.8\"\nagent_port = 9")
    ));
    assert_eq!(config.services[0].reals[0].agent.map(|agent| agent.policy), Some(AgentPolicy::Require));
}

#[test]
fn tunnels_have_agents_and_nat_has_none() {
    let two = |forward: &str, lines: &str| {
        format!("[agents]\nport = 9781\n{}", service(&format!("forward = \"{forward}\"\n{lines}")))
    };
    assert_eq!(agents(&taken(&two("tun", ""))), ["192.168.100.8:9781 Prefer"]);
    assert_eq!(agents(&taken(&two("nat", ""))), ["none"]);
    assert_eq!(agents(&taken(&two("nat", "agent = \"off\""))), ["none"]);
    insta::assert_snapshot!(warned(&two("nat", "agent = \"require\"")), @r#"6:9 warning: no agent is followed where `forward` is "nat" [an agent keeps VIPs, and behind NAT a server has none] / leave it away, or write `agent = "off"` at servers with NAT"#);
    insta::assert_snapshot!(warned(&two("nat", "agent_port = 9781")), @r#"6:14 warning: no agent is followed where `forward` is "nat" [an agent keeps VIPs, and behind NAT a server has none] / leave it away, or write `agent = "off"` at servers with NAT"#);
}

#[test]
fn nat_beside_direct_routing() {
    let text = |own: &str| {
        format!(
            "[[service]]\naddress = \"192.0.2.100:80\"\nagent_port = 9781\n\
             [[service.real]]\naddress = \"192.0.2.8\"\n\
             [[service.real]]\naddress = \"192.0.2.9\"\nforward = \"nat\"\n{own}\
             [[service.real]]\naddress = \"192.0.2.10\"\nforward = \"nat\"\n{own}"
        )
    };
    insta::assert_snapshot!(warned(&text("")), @r#"3:14 warning: no agent is followed where `forward` is "nat" [an agent keeps VIPs, and behind NAT a server has none] / leave it away, or write `agent = "off"` at servers with NAT"#);
    assert_eq!(agents(&taken(&text("agent = \"off\"\n"))), ["192.0.2.8:9781 Prefer", "none", "none"]);
}

#[test]
fn a_policy_without_a_port() {
    insta::assert_snapshot!(refused(&service("agent = \"prefer\"")), @r#"3:9 error: `agent` without a port [nobody says where the agents listen] / write `agent_port = 9781` beside it, or `port = 9781` in [agents]"#);
    insta::assert_snapshot!(refused(&real("address = \"192.168.100.8\"\nagent = \"require\"")), @r#"5:9 error: `agent` without a port [nobody says where the agents listen] / write `agent_port = 9781` beside it, or `port = 9781` in [agents]"#);
    insta::assert_snapshot!(refused(&beside("[agents]\npolicy = \"require\"")), @r#"6:10 error: `policy` without a port of any agent [no server would have one] / add `port = 9781`, or write `agent_port = 9781` in a [[service]]"#);
    assert_eq!(agents(&taken(&service("agent = \"off\""))), ["none"]);
    assert_eq!(agents(&taken(&beside("[agents]\npolicy = \"off\""))), ["none"]);
}

/// Once, however many servers it is about; a server with a port of its own is none of them.
#[test]
fn some_servers_without_a_port() {
    let other = |last: u8| format!("[[service.real]]\naddress = \"192.168.100.{last}\"\n");
    let others = [other(9), other(10), other(11)].concat();
    insta::assert_snapshot!(refused(&format!("{}{others}", service("agent = \"require\""))), @r#"3:9 error: `agent` without a port [nobody says where the agents listen] / write `agent_port = 9781` beside it, or `port = 9781` in [agents]"#);
    let all = format!("{}agent_port = 9\n", service("agent = \"require\""));
    assert_eq!(agents(&taken(&all)), ["192.168.100.8:9 Require"]);
}

#[test]
fn wrong_values_of_the_section() {
    insta::assert_snapshot!(refused(&beside(r#"[agents]
port = 0
policy = "Require"
heartbeat = "50ms"
grace = "2h"
guard = { share = 0, window = "0s", servers = 3 }
tls = { ca = "ca.pem", certificate = "/c.pem", name = "a b", cert = "/c.pem" }
agent_port = 9781
timeout = "3s"
share = 50"#)), @r#"
    6:8 error: `port` is out of range [not in 1 to 65535] / write a number from 1 to 65535
    7:10 error: `policy` has no value "Require" [in the wrong case] / write "require": case matters
    8:13 error: `heartbeat` is out of range [not in 100ms to 1s] / write a duration from "100ms" to "1s"
    9:9 error: `grace` is out of range [not in 0s to 1h] / write a duration from "0s" to "1h"
    10:19 error: `share` is out of range [not in 1 to 100] / write a number from 1 to 100
    10:31 error: `window` is out of range [not in 1s to 1h] / write a duration from "1s" to "1h"
    10:37 error: `guard` has no key `servers` [not known] / the keys are share and window
    11:14 error: "ca.pem" is no full path [does not begin with `/`, or ends with it] / write the path from the root, as in "/etc/name"
    11:24 error: `certificate` without `key` [a certificate is shown together with its key] / add `key = "/path/key.pem"`, or leave it away
    11:55 error: "a b" is no name of a certificate / write a name such as "agents.example.org", or leave it away for each agent's address
    11:62 error: `tls` has no key `cert` [not known] / write `certificate`
    12:1 error: [agents] has no key `agent_port` [not known] / write `port`
    13:1 error: [agents] has no key `timeout` [not known] / leave it away: an agent is silent after two and a half heartbeats
    14:1 error: [agents] has no key `share` [not known] / write `guard = { share = 50 }`
    "#);
    insta::assert_snapshot!(refused(&beside(r#"[agents]
heartbeat = "1001ms"
guard = { share = 101 }
guards = 1
tls = { name = "a" }"#)), @r#"
    6:13 error: `heartbeat` is out of range [not in 100ms to 1s] / write a duration from "100ms" to "1s"
    7:19 error: `share` is out of range [not in 1 to 100] / write a number from 1 to 100
    8:1 error: [agents] has no key `guards` [not known] / did you mean `guard`?
    9:7 error: `tls` has no `ca` [`ca` is missing] / write who vouches for the agents' certificates: `ca = "/path/ca.pem"`
    "#);
    insta::assert_snapshot!(refused(&beside(r#"[agents]
heartbeat = 100
guard = 50
tls = "/ca.pem""#)), @r#"
    6:13 error: `heartbeat` takes a duration with its unit, not a number [this is a number] / write "100s" for seconds, "100ms" for milliseconds
    7:9 error: `guard` takes a table, not a number [this is a number] / write `{ key = value }`, or a section of its own
    8:7 error: `tls` takes a table, not a string [this is a string] / write `{ key = value }`, or a section of its own
    "#);
}

#[test]
fn wrong_values_of_a_service() {
    insta::assert_snapshot!(refused(&service(r#"agent_port = 65536
agent = "required"
agent_check = true
agent_policy = "prefer""#)), @r#"
    3:14 error: `agent_port` is out of range [not in 1 to 65535] / write a number from 1 to 65535
    4:9 error: `agent` has no value "required" [not known] / did you mean "require"? there are prefer, require and off
    5:1 error: [[service]] has no key `agent_check` [not known] / write `agent_port = 9781`: the agents' own words are followed, not asked for
    6:1 error: [[service]] has no key `agent_policy` [not known] / write `agent`: "prefer", "require" or "off"
    "#);
    insta::assert_snapshot!(refused(&real(r#"address = "192.168.100.8"
agent_port = "9781"
agent = true
agent-check = 1
weight_from = "agent""#)), @r#"
    5:14 error: `agent_port` takes a whole number, not a string [this is a string] / write a number from 1 to 65535, without quotes
    6:9 error: `agent` takes a word in quotes, not true or false [this is true or false] / there are prefer, require and off
    7:1 error: [[service.real]] has no key `agent-check` [not known] / write `agent_port = 9781`
    8:1 error: [[service.real]] has no key `weight_from` [not known] / leave it away: an agent with [weight] tells the weight
    "#);
}

#[test]
fn keys_in_the_wrong_place() {
    insta::assert_snapshot!(refused(&beside("[agent]\nport = 9781")), @r#"5:2 error: director.toml has no key `agent` [not known] / write `policy` in [agents], or `agent` in a [[service]]"#);
    insta::assert_snapshot!(refused(&format!("agent_port = 9781\n{}", service(""))), @r#"1:1 error: director.toml has no key `agent_port` [not known] / write `port` in [agents], or `agent_port` in a [[service]]"#);
    insta::assert_snapshot!(refused(&beside("[[agents]]\nport = 9781")), @r#"5:1 error: [agents] is one table, not a list of them / write [agents]"#);
}
