//! Drain, undrain and reload: for the control socket only.

use std::net::IpAddr;
use std::time::Duration;

use daemon::http::Reply;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use watch::Status;

use super::problem;
use crate::control::{Published, Reloaded, Wish, json};

/// The body of `POST /v1/drain`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Drain {
    vip: Option<IpAddr>,
    deadline_ms: Option<u64>,
    stops: bool,
}

/// The answer: the status, how long connections may take to end, and how many directors follow.
#[derive(Serialize)]
struct Drained<'a> {
    #[serde(flatten)]
    status: &'a Status,
    deadline_ms: u64,
    directors: usize,
}

/// The body of `POST /v1/undrain`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Undrain {
    vip: Option<IpAddr>,
}

pub(super) async fn drain(published: &Published, body: &[u8]) -> Reply {
    match target(body) {
        Ok(Drain { vip, deadline_ms, stops }) => {
            let deadline = deadline_ms.map(Duration::from_millis);
            command(published, Wish::Drain { vip, deadline, stops }).await
        }
        Err(refusal) => refusal,
    }
}

pub(super) async fn undrain(published: &Published, body: &[u8]) -> Reply {
    match target(body) {
        Ok(Undrain { vip }) => command(published, Wish::Undrain(vip)).await,
        Err(refusal) => refusal,
    }
}

/// The file is refused.
pub(crate) const REFUSED: u16 = 422;

pub(super) async fn reload(published: &Published) -> Reply {
    match published.reload().await {
        Some(Reloaded::Taken(said)) => Reply::text(200, said),
        Some(Reloaded::Refused(why)) => Reply::text(REFUSED, why),
        None => problem(503, "the agent is ending".to_owned(), Vec::new()),
    }
}

fn target<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Reply> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| problem(400, error.to_string(), Vec::new()))
}

async fn command(published: &Published, wish: Wish) -> Reply {
    if let Some(refusal) = refuse(&published.status(), wish) {
        return refusal;
    }
    if !published.ask(wish).await {
        return problem(503, "the agent is ending".to_owned(), Vec::new());
    }
    let deadline = match wish {
        Wish::Drain { deadline, .. } => deadline.unwrap_or(published.deadline()),
        Wish::Undrain(_) => return Reply::json(200, json(&published.status())),
    };
    let deadline_ms = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
    Reply::json(
        200,
        json(&Drained { status: &published.status(), deadline_ms, directors: published.directors() }),
    )
}

fn refuse(status: &Status, wish: Wish) -> Option<Reply> {
    let (Wish::Drain { vip, .. } | Wish::Undrain(vip)) = wish;
    let vip = vip?;
    if status.vip(vip).is_none() {
        let known = status.vips.iter().map(|vip| vip.address.to_string()).collect();
        return Some(problem(404, format!("{vip} is no VIP of this host"), known));
    }
    let whole = matches!(wish, Wish::Undrain(_)) && status.draining_since.is_some();
    whole.then(|| problem(409, "the whole host drains: undrain it without --vip".to_owned(), Vec::new()))
}
