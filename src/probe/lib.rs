//! One attempt of one health check: connects as the specification says, asks what it says, and answers with a
//! pass or with the reason in words.
//!
//! This room never decides whether a target is up, nor when it is asked again: that is `health`'s. Whatever a
//! target sends is an [`Outcome`], never an error of the daemon.

mod connect;
mod http;
mod prober;
mod words;

use health::{CheckKind, CheckSpec, Outcome};
use tokio::time::Instant;

pub use prober::Prober;

/// Makes one attempt. `spec.timeout` bounds the whole of it, from the socket to the last byte that matters.
pub async fn attempt(spec: &CheckSpec) -> Outcome {
    // a deadline beyond what the clock can tell is as good as a year
    let now = Instant::now();
    let deadline = now.checked_add(spec.timeout).unwrap_or(now + LONGEST);
    let result = match &spec.kind {
        CheckKind::Tcp => connect::and_close(spec, deadline).await,
        // boxed, so that the many tasks of TCP checks do not each carry the room that HTTP takes
        CheckKind::Http(http) => Box::pin(http::get(spec, http, deadline)).await,
    };
    match result {
        Ok(()) => Outcome::Pass,
        Err(reason) => Outcome::Fail(reason),
    }
}

const LONGEST: std::time::Duration = std::time::Duration::from_secs(365 * 86_400);
