//! One attempt of one health check: connects as the specification says, asks what it says, and answers with a
//! pass or with the reason in words.
//!
//! This room never decides whether a target is up, nor when it is asked again: that is `health`'s. Whatever a
//! target sends is an [`Outcome`], never an error of the daemon.

mod cache;
mod connect;
mod datagram;
mod dialogue;
mod dns;
mod file;
mod http;
mod memcached;
mod mysql;
mod path;
mod phase;
mod ping;
mod postgres;
mod prober;
mod redis;
mod script;
mod smtp;
mod socket;
mod tcp;
mod tls;
mod turns;
mod udp;
mod words;

use health::{CheckKind, CheckSpec, Outcome, Reported};
use tokio::time::Instant;

pub use http::{Page, page};
pub use prober::Prober;

/// Makes one attempt. `spec.timeout` bounds the whole of it, from the socket to the last byte that matters. One that fails
/// because this process stood still meanwhile, as a frozen or starved one does, is made once more: a server that answered in
/// time would be taken out for nothing.
pub async fn attempt(spec: &CheckSpec) -> Outcome {
    let begin = Instant::now();
    let end = phase::after(spec.timeout);
    let outcome = attempt_until(spec, end).await;
    let failed = matches!(outcome, Outcome::Fail(_));
    if failed && (phase::is_past(end) || phase::stood_still_since(begin)) {
        return attempt_until(spec, phase::after(spec.timeout)).await;
    }
    outcome
}

async fn attempt_until(spec: &CheckSpec, deadline: Instant) -> Outcome {
    let result = match &spec.kind {
        CheckKind::Tcp(tcp) => tcp::check(spec, tcp, deadline).await,
        // boxed, so that the many tasks of TCP checks do not each carry the room that the others take
        CheckKind::Http(http) => Box::pin(http::check(spec, http, deadline)).await,
        CheckKind::Smtp(smtp) => Box::pin(smtp::check(spec, smtp, deadline)).await,
        CheckKind::Dns(dns) => Box::pin(dns::check(spec, dns, deadline)).await,
        CheckKind::Udp(udp) => Box::pin(udp::check(spec, udp, deadline)).await,
        CheckKind::Ping => Box::pin(ping::check(spec, deadline)).await,
        CheckKind::Script(script) => return told(Box::pin(script::check(spec, script)).await),
        CheckKind::File(file) => return told(Box::pin(file::check(spec, file, deadline)).await),
        CheckKind::Mysql(mysql) => Box::pin(mysql::check(spec, mysql, deadline)).await,
        CheckKind::Redis(redis) => Box::pin(redis::check(spec, redis, deadline)).await,
        CheckKind::Memcached => Box::pin(memcached::check(spec, deadline)).await,
        CheckKind::Postgres(postgres) => Box::pin(postgres::check(spec, postgres, deadline)).await,
    };
    told(result.map(|()| None).map_err(|reason| path::named(spec, reason)))
}

fn told(result: Result<Option<Reported>, String>) -> Outcome {
    match result {
        Ok(None) => Outcome::Pass,
        Ok(Some(reported)) => Outcome::PassWith(reported),
        Err(reason) => Outcome::Fail(reason),
    }
}
