//! One attempt of one health check: connects as the specification says, asks what it says, and answers with a
//! pass or with the reason in words.
//!
//! This room never decides whether a target is up, nor when it is asked again: that is `health`'s. Whatever a
//! target sends is an [`Outcome`], never an error of the daemon.

mod connect;
mod http;
mod phase;
mod prober;
mod socket;
mod words;

use health::{CheckKind, CheckSpec, Outcome};
use tokio::time::Instant;

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
        CheckKind::Tcp(_) => connect::and_close(spec, deadline).await,
        // boxed, so that the many tasks of TCP checks do not each carry the room that the others take
        CheckKind::Http(http) => Box::pin(http::get(spec, http, deadline)).await,
        _ => Err("this check is being built".to_owned()),
    };
    match result {
        Ok(()) => Outcome::Pass,
        Err(reason) => Outcome::Fail(reason),
    }
}
