//! Whether an answer is good.

use std::error::Error;
use std::fmt::Write;
use std::io;

use health::{HttpCheck, StatusRange};
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body, Incoming};
use md5::{Digest, Md5};

use crate::words;

/// Longest body that is hashed.
const BODY_LIMIT: u64 = 1024 * 1024;

/// The body is read only where a digest is wanted.
pub(super) async fn judge(response: Response<Incoming>, http: &HttpCheck) -> Result<(), String> {
    let status = response.status().as_u16();
    if !http.status.iter().any(|range| (range.first..=range.last).contains(&status)) {
        return Err(format!("status {status}, wanted {}", ranges(&http.status)));
    }
    let Some(wanted) = http.digest else { return Ok(()) };
    let found = digest(response.into_body()).await?;
    if found == wanted {
        return Ok(());
    }
    Err(format!("body digest {}, wanted {}", hex(&found), hex(&wanted)))
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

async fn digest(mut body: Incoming) -> Result<[u8; 16], String> {
    let mut hash = Md5::new();
    let mut length = 0_u64;
    if body.size_hint().lower() > BODY_LIMIT {
        return Err(too_large());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| body_reason(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if length > BODY_LIMIT {
            return Err(too_large());
        }
        hash.update(data);
    }
    Ok(hash.finalize().into())
}

fn too_large() -> String {
    "body larger than 1 MiB".to_owned()
}

fn body_reason(error: &hyper::Error) -> String {
    match io_cause(error) {
        Some(cause) if cause.raw_os_error().is_some() => format!("body: {}", words::io_error(cause)),
        Some(_) | None => "connection closed within the body".to_owned(),
    }
}

fn io_cause(error: &hyper::Error) -> Option<&io::Error> {
    error.source()?.downcast_ref()
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

fn hex(digest: &[u8; 16]) -> String {
    digest.iter().fold(String::with_capacity(32), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}
