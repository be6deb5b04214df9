//! Every path, asked as over the network and as over the control socket.

use std::net::SocketAddr;

use std::time::Duration;

use super::*;
use crate::control::{Command, Heard, Wish};
use watch::{Drain, DrainPhase, Repairs, StepStatus};

fn step(name: &str, reason: Option<&str>) -> StepStatus {
    StepStatus { step: name.into(), ok: reason.is_none(), reason: reason.map(Into::into), note: None }
}

fn vip(address: &str, steps: Vec<StepStatus>) -> VipStatus {
    VipStatus::of(address.parse().unwrap(), "lo", steps)
}

/// Two VIPs: one ready, one of whose two services nothing listens.
fn status() -> Status {
    let good =
        vip("192.168.100.240", vec![step("sysctls", None), step("address", None), step("tcp/80", None)]);
    let missing = Some("nothing listens on tcp/443");
    let bad = vip("2001:db8::1", vec![step("address", None), step("tcp/80", None), step("tcp/443", missing)]);
    Status {
        format: watch::FORMAT,
        host: String::new(),
        instance: String::new(),
        seq: 1,
        weight: None,
        version: "0".into(),
        ready: false,
        draining_since: None,
        contested: false,
        vips: vec![good, bad],
        repairs: Repairs { addresses: 2, sysctls: 1, devices: 0 },
        problems: Vec::new(),
    }
}

fn published(status: Status) -> (Rc<Published>, Heard) {
    let (published, heard) = Published::new(status, Duration::from_secs(60));
    (Rc::new(published), heard)
}

const NETWORK: Peer = Peer::Network(SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1));
const LOCAL: Peer = Peer::Local { uid: Some(0) };

async fn asked(
    published: &Rc<Published>,
    peer: Peer,
    method: Method,
    target: &str,
    body: &str,
) -> (u16, String) {
    let (path, query) =
        target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.into())));
    let request = Request { method, path: path.into(), query, body: body.into(), peer };
    match answer(published, request).await {
        Reply::Full { status, body, .. } => (status, String::from_utf8(body).unwrap()),
        Reply::Events(events) => (200, events.states.borrow().to_string()),
    }
}

