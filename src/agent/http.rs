//! `/healthz`, `/v1/…` and `/metrics`. Drain and undrain are for the control socket only; the network takes one POST, by
//! which a director says how its table stands.

mod command;
mod follow;

use std::net::IpAddr;
use std::rc::Rc;

use daemon::http::{Handler, Method, Peer, Reply, Request};
use serde::Serialize;

pub(crate) use command::REFUSED;

use crate::control::{Published, json};
use crate::metrics;
use watch::{Status, VipStatus};

/// Answers everyone.
pub(crate) fn handler(published: Rc<Published>) -> Handler {
    Rc::new(move |request| {
        let published = Rc::clone(&published);
        Box::pin(async move { answer(&published, request).await })
    })
}

/// Which paths take a POST from the network.
pub(crate) fn takes_post(path: &str) -> bool {
    follow::takes_post(path)
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

async fn answer(published: &Rc<Published>, request: Request) -> Reply {
    let (method, path) = (&request.method, request.path.as_str());
    if *method == Method::POST {
        return told(published, &request).await;
    }
    if *method != Method::GET && *method != Method::HEAD {
        return problem(405, format!("{method} is not understood"), Vec::new());
    }
    match path {
        "/healthz" => all(&published.status()),
        "/v1/status" => Reply::json(200, json(&published.status())),
        "/v1/watch" => follow::follow(published, &request),
        "/metrics" => metrics(&published.status()),
        _ => match path.strip_prefix("/healthz/") {
            Some(vip) => one(&published.status(), vip, request.query.as_deref()),
            None => not_found(path),
        },
    }
}

async fn told(published: &Published, request: &Request) -> Reply {
    let local = matches!(request.peer, Peer::Local { .. });
    let path = request.path.as_str();
    match path {
        "/v1/drain" if local => command::drain(published, &request.body).await,
        "/v1/undrain" if local => command::undrain(published, &request.body).await,
        "/v1/reload" if local => command::reload(published).await,
        _ => match follow::answered(path) {
            Some(watch) => follow::confirm(published, watch, &request.body),
            None if local => not_found(path),
            None => problem(405, "POST is not understood here".to_owned(), Vec::new()),
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
