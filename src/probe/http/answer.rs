//! Whether an answer is good.

use std::error::Error;
use std::fmt::Write;

use health::{HttpCheck, StatusRange};
use hyper::Response;
use hyper::body::Incoming;

use super::body::{self, TEXT_LIMIT, Wanted, io_cause};
use super::text;
use crate::words;

/// The body is read only where a digest or an expression is wanted.
pub(super) async fn judge(response: Response<Incoming>, http: &HttpCheck) -> Result<(), String> {
    let status = response.status().as_u16();
    if !http.status.iter().any(|range| (range.first..=range.last).contains(&status)) {
        return Err(format!("status {status}, wanted {}", ranges(&http.status)));
    }
    if http.digest.is_none() && http.body.is_none() {
        return Ok(());
    }
    let wanted = Wanted { digest: http.digest.is_some(), text: http.body.as_ref().map_or(0, |_| TEXT_LIMIT) };
    let found = body::read(response.into_body(), wanted).await?;
    if let (Some(found), Some(wanted)) = (found.digest, http.digest)
        && found != wanted
    {
        return Err(format!("body digest {}, wanted {}", hex(&found), hex(&wanted)));
    }
    http.body.as_ref().map_or(Ok(()), |wanted| text::judge(&found, wanted))
}

/// What went wrong between a request and the head of its answer: `error`, or what broke the connection before
/// the request was sent.
pub(super) fn reason(error: &hyper::Error, broken: Option<&hyper::Error>) -> String {
    // hyper hands the cause to the request that waits, or, where none does yet, to the connection
    let within = || error.source().and_then(|cause| cause.downcast_ref());
    let error = if error.is_canceled() { within().or(broken).unwrap_or(error) } else { error };
    if error.is_parse_too_large() {
        "head of the answer larger than 64 KiB".to_owned()
    } else if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        "connection closed before the answer".to_owned()
    } else {
        io_cause(error).map_or_else(|| format!("not an HTTP answer ({error})"), words::io_error)
    }
}

fn ranges(ranges: &[StatusRange]) -> String {
    let words: Vec<String> = ranges
        .iter()
        .map(
            |StatusRange { first, last }| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            },
        )
        .collect();
    words.join(", ")
}

/// 32 hexadecimal digits.
pub(super) fn hex(digest: &[u8; 16]) -> String {
    digest.iter().fold(String::with_capacity(32), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}
