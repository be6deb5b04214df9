//! States and streams as agents send them.

#![allow(dead_code, reason = "not every test uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lvs_watch::{Drain, DrainPhase, Event, FORMAT, Repairs, Session, Status, StepStatus, VipStatus};

/// An agent that hyper answers for.
pub(crate) const HEAD: &str =
    "HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\n\r\n";

pub(crate) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(crate) fn agent(nth: u8) -> SocketAddr {
    SocketAddr::from(([192, 168, 100, nth], 9781))
}

pub(crate) fn vip(nth: u8) -> IpAddr {
    IpAddr::from([192, 168, 100, nth])
}

pub(crate) fn status(vips: Vec<VipStatus>) -> Status {
    Status {
        version: "0.1.0".to_owned(),
        format: FORMAT,
        host: "RS01".to_owned(),
        instance: "7f".to_owned(),
        seq: 1,
        ready: vips.iter().all(|vip| vip.ready),
        weight: None,
        draining_since: None,
        contested: false,
        vips,
        repairs: Repairs::default(),
        problems: Vec::new(),
    }
}

/// Prepared and served on TCP port 80.
pub(crate) fn ready(nth: u8) -> VipStatus {
    VipStatus::of(vip(nth), "lo", ["sysctls", "address", "tcp/80"].map(StepStatus::done).into())
}

/// With this step missing.
pub(crate) fn lacking(nth: u8, step: &str, reason: &str) -> VipStatus {
    let mut vip = ready(nth);
    vip.steps.retain(|known| known.step != step);
    let reason = Some(reason.to_owned());
    vip.steps.push(StepStatus { step: step.to_owned(), ok: false, reason, note: None });
    vip.judged()
}

pub(crate) fn draining(nth: u8, phase: DrainPhase) -> VipStatus {
    let mut vip = ready(nth);
    vip.draining_since = Some(1_700_000_000);
    vip.drain =
        Some(Drain { phase, connections: Some(12), waits_for: Some("LVS02 to set weight 0".to_owned()) });
    vip.judged()
}

/// As [`ready`], by an agent from before all fields that came later.
pub(crate) const OLD: &str = r#"{"version":"0.0.9","ready":false,"draining_since":1700000000,"contested":false,
    "vips":[{"address":"192.168.100.240","device":"lo","ready":false,"reason":"draining","barred":null,
    "draining_since":1700000000,"owned":true,"steps":[{"step":"tcp/80","ok":true,"reason":null,"note":null}]}],
    "repairs":{"addresses":0,"sysctls":0,"devices":0},"problems":[]}"#;

pub(crate) fn event(kind: &str, data: &str) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}

pub(crate) fn state(status: &Status) -> String {
    event("state", &serde_json::to_string(status).unwrap())
}

/// A session whose head is behind it.
pub(crate) fn opened() -> Session {
    let mut session = Session::new(Duration::ZERO);
    session.receive(HEAD.as_bytes(), Duration::ZERO, &mut Vec::new()).unwrap();
    session
}

/// All events of a stream behind a good head.
pub(crate) fn events(stream: &str) -> Vec<Event> {
    let mut events = Vec::new();
    opened().receive(stream.as_bytes(), ms(1), &mut events).unwrap();
    events
}

/// Why a stream behind a good head is given up.
pub(crate) fn broken(stream: &str) -> String {
    opened().receive(stream.as_bytes(), ms(1), &mut Vec::new()).unwrap_err().to_string()
}
