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

/// Makes one attempt. `spec.timeout` bounds the whole of it, from the socket to the last byte that matters. One that fails
/// because this process stood still meanwhile, as a frozen or starved one does, is made once more: a server that answered in
/// time would be taken out for nothing.
pub async fn attempt(spec: &CheckSpec) -> Outcome {
    let end = deadline(spec);
    let outcome = attempt_until(spec, end).await;
    let stood_still = end + LATE < Instant::now();
    if stood_still && outcome != Outcome::Pass { attempt_until(spec, deadline(spec)).await } else { outcome }
}

fn deadline(spec: &CheckSpec) -> Instant {
    // a deadline beyond what the clock can tell is as good as a year
    let now = Instant::now();
    now.checked_add(spec.timeout).unwrap_or(now + LONGEST)
}

async fn attempt_until(spec: &CheckSpec, deadline: Instant) -> Outcome {
    let result = match &spec.kind {
        CheckKind::Tcp(_) => connect::and_close(spec, deadline).await,
        // boxed, so that the many tasks of TCP checks do not each carry the room that HTTP takes
        CheckKind::Http(http) => Box::pin(http::get(spec, http, deadline)).await,
        _ => Err("this check is being built".to_owned()),
    };
    match result {
        Ok(()) => Outcome::Pass,
        Err(reason) => Outcome::Fail(reason),
    }
}

/// A timeout that is noticed later than this was not a timeout of the server.
const LATE: std::time::Duration = std::time::Duration::from_millis(100);

const LONGEST: std::time::Duration = std::time::Duration::from_secs(365 * 86_400);
