use watch::{Drain, DrainPhase, News, Repairs, StepStatus, VipStatus};

use super::*;

const TWO: &str = r#"
[agents]
port = 9781
[[service]]
name = "web"
address = "192.0.2.100:80"
check = { type = "tcp", interval = "60s", timeout = "1s" }
[[service.real]]
address = "192.0.2.1"
weight = 10
[[service.real]]
address = "192.0.2.2"
"#;

fn agent(host: u8) -> std::net::SocketAddr {
    ([192, 0, 2, host], 9781).into()
}

fn tells(listens: bool, drain: Option<Drain>, weight: Option<u8>) -> News {
    let reason = (!listens).then(|| "nobody listens".to_owned());
    let step = StepStatus { step: "tcp/80".into(), ok: listens, reason, note: None };
    let (there, draining_since) =
        (VipStatus::of([192, 0, 2, 100].into(), "lo", vec![step]), drain.as_ref().map(|_| 1));
    let vip = VipStatus { drain, draining_since, ..there }.judged();
    News::State(Box::new(watch::Status {
        version: "0.1.0".into(),
        format: 1,
        host: "RS01".into(),
        instance: "abc".into(),
        seq: 1,
        ready: listens,
        weight,
        draining_since: None,
        contested: false,
        vips: vec![vip],
        repairs: Repairs::default(),
        problems: Vec::new(),
    }))
}

/// A core whose checks have passed, of which both agents have said this.
fn heard(first: News, second: News) -> Core {
    let mut core = start(parse(TWO).unwrap().0);
    let at = Duration::from_secs(1);
    while let Some((id, _)) = core.poll_due(at) {
        core.handle_result(id, Outcome::Pass, at);
    }
    core.handle_news(agent(1), first, at);
    core.handle_news(agent(2), second, at);
    core
}

fn ready() -> News {
    tells(true, None, None)
}

/// State and agent's words of the first server.
fn first(core: &Core) -> (String, Option<u32>, String) {
    let server = status(core).services.remove(0).servers.remove(0);
    (server.state, server.weight, server.agent.unwrap().words())
}

fn draining(phase: DrainPhase) -> News {
    let waits_for = Some("LVS02 to set weight 0".to_owned());
    tells(true, Some(Drain { phase, connections: Some(12), waits_for }), None)
}

#[test]
fn each_server_says_what_its_agent_says() {
    let of = |news| first(&heard(news, ready()));
    let words = |state: &str, weight, words: &str| (state.to_owned(), Some(weight), words.to_owned());
    assert_eq!(of(ready()), words("up", 10, "ready"));
    assert_eq!(of(tells(true, None, Some(45))), words("up", 5, "ready, 45 % of its weight"));
    assert_eq!(of(tells(false, None, None)), words("quiesced", 10, "not ready: tcp/80: nobody listens"));
    let waits = ", 12 connections, waits for LVS02 to set weight 0";
    assert_eq!(of(draining(DrainPhase::Quiescing)), words("draining", 10, &format!("draining{waits}")));
    assert_eq!(of(draining(DrainPhase::Leaving)), words("left", 10, &format!("drained{waits}")));
    assert_eq!(first(&start(parse(TWO).unwrap().0)), words("new", 10, "awaited"));
    let mut core = heard(ready(), ready());
    core.handle_news(agent(1), News::Lost("connection refused".into()), Duration::from_secs(2));
    assert_eq!(first(&core), words("up", 10, "unverified: connection refused"));
    core.handle_news(agent(1), News::Knocked { host_is_dead: true }, Duration::from_secs(2));
    assert_eq!(first(&core), words("down", 10, "dead: its host answers nothing"));
}

#[test]
fn who_is_kept_against_its_agent_s_word_is_shown_as_held() {
    let core = heard(tells(false, None, None), tells(false, None, None));
    let service = status(&core).services.remove(0);
    let held = &service.servers[1];
    assert_eq!(held.state, "up");
    assert_eq!(held.agent.as_ref().unwrap().words(), "held: not ready: tcp/80: nobody listens");
    let text = crate::status_text::text(&status(&core));
    assert!(text.contains("# quiesced agent not ready: tcp/80: nobody listens\n"), "{text}");
    assert!(text.contains("; agent held: not ready: tcp/80: nobody listens\n"), "{text}");
}

#[test]
fn agents_are_listed_and_those_that_are_not_heard_are_named() {
    let mut core = heard(draining(DrainPhase::Draining), ready());
    let agents = status(&core).agents;
    let first = &agents[0];
    assert_eq!((first.address.as_str(), first.state.as_str()), ("192.0.2.1:9781", "heard"));
    assert_eq!(
        (first.host.as_str(), first.version.as_str(), first.instance.as_str()),
        ("RS01", "0.1.0", "abc")
    );
    assert_eq!((first.vips, first.ready, first.connections), (1, 0, Some(12)));
    let text = |core: &Core| crate::status_text::text(&status(core));
    assert!(text(&core).contains("\nagents  ✓ 2 of 2 heard\n"));
    core.handle_news(agent(2), News::Lost("connection refused".into()), Duration::from_secs(2));
    let text = text(&core);
    assert!(text.contains("\nagents  ✗ 1 of 2 heard\n"), "{text}");
    let line = text.lines().find(|line| line.contains("192.0.2.2:9781")).unwrap();
    assert!(line.starts_with("        ✗ 192.0.2.2:9781 (RS01) lost since "), "{line}");
    assert!(line.ends_with(": connection refused"), "{line}");
}

#[test]
fn it_can_be_read_back_and_counted() {
    let core = heard(draining(DrainPhase::Draining), ready());
    let json = serde_json::to_string(&status(&core)).unwrap();
    let read: Status = serde_json::from_str(&json).unwrap();
    assert_eq!(read.agents.len(), 2);
    let metrics = daemon::metrics::render(&crate::metrics::registry(&read)).unwrap();
    for line in [
        "lvs_director_agent_heard{agent=\"192.0.2.1:9781\",host=\"RS01\"} 1",
        "lvs_director_agent_draining_connections{agent=\"192.0.2.1:9781\",host=\"RS01\"} 12",
        "lvs_director_server_agent_ready{service=\"web\",server=\"192.0.2.1:80\"} 0",
        "lvs_director_server_agent_ready{service=\"web\",server=\"192.0.2.2:80\"} 1",
        "lvs_director_server_up{service=\"web\",server=\"192.0.2.1:80\"} 0",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let without = crate::metrics::registry(&status(&start(config())));
    assert!(!daemon::metrics::render(&without).unwrap().contains("lvs_director_agent"));
}

#[test]
fn a_plan_is_what_a_reload_would_give() {
    let core = heard(tells(true, None, Some(45)), tells(false, None, None));
    let servers = serde_json::to_vec(&crate::plan::Servers::of(&core)).unwrap();
    let servers = serde_json::from_slice(&servers).unwrap();
    let planned = crate::plan::desired(core.config(), &servers);
    let wanted: Table =
        core.services().map(|(service, verdict)| (service.key, verdict.service.clone())).collect();
    assert_eq!(planned, wanted);
    let weights =
        wanted.values().flat_map(|service| service.destinations.values().map(|one| one.weight.get()));
    assert_eq!(weights.collect::<Vec<_>>(), [5, 0]);
}
