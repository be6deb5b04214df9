//! `/healthz`, `/v1/…` and `/metrics`. Drain and undrain are for the control socket only.

use std::net::IpAddr;
use std::rc::Rc;

use daemon::http::{Events, Handler, Method, Peer, Reply, Request};
use serde::{Deserialize, Serialize};

use crate::control::{Published, Wish, json};
use crate::metrics;
use watch::{Status, VipStatus};

/// Answers everyone.
pub(crate) fn handler(published: Rc<Published>) -> Handler {
    Rc::new(move |request| {
        let published = Rc::clone(&published);
        Box::pin(async move { answer(&published, request).await })
    })
}

/// The body of the `/healthz` answers.
#[derive(Serialize)]
struct Health<'a> {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    vips: Vec<&'a VipStatus>,
}

#[derive(Serialize)]
struct Problem {
    error: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<String>,
}

/// The body of `POST /v1/drain`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    vip: Option<IpAddr>,
}

async fn answer(published: &Published, request: Request) -> Reply {
    let local = matches!(request.peer, Peer::Local { .. });
    let (method, path) = (&request.method, request.path.as_str());
    if local && *method == Method::POST {
        return match path {
            "/v1/drain" => command(published, &request.body, Wish::Drain).await,
            "/v1/undrain" => command(published, &request.body, Wish::Undrain).await,
            _ => not_found(path),
        };
    }
    if *method != Method::GET && *method != Method::HEAD {
        return problem(405, format!("{method} is not understood"), Vec::new());
    }
    match path {
        "/healthz" => all(&published.status()),
        "/v1/status" => Reply::json(200, json(&published.status())),
        "/v1/watch" => Reply::Events(Events::new(published.follow())),
        "/metrics" => metrics(&published.status()),
        _ => match path.strip_prefix("/healthz/") {
            Some(vip) => one(&published.status(), vip, request.query.as_deref()),
            None => not_found(path),
        },
    }
}

fn all(status: &Status) -> Reply {
    let reason = status.vips.iter().find_map(|vip| vip.reason.clone());
    health(status.ready, reason, status.vips.iter().collect())
}

fn one(status: &Status, vip: &str, query: Option<&str>) -> Reply {
    let address: Option<IpAddr> = vip.parse().ok();
    let Some(vip) = address.and_then(|address| status.vip(address)) else {
        let known = status.vips.iter().map(|vip| vip.address.to_string()).collect();
        return problem(404, "no such VIP here".to_owned(), known);
    };
    match query.map(port) {
        None => health(vip.ready, vip.reason.clone(), vec![vip]),
        Some(Some(port)) => one_port(vip, port),
        Some(None) => problem(400, "the query is port=NUMBER".to_owned(), Vec::new()),
    }
}

fn port(query: &str) -> Option<u16> {
    query.strip_prefix("port=")?.parse().ok()
}

/// Ready for one service: listeners of the VIP's other services do not count.
fn one_port(vip: &VipStatus, port: u16) -> Reply {
    let listeners = || vip.steps.iter().filter(|step| step.step.contains('/'));
    let of_port = |step: &str| step.rsplit('/').next() == Some(port.to_string().as_str());
    if !listeners().any(|step| of_port(&step.step)) {
        let known = listeners().map(|step| step.step.clone()).collect();
        return problem(404, format!("the services of {} have no port {port}", vip.address), known);
    }
    let reason = vip.reason_for(|step| !step.contains('/') || of_port(step));
    health(reason.is_none(), reason, vec![vip])
}

fn health(ready: bool, reason: Option<String>, vips: Vec<&VipStatus>) -> Reply {
    Reply::json(if ready { 200 } else { 503 }, json(&Health { ready, reason, vips }))
}

async fn command(published: &Published, body: &[u8], wish: fn(Option<IpAddr>) -> Wish) -> Reply {
    let target: Target = if body.is_empty() {
        Target::default()
    } else {
        match serde_json::from_slice(body) {
            Ok(target) => target,
            Err(error) => return problem(400, error.to_string(), Vec::new()),
        }
    };
    let wish = wish(target.vip);
    if let Some(refusal) = refuse(&published.status(), wish) {
        return refusal;
    }
    if !published.ask(wish).await {
        return problem(503, "the agent is ending".to_owned(), Vec::new());
    }
    Reply::json(200, json(&published.status()))
}

fn refuse(status: &Status, wish: Wish) -> Option<Reply> {
    let (Wish::Drain(vip) | Wish::Undrain(vip)) = wish;
    let vip = vip?;
    if status.vip(vip).is_none() {
        let known = status.vips.iter().map(|vip| vip.address.to_string()).collect();
        return Some(problem(404, format!("{vip} is no VIP of this host"), known));
    }
    let whole = matches!(wish, Wish::Undrain(_)) && status.draining_since.is_some();
    whole.then(|| problem(409, "the whole host drains: undrain it without --vip".to_owned(), Vec::new()))
}

fn metrics(status: &Status) -> Reply {
    match metrics::render(status) {
        Ok(text) => {
            Reply::Full { status: 200, content_type: daemon::metrics::CONTENT_TYPE, body: text.into_bytes() }
        }
        Err(error) => problem(500, error.to_string(), Vec::new()),
    }
}

fn not_found(path: &str) -> Reply {
    let known = ["/healthz", "/healthz/VIP", "/v1/status", "/v1/watch", "/metrics"];
    problem(404, format!("there is no {path}"), known.map(str::to_owned).to_vec())
}

fn problem(status: u16, error: String, known: Vec<String>) -> Reply {
    Reply::json(status, json(&Problem { error, known }))
}

#[cfg(test)]
mod tests;