#[tokio::test(flavor = "current_thread")]
async fn health_is_for_all_for_one_and_for_a_service() {
    let (published, _commands) = published(status());
    let codes = [
        ("/healthz", 503),
        ("/healthz/192.168.100.240", 200),
        ("/healthz/192.168.100.240?port=80", 200),
        ("/healthz/192.168.100.240?port=81", 404),
        ("/healthz/192.168.100.240?port=x", 400),
        ("/healthz/192.168.100.240?prot=80", 400),
        ("/healthz/2001:db8::1", 503),
        ("/healthz/2001:db8:0::1?port=80", 200),
        ("/healthz/2001:db8::1?port=443", 503),
        ("/healthz/192.0.2.1", 404),
        ("/healthz/noise", 404),
        ("/healthz/", 404),
        ("/", 404),
        ("/v1/status", 200),
        ("/v1/watch", 200),
        ("/metrics", 200),
    ];
    for (path, code) in codes {
        let (answered, body) = asked(&published, NETWORK, Method::GET, path, "").await;
        assert_eq!(answered, code, "{path}: {body}");
    }
    let (_, body) = asked(&published, NETWORK, Method::GET, "/healthz", "").await;
    assert!(body.contains(r#""ready":false,"reason":"tcp/443: nothing listens on tcp/443""#), "{body}");
    let (_, body) = asked(&published, NETWORK, Method::GET, "/healthz/192.0.2.1", "").await;
    assert!(body.contains(r#""known":["192.168.100.240","2001:db8::1"]"#), "{body}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_draining_or_barred_vip_is_not_healthy_for_any_service() {
    let mut draining = status();
    draining.vips[0].draining_since = Some(1);
    let mut barred = status();
    barred.vips[0].barred = Some("not looked at yet".into());
    for (status, reason) in [(draining, "draining"), (barred, "not looked at yet")] {
        let (published, _commands) = published(status);
        let (code, body) =
            asked(&published, NETWORK, Method::GET, "/healthz/192.168.100.240?port=80", "").await;
        assert_eq!(code, 503);
        assert!(body.contains(&format!(r#""reason":"{reason}""#)), "{body}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_network_changes_nothing() {
    let (published, Heard { mut commands, .. }) = published(status());
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let (code, _) = asked(&published, NETWORK, method, "/v1/drain", "").await;
        assert_eq!(code, 405);
    }
    assert!(commands.try_recv().is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn an_operator_drains() {
    let (published, Heard { mut commands, .. }) = published(status());
    let (answer, wish) = tokio::join!(
        asked(&published, LOCAL, Method::POST, "/v1/drain", r#"{"vip":"192.168.100.240"}"#),
        async {
            let Command { wish, done } = commands.recv().await.unwrap();
            done.send(()).unwrap();
            wish
        }
    );
    let vip = Some("192.168.100.240".parse().unwrap());
    assert_eq!((answer.0, wish), (200, Wish::Drain { vip, deadline: None, stops: false }));
}

#[tokio::test(flavor = "current_thread")]
async fn a_drain_is_told_with_its_deadline() {
    for (body, wanted, deadline_ms) in [
        ("", None, 60_000),
        (r#"{"deadline_ms":1500,"stops":true}"#, Some(Duration::from_millis(1500)), 1500),
    ] {
        let (published, Heard { mut commands, .. }) = published(status());
        let ((code, body), wish) =
            tokio::join!(asked(&published, LOCAL, Method::POST, "/v1/drain", body), async {
                let Command { wish, done } = commands.recv().await.unwrap();
                done.send(()).unwrap();
                wish
            });
        assert_eq!((code, wish), (200, Wish::Drain { vip: None, deadline: wanted, stops: wanted.is_some() }));
        assert!(body.contains(&format!(r#""deadline_ms":{deadline_ms}"#)), "{body}");
        serde_json::from_str::<Status>(&body).unwrap();
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_operators_mistakes_are_explained() {
    let mut status = status();
    status.draining_since = Some(1);
    let (published, commands) = published(status);
    let wrong = [
        ("/v1/drain", r#"{"vip":"192.0.2.1"}"#, 404),
        ("/v1/drain", r#"{"vpi":"192.168.100.240"}"#, 400),
        ("/v1/drain", "noise", 400),
        ("/v1/undrain", r#"{"vip":"192.168.100.240"}"#, 409),
        ("/v1/other", "", 404),
    ];
    for (path, body, code) in wrong {
        assert_eq!(asked(&published, LOCAL, Method::POST, path, body).await.0, code, "{path} {body}");
    }
    drop(commands);
    assert_eq!(asked(&published, LOCAL, Method::POST, "/v1/drain", "").await.0, 503, "the agent is ending");
}

#[tokio::test(flavor = "current_thread")]
async fn metrics_tell_what_the_status_tells() {
    let mut status = status();
    let drain = Drain { phase: DrainPhase::Draining, connections: Some(7), waits_for: None };
    status.vips[1].drain = Some(drain);
    let (published, _commands) = published(status);
    let (_, text) = asked(&published, NETWORK, Method::GET, "/metrics", "").await;
    for line in [
        r#"lvs_agent_vip_ready{vip="192.168.100.240"} 1"#,
        r#"lvs_agent_vip_ready{vip="2001:db8::1"} 0"#,
        r#"lvs_agent_vip_draining{vip="192.168.100.240"} 0"#,
        r#"lvs_agent_vip_step_done{vip="2001:db8::1",step="tcp/443"} 0"#,
        r#"lvs_agent_repairs_total{kind="address"} 2"#,
        "lvs_agent_weight_percent 100",
        r#"lvs_agent_vip_drain_phase{vip="2001:db8::1",phase="draining"} 1"#,
        r#"lvs_agent_vip_drain_connections{vip="2001:db8::1"} 7"#,
        "lvs_agent_contested 0",
        r#"lvs_agent_build_info{version="0"} 1"#,
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}
